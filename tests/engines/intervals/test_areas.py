# SPDX-License-Identifier: Apache-2.0
"""The area under the ROC curve."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr
from sklearn.metrics import roc_auc_score

from probatum.engines.intervals.areas import area
from probatum.seeds import stream

scores = st.lists(st.integers(0, 9), min_size=1, max_size=40).map(lambda found: np.array(found, dtype=float))


@given(scores, scores)
def test_area_is_that_of_scikit_learn_when_scores_tie(inside, outside):
    value, interval = area(inside, outside, confidence=0.95)
    truth = np.repeat([1, 0], [len(inside), len(outside)])
    assert value == pytest.approx(roc_auc_score(truth, np.concatenate([inside, outside])))
    assert interval.lower <= value <= interval.upper


def test_range_is_open_when_all_cases_are_told_apart():
    value, interval = area(np.arange(20) + 100.0, np.arange(20.0), confidence=0.95)
    assert value == interval.upper == 1
    assert 0.8 < interval.lower < 0.95


@pytest.mark.parametrize("apart", [0.0, 0.8, 1.8, 2.8])
@pytest.mark.parametrize("sizes", [(20, 60), (100, 100), (30, 1000)])
def test_ranges_hold_the_true_area_when_drawn_many_times(apart, sizes):
    rng = stream(3, f"areas/{apart}/{sizes}")
    true = ndtr(apart / np.sqrt(2))  # of two normal scores of equal spread
    held = 0
    for _ in range(400):
        _, interval = area(rng.normal(apart, 1, sizes[0]), rng.normal(0, 1, sizes[1]), confidence=0.95)
        held += interval.lower <= true <= interval.upper
    assert held >= 0.93 * 400
