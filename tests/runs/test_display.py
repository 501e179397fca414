# SPDX-License-Identifier: Apache-2.0
"""What is shown while a run goes on; the clock stands still but for what the tests say."""

import pytest

from probatum.facts.finding import Finding
from probatum.facts.plan import Effort, Plan, Subject, Unit
from probatum.facts.policy import Stakes
from probatum.facts.progress import Step
from probatum.facts.record import FindingVerdict, Verdict
from probatum.facts.threats import Task
from probatum.runs.display import EVERY, WIDTH, Display
from probatum.runs.forecast import Forecast, Remaining, duration, shared

SLOW = Unit(check="input-manipulation/evasion", seed_name="e", options={})
QUICK = Unit(check="usage/error-rate", seed_name="r", options={})
SUBJECT = Subject(
    name="s", purpose=None, affected=None, stakes=Stakes.MEDIUM, stakes_assumed=True, task=Task.BINARY,
    classes=("no", "yes"), target="y", train_rows=0, test_rows=10, columns=2, notes=(),
)  # fmt: skip
PLAN = Plan(
    format="f", subject=SUBJECT, seed="0", effort=Effort.STANDARD, confidence=0.95, policy="p", chunk_rows=1,
    include_rows=False, units=(QUICK, SLOW), omitted=(),
)  # fmt: skip
FORECAST = Forecast(checks={QUICK.check: 2.0, SLOW.check: 40.0}, beside=1.0)


class Watched:
    """A display, a clock that is moved by hand, and all that was written."""

    def __init__(self, *, live: bool = False, debug: bool = False) -> None:
        self.now, self.text = 0.0, ""
        self.display = Display(self._take, live=live, debug=debug, clock=lambda: self.now)

    def _take(self, text: str) -> None:
        self.text += text

    def after(self, seconds: float) -> str:
        """Let time pass, look, and return what was written then."""
        self.now += seconds
        before = len(self.text)
        self.display.look()
        return self.text[before:]


def finding(unit: Unit) -> tuple[Finding, FindingVerdict]:
    return Finding(sentence="All is well.", check=unit.check), FindingVerdict(
        check=unit.check, part="", verdict=Verdict.PASS, why="", measures=()
    )


@pytest.fixture
def piped() -> Watched:
    watched = Watched()
    watched.display.planned(PLAN, FORECAST)
    return watched


def test_the_plan_says_about_how_long_it_takes(piped: Watched) -> None:
    assert "plan: 2 checks (usage/error-rate, input-manipulation/evasion), about 40 seconds" in piped.text


def test_a_pipe_hears_now_and_then_how_far_a_check_is(piped: Watched) -> None:
    piped.display.started(SLOW)
    assert piped.after(EVERY - 1) == ""
    assert "input-manipulation/evasion: running for about 20 seconds" in piped.after(1)
    assert piped.after(1) == ""
    piped.display.advanced(SLOW, Step(what="rows tried", done=100, of=500))
    assert "input-manipulation/evasion: rows tried, 100 of 500" in piped.after(EVERY)


def test_a_check_that_takes_longer_than_foreseen_tells_how_long_by_its_own_speed(piped: Watched) -> None:
    piped.display.started(SLOW)
    piped.after(100)
    assert "it takes longer than foreseen" in piped.text
    piped.display.advanced(SLOW, Step(what="rows tried", done=0, of=500))
    piped.now += 100
    piped.display.advanced(SLOW, Step(what="rows tried", done=50, of=500))
    assert "(about 18 minutes left)" in piped.after(EVERY)


@pytest.mark.parametrize(
    ("unit", "passed", "late"),
    [(QUICK, 3.0, False), (QUICK, 11.9, False), (QUICK, 12.0, True), (SLOW, 79.0, False), (SLOW, 80.0, True)],
)
def test_only_what_is_far_beyond_what_was_foreseen_is_said_to_be(unit: Unit, passed: float, late: bool) -> None:
    now = [0.0]
    remaining = Remaining(FORECAST, lambda: now[0])
    remaining.start(unit.check)
    now[0] = passed
    assert (remaining.told() == "it takes longer than foreseen") is late


