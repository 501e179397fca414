# SPDX-License-Identifier: Apache-2.0
"""The user's modules: read once, digested, compiled from those bytes, and never in the place of somebody else's."""

import importlib.util
import marshal
import sys
import traceback
from collections.abc import Iterator
from hashlib import sha256
from importlib import import_module
from pathlib import Path

import pytest

from probatum.adapters.code import UserCode, _Submodules
from probatum.errors import DescriptionError, ModelError


@pytest.fixture(autouse=True)
def clean_imports() -> Iterator[None]:
    finders, modules = [one for one in sys.meta_path if not isinstance(one, UserCode | _Submodules)], set(sys.modules)
    sys.meta_path[:] = finders
    yield
    sys.meta_path[:] = finders
    for name in set(sys.modules) - modules:
        del sys.modules[name]


def digest_of(file: Path) -> str:
    return "sha256:" + sha256(file.read_bytes()).hexdigest()


def compiled_beside(source: Path, code: str) -> None:
    """Write what Python takes for the compiled form of a source file that it need not compare."""
    cache = Path(importlib.util.cache_from_source(str(source)))
    cache.parent.mkdir(exist_ok=True)
    unchecked = (0b01).to_bytes(4, "little")  # PEP 552: by hash, and never compared with the source
    head = importlib.util.MAGIC_NUMBER + unchecked + importlib.util.source_hash(source.read_bytes())
    cache.write_bytes(head + marshal.dumps(compile(code, str(source), "exec")))


def test_a_function_is_found_in_the_folder_and_named_by_its_files_digest(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    file = tmp_path / "below" / "own.py"
    file.write_text("def answer(rows):\n    return 'mine'\n")
    code = UserCode(tmp_path)
    function, digest = code.function("below.own:answer")
    assert function(None) == "mine"
    assert digest == digest_of(file)
    assert code.digests == {"below/own.py": digest}


def test_modules_of_one_name_in_two_folders_are_not_mixed_up(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "recipe.py").write_text(f"def answer(rows):\n    return {name!r}\n")
    path = list(sys.path)
    found = [UserCode(tmp_path / name).function("recipe:answer")[0](None) for name in ("one", "two")]
    assert found == ["one", "two"]
    assert sys.path == path


def test_every_module_that_a_module_imports_leaves_its_digest_also_later(tmp_path: Path) -> None:
    (tmp_path / "own_package").mkdir()
    (tmp_path / "own_package" / "__init__.py").write_text("")
    (tmp_path / "own_package" / "part.py").write_text("WORD = 'hello'\n")
    (tmp_path / "own_late.py").write_text("LATE = 'late'\n")
    (tmp_path / "own.py").write_text(
        "from own_package.part import WORD\ndef answer(rows):\n    import own_late\n    return WORD + own_late.LATE\n"
    )
    code = UserCode(tmp_path)
    function, _ = code.function("own:answer")
    assert set(code.digests) == {"own.py", "own_package/__init__.py", "own_package/part.py"}
    assert function(None) == "hellolate"
    assert code.digests == {file.relative_to(tmp_path).as_posix(): digest_of(file) for file in tmp_path.rglob("*.py")}


def test_a_compiled_file_beside_a_harmless_module_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "own_package").mkdir()
    for name in ("own", "own_helper", "own_package/__init__", "own_package/part"):
        source = tmp_path / f"{name}.py"
        source.write_text(
            "WORD = 'source'\ndef answer(rows):\n    import own_helper, own_package.part\n"
            "    return own_helper.WORD, own_package.WORD, own_package.part.WORD\n"
        )
        compiled_beside(source, "def answer(rows):\n    return 'compiled'\nWORD = 'compiled'\n")
    assert UserCode(tmp_path).function("own:answer")[0](None) == ("source",) * 3
    assert not (tmp_path / "__pycache__" / "written").exists()


def test_a_module_that_rewrites_itself_is_named_by_what_ran(tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    rewriting = f"__import__('pathlib').Path({str(file)!r}).write_text('def answer(rows):\\n    return 2\\n')"
    text = f"{rewriting}\ndef answer(rows):\n    return 1\n"
    file.write_text(text)
    ran = digest_of(file)
    code = UserCode(tmp_path)
    function, digest = code.function("own:answer")
    assert (function(None), digest, code.digests["own.py"]) == (1, ran, ran)
    assert digest_of(file) != ran
    with pytest.raises(ModelError, match=r"own\.py was replaced"):
        UserCode(tmp_path, known=code.digests).function("own:answer")


def test_nothing_in_the_folder_takes_the_place_of_pythons_or_an_installed_module(tmp_path: Path) -> None:
    for name in ("sched", "own_json", "sklearn", "threadpoolctl"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('not this one')\n")
    (tmp_path / "own.py").write_text(
        "import sched, threadpoolctl\ndef answer(rows):\n    return sched.__file__, threadpoolctl.__file__\n"
    )
    sys.modules.pop("sched", None)
    places = UserCode(tmp_path).function("own:answer")[0](None)
    assert not any(Path(place).is_relative_to(tmp_path) for place in places)


def test_a_folder_is_searched_only_when_something_in_it_was_named(tmp_path: Path) -> None:
    (tmp_path / "own_unnamed.py").write_text("")
    UserCode(tmp_path)
    with pytest.raises(ModuleNotFoundError):
        import_module("own_unnamed")
    named = UserCode(tmp_path / "elsewhere", [tmp_path])
    import_module("own_unnamed")
    assert set(named.digests) == {"own_unnamed.py"}


def test_a_traceback_shows_the_lines_that_ran(tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text("def answer(rows):\n    raise ValueError('as it ran')\n")
    function, _ = UserCode(tmp_path).function("own:answer")
    file.write_text("something else\n")
    with pytest.raises(ValueError, match="as it ran") as caught:
        function(None)
    assert "raise ValueError('as it ran')" in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("def other():\n    pass\n", "wanted a function answer"),
        ("1 / 0\n", "ZeroDivisionError"),
        ("if\n", "SyntaxError"),
        ("raise SystemExit(0)\n", "SystemExit"),
        ("raise GeneratorExit\n", "GeneratorExit"),
        ("import no_such_module_here\n", "It needs the module no_such_module_here"),
        ("raise ValueError('cell of a person')\n", r"ValueError\. Correct it first"),
        ("raise type('cell of a person', (ValueError,), {})\n", r"ValueError\. Correct it first"),
    ],
)
def test_a_module_without_the_function_is_refused(tmp_path: Path, code: str, wanted: str) -> None:
    (tmp_path / "own.py").write_text(code)
    with pytest.raises(DescriptionError, match=wanted) as refused:
        UserCode(tmp_path).function("own:answer")
    assert "cell of a person" not in str(refused.value)


def test_a_module_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DescriptionError, match="no_such_module_here"):
        UserCode(tmp_path).function("no_such_module_here:answer")
