# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from probatum.engines.intervals.mean_ratio import mean_ratio
from probatum.errors import UsageError

sizes = st.lists(st.tuples(st.floats(0, 100), st.floats(1, 100)), min_size=3, max_size=40).map(np.array)


def test_ends_are_where_a_paired_t_test_just_stops_rejecting():
    rng = np.random.default_rng(4)
    first, second = rng.gamma(2, 1, 50), rng.gamma(3, 1, 50)
    value, interval = mean_ratio(first, second, confidence=0.95)
    assert value == pytest.approx(first.mean() / second.mean())
    for end in (interval.lower, interval.upper):
        assert stats.ttest_1samp(first - end * second, 0).pvalue == pytest.approx(0.05, abs=1e-9)


def test_bounds_are_unknown_when_the_second_mean_could_be_zero():
    value, interval = mean_ratio(np.array([1.0, 2, 3]), np.array([0.0, 0, 9]), confidence=0.95)
    assert value == pytest.approx(2 / 3)
    assert interval.lower is None
    assert interval.upper is None
    assert "zero" in interval.why


@pytest.mark.parametrize(("first", "second"), [([], []), ([1.0], [2.0]), ([1.0, 2.0], [0.0, 0.0])])
def test_reason_is_given_when_there_is_nothing_to_measure(first, second):
    _, interval = mean_ratio(np.array(first), np.array(second), confidence=0.95)
    assert interval.lower is None
    assert interval.why


def test_other_rows_are_refused():
    with pytest.raises(UsageError):
        mean_ratio(np.ones(3), np.ones(4), confidence=0.95)


@given(sizes, st.floats(0.5, 0.98))
def test_interval_holds_the_value_and_is_nested_when_confidence_rises(pairs, confidence):
    value, narrow = mean_ratio(pairs[:, 0], pairs[:, 1], confidence=confidence)
    _, wide = mean_ratio(pairs[:, 0], pairs[:, 1], confidence=confidence + 0.01)
    close = 1e-6 * max(1, value)
    if narrow.lower is not None:
        assert narrow.lower - close <= value <= narrow.upper + close
    if wide.lower is not None:
        assert wide.lower - close <= narrow.lower
        assert narrow.upper <= wide.upper + close


def test_lower_end_may_be_negative_when_the_first_are_differences():
    rng = np.random.default_rng(6)
    first, second = rng.normal(0, 1, 60), rng.gamma(3, 1, 60)
    value, interval = mean_ratio(first, second, confidence=0.95, signed=True)
    assert interval.lower < 0 < interval.upper
    assert stats.ttest_1samp(first - interval.lower * second, 0).pvalue == pytest.approx(0.05, abs=1e-9)
    turned, other = mean_ratio(-first, second, confidence=0.95, signed=True)
    assert (turned, other.lower, other.upper) == pytest.approx((-value, -interval.upper, -interval.lower))


@pytest.mark.parametrize(("n", "true"), [(60, 0.0), (60, 0.2), (500, 0.05)])
def test_coverage_is_as_promised_when_the_first_are_skewed_differences(n, true):
    rng = np.random.default_rng(7)
    held = 0
    for _ in range(1500):
        second = rng.exponential(size=n)
        first = true * second + rng.exponential(size=n) * second - second  # their mean is true times that of second
        _, interval = mean_ratio(first, second, confidence=0.95, signed=True)
        held += interval.lower <= true <= interval.upper
    assert 0.91 <= held / 1500 <= 0.97


def coverage(n, shape_first, shape_second, samples=1200):
    """Share of samples of correlated log-normal sizes whose interval holds the true ratio 0.6."""
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(samples):
        z = rng.normal(size=(2, n))
        other = 0.5 * z[0] + np.sqrt(0.75) * z[1]
        first = 0.6 * np.exp(shape_first * z[0] - shape_first**2 / 2)
        second = np.exp(shape_second * other - shape_second**2 / 2)
        _, interval = mean_ratio(first, second, confidence=0.95)
        held += interval.lower is not None and interval.lower <= 0.6 <= interval.upper
    return held / samples


@pytest.mark.parametrize("n", [100, 1000])
@pytest.mark.parametrize("shape", [0.5, 1.0])
def test_coverage_is_as_promised_when_both_sides_are_equally_skewed(n, shape):
    assert 0.93 <= coverage(n, shape, shape) <= 0.97


@pytest.mark.parametrize(("n", "least"), [(100, 0.87), (1000, 0.92)])
def test_coverage_is_as_stated_when_only_the_first_is_heavily_skewed(n, least):
    assert least <= coverage(n, 1.2, 0.4) <= 0.95  # below what is promised, as the module says
