# SPDX-License-Identifier: Apache-2.0
"""Files that lie in the folder in which somebody starts the program: none of them runs."""

import subprocess
import sys
from pathlib import Path

import pytest

from functional.workshop import Desk

PROBATUM = Path(sys.executable).with_name("probatum")
NAMES = ("multiprocessing", "signal", "selectors", "socket", "pickle", "numpy", "probatum", "sitecustomize", "json")
LAYING = "import pathlib\npathlib.Path({mark!r}).touch()\nraise ImportError('not the real one')\n"


@pytest.fixture
def mined(desk: Desk) -> Path:
    """The lender's folder, with modules in it that leave a mark when they are imported; return the mark."""
    mark = desk.folder / "mark"
    for name in NAMES:
        desk.write(f"{name}.py", LAYING.format(mark=str(mark)))
    return mark


@pytest.mark.parametrize(
    "words",
    [
        ("assess", "-o", "run", "--only", "usage/error-rate"),
        ("assess", "-o", "run", "--only", "usage/error-rate", "--only", "usage/calibration", "--jobs", "2"),
        ("doctor",),
        ("selftest", "--only", "usage/declarations", "--seeds", "2", "--jobs", "2"),
    ],
)
@pytest.mark.slow
def test_no_module_of_the_working_folder_is_imported(desk: Desk, mined: Path, words: tuple[str, ...]) -> None:
    done = subprocess.run([PROBATUM, *words], cwd=desk.folder, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr  # 1: a check failed
    assert not mined.exists()


@pytest.mark.slow
def test_variables_of_python_do_not_reach_the_model(desk: Desk, mined: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = desk.folder / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "own_elsewhere.py").write_text("")
    desk.function(
        "import os\nassert not [name for name in os.environ if name.startswith('PYTHON')]\n"
        "try:\n    import own_elsewhere\nexcept ImportError:\n    pass\nelse:\n    raise SystemExit('found')\n"
        "def answer(rows):\n    return ['yes'] * len(rows)\n"
    )
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(elsewhere), "PYTHONSTARTUP": "nothing.py"}
    command = [PROBATUM, "assess", "-o", "run", "--only", "usage/error-rate"]
    done = subprocess.run(command, cwd=desk.folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    assert not mined.exists()


def test_a_pickle_finds_its_classes_only_in_folders_that_were_named(desk: Desk) -> None:
    desk.write(
        "own_classes.py",
        "class Always:\n    classes_ = ['no', 'yes']\n    def fit(self, x, y):\n        return self\n"
        "    def predict(self, rows):\n        return ['yes'] * len(rows)\n",
    )
    saving = "import joblib, own_classes; joblib.dump(own_classes.Always().predict, 'model.joblib')"
    subprocess.run([sys.executable, "-c", saving], cwd=desk.folder, check=True)
    desk.assess().refuses("needs the module own_classes", 'code = ["."]', "--code")
    desk.describe(("trust_file = true", 'trust_file = true\ncode = ["."]'))
    assert desk.assess().code in (0, 1)
    assert "code own_classes.py" in desk.record().inputs
