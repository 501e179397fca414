# SPDX-License-Identifier: Apache-2.0
"""How far a run is, and in how many processes, as users meet it."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

import probatum
from functional.workshop import Desk
from probatum.runs import assess as assessing
from probatum.runs import display

PROBATUM = Path(sys.executable).with_name("probatum")
WORDS = ("--only", "usage/error-rate", "--only", "input-manipulation/corruption")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_long_check_tells_how_far_it_is(desk: Desk, jobs: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "EVERY", 0.0)
    monkeypatch.setattr(display, "LIVE_EVERY", 0.002)  # the check may be over in less than the usual half second
    said = desk.assess(*WORDS, "--jobs", jobs)
    assert "… input-manipulation/corruption: rows damaged, " in said.err


def test_nothing_but_errors_is_said_when_it_is_to_be_quiet(desk: Desk) -> None:
    said = desk.assess("--quiet", "--only", "usage/error-rate")
    assert said.err == ""
    assert "The report: " in said.out
    assert desk.assess("--quiet", "-o", "run", "--only", "usage/error-rate").refuses("is not an empty folder")


@pytest.mark.slow
def test_a_terminal_is_told_live_and_left_clean(desk: Desk) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen([PROBATUM, "assess", "-o", "run", *WORDS], stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    said = b""
    try:
        while more := os.read(ours, 1000):
            said += more
    except OSError:  # its end, on Linux
        pass
    os.close(ours)
    assert process.wait(600) in (0, 1)
    assert b"\r" in said
    assert b"plan: 2 checks" in said
    assert b"[2/2]" in said
    assert said.endswith(b"\n") or said.endswith(b"\r")


def test_a_run_shows_itself_briefly_in_python(desk: Desk) -> None:
    run = probatum.assess("probatum.toml", only=["usage/*"], folder="run")
    assert len(repr(run)) < 300
    assert "'lender'" in repr(run)
    assert str(run.verdict.value) in repr(run)
    assert "run/report.html" in repr(run)
    assert run._repr_html_().startswith("<iframe")


def test_python_tells_how_far_it_is_only_where_somebody_watches(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(name: str, **words: bool) -> str:
        probatum.assess("probatum.toml", only=["usage/error-rate"], folder=name, **words)
        return capsys.readouterr().err

    assert said("a") == ""
    assert "plan: 1 check" in said("b", progress=True)
    monkeypatch.setitem(sys.modules, "ipykernel", sys)  # in a notebook
    assert "plan: 1 check" in said("c")
    assert said("d", progress=False) == ""


def test_a_run_uses_the_cores_there_are_where_that_pays(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = desk.assess(*WORDS, "-o", "alone", "--jobs", "1")
    monkeypatch.setattr(assessing, "WORTH_PROCESSES", 0.0)
    monkeypatch.setattr(assessing, "cores", lambda: 64)
    wanted = []
    monkeypatch.setattr(assessing, "Measuring", lambda *given, own=assessing.Measuring: _Noted(own(*given), wanted))
    beside = desk.assess(*WORDS, "-o", "beside")
    assert wanted == [4]
    assert beside.code == alone.code
    assert desk.record_id("beside") == desk.record_id("alone")


class _Noted:
    """Work that notes in how many processes it is to be done."""

    def __init__(self, own: object, wanted: list[int]) -> None:
        self._own, self._wanted = own, wanted

    def run(self, jobs: int) -> object:
        self._wanted.append(jobs)
        return self._own.run(min(jobs, 2))  # type: ignore[attr-defined]
