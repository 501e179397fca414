# SPDX-License-Identifier: Apache-2.0
"""Are there inputs that cost much more time than usual ones?"""

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import probatum
from probatum.adapters.interface import Wish, few, wrap
from probatum.checks.input_manipulation.hunting import fitting
from probatum.checks.input_manipulation.slow_inputs import Options, run
from probatum.cli.app import run as command
from probatum.errors import ModelError
from probatum.facts.finding import State
from probatum.facts.plan import OBSERVED, Terms
from probatum.planted.input_manipulation.slow_inputs import build
from probatum.seeds import stream
from probatum.systems.clocks import PROCESSOR, WALL, Clock
from probatum.systems.datasets import Said, from_arrays
from probatum.systems.system import System
from probatum.systems.views import TestRows

FRAME = pd.DataFrame({"age": np.arange(20.0, 80.0), "note": [f"sent by form {place}" for place in range(60)]})
TRUTH = np.tile([0, 1], 30)


class Meter:
    """A clock that stands still but for the work it is told of."""

    def __init__(self, noise=0.02):
        self.spent = 0.0
        self.most = 0.0  # of one answer
        self.calls = 0
        self._noise = noise
        self._rng = np.random.Generator(np.random.PCG64(0))

    def work(self, amount):
        self.calls += 1
        self.most = max(self.most, amount)
        self.spent += amount * np.exp(self._rng.normal(0, self._noise))

    @property
    def clock(self):
        return Clock(read=lambda: self.spent, counts="the work that was counted")


def asked(cost, *, features=FRAME, truth=TRUTH, seed=0, options=None, meter=None):
    """Hunt in a system whose answer to a row costs what ``cost`` says of its features."""
    meter = meter or Meter()

    def answer(rows):
        meter.work(cost(rows))
        return np.zeros(len(rows), dtype=int)

    data = from_arrays((features, truth))
    system = System.of(wrap(answer, few(data.test), Wish(output="labels")), data, clock=meter.clock)
    meter.calls = 0
    finding = run(
        system, TestRows(rows=data.test), options or Options(), Terms(confidence=0.95), stream(seed, "slow inputs")
    )
    return finding, meter


def longest(rows):
    return max(len(str(cell)) for cell in rows["note"])


def test_no_slow_input_is_found_when_every_input_costs_the_same():
    finding, meter = asked(lambda rows: 1.0, meter=Meter(noise=0))
    assert finding.state is State.MEASURED
    assert finding.measures["slowdown"].value == pytest.approx(1)
    assert finding.sentence == "On this machine, no input was found that takes notably longer than a usual case."
    assert any("does not depend on the input" in detail for detail in finding.details)
    assert meter.calls < 110


def test_one_sentence_and_one_verdict_come_of_noise_when_nothing_costs_more():
    found = []
    for seed in range(30):
        meter = Meter(noise=0.15)
        meter._rng = np.random.Generator(np.random.PCG64(seed))
        finding, _ = asked(lambda rows: 1.0, meter=meter, seed=seed)
        found.append((finding.state, finding.sentence, finding.measures["slowdown"].interval.upper <= 3))
    assert len(set(found)) == 1  # within even the strictest limit, each time


@pytest.mark.parametrize(
    ("what", "cost"),
    [
        ("nothing but missing cells", lambda rows: 1 + 6.0 * rows.isna().to_numpy().any()),
        ("so tiny", lambda rows: 1 + 6.0 * (0 < abs(float(rows["age"].iloc[0])) < 1e-30)),
        ("the middle of every column", lambda rows: 1 + 6.0 * (float(rows["age"].iloc[0]) == 49.5)),
        ("incomparably larger", lambda rows: 1 + 6.0 * (float(rows["age"].iloc[0]) > 1e200)),
        ("letters", lambda rows: 1 + 6.0 * (longest(rows) > 10_000)),
    ],
)
def test_the_slow_input_is_found_and_named_when_it_is_of_a_known_kind(what, cost):
    finding, _ = asked(cost)
    slowdown = finding.measures["slowdown"]
    assert slowdown.interval.lower <= 7 <= slowdown.interval.upper
    assert what in finding.details[0]
    assert finding.advice


