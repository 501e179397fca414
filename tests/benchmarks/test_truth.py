# SPDX-License-Identifier: Apache-2.0
"""`make truth` in small: one table, 20 samples, every judged measure counted. And what it counts by."""

from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from probatum.facts.finding import Finding, Measure
from probatum.facts.interval import Interval
from probatum.facts.policy import Stakes
from probatum.runs.policies import shipped

FOLDER = Path(__file__).parents[2] / "benchmarks" / "truth"
SAMPLES = 20
ROWS = 1_000
MOST_MISSED = 4  # of 20: a range that holds 95 times of 100 misses more once in 3,000
MOST_WRONG = 1


@pytest.fixture
def truth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Return the benchmark's modules; results are kept in a folder of the test."""
    monkeypatch.syspath_prepend(FOLDER)
    import outcomes
    import populations
    import real_tables
    import run
    import sampling
    import store
    from truths import error_slices
    from truths.truth import Truth

    monkeypatch.setattr(store, "FOLDER", tmp_path)
    return SimpleNamespace(
        outcomes=outcomes,
        populations=populations,
        run=run,
        sampling=sampling,
        slices=error_slices,
        store=store,
        tables=real_tables,
        Truth=Truth,
    )


@pytest.mark.slow
def test_ranges_hold_the_truth_and_verdicts_are_right_when_samples_come_from_adult(truth: SimpleNamespace) -> None:
    try:
        table = truth.tables.TABLES["Adult"]()
    except truth.tables.Absent as absent:
        pytest.skip(f"{absent}; PROBATUM_DATA names the folder")
    people = truth.populations.population(table, "logistic regression")
    trials = [one for one in truth.run.TRIALS if one.fits(people.name) and not one.slow]
    held, wrong, runs = Counter[str](), Counter[str](), Counter[str]()
    for repetition in range(SAMPLES):
        sample = truth.sampling.draw(people, ROWS, np.random.Generator(np.random.PCG64(repetition)))
        for trial in trials:
            for one in truth.run.run_one(trial, people, sample, repetition):
                runs[one["measure"]] += 1
                held[one["measure"]] += one["held"]
                wrong[one["measure"]] += one["wrong"]
    assert set(runs) >= {"skill", "calibration_error", "worst_excess", "max_gap", "gap"}
    assert all(count == SAMPLES for measure, count in runs.items() if measure != "max_gap")
    assert runs["max_gap"] >= SAMPLES / 2  # of few people, a range may be hidden
    assert {name: held[name] for name in runs if runs[name] - held[name] > MOST_MISSED} == {}
    assert {name: wrong[name] for name in runs if wrong[name] > MOST_WRONG} == {}


@pytest.mark.parametrize(
    ("true", "held", "wrong"), [((0.03, 0.03), True, False), ((0.06, 0.06), False, True), ((0.03, 0.05), False, False)]
)
def test_verdict_is_wrong_when_it_passes_what_is_beyond_the_limit(
    truth: SimpleNamespace, true: tuple[float, float], held: bool, wrong: bool
) -> None:
    interval = Interval(lower=0.01, upper=0.04, confidence=0.95, method="any")
    gap = Measure(value=0.02, unit="share", interval=interval, n=100)
    finding = Finding(sentence="", check="usage/overfitting", judged=("gap",), measures={"gap": gap})
    known = {"gap": truth.Truth(low=true[0], high=true[1])}
    (found,) = truth.outcomes.outcomes(finding, known, shipped(Stakes.MEDIUM))
    assert (found.verdict, found.held, found.wrong) == ("pass", held, wrong)


def test_work_goes_on_where_it_stopped_when_results_are_kept(truth: SimpleNamespace) -> None:
    plan = truth.run.Plan(sizes=(300,), repetitions=1, only="simulated costs, linear regression usage/error-rate")
    told: list[str] = []
    assert truth.run.work(plan, truth.store.Store("truth"), told.append) == []
    assert len(told) == 1
    again = truth.store.Store("truth")
    assert truth.run.work(plan, again, told.append) == []
    assert len(told) == 1
    assert "| simulated costs, linear regression | `skill` | " in truth.run.document(plan, again, [])


def test_results_of_other_code_do_not_count_unless_they_are_wanted(truth: SimpleNamespace) -> None:
    truth.store.Store("truth").put(["a", 1], "old", [{"measure": "gap"}])
    assert truth.store.Store("truth").get(["a", 1], "new") is None
    assert truth.store.Store("truth", any_code=True).get(["a", 1], "new") == [{"measure": "gap"}]


def test_worst_group_is_the_one_counted_by_hand_when_two_columns_cross(truth: SimpleNamespace) -> None:
    from truths.levels import Levels

    first, second = np.array([0, 0, 1, 1, 1, 1]), np.array([0, 1, 0, 1, 1, 1])
    columns = [
        Levels(column="a", words=("a = x", "a = y"), codes=first),
        Levels(column="b", words=("b = x", "b = y"), codes=second),
    ]
    loss = np.array([0.0, 1, 0, 1, 1, 0])
    worst = truth.slices._worst(columns, loss, np.full(6, 0.5), 0.5, 2, classes=True)
    assert worst == pytest.approx(3 / 4 - 0.5)  # b = y; together with a = y it is 2 of 3
    assert truth.slices._worst(columns, loss, np.full(6, 0.5), 0.1, 2, classes=True) == pytest.approx(0.5)
