# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.engines.intervals.multiplicity import holm, sidak
from probatum.errors import UsageError

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=30).map(np.array)


def test_adjusted_values_equal_a_worked_example():
    # worked by hand: sorted .005 .01 .03 .04, times 4 3 2 1, running maximum
    assert holm(np.array([0.01, 0.04, 0.03, 0.005])) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_nothing_is_adjusted_when_there_is_one_test_or_none():
    assert holm(np.array([0.2])) == pytest.approx([0.2])
    assert holm(np.array([])).size == 0


@given(p_values)
def test_laws_hold_when_adjusted(p):
    adjusted = holm(p)
    assert (adjusted >= p).all()
    assert (adjusted <= 1).all()
    assert (np.diff(adjusted[np.argsort(p, kind="stable")]) >= 0).all()
    assert (adjusted <= np.minimum(1, p * p.size) + 1e-12).all()  # never worse than Bonferroni


@given(p_values, st.randoms(use_true_random=False))
def test_order_does_not_matter_when_adjusted(p, random):
    order = list(range(p.size))
    random.shuffle(order)
    assert holm(p[order]) == pytest.approx(holm(p)[order])


def test_errors_stay_rare_when_all_hypotheses_are_true():
    rng = np.random.default_rng(2)
    wrong = [holm(rng.random(10)).min() <= 0.05 for _ in range(4000)]
    assert 0.035 <= np.mean(wrong) <= 0.06


@given(st.floats(0.5, 0.999), st.integers(1, 1000))
def test_all_hold_with_the_confidence_asked_for_when_independent(confidence, family):
    assert sidak(confidence, family) ** family == pytest.approx(confidence)
    assert confidence <= sidak(confidence, family) < 1


@pytest.mark.parametrize(("confidence", "family"), [(0.0, 1), (1.0, 1), (95, 1), (0.95, 0)])
def test_impossible_demands_are_refused(confidence, family):
    with pytest.raises(UsageError):
        sidak(confidence, family)