def test_a_check_of_which_no_time_was_foreseen_is_not_late_when_it_begins(piped: Watched) -> None:
    piped.display.planned(PLAN, Forecast(checks={QUICK.check: 0.0, SLOW.check: 40.0}))
    piped.display.started(QUICK)
    assert "[1/2] usage/error-rate … (about 40 seconds left)" in piped.text


def test_work_whose_end_nobody_knows_is_counted(piped: Watched) -> None:
    piped.display.started(SLOW)
    piped.display.advanced(SLOW, Step(what="rows asked about", done=12_000))
    assert "running for about 20 seconds, 12,000 rows asked about" in piped.after(EVERY)


def test_a_terminal_shows_it_live_in_one_line_that_gives_way_to_others() -> None:
    watched = Watched(live=True)
    watched.display.planned(PLAN, FORECAST)
    watched.display.started(SLOW)
    shown = watched.after(1)
    assert shown.startswith("\r")
    assert "\n" not in shown
    assert len(watched.after(1).strip("\r").rstrip()) <= WIDTH
    watched.display.finished(*finding(SLOW))
    last = watched.text.rpartition("\r")[2]
    assert last.endswith("passed: All is well.\n")
    assert watched.after(1) == ""  # nothing is running


def test_nothing_is_shown_any_more_when_it_ended() -> None:
    watched = Watched(live=True)
    watched.display.planned(PLAN, FORECAST)
    watched.display.started(SLOW)
    watched.after(1)
    watched.display.ended()
    assert watched.text.endswith("\r")  # the half line is wiped away
    assert watched.after(100) == ""


def test_a_traceback_is_shown_only_when_asked_for() -> None:
    for debug in (False, True):
        watched = Watched(debug=debug)
        watched.display.stopped("usage/error-rate", "Traceback: deep inside\n")
        assert ("deep inside" in watched.text) is debug


def test_what_steers_a_terminal_is_not_written(piped: Watched) -> None:
    piped.display.stage("a name \x1b[31m in red")
    assert "\x1b" not in piped.text


def test_the_speed_of_finished_checks_sets_the_rest_right() -> None:
    now = [0.0]
    remaining = Remaining(Forecast(checks={"a": 10.0, "b": 10.0}), lambda: now[0])
    assert remaining.seconds() == 20
    assert remaining.start("a")
    assert not remaining.start("a")  # its second part
    now[0] += 20
    remaining.finish("a")
    assert remaining.seconds() == 20  # b takes twice as long as foreseen too


@pytest.mark.parametrize(("seconds", "jobs", "wanted"), [([6, 1, 1], 2, 6), ([4, 4, 4], 2, 6), ([], 2, 0), ([5], 4, 5)])
def test_work_side_by_side_takes_at_least_its_longest_piece(seconds: list[float], jobs: int, wanted: float) -> None:
    assert shared(seconds, jobs) == wanted


@pytest.mark.parametrize(
    ("seconds", "wanted"),
    [(3, "a few seconds"), (44, "about 40 seconds"), (600, "about 10 minutes"), (9000, "about 2.5 hours")],
)
def test_a_span_of_time_is_told_roughly(seconds: float, wanted: str) -> None:
    assert duration(seconds) == wanted


def test_a_worker_that_tells_late_that_a_check_began_starts_it_no_second_time(piped: Watched) -> None:
    piped.display.started(QUICK)
    piped.display.finished(*finding(QUICK))
    piped.display.finished(*finding(SLOW))
    before = piped.text
    piped.display.started(SLOW)
    assert piped.text == before
    assert "[2/2] input-manipulation/evasion: ✓ passed: All is well." in piped.text
    assert piped.after(2 * EVERY) == ""
