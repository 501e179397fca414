# SPDX-License-Identifier: Apache-2.0
"""The demos' files: complete, valid, switched by one line, and never written over a user's changes."""

import ast
import tomllib
from pathlib import Path

import pytest

from probatum.errors import RunFolderError, StorageError, UsageError
from probatum.planted.demo import DEMOS, planted_fault, write_demo

ALLOWED = {"numpy", "pandas", "sklearn"}


@pytest.mark.parametrize("name", DEMOS)
def test_files_are_a_description_and_a_recipe_when_written(name: str, tmp_path: Path) -> None:
    path = write_demo(name, tmp_path / "run")
    assert path == tmp_path / "run" / "probatum.toml"
    assert sorted(file.name for file in path.parent.iterdir()) == ["probatum.toml", "recipe.py"]
    described = tomllib.loads(path.read_text(encoding="utf-8"))
    assert described["data"]["load"] == "recipe:load"
    assert described["recipe"]["train"] == "recipe:train"
    assert "model" not in described
    assert described["system"].get("simulated", False) is (name == "lender")


@pytest.mark.parametrize("name", DEMOS)
def test_recipe_stands_alone_when_copied(name: str, tmp_path: Path) -> None:
    tree = ast.parse(write_demo(name, tmp_path).with_name("recipe.py").read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {module.split(".")[0] for module in imported} <= ALLOWED


def test_twin_differs_in_one_line_when_clean(tmp_path: Path) -> None:
    faulty = write_demo("lender", tmp_path / "faulty")
    clean = write_demo("lender", tmp_path / "clean", clean=True)
    assert faulty.read_bytes() == clean.read_bytes()
    before, after = (path.with_name("recipe.py").read_text(encoding="utf-8").splitlines() for path in (faulty, clean))
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert changed == [("FAULT = True", "FAULT = False")]


@pytest.mark.parametrize("name", [name for name in DEMOS if name != "lender"])
def test_clean_is_refused_when_nothing_is_planted(name: str, tmp_path: Path) -> None:
    assert planted_fault(name) is None
    with pytest.raises(UsageError, match="no planted fault"):
        write_demo(name, tmp_path, clean=True)


def test_changes_are_kept_when_the_folder_has_a_recipe(tmp_path: Path) -> None:
    (tmp_path / "recipe.py").write_text("mine")
    with pytest.raises(RunFolderError, match="is there already"):
        write_demo("lender", tmp_path)
    assert (tmp_path / "recipe.py").read_text() == "mine"
    assert not (tmp_path / "probatum.toml").exists()


def test_folder_is_refused_when_it_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be written"):
        write_demo("lender", tmp_path / "file")


def test_names_are_listed_when_unknown(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="lender, breast-cancer, digits, diabetes"):
        write_demo("../lender", tmp_path)
    with pytest.raises(UsageError, match='"bank" came'):
        planted_fault("bank")
