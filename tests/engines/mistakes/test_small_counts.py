# SPDX-License-Identifier: Apache-2.0
"""Counts under ten stay hidden."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.engines.intervals.proportions import clopper_pearson
from probatum.engines.mistakes.small_counts import SMALL, share_between, share_within


@given(st.integers(0, 200), st.integers(1, 200), st.integers(0, 9), st.integers(0, 9))
def test_range_holds_the_ranges_of_all_counts_between(few, left, more, more_left):
    counted, others = np.array([few, few + more]), np.array([left, left + more_left])
    found = share_between("x", counted, others, confidence=0.95)
    for k in (few, few + more):
        for rest in (left, left + more_left):
            one = clopper_pearson(k, k + rest, confidence=0.95)
            assert found.interval.lower <= one.lower + 1e-12
            assert found.interval.upper >= one.upper - 1e-12
    assert (found.value is None) == bool(more or more_left)


@pytest.mark.parametrize("count", range(1, SMALL))
def test_no_small_count_is_told_from_another(count):
    assert share_within("x", count, 100, confidence=0.95) == share_within("x", 1, 100, confidence=0.95)
    assert share_within("x", 100 - count, 100, confidence=0.95) == share_within("x", 99, 100, confidence=0.95)
