# SPDX-License-Identifier: Apache-2.0
"""What is given to others: the same bytes whenever and wherever it is built, whole, and at work when installed."""

import json
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

import probatum

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "probatum"
FIXED = {**os.environ, "SOURCE_DATE_EPOCH": "1767225600", "PYTHONDONTWRITEBYTECODE": "1"}
OURS = {".py", ".toml", ".json", ".html", ".svg", ".css", ".typed"}


def build(source: Path, into: Path) -> dict[str, bytes]:
    """Build sdist and wheel; return their bytes by name."""
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(into)]
    subprocess.run(command, cwd=source, env=FIXED, check=True, capture_output=True)
    return {file.name: file.read_bytes() for file in into.iterdir()}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of what was built."""
    pytest.importorskip("hatchling")
    out = tmp_path_factory.mktemp("dist")
    build(ROOT, out)
    return out


@pytest.mark.slow
def test_it_is_the_same_when_built_again_out_of_the_sdist_elsewhere(built, tmp_path):
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        sdist.extractall(tmp_path, filter="data")
    again = build(next(tmp_path.glob("probatum-*")), tmp_path / "dist")
    assert again == {file.name: file.read_bytes() for file in built.iterdir()}
    assert len(again) == 2


@pytest.mark.slow
def test_wheel_holds_all_that_is_ours_when_built(built):
    names = set(zipfile.ZipFile(next(built.glob("*.whl"))).namelist())
    files = [file for file in PACKAGE.rglob("*") if file.suffix in OURS and "__pycache__" not in file.parts]
    assert {f"probatum/{file.relative_to(PACKAGE).as_posix()}" for file in files} <= names
    assert f"probatum-{probatum.__version__}.dist-info/licenses/LICENSE" in names
    for part in ("py.typed", "policies/medium.toml", "report/templates/page.html", "evidence/schemas/record.json"):
        assert f"probatum/{part}" in names
    assert not [name for name in names if not name.startswith("probatum")]


@pytest.mark.slow
def test_command_works_when_the_wheel_is_installed(built, tmp_path):
    wheel = str(next(built.glob("*.whl")))
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(tmp_path)]
    subprocess.run([*install, wheel], env=FIXED, check=True, capture_output=True)
    program = "import probatum; print(probatum.__file__); from probatum.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "--help"],
        env={**FIXED, "PYTHONPATH": str(tmp_path)},
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.startswith(str(tmp_path))
    assert "assess" in done.stdout


@pytest.mark.slow
def test_demo_passes_when_the_wheel_is_installed_in_an_environment_of_its_own(built, tmp_path):
    """No file of the clone is at hand: the wheel alone, its dependencies, and a folder that holds nothing else."""
    venv.create(tmp_path / "venv", symlinks=os.name == "posix")
    scripts = "Scripts" if os.name == "nt" else "bin"
    python = tmp_path / "venv" / scripts / Path(sys.executable).name
    wheel = str(next(built.glob("*.whl")))
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*install, wheel], env=FIXED, check=True, capture_output=True)
    own = sysconfig.get_path("purelib", vars={"base": str(tmp_path / "venv"), "platbase": str(tmp_path / "venv")})
    # the dependencies as they are installed here; what lies there in .pth files, such as a clone, is not followed
    (Path(own) / "dependencies.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    home = tmp_path / "home"
    home.mkdir()
    clean = {name: value for name, value in FIXED.items() if name not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")}
    where = subprocess.run(
        [str(python), "-c", "import probatum; print(probatum.__file__)"],
        env=clean, cwd=home, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert where.stdout.startswith(str(tmp_path / "venv"))
    command = [str(tmp_path / "venv" / scripts / "probatum"), "demo", "--clean", "-o", "run"]
    done = subprocess.run(command, env=clean, cwd=home, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert {"record.json", "judgement.json", "report.html"} <= {file.name for file in (home / "run").iterdir()}
    record = json.loads((home / "run" / "record.json").read_text(encoding="utf-8"))
    assert [one["check"] for one in record["findings"] if one["state"] == "error"] == []


def test_version_is_one_when_it_stands_in_several_files():
    for file, line in {"pyproject.toml": 'version = "{}"', "CITATION.cff": "version: {}"}.items():
        assert line.format(probatum.__version__) in (ROOT / file).read_text(encoding="utf-8").splitlines()


def test_workflow_calls_make_targets_that_are_there():
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert {"test", "check", "dist"} == set(re.findall(r"run: make ([a-z-]+)", workflow)) <= targets
    assert all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", used) for used in re.findall(r"uses: (\S+)", workflow))
