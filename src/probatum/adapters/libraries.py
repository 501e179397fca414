# SPDX-License-Identifier: Apache-2.0
"""Which libraries answer when a model is asked, with their versions, so that a record can name them."""

import sys
from typing import Any

from probatum.adapters.interface import libraries_of
from probatum.adapters.preserving import within

ALWAYS = frozenset({"probatum", "numpy", "scipy", "sklearn", "pandas"})  # stand in every record


def libraries(thing: Any) -> dict[str, str]:
    """Return the versions, by name, of the libraries that an object is made of, but for those that every run uses.

    Of a file's content, of a function or of a pipeline these are what its adapter states, and the packages of the
    objects in it, as far as a few steps lead.
    """
    packages = {type(one).__module__.partition(".")[0] for one in within(thing)} | set(libraries_of(thing))
    found = {}
    for name in sorted(packages - ALWAYS - sys.stdlib_module_names):
        version = getattr(sys.modules.get(name), "__version__", None)
        if isinstance(version, str):
            found[name] = version
    return found
