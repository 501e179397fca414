# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.engines.intervals.mean_ratio import mean_ratio
from probatum.engines.intervals.skewed import skewed_mean
from probatum.engines.intervals.skewed_ratio import skewed_ratio

sizes = st.lists(st.tuples(st.floats(0, 100), st.floats(1, 100)), min_size=3, max_size=40).map(np.array)


@given(sizes)
def test_range_holds_that_of_fieller_and_the_value(rows):
    value, plain = mean_ratio(rows[:, 0], rows[:, 1], confidence=0.95)
    again, wider = skewed_ratio(rows[:, 0], rows[:, 1], confidence=0.95)
    assert again == value
    if wider.lower is not None and wider.upper is not None and plain.lower is not None and plain.upper is not None:
        assert wider.lower <= plain.lower <= plain.upper <= wider.upper


def test_ends_are_those_of_the_corrected_mean_when_the_second_does_not_vary():
    first = np.random.default_rng(2).lognormal(0, 1, 60)
    _, ratio = skewed_ratio(first, np.full(60, 2.0), confidence=0.95)
    _, alone = skewed_mean(first, confidence=0.95)
    assert ratio.upper == pytest.approx(alone.upper / 2)


@pytest.mark.parametrize(("first", "second"), [([], []), ([1.0], [2.0]), ([1.0, 2.0], [0.0, 0.0])])
def test_reason_is_given_when_there_is_nothing_to_measure(first, second):
    _, interval = skewed_ratio(np.array(first), np.array(second), confidence=0.95)
    assert (interval.lower, interval.upper) == (None, None)
    assert interval.why
