# SPDX-License-Identifier: Apache-2.0
"""The demos' recipes, imported from where a user would have them: a folder they were written to."""

from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from probatum.planted.demo import write_demo


@pytest.fixture(scope="session")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., ModuleType]:
    """Return a function that writes a demo and imports its recipe."""

    def written(name: str, *, clean: bool = False) -> ModuleType:
        folder: Path = tmp_path_factory.mktemp("demo")
        spec = spec_from_file_location("recipe", write_demo(name, folder, clean=clean).with_name("recipe.py"))
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return written
