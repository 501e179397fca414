# SPDX-License-Identifier: Apache-2.0
"""A run that was cut short goes on where it stopped, and comes to the same record as one that never was."""

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from functional.test_cut_short import PATIENCE, small_disk, start, wait_for
from functional.workshop import Desk

__all__ = ["small_disk"]
pytestmark = pytest.mark.slow  # processes are started and stopped by the dozen
KILLS = int(os.environ.get("PROBATUM_KILLS", "6"))
SOME = ("--only", "usage/*", "--only", "input-manipulation/malformed-input")  # enough to be cut short, with refits


def whole(desk: Desk, run: str) -> str:
    """Run to the end without a break and return the record's id."""
    said = desk.type("assess", *SOME, "-o", run)
    assert said.code in (0, 1, 3), said.err
    return desk.record_id(run)


def recipe(desk: Desk) -> None:
    """Add a recipe, so that the plan holds refits too."""
    desk.write(
        "recipe.py",
        "from sklearn.linear_model import LogisticRegression\n"
        "from sklearn.pipeline import make_pipeline\n"
        "from sklearn.preprocessing import StandardScaler\n"
        "def train(rows, seed):\n"
        "    x, y = rows[['age', 'income']], rows['repaid']\n"
        "    return make_pipeline(StandardScaler(), LogisticRegression()).fit(x, y)\n",
    )
    desk.describe(("[data]", '[recipe]\ntrain = "recipe:train"\n\n[data]'))


def lines_of(desk: Desk, jobs: str) -> int:
    """Return how many lines a run says from its plan to its end."""
    process = start("assess", *SOME, "-o", f"counted-{jobs}", "--jobs", jobs)
    wait_for(process, "plan:")
    _, said = process.communicate(timeout=PATIENCE)
    return len(said.splitlines())


def cut(run: Path, jobs: str, lines: int, later: float) -> None:
    """Start a run and kill it a little after so many lines, of those from its plan on; before that where negative."""
    process = start("assess", *SOME, "-o", str(run), "--jobs", jobs)
    if lines >= 0:
        wait_for(process, "plan:")
    assert process.stderr is not None
    for _ in range(lines):
        process.stderr.readline()
    time.sleep(later)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=PATIENCE)


def test_the_record_is_the_same_when_killed_at_random_moments_and_resumed(desk: Desk) -> None:
    recipe(desk)
    wanted = whole(desk, "whole")
    lines = {jobs: lines_of(desk, jobs) for jobs in ("1", "2")}
    moments = random.Random(0)
    ids, resumed = [], 0
    for kill in range(KILLS):
        run = desk.folder / f"run-{kill}"
        jobs = str(1 + kill % 2)
        # after a line rather than a time, so that a busy machine is killed in the middle too
        cut(run, jobs, moments.randrange(lines[jobs] // 2) if kill % 10 else -1, moments.uniform(0, 0.3))
        if not run.exists():  # before it made its folder: nothing to go on with
            continue
        if (run / "report.html").exists() and not (run / "unfinished").exists():
            ids.append(desk.record_id(run.name))  # it was done before the blow came
            continue
        said = desk.type("assess", "--resume", run)
        assert said.code in (0, 1, 3), said.err
        assert not (run / "unfinished").exists()
        assert not list(run.rglob(".*"))
        ids.append(desk.record_id(run.name))
        resumed += 1
    print(f"{KILLS} kills: {resumed} resumed, {len(ids) - resumed} done before, {KILLS - len(ids)} not begun")
    assert set(ids) == {wanted}
    assert resumed >= KILLS // 4


def test_findings_are_not_made_again_when_they_were_kept(desk: Desk) -> None:
    wanted = whole(desk, "whole")
    run = desk.folder / "run"
    process = start("assess", *SOME, "-o", str(run))
    wait_for(process, "wrongly")  # the first finding is on the disk before it is told
    process.kill()
    process.communicate(timeout=PATIENCE)
    assert sorted((run / "unfinished").glob("unit-*.json"))
    said = desk.type("assess", "--resume", run)
    assert "asking the model" not in said.err
    assert desk.record_id("run") == wanted
    assert json.loads((run / "plan.json").read_bytes()) == json.loads((desk.folder / "whole/plan.json").read_bytes())


def test_it_goes_on_when_a_full_disk_has_room_again(desk: Desk, small_disk: Callable[[int], Path]) -> None:
    wanted = whole(desk, "whole")
    place = small_disk(40)
    run = place / "run"
    desk.type("assess", *SOME, "-o", run).refuses("the disk is full", code=3)
    subprocess.run(["mount", "-o", "remount,size=20m", str(place)], check=True)
    said = desk.type("assess", "--resume", run)
    assert said.code in (0, 1, 3), said.err
    record = desk.type("report", run, "--format", "json")
    assert wanted.removeprefix("sha256:") in record.out


def test_it_refuses_when_the_data_changed_in_between(desk: Desk) -> None:
    run = desk.folder / "run"
    process = start("assess", *SOME, "-o", str(run))
    wait_for(process, "[1/")
    process.kill()
    process.communicate(timeout=PATIENCE)
    with (desk.folder / "test.csv").open("a", encoding="utf-8") as file:
        file.write("30,30.0,f,north,yes\n")
    desk.type("assess", "--resume", run).refuses("for another system, or its data have other rows")


def test_it_refuses_when_a_cell_changed_in_between(desk: Desk) -> None:
    run = desk.folder / "run"
    process = start("assess", *SOME, "-o", str(run))
    wait_for(process, "[1/")
    process.kill()
    process.communicate(timeout=PATIENCE)
    text = (desk.folder / "test.csv").read_text(encoding="utf-8")
    (desk.folder / "test.csv").write_text(text.replace("north", "south", 1), encoding="utf-8")
    desk.type("assess", "--resume", run).refuses("the model or the data changed")


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("--resume", "gone"), "is not a folder"),
        (("--resume", "whole"), "holds a run that is whole"),
        (("--resume", "."), "no run was begun there"),
        (("--resume", "run", "-o", "other"), "leave out --plan, -o"),
    ],
)
def test_it_refuses_when_there_is_nothing_to_go_on_with(desk: Desk, words: tuple[str, ...], wanted: str) -> None:
    if "whole" in words:
        whole(desk, "whole")
    desk.type("assess", *words).refuses(wanted)
