# SPDX-License-Identifier: Apache-2.0
"""What a planted triple is: tiny systems with a flaw of known size, on which a check must prove itself."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from probatum import registry
from probatum.errors import PluginError
from probatum.facts.record import Verdict
from probatum.systems.system import System


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A triple of one check: clean, with the flaw exactly at the limit, and with the flaw clearly beyond it."""

    check: str  # id
    build: Callable[[float, np.random.Generator], System]  # a system with a flaw of that size
    sizes: tuple[float, float, float]  # clean, at the limit, flawed
    n: int  # rows of each system
    knob: str  # what the size counts, with its unit
    exact: bool = False  # a count: at the limit it passes, always
    found: Verdict = Verdict.FAIL  # what the flawed one must come to
    clear: Verdict = Verdict.PASS  # what the clean one must come to
    case: str = ""  # what sets it apart from the other triples of the same check

    @property
    def name(self) -> str:
        """The check, and the case where there are several."""
        return f"{self.check} ({self.case})" if self.case else self.check


def triples() -> dict[str, Planted]:
    """Return every triple there is, by its name.

    Raises:
        PluginError: a name cannot be imported, or is not a triple.
    """
    found: dict[str, Planted] = {}
    for name in registry.names("planted", registry.PLANTED):
        planted = registry.fetch(name)
        if not isinstance(planted, Planted):
            raise PluginError(f"Wanted a planted triple at {name}; found a {type(planted).__name__}. Mend its package.")
        found[planted.name] = planted
    return found
