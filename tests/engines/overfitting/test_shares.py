# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.engines.intervals.proportions import clopper_pearson
from probatum.engines.overfitting import shares

SURE = {"confidence": 0.95}
PAIRED = {"confidence": 0.95, "folds": 5}
answers = st.lists(st.tuples(*[st.integers(-1, 2)] * 2, st.integers(0, 2)), min_size=1, max_size=80).map(np.array)


def rows(*counts):
    """Truth 0; right both times, only once seen, only when not seen, never: so many rows of each."""
    seen = np.repeat([0, 0, 1, 1], counts).astype(np.int32)
    unseen = np.repeat([0, 1, 0, 1], counts).astype(np.int32)
    return np.zeros(sum(counts), dtype=np.int32), seen, unseen


def test_gap_is_counted_by_hand_when_every_case_has_two_answers():
    measure = shares.paired_gap(*rows(60, 20, 12, 8), **PAIRED)
    assert measure.value == pytest.approx(0.08)  # 28 wrong unseen, 20 wrong seen
    assert measure.per_100 == pytest.approx(8)
    unseen = clopper_pearson(28, 100, confidence=0.95)
    more = (1 + 5 / 4) ** 0.5  # trainings that share cases
    assert measure.interval.lower == pytest.approx(0.08 - more * (0.28 - unseen.lower))
    assert measure.interval.upper == pytest.approx(0.08 + more * (unseen.upper - 0.28))
    assert measure.n == 100


def test_negative_gap_is_never_told_in_cases_of_100():
    measure = shares.paired_gap(*rows(60, 5, 20, 15), **PAIRED)
    assert measure.value == pytest.approx(-0.15)
    assert measure.per_100 is None


@given(answers)
def test_gap_never_shrinks_when_a_case_loses_one_of_its_answers(three):
    seen, unseen, truth = three.T.astype(np.int32)
    before = shares.paired_gap(truth, seen, unseen, **PAIRED)
    for place in range(min(len(truth), 5)):
        if min(seen[place], unseen[place]) < 0:
            continue
        for side in (0, 1):
            silenced = [seen.copy(), unseen.copy()]
            silenced[side][place] = -1
            assert shares.paired_gap(truth, *silenced, **PAIRED).value >= before.value - 1e-12


def test_cases_are_left_out_when_they_were_answered_neither_time():
    truth, seen, unseen = rows(60, 20, 12, 8)
    more = [np.concatenate([side, np.full(50, -1, dtype=np.int32)]) for side in (seen, unseen)]
    silent = shares.paired_gap(np.concatenate([truth, np.zeros(50, dtype=np.int32)]), *more, **PAIRED)
    assert silent == shares.paired_gap(truth, seen, unseen, **PAIRED)


def test_range_is_wider_when_whole_groups_are_learned():
    truth, seen, unseen = rows(160, 40, 0, 0)
    rowwise = shares.paired_gap(truth, seen, unseen, **PAIRED).interval
    groups = shares.paired_gap(truth, seen, unseen, groups=np.arange(200) // 10, **PAIRED).interval
    assert groups.lower < rowwise.lower
    assert groups.upper > rowwise.upper
    single = shares.paired_gap(truth, seen, unseen, groups=np.zeros(200, dtype=int), **PAIRED).interval
    assert single.lower is None
    assert single.why


def test_learned_cases_are_counted_in_both_directions_when_trainings_differ():
    three = rows(60, 20, 12, 8)
    assert shares.by_heart(*three, **SURE).value == pytest.approx(0.20)
    truth, seen, unseen = three
    assert shares.by_heart(truth, unseen, seen, **SURE).value == pytest.approx(0.12)


@pytest.mark.parametrize("counts", [(90, 7, 0, 40), (90, 30, 4, 9), (60, 4, 30, 9)])
def test_no_small_count_can_be_worked_out_when_the_gap_is_known(counts):
    truth, seen, unseen = rows(*counts)
    one, other = shares.by_heart(truth, seen, unseen, **SURE), shares.by_heart(truth, unseen, seen, **SURE)
    hidden = [measure for measure in (one, other) if measure.value is None]
    assert len(hidden) == 2
    assert all(measure.why and measure.interval for measure in hidden)
    low, high = one.interval.lower, one.interval.upper
    assert low <= counts[1] / sum(counts) <= high


def test_sure_ones_are_those_with_a_high_score_when_learned_by_heart():
    truth, seen, unseen = rows(60, 40, 0, 0)
    first = np.where(np.arange(100) < 75, 0.95, 0.6)
    scores = np.column_stack([first, 1 - first])
    assert shares.by_heart_sure(truth, seen, unseen, scores, **SURE).value == pytest.approx(0.15)
    first = np.where(np.arange(100) < 95, 0.95, 0.6)  # 35 of the 40 are sure: the other 5 are not told
    hidden = shares.by_heart_sure(truth, seen, unseen, np.column_stack([first, 1 - first]), **SURE)
    assert hidden.value is None
    assert hidden.interval.lower <= 0.35 <= hidden.interval.upper


def test_held_out_gap_compares_different_cases():
    train, test = np.repeat([0, 1], [95, 5]), np.repeat([0, 1], [170, 30])
    measure = shares.held_out_gap(np.zeros(100, int), train, np.zeros(200, int), test, **SURE)
    assert measure.value == pytest.approx(0.10)
    assert measure.n == 300
    assert measure.interval.lower < 0.10 < measure.interval.upper
    train[:20] = -1  # counted as wrong in the value, and as right in the upper end
    silent = shares.held_out_gap(np.zeros(100, int), train, np.zeros(200, int), test, **SURE)
    assert silent.interval.upper == pytest.approx(measure.interval.upper)
    assert silent.interval.lower < measure.interval.lower
