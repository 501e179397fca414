# SPDX-License-Identifier: Apache-2.0
"""Mistakes beyond what the chances predict."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from probatum.engines.calibration.curve import Curve, learned
from probatum.engines.slices.excess import even, inside_of, strata_of
from probatum.seeds import stream

SURE = {"confidence": 0.95, "family": 1}


def draw(seed, rows, effect=0.0, part=0.2, lean=0.0):
    """Return chances, who is in a group that errs by ``effect`` more, mistakes, and the true chances of each row."""
    rng = stream(seed, f"excess/{rows}/{effect}/{part}/{lean}")
    chances = rng.beta(0.35, 1.2, size=rows)
    true = np.minimum(chances, 1 - chances)
    inside = rng.random(rows) < part + lean * (true - 0.15)
    true = np.clip(true + effect * inside, 0, 1)
    return chances, inside, rng.random(rows) < true, true


def test_excess_equals_a_worked_example():
    # one stratum: 10 of 20 wrong inside, 10 of 80 outside; over all 20 of 100
    wrong = np.repeat([True, False, True, False], [10, 10, 10, 70])
    inside = np.arange(100) < 20
    strata = strata_of(None, learned(None, wrong), wrong)
    found = inside_of(strata, wrong, inside)
    assert found.value == pytest.approx(0.5 - 0.2)
    assert found.expected == pytest.approx(0.2)
    # Fisher's exact test, one-sided
    assert found.worse() == pytest.approx(stats.fisher_exact([[10, 10], [10, 70]], alternative="greater")[1])


def test_excess_is_what_is_left_when_each_stratum_is_looked_at_alone():
    # two strata of 50, in each of which a tenth lies inside: 2 of 5 wrong for 10 of 50, and 5 of 5 for 25 of 50
    chances = np.repeat([0.1, 0.9], 50)
    inside = np.tile(np.arange(50) < 5, 2)
    wrong = np.zeros(100, dtype=bool)
    wrong[[0, 1, *range(10, 18), *range(50, 55), *range(60, 80)]] = True
    apart = Curve(edges=np.array([0.5]), chances=np.array([0.1, 0.9]), shares=np.array([0.25, 0.25]))
    strata = strata_of(chances, apart, wrong)
    found = inside_of(strata, wrong, inside)
    assert strata.mistakes.tolist() == [10, 25]
    assert found.expected == pytest.approx((5 * 0.2 + 5 * 0.5) / 10)
    assert found.value == pytest.approx(0.7 - 0.35)


@given(st.integers(0, 10_000), st.floats(0.05, 0.9))
def test_range_holds_the_value_and_a_hidden_count_tells_nothing(seed, part):
    chances, inside, wrong, _ = draw(seed, 300, part=part)
    strata = strata_of(chances, learned(chances, wrong), wrong)
    found = inside_of(strata, wrong, inside)
    interval = found.interval(**SURE)
    assert interval.lower - 1e-9 <= found.value <= interval.upper + 1e-9
    hiding = found.hiding(9, **SURE)
    if found.mistakes.sum() <= 9:
        assert hiding.lower <= interval.lower + 1e-9
        assert interval.upper <= hiding.upper + 1e-9
        moved = wrong.copy()
        away, there = np.flatnonzero(wrong & inside), np.flatnonzero(~wrong & ~inside)
        for one in away:  # a mistake inside becomes one outside, in its own stratum
            same = there[strata.codes[there] == strata.codes[one]]
            if same.size:
                moved[one], moved[same[0]] = False, True
                there = np.setdiff1d(there, same[:1])
        again = inside_of(strata_of(chances, learned(chances, wrong), moved), moved, inside)
        assert again.hiding(9, **SURE) == hiding


@given(st.integers(0, 10_000), st.integers(1, 9), st.integers(1, 9))
def test_a_small_count_of_right_answers_tells_nothing(seed, right, other):
    _, _, wrong, _ = draw(seed, 300, part=0.3)
    inside = np.arange(300) < 40
    found = []
    for few in (right, other):  # as many mistakes in all
        wrong[:40] = np.arange(40) >= few
        wrong[40:60] = np.arange(20) < few
        strata = strata_of(None, learned(None, wrong), wrong)
        one = inside_of(strata, wrong, inside)
        value, interval = one.nearly_all_wrong(9, **SURE)
        exact = one.interval(**SURE)
        assert interval.lower <= exact.lower + 1e-9
        assert exact.upper <= interval.upper + 1e-9
        assert interval.lower <= value <= interval.upper
        found.append((round(value, 12), interval, one.expected))
    assert found[0] == found[1]


@pytest.mark.parametrize("rows", [300, 1500])
@pytest.mark.parametrize(("effect", "part", "lean"), [(0, 0.3, 0), (0.1, 0.1, 0), (0.05, 0.3, 0), (0, 0.1, 0.6)])
def test_range_covers_as_often_as_it_says(rows, effect, part, lean):
    missed = alarms = 0
    for seed in range(400):
        chances, inside, wrong, true = draw(seed, 2 * rows, effect, part, lean)
        curve = learned(chances[:rows], wrong[:rows])
        strata = strata_of(chances[rows:], curve, wrong[rows:])
        found = inside_of(strata, wrong[rows:], inside[rows:])
        due = np.bincount(strata.codes, weights=true[rows:], minlength=strata.rows.size) / np.maximum(strata.rows, 1)
        truth = (true[rows:] - due[strata.codes] - strata.leaning)[inside[rows:]].mean()
        interval = found.interval(**SURE)
        missed += not interval.lower <= truth <= interval.upper
        alarms += found.worse() <= 0.025
    assert missed <= 400 * 0.05 + 2.5 * (400 * 0.05 * 0.95) ** 0.5
    if not effect:
        assert alarms <= 400 * 0.025 + 2.5 * (400 * 0.025 * 0.975) ** 0.5


def test_chances_that_are_right_leave_next_to_nothing_when_a_group_leans_to_hard_cases():
    chances, inside, wrong, true = draw(0, 100_000, lean=1.0)
    curve = learned(chances[:50_000], wrong[:50_000])
    strata = strata_of(chances[50_000:], curve, wrong[50_000:])
    found = inside_of(strata, wrong[50_000:], inside[50_000:])
    assert true[inside].mean() > 1.15 * true.mean()
    assert abs(found.value) < 0.01


def test_rows_without_a_chance_are_expected_to_be_like_most():
    wrong = np.zeros(1000, dtype=bool)
    wrong[::5] = True
    chances = np.linspace(0, 1, 1000)
    chances[:50], wrong[:50] = np.nan, True
    strata = strata_of(chances, learned(chances, wrong), wrong)
    found = inside_of(strata, wrong, np.isnan(chances))
    assert found.value > 0.5


def test_reach_does_not_hang_on_what_was_counted():
    chances, inside, wrong, _ = draw(3, 2000)
    strata = strata_of(chances, learned(chances, wrong), wrong)
    found = inside_of(strata, wrong, inside)
    none = inside_of(strata, np.zeros(2000, dtype=bool), inside)
    assert found.reach(**SURE, luck=2.5) == none.reach(**SURE, luck=2.5)
    assert even(strata, 0.1).reach(**SURE, luck=2.5) > even(strata, 0.4).reach(**SURE, luck=2.5) > 0
