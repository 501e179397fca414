# SPDX-License-Identifier: Apache-2.0
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from probatum.engines.intervals.paired_difference import constrained_share, paired_difference, score
from probatum.errors import UsageError

cells = st.tuples(st.integers(0, 200), st.integers(0, 200), st.integers(0, 400)).filter(lambda three: sum(three) > 0)


def brute_share(only_first, only_second, n, difference):
    """Maximise the likelihood of the three counts over every share of "only second" rows, given the difference."""
    counts = (only_first, only_second, n - only_first - only_second)

    def unlikely(q):
        shares = (q + difference, q, 1 - 2 * q - difference)
        return -sum(count * math.log(max(share, 1e-300)) for count, share in zip(counts, shares, strict=True) if count)

    bounds = (max(0.0, -difference), (1 - difference) / 2)
    return optimize.minimize_scalar(unlikely, bounds=bounds, method="bounded", options={"xatol": 1e-12}).x


@pytest.mark.parametrize("difference", [-0.4, -0.05, 0.0, 0.03, 0.2, 0.7])
@pytest.mark.parametrize("counts", [(10, 15, 100), (30, 12, 400), (0, 7, 100), (9, 0, 60), (0, 0, 50), (40, 60, 100)])
def test_constrained_share_is_the_most_likely_one_when_maximised_numerically(counts, difference):
    assert constrained_share(*counts, difference) == pytest.approx(brute_share(*counts, difference), abs=2e-6)


def test_bounds_are_those_of_another_program_when_the_counts_are_the_same():
    # PropCIs::scoreci.mp(25, 28, 618) in R gives the second minus the first, at 90 %
    _, interval = paired_difference(28, 25, 618, confidence=0.90)
    assert (round(interval.lower, 4), round(interval.upper, 4)) == (-0.0148, 0.0247)


def test_ends_are_where_the_test_just_stops_rejecting():
    value, interval = paired_difference(40, 20, 160, confidence=0.95)
    assert value == pytest.approx(0.125)
    z = stats.norm.ppf(0.975)
    assert score(40, 20, 160, interval.lower) == pytest.approx(z, abs=1e-6)
    assert score(40, 20, 160, interval.upper) == pytest.approx(-z, abs=1e-6)


def test_score_at_zero_is_mcnemar():
    assert score(14, 5, 99, 0.0) == pytest.approx((14 - 5) / math.sqrt(14 + 5))


def test_range_is_known_by_hand_when_the_sides_never_differ():
    # the score at d is then n d / sqrt(n d (1 - d)) in size, so the end solves n d = z^2 (1 - d), as Wilson's does
    z2 = stats.norm.ppf(0.975) ** 2
    value, interval = paired_difference(0, 0, 50, confidence=0.95)
    assert value == 0.0
    assert interval.upper == pytest.approx(z2 / (50 + z2))
    assert interval.lower == pytest.approx(-z2 / (50 + z2))


@pytest.mark.parametrize(("counts", "value"), [((50, 0, 50), 1.0), ((0, 50, 50), -1.0)])
def test_range_ends_at_the_most_extreme_difference_when_it_was_seen(counts, value):
    found, interval = paired_difference(*counts, confidence=0.95)
    assert found == value
    assert value in (interval.lower, interval.upper)
    assert interval.lower < interval.upper


def test_value_is_unknown_when_there_is_no_row():
    value, interval = paired_difference(0, 0, 0, confidence=0.95)
    assert value is None
    assert interval.why


@pytest.mark.parametrize("counts", [(-1, 0, 5), (0, -1, 5), (3, 3, 5)])
def test_impossible_counts_are_refused(counts):
    with pytest.raises(UsageError):
        paired_difference(*counts, confidence=0.95)


@given(cells, st.floats(0.5, 0.98))
def test_interval_holds_the_value_and_is_nested_when_confidence_rises(three, confidence):
    counts = (*three[:2], sum(three))
    value, narrow = paired_difference(*counts, confidence=confidence)
    _, wide = paired_difference(*counts, confidence=confidence + 0.01)
    assert -1 <= wide.lower <= narrow.lower + 1e-9
    assert narrow.lower <= value <= narrow.upper
    assert narrow.upper <= wide.upper + 1e-9 <= 1 + 1e-9


@given(cells)
def test_sign_is_turned_when_the_sides_are_exchanged(three):
    first, second, neither = three
    _, interval = paired_difference(first, second, first + second + neither, confidence=0.95)
    _, other = paired_difference(second, first, first + second + neither, confidence=0.95)
    assert interval.lower == pytest.approx(-other.upper, abs=1e-9)
    assert interval.upper == pytest.approx(-other.lower, abs=1e-9)


def covered(n, p_first, p_second):
    """Exact coverage: the summed chance of all counts whose interval holds the true difference."""
    true, z = p_first - p_second, stats.norm.ppf(0.975)
    counts = [(a, b) for a in range(n + 1) for b in range(n + 1 - a)]
    chances = stats.multinomial.pmf(
        [(a, b, n - a - b) for a, b in counts], n, (p_first, p_second, 1 - p_first - p_second)
    )
    holds = [abs(score(a, b, n, true)) <= z for a, b in counts]
    return float(chances[holds].sum())


@pytest.mark.parametrize(
    ("n", "p_first", "p_second", "least", "most"),
    [
        (100, 0.16, 0.10, 0.94, 0.96),
        (100, 0.05, 0.02, 0.93, 0.97),
        (50, 0.02, 0.02, 0.95, 1.00),
        (20, 0.01, 0.01, 0.95, 1.00),
        (100, 0.01, 0.00, 0.92, 1.00),
        (100, 0.05, 0.00, 0.93, 0.98),
        (20, 0.30, 0.10, 0.93, 0.97),
    ],
)
def test_coverage_is_as_promised_when_all_counts_are_summed(n, p_first, p_second, least, most):
    assert least <= covered(n, p_first, p_second) <= most


def test_coverage_is_as_promised_when_simulated():
    rng = np.random.default_rng(3)
    shares = (0.08, 0.03, 0.89)
    holds = [
        abs(score(first, second, 2000, 0.05)) <= stats.norm.ppf(0.975)
        for first, second, _ in rng.multinomial(2000, shares, size=2000).tolist()
    ]
    assert 0.94 <= np.mean(holds) <= 0.96