def test_two_slow_cells_are_put_together_when_no_row_has_both():
    def cost(rows):
        return 1 + 2.0 * rows["age"].isna().any() + 2.0 * (longest(rows) > 1000) * (1 + rows["age"].isna().any())

    finding, _ = asked(cost, options=Options(children=60))
    assert finding.measures["slowdown"].interval.lower > 5
    assert "a mixture" in finding.details[0]


def test_exponential_growth_never_hangs_the_run_when_letters_are_added():
    finding, meter = asked(lambda rows: 1 + 2.0 ** min(longest(rows) - 20, 200))
    assert finding.measures["slowdown"].interval.lower > 10
    assert meter.most <= 2.0**8 + 1  # 28 letters; 224 were never tried


def test_a_regular_expression_blows_up_when_its_letters_can_be_read_in_many_ways():
    pattern = re.compile(r"(a+)+$")

    def answer(rows):
        return np.array([int(bool(pattern.match(str(cell).replace("s", "a")))) for cell in rows["note"]])

    data = from_arrays((FRAME, TRUTH))
    system = System.of(wrap(answer, few(data.test), Wish(output="labels")), data, clock=PROCESSOR)
    # no mixtures: they hold the same slow word, and which of two equally slow inputs looks slower is a matter of luck
    finding = run(system, TestRows(rows=data.test), Options(children=0), Terms(confidence=0.95), stream(0, "t"))
    assert finding.measures["slowdown"].interval.lower > 2
    assert "a sign that does not fit" in finding.details[0]


def test_longer_arrays_are_mixed_when_several_cost_more():
    # what a network with adaptive pooling does: it takes pictures of any width, and each cell costs time
    pictures = np.random.default_rng(0).random((60, 1, 4, 4))
    finding, _ = asked(lambda rows: 1.0 + rows.shape[-1] / 8, features=pictures, options=Options(far=1e6))
    assert finding.state is State.MEASURED
    assert finding.measures["slowdown"].value == pytest.approx(33 / 1.5, rel=0.1)  # 64 times as wide


def test_longer_arrays_are_tried_when_the_model_takes_any_length():
    features = np.random.default_rng(0).normal(size=(60, 5))
    finding, _ = asked(lambda rows: float(rows.shape[1]), features=features)
    assert finding.measures["slowdown"].interval.lower > 10
    assert "times as long" in finding.details[0]


@pytest.mark.parametrize("size", [1, 2, 5, 10])
def test_the_range_holds_the_planted_cost_when_one_category_is_slow(size):
    held = 0
    for seed in range(20):
        system = build(size, stream(seed, "planted"))
        finding = run(system, TestRows(rows=system.data.test), Options(), Terms(confidence=0.95), stream(seed, "hunt"))
        slowdown = finding.measures["slowdown"]
        held += slowdown.interval.lower <= size <= slowdown.interval.upper
    assert held >= 17


def test_memory_is_told_when_one_input_needs_much():
    def answer(rows):
        held = np.zeros(2_000_000 if rows["age"].max() > 1e200 else 100_000)
        return np.zeros(len(rows), dtype=int) + int(held[0])

    data = from_arrays((FRAME, TRUTH))
    system = System.of(wrap(answer, few(data.test), Wish(output="labels")), data, clock=PROCESSOR)
    finding = run(system, TestRows(rows=data.test), Options(), Terms(confidence=0.95), stream(0, "t"))
    assert any("The most memory was needed for numbers" in detail for detail in finding.details)


def waits(rows):
    time.sleep(0.01)
    return np.zeros(len(rows), dtype=int)


def works(rows):
    return np.zeros(len(rows), dtype=int) + int(sum(range(200_000)) < 0)


