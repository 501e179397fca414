# SPDX-License-Identifier: Apache-2.0
"""Mistakes of a model that names classes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from probatum.engines.disclosure.confusion import confusion
from probatum.engines.mistakes import classes
from probatum.engines.mistakes.small_counts import SMALL, share_within

NAMES = ["no", "yes"]
pairs = st.lists(st.tuples(st.integers(0, 1), st.integers(-1, 1)), min_size=1, max_size=60)


def arrays(pairs):
    return np.array([t for t, _ in pairs], dtype=np.int32), np.array([a for _, a in pairs], dtype=np.int32)


def test_error_rate_is_the_known_one_when_worked_out_by_hand():
    truth = np.repeat([0, 1], 50).astype(np.int32)
    labels = truth.copy()
    labels[:20] = 1
    measure = classes.error_rate(confusion(truth, labels, 2), NAMES, confidence=0.95)
    exact = binomtest(20, 100).proportion_ci(0.95, method="exact")
    assert measure.value == 0.2
    assert measure.per_100 == 20
    assert (measure.interval.lower, measure.interval.upper) == pytest.approx((exact.low, exact.high))
    assert [(part.name, part.value, part.n) for part in measure.groups] == [("no", 0.4, 50), ("yes", 0.0, 50)]


def test_no_answer_is_a_mistake_when_counted():
    truth = np.zeros(40, dtype=np.int32)
    labels = np.where(np.arange(40) < 20, -1, 0).astype(np.int32)
    assert classes.error_rate(confusion(truth, labels, 2), NAMES, confidence=0.95).value == 0.5
    kinds = classes.mistake_kinds(confusion(truth, labels, 2), NAMES, confidence=0.95)
    assert [part.name for part in kinds.groups] == ["no answer, was no"]


@given(pairs)
def test_kinds_add_up_to_all_mistakes_when_none_is_hidden(pairs):
    truth, labels = arrays(pairs * 30)  # so many that no count is small
    kinds = classes.mistake_kinds(confusion(truth, labels, 2), NAMES, confidence=0.95)
    assert sum(part.value for part in kinds.groups) == pytest.approx(kinds.value)


@given(pairs)
def test_ratio_is_one_when_the_model_is_the_trivial_rule(pairs):
    truth, _ = arrays(pairs)
    trivial = classes.trivial_class(truth, 2)
    ratio = classes.error_ratio(truth, np.full_like(truth, trivial), trivial, confidence=0.95)
    if (truth != trivial).any():
        assert ratio.value == 1
        assert ratio.interval.lower <= 1 <= ratio.interval.upper
    else:
        assert ratio.value is None
        assert ratio.why


def test_runner_up_is_counted_among_mistakes_only_when_it_was_right():
    scores = np.array([[0.5, 0.3, 0.2], [0.5, 0.3, 0.2], [0.1, 0.8, 0.1], [np.nan] * 3])
    truth = np.array([1, 2, 1, 0], dtype=np.int32)
    labels = np.array([0, 0, 1, -1], dtype=np.int32)
    scores, truth, labels = np.tile(scores, (10, 1)), np.tile(truth, 10), np.tile(labels, 10)
    measure = classes.runner_up_right(truth, labels, scores, confidence=0.95)
    assert (measure.value, measure.n) == (0.5, 20)
    assert classes.close_calls(scores, confidence=0.95).n == 30


def test_close_call_is_counted_when_the_two_best_are_within_ten_points():
    scores = np.tile([[0.54, 0.46], [0.56, 0.44], [0.9, 0.1]], (10, 1))
    assert classes.close_calls(scores, confidence=0.95).value == pytest.approx(1 / 3)


@pytest.mark.parametrize("count", range(1, SMALL))
def test_small_count_cannot_be_told_from_another_when_published(count):
    part = share_within("g", count, 200, confidence=0.95)
    assert part == share_within("g", 1, 200, confidence=0.95)
    assert part.value is None
    assert share_within("g", 200 - count, 200, confidence=0.95) == share_within("g", 199, 200, confidence=0.95)


@given(st.integers(0, 300), st.integers(0, 300))
def test_published_range_holds_the_exact_one_when_hidden_or_not(count, other):
    n = max(count, other, 1)
    exact = binomtest(count, n).proportion_ci(0.95, method="exact")
    part = share_within("g", count, n, confidence=0.95)
    assert part.interval.lower <= exact.low + 1e-9
    assert part.interval.upper >= exact.high - 1e-9
