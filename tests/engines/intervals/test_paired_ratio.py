# SPDX-License-Identifier: Apache-2.0
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from probatum.engines.intervals.paired_ratio import constrained_share, paired_ratio, score
from probatum.errors import UsageError

cells = st.tuples(*[st.integers(0, 200)] * 4).filter(lambda count: count[0] + count[2] > 0)


def brute_share(both, only_first, only_second, neither, ratio):
    """Maximise the likelihood of the four counts over every pair of shares with this ratio, one inside the other."""
    counts = (both, only_first, only_second, neither)

    def unlikely(p_both, q):
        shares = (p_both, ratio * (p_both + q) - p_both, q, 1 - ratio * (p_both + q) - q)
        return -sum(count * math.log(max(share, 1e-300)) for count, share in zip(counts, shares, strict=True) if count)

    def smallest(function, low, high):
        return optimize.minimize_scalar(function, bounds=(low, high), method="bounded", options={"xatol": 1e-11})

    def profile(q):
        high = (1 - q) / ratio - q
        if ratio < 1:
            high = min(high, ratio * q / (1 - ratio))
        return smallest(lambda p_both: unlikely(p_both, q), 0.0, high).fun if high > 0 else 1e9

    return smallest(profile, 0.0, 1 / (1 + ratio)).x


@pytest.mark.parametrize("ratio", [0.3, 0.8, 1.0, 1.4, 2.5])
@pytest.mark.parametrize("counts", [(20, 10, 15, 55), (5, 30, 12, 200), (43, 0, 7, 50), (3, 8, 1, 100), (0, 9, 11, 80)])
def test_constrained_share_is_the_most_likely_one_when_maximised_numerically(counts, ratio):
    q = brute_share(*counts, ratio)
    assert constrained_share(*counts, ratio) == pytest.approx(q, abs=2e-6)


def test_ends_are_where_the_test_just_stops_rejecting():
    # a crossover trial with one discordant pair: ratio of 43/50 to 44/50
    value, interval = paired_ratio(43, 0, 1, 6, confidence=0.95)
    assert value == pytest.approx(43 / 44)
    z = stats.norm.ppf(0.975)
    assert score(43, 0, 1, 6, interval.lower) == pytest.approx(z, abs=1e-6)
    assert score(43, 0, 1, 6, interval.upper) == pytest.approx(-z, abs=1e-6)


def test_score_at_one_is_mcnemar_when_the_shares_are_equal_under_the_hypothesis():
    assert score(20, 14, 5, 60, 1.0) == pytest.approx((14 - 5) / math.sqrt(14 + 5))


def test_upper_bound_is_known_by_hand_when_the_first_never_fails():
    value, interval = paired_ratio(0, 0, 30, 70, confidence=0.95)
    assert value == 0.0
    assert interval.lower == 0.0
    assert interval.upper == pytest.approx(stats.norm.ppf(0.975) ** 2 / 30)


def test_range_stays_finite_when_both_fail_on_the_same_rows():
    value, interval = paired_ratio(25, 0, 0, 75, confidence=0.95)
    assert value == 1.0
    assert interval.lower == pytest.approx(25 / (25 + stats.norm.ppf(0.975) ** 2))
    assert interval.lower < 1 < interval.upper


@pytest.mark.parametrize("counts", [(0, 5, 0, 20), (0, 0, 0, 0)])
def test_value_is_unknown_when_the_second_share_is_zero(counts):
    value, interval = paired_ratio(*counts, confidence=0.95)
    assert value is None
    assert interval.lower is None
    assert interval.why


def test_negative_counts_are_refused():
    with pytest.raises(UsageError):
        paired_ratio(1, 2, -3, 4, confidence=0.95)


@given(cells, st.floats(0.5, 0.98))
def test_interval_holds_the_value_and_is_nested_when_confidence_rises(counts, confidence):
    value, narrow = paired_ratio(*counts, confidence=confidence)
    _, wide = paired_ratio(*counts, confidence=confidence + 0.01)
    close = 1e-9 * max(1, value)
    assert narrow.lower <= value <= narrow.upper
    assert wide.lower <= narrow.lower + close
    assert narrow.upper <= wide.upper + close


@given(cells.filter(lambda count: count[0] + count[1] > 0))
def test_interval_is_inverted_when_the_sides_are_exchanged(counts):
    both, only_first, only_second, neither = counts
    _, interval = paired_ratio(both, only_first, only_second, neither, confidence=0.95)
    _, other = paired_ratio(both, only_second, only_first, neither, confidence=0.95)
    assert interval.lower == pytest.approx(1 / other.upper, rel=1e-6)
    assert interval.upper == pytest.approx(1 / other.lower, rel=1e-6)


@pytest.mark.parametrize(
    ("n", "shares"),
    [(100, (0.1, 0.05, 0.15, 0.7)), (400, (0.05, 0.08, 0.19, 0.68)), (60, (0.02, 0.08, 0.1, 0.8))],
)
def test_coverage_is_as_promised_when_simulated(n, shares):
    rng = np.random.default_rng(3)
    true = (shares[0] + shares[1]) / (shares[0] + shares[2])
    # the interval holds the true ratio exactly where the test does not reject it
    samples = rng.multinomial(n, shares, size=1000).tolist()
    holds = [abs(score(*counts, true)) <= stats.norm.ppf(0.975) for counts in samples if counts[0] + counts[2] > 0]
    assert 0.93 <= np.mean(holds) <= 0.975
