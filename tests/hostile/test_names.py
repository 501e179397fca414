# SPDX-License-Identifier: Apache-2.0
"""File names that are not UTF-8 work, or end with one clear message."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from functional.test_cut_short import PROBATUM
from functional.workshop import TARGET, Desk
from probatum.facts.policy import Stakes
from probatum.runs.policies import draft
from probatum.runs.stored import read_run

ODD = os.fsdecode(b"odd\xff\xfe")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
MODEL = ("--data", f"{ODD}.csv", "--target", TARGET, "--trust-file", "--only", "usage/error-rate")


@pytest.fixture
def odd(desk: Desk) -> Desk:
    """A user whose files and folders have odd names."""
    for name, copy in (("model.joblib", ".joblib"), ("test.csv", ".csv"), ("probatum.toml", ".toml")):
        shutil.copy(desk.folder / name, desk.folder / f"{ODD}{copy}")
    desk.write(f"{ODD}-limits.toml", draft(Stakes.LOW))
    place = desk.folder / f"{ODD}-folder"
    place.mkdir()
    for name in ("model.joblib", "test.csv", "train.csv"):
        shutil.copy(desk.folder / name, place)
    (place / "probatum.toml").write_text(
        (desk.folder / "probatum.toml").read_text(encoding="utf-8").replace('name = "lender"', ""), encoding="utf-8"
    )
    return desk


@pytest.mark.parametrize(
    "words",
    [
        ("assess", f"{ODD}.joblib", *MODEL),
        ("assess", f"{ODD}.toml", "--only", "usage/error-rate"),
        ("assess", f"{ODD}-folder/probatum.toml", "--only", "usage/error-rate"),
        ("assess", "--policy", f"{ODD}-limits.toml", "--only", "usage/error-rate"),
    ],
)
def test_a_run_with_odd_names_works(odd: Desk, words: tuple[str, ...]) -> None:
    run = odd.folder / f"{ODD}-run"
    said = odd.type(*words, "-o", run.name)
    assert said.code in (0, 1, 3), said.err
    assert "probatum: " not in said.err
    assert read_run(run).record_id
    assert (run / "report.html").read_text(encoding="utf-8")
    for form in ("terminal", "html", "json"):
        assert odd.type("report", run.name, "--format", form, "-o", f"{ODD}-{form}").code == 0
    assert odd.type("rejudge", run.name, "--policy", f"{ODD}-limits.toml").code in (0, 1, 3)
    assert odd.type(*words, "--dry-run", "-o", f"{ODD}-plan").code == 0


@pytest.mark.parametrize(
    "words",
    [
        ("assess", f"{ODD}-gone.toml"),
        ("assess", f"{ODD}-gone.joblib", *MODEL),
        ("assess", "model.joblib", "--data", "test.csv", "--target", ODD, "--trust-file"),
        ("assess", "--resume", ODD),
        ("assess", "--plan", f"{ODD}.toml"),
        ("assess", "--policy", f"{ODD}.csv"),
        ("assess", f"{ODD}:{ODD}", "--data", "test.csv", "--target", TARGET),
        ("assess", f"http://{ODD}/x", "--data", "test.csv", "--target", TARGET),
        ("assess", "model.joblib", "--data", "test.csv", "--target", TARGET, "--trust-file", "--positive", ODD),
        ("report", f"{ODD}-folder"),
        ("report", ODD),
        ("rejudge", ODD, "--policy", f"{ODD}.toml"),
        ("policy", "check", f"{ODD}.csv"),
        ("init", f"{ODD}.toml"),
        ("init", f"{ODD}-gone", "--data", f"{ODD}.csv", "--target", TARGET, "-o", f"{ODD}-new.toml"),
        ("checks", ODD),
    ],
)
def test_a_mistake_with_an_odd_name_is_one_clear_message(odd: Desk, words: tuple[str, ...]) -> None:
    said = odd.type(*words)
    assert "unexpected" not in said.err
    said.refuses()


def test_a_description_is_drafted_or_refused_for_an_odd_name(odd: Desk) -> None:
    words = ("init", f"{ODD}.joblib", "--data", "test.csv", "--target", TARGET, "--trust-file", "-o", f"{ODD}-n.toml")
    said = odd.type(*words)
    assert said.code in (0, 2), said.err
    assert "unexpected" not in said.err
    assert said.code == 2 or odd.type("assess", f"{ODD}-n.toml", "--only", "usage/error-rate").code in (0, 1, 2, 3)


@pytest.mark.parametrize("name", ["a" * 300 + ".toml", "b/" * 3000 + "c.toml"])
@pytest.mark.parametrize(
    "words", [("assess",), ("report",), ("policy", "check"), ("assess", "--plan"), ("assess", "-o")]
)
def test_a_name_that_no_file_can_have_is_one_clear_message(desk: Desk, words: tuple[str, ...], name: str) -> None:
    said = desk.type(*words, name)
    assert "unexpected" not in said.err
    assert said.code in (2, 3)
    assert said.err.count("probatum: ") == 1


@pytest.mark.slow
def test_a_run_in_a_folder_with_an_odd_name_works_in_a_plain_locale(odd: Desk) -> None:
    done = subprocess.run(
        [PROBATUM.encode() if isinstance(PROBATUM, str) else PROBATUM, "assess", "--only", "usage/error-rate"],
        cwd=Path(f"{ODD}-folder"),
        env=os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        capture_output=True,
        check=False,
    )
    assert done.returncode in (0, 1, 3), done.stderr
    assert b"report.html" in done.stdout
