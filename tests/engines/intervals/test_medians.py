# SPDX-License-Identifier: Apache-2.0
"""The range of a median."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.engines.intervals.medians import bound_place, median

NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60).map(np.array)


@pytest.mark.parametrize(("n", "place"), [(5, None), (6, 0), (8, 0), (9, 1), (15, 3), (31, 9)])
def test_the_places_are_those_of_the_printed_tables_when_sure_to_95_of_100(n, place):
    # of 15 coins at most 3 fall on one side with a chance of 576 / 32,768 = 0.0176, at most 4 with one of 0.0592
    assert bound_place(n, confidence=0.95) == place


def test_the_range_is_that_of_the_fourth_from_either_end_when_there_are_fifteen():
    value, interval = median(np.arange(15.0)[::-1], confidence=0.95)
    assert (value, interval.lower, interval.upper) == (7, 3, 11)


def test_there_is_no_range_when_there_are_too_few_values():
    value, interval = median(np.array([1.0, 2.0]), confidence=0.95)
    assert value == 1.5
    assert interval.lower is None
    assert interval.why


def test_there_is_no_value_when_there_is_nothing():
    value, interval = median(np.array([]), confidence=0.95)
    assert value is None
    assert interval.why


@given(NUMBERS)
def test_the_range_holds_the_value_and_grows_with_the_confidence_when_there_is_one(values):
    value, narrow = median(values, confidence=0.9)
    _, wide = median(values, confidence=0.99)
    if narrow.lower is not None:
        assert narrow.lower <= value <= narrow.upper
    if wide.lower is not None:
        assert wide.lower <= narrow.lower
        assert wide.upper >= narrow.upper


@pytest.mark.parametrize("n", [8, 15, 31])
def test_the_range_holds_the_true_median_often_enough_when_noise_is_skewed_and_interrupted(n):
    rng = np.random.Generator(np.random.PCG64(n))
    noise = np.exp(rng.normal(0, 0.3, (4000, n))) * np.where(rng.random((4000, n)) < 0.3, 10, 1)
    # 0.7 Phi(log(m) / 0.3) + 0.3 Phi(log(m / 10) / 0.3) = 1/2 has the root below, by bisection
    true = 1.1909
    held = [one.lower <= true <= one.upper for one in (median(row, confidence=0.95)[1] for row in noise)]
    assert np.mean(held) >= 0.945
