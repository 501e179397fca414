# SPDX-License-Identifier: Apache-2.0
"""What an interrupted run has kept: a piece that was altered or damaged is reported and measured again."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from functional.workshop import Desk
from hostile.forging import change_file
from probatum.errors import RunFolderError
from probatum.runs.hold import hold
from probatum.runs.unfinished import Unfinished

ONLY = ("--only", "usage/error-rate", "--only", "usage/overfitting")
RECIPE = """\
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
def train(rows, seed):
    x, y = rows[['age', 'income']], rows['repaid']
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(x, y)
"""


@pytest.fixture
def interrupted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run that was cut short after all was measured and before anything was written down."""
    desk.write("recipe.py", RECIPE)
    desk.describe(("[data]", '[recipe]\ntrain = "recipe:train"\n\n[data]'))
    assert desk.type("assess", *ONLY, "-o", "whole").code in (0, 1, 3)
    real = shutil.rmtree
    with monkeypatch.context() as patch:  # a run that is killed before it removes what it kept
        patch.setattr("probatum.runs.unfinished.shutil.rmtree", lambda *_, **__: None)
        assert desk.type("assess", *ONLY, "-o", "run").code in (0, 1, 3)
    run = desk.folder / "run"
    for file in (*run.glob("*.json"), run / "report.html"):
        if file.name != "plan.json":
            file.unlink()
    assert shutil.rmtree is real
    return run


def resume(desk: Desk, *, reported: str | None) -> None:
    """Go on, and come to the same record as a run that was never interrupted."""
    said = desk.type("assess", "--resume", "run")
    assert said.code in (0, 1, 3), said.err
    assert ("altered or damaged" in said.err) is (reported is not None)
    assert reported is None or reported in said.err
    assert desk.record_id("run") == desk.record_id("whole")
    assert desk.judgement("run").verdicts == desk.judgement("whole").verdicts
    assert desk.type("report", "run").code == 0


def test_pieces_that_nobody_altered_are_used(desk: Desk, interrupted: Path) -> None:
    resume(desk, reported=None)


def no_mistakes(piece: Any) -> None:
    for measure in piece["fact"]["measures"].values():
        measure.update(value=0.0, interval=None)


PIECES: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "a finding": ("unit-*.json", lambda file: change_file(file, no_mistakes), "usage/"),
    "cut in half": ("unit-*.json", lambda file: file.write_bytes(file.read_bytes()[:200]), "usage/"),
    "nothing": ("unit-*.json", lambda file: file.write_bytes(b""), "usage/"),
    "of another kind": ("unit-*.json", lambda file: file.write_bytes(b'{"rows": 1}'), "usage/"),
    "where answers lie": (
        "answers-test.json",
        lambda file: change_file(file, lambda piece: piece["fact"]["failures"].update(ValueError=9)),
        "the answers about the test rows",
    ),
    "an array of a refit": ("*.npy", lambda file: file.write_bytes(file.read_bytes()[:-1] + b"x"), "without part"),
    "an array that is gone": ("*.npy", lambda file: file.unlink(), "without part"),
}


@pytest.mark.parametrize("piece", PIECES)
def test_a_piece_that_was_altered_is_reported_and_made_again(desk: Desk, interrupted: Path, piece: str) -> None:
    pattern, change, reported = PIECES[piece]
    change(sorted((interrupted / "unfinished").glob(pattern))[0])
    resume(desk, reported=reported)


def test_a_finding_of_another_unit_is_not_taken(desk: Desk, interrupted: Path) -> None:
    first, second = sorted((interrupted / "unfinished").glob("unit-*.json"))[:2]
    shutil.copy(first, second)
    resume(desk, reported="usage/")


def test_a_finding_of_another_run_is_not_taken(desk: Desk, interrupted: Path) -> None:
    def other_start(piece: Any) -> None:
        piece["started"] = "sha256:" + "0" * 64

    change_file(sorted((interrupted / "unfinished").glob("unit-*.json"))[0], other_start)
    resume(desk, reported="usage/")


def test_answers_that_were_altered_are_asked_for_again(desk: Desk, interrupted: Path) -> None:
    labels = json.loads((interrupted / "unfinished" / "answers-test.json").read_bytes())["fact"]["digests"]
    file = interrupted / "arrays" / (labels["test/labels"].removeprefix("sha256:") + ".npy")
    file.write_bytes(file.read_bytes()[:-4] + b"\1\0\0\0")
    resume(desk, reported="the answers about the test rows")


@pytest.mark.parametrize("key", ["plan", "versions", "format"])
def test_an_altered_start_is_refused(desk: Desk, interrupted: Path, key: str) -> None:
    value: dict[str, Any] = {"plan": "sha256:" + "1" * 64, "versions": {"numpy": "0"}, "format": "other/1"}
    change_file(interrupted / "unfinished" / "started.json", lambda started: started.update({key: value[key]}))
    desk.type("assess", "--resume", "run").refuses("cannot go on")


def test_an_altered_plan_is_refused(desk: Desk, interrupted: Path) -> None:
    change_file(interrupted / "plan.json", lambda plan: plan["units"].pop())
    desk.type("assess", "--resume", "run").refuses("the plan changed")


def test_a_count_of_rows_that_was_altered_is_refused(tmp_path: Path) -> None:
    with hold(tmp_path) as held:
        Unfinished(held).keep_asked(900)
        assert Unfinished(held).asked() == 900
        change_file(tmp_path / "unfinished" / "asked.json", lambda piece: piece["fact"].update(rows=0))
        with pytest.raises(RunFolderError, match="nobody knows how many rows"):
            Unfinished(held).asked()
