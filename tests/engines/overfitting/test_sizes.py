# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.engines.overfitting import sizes

SURE = {"confidence": 0.95}
PAIRED = {"confidence": 0.95, "folds": 5}


def test_gap_is_worked_out_by_hand_when_every_case_has_two_answers():
    truth = np.array([0.0, 10, 20, 30])
    measure = sizes.paired_gap(truth, truth + 1, truth + np.array([2.0, 3, -4, 5]), 15.0, **PAIRED)
    assert measure.value == pytest.approx((2 + 3 + 4 + 5 - 4) / (15 + 5 + 5 + 15))
    assert measure.unit == "ratio"
    assert measure.interval.lower < measure.value < measure.interval.upper


@given(st.lists(st.tuples(*[st.floats(-50, 50)] * 3), min_size=3, max_size=30).map(np.array))
def test_gap_never_shrinks_when_a_case_loses_the_answer_it_had_once_seen(three):
    truth, seen, unseen = three.T
    truth = truth + np.arange(len(truth))
    silenced = seen.copy()
    silenced[0] = np.nan
    before = sizes.paired_gap(truth, seen, unseen, 0.25, **PAIRED)
    after = sizes.paired_gap(truth, silenced, unseen, 0.25, **PAIRED)
    assert before.value is not None
    assert after.value >= before.value - 1e-9


def test_missing_unseen_answer_counts_as_the_trivial_one():
    truth, seen = np.array([0.0, 10, 20, 30]), np.array([0.0, 10, 20, 30])
    unseen = np.array([np.nan, 10, 20, 30])
    assert sizes.paired_gap(truth, seen, unseen, 15.0, **PAIRED).value == pytest.approx(15 / 40)


def test_cases_are_left_out_when_they_were_answered_neither_time():
    rng = np.random.default_rng(1)
    truth = rng.normal(size=50)
    seen, unseen = truth + 0.1 * rng.normal(size=50), truth + 0.3 * rng.normal(size=50)
    more = [np.concatenate([side, np.full(20, np.nan)]) for side in (seen, unseen)]
    silent = sizes.paired_gap(np.concatenate([truth, rng.normal(size=20)]), *more, 0.0, **PAIRED)
    assert silent == sizes.paired_gap(truth, seen, unseen, 0.0, **PAIRED)


def test_range_is_wider_when_rows_of_a_group_are_alike():
    rng = np.random.default_rng(2)
    truth = np.repeat(rng.normal(size=30), 10)
    unseen = truth + np.repeat(rng.normal(size=30), 10)
    rowwise = sizes.paired_gap(truth, truth, unseen, 0.0, **PAIRED).interval
    groups = sizes.paired_gap(truth, truth, unseen, 0.0, groups=np.arange(300) // 10, **PAIRED).interval
    assert groups.upper - groups.lower > 2 * (rowwise.upper - rowwise.lower)


def test_held_out_gap_is_the_difference_of_two_ratios():
    rng = np.random.default_rng(3)
    train, test = rng.normal(size=400), rng.normal(size=300)
    said, held_out = 0.8 * train + 0.1, 0.5 * test + 0.1
    measure = sizes.held_out_gap(train, said, test, held_out, 0.0, **SURE)
    ratios = [np.abs(a - b).mean() / np.abs(a).mean() for a, b in ((test, held_out), (train, said))]
    assert measure.value == pytest.approx(ratios[0] - ratios[1])
    assert measure.interval.lower < measure.value < measure.interval.upper
    silent = np.where(np.arange(400) < 40, np.nan, said)
    assert sizes.held_out_gap(train, silent, test, held_out, 0.0, **SURE).interval.upper > measure.interval.upper


def test_nothing_is_told_when_the_trivial_rule_is_never_wrong():
    measure = sizes.paired_gap(np.zeros(5), np.zeros(5), np.ones(5), 0.0, **PAIRED)
    assert measure.value is None
    assert measure.why