def works_elsewhere(rows):
    return np.zeros(len(rows), dtype=int) + int(subprocess.run([sys.executable, "-c", "0"], check=True).returncode)


@pytest.mark.parametrize(("function", "clock"), [(waits, WALL), (works, PROCESSOR), (works_elsewhere, WALL)])
def test_the_clock_fits_where_the_work_is_done_however_busy_the_machine_is(function, clock):
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2 * (os.cpu_count() or 1))]
    try:
        data = from_arrays((FRAME, TRUTH))
        system = System.of(wrap(function, few(data.test), Wish(output="labels")), data)
        rows = [data.test.take(np.array([place])) for place in range(4)]
        assert fitting(system, rows) is clock
    finally:
        for process in busy:
            process.kill()
            process.wait()


@pytest.mark.slow
def test_the_slow_input_is_found_when_the_model_only_waits_for_it():
    def answer(rows):
        if (rows["age"] > 500).any():
            time.sleep(0.03)
        return np.zeros(len(rows), dtype=int)

    data = from_arrays((FRAME, TRUTH))
    system = System.of(wrap(answer, few(data.test), Wish(output="labels")), data)
    view = TestRows(rows=data.test, train=None)
    finding = run(system, view, Options(pairs=8), Terms(confidence=0.95), stream(0, "t"))
    assert finding.measures["slowdown"].interval.lower > 3
    assert any("kept a processor busy, or was waiting for an answer" in detail for detail in finding.details)


def test_the_answer_stays_open_when_the_system_stops_answering():
    left = [60]
    meter = Meter()

    def answer(rows):
        left[0] -= 1
        meter.work(1 + 3 * rows["age"].isna().any())
        if left[0] < 0:
            raise ModelError("gone")
        return np.zeros(len(rows), dtype=int)

    data = from_arrays((FRAME, TRUTH))
    system = System.of(wrap(answer, few(data.test), Wish(output="labels")), data, clock=meter.clock)
    finding = run(system, TestRows(rows=data.test), Options(), Terms(confidence=0.95), stream(0, "t"))
    assert finding.measures["slowdown"].value is None
    assert "stopped answering" in finding.measures["slowdown"].why


def test_the_question_does_not_apply_when_only_a_table_of_cases_is_left():
    data = from_arrays((FRAME, TRUTH))
    system = System.of(wrap(lambda rows: TRUTH, few(data.test), Wish(output="labels")), data)
    rows = replace(data.test, said=Said(labels=TRUTH))
    finding = run(system, TestRows(rows=rows), Options(), Terms(confidence=0.95), stream(0, "t"))
    assert finding.state is State.NOT_APPLICABLE


class TestBesideTheRecord:
    """What is measured on one machine is judged, and stands outside the record."""

    @pytest.fixture
    def assessed(self, tmp_path):
        def answer(rows):
            work = 600_000 if rows["age"].isna().any() else 5_000
            return np.full(len(rows), int(sum(range(work)) < 0))

        return probatum.assess(
            answer,
            test=(FRAME, TRUTH),
            only=["input-manipulation/slow-inputs"],
            output="labels",
            folder=tmp_path / "run",
        )

    def test_it_is_judged_but_not_recorded_when_a_run_ends(self, assessed):
        assert assessed.record.findings == ()
        (finding,) = assessed.observed.findings
        assert (finding.part, finding.judged) == (OBSERVED, ("slowdown",))
        assert assessed.verdict == "fail"
        assert "slowest input found" in (assessed.folder / "report.html").read_text()
        assert "Slow inputs" in (assessed.folder / "report.html").read_text()

    def test_the_run_is_refused_when_what_was_judged_is_altered(self, assessed, capsys):
        file = assessed.folder / "observed.json"
        seen = json.loads(file.read_text())
        seen["findings"][0]["measures"]["slowdown"]["value"] = 1.0
        file.write_text(json.dumps(seen))
        assert command(["report", str(assessed.folder)]) == 2
        assert "observed.json" in capsys.readouterr().err
