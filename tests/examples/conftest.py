# SPDX-License-Identifier: Apache-2.0
"""The examples' recipes, and the folder of their data."""

import os
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

PROJECT = Path(__file__).parents[2]


def module_in(example: str, name: str) -> ModuleType:
    """Import a module out of an example's folder."""
    spec = spec_from_file_location(name, PROJECT / "examples" / example / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def recipe() -> Callable[[str], ModuleType]:
    """Return a function that imports an example's recipe."""
    return lambda example: module_in(example, "recipe")


@pytest.fixture
def real_data(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that points ``PROBATUM_DATA`` at the data, or skips where one of the files is absent."""

    def found(*names: str) -> None:
        folder = Path(os.environ.get("PROBATUM_DATA") or PROJECT.parent / "shared" / "data")
        absent = [name for name in names if not (folder / name).is_file()]
        if absent:
            pytest.skip(f"PROBATUM_DATA names no folder with {', '.join(absent)}")
        monkeypatch.setenv("PROBATUM_DATA", str(folder))

    return found
