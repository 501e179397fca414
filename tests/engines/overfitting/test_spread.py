# SPDX-License-Identifier: Apache-2.0
import math

import numpy as np
import pytest

from probatum.engines.intervals.mean_ratio import mean_ratio
from probatum.engines.intervals.means import mean
from probatum.engines.intervals.proportions import clopper_pearson
from probatum.engines.overfitting.spread import apart, over_groups, wider
from probatum.facts.interval import Interval


def between(lower, upper, why=None):
    return Interval(lower=lower, upper=upper, confidence=0.95, method="m", why=why)


def test_range_is_that_of_the_rows_when_every_row_is_a_group():
    rng = np.random.default_rng(1)
    first, second = rng.normal(size=40), rng.gamma(2, size=40)
    alone = over_groups(first, second, rng.permutation(40), confidence=0.95)
    plain = mean_ratio(first, second, confidence=0.95, signed=True)[1]
    assert (alone.lower, alone.upper) == pytest.approx((plain.lower, plain.upper))


def test_range_is_that_of_the_group_means_when_groups_are_equally_large():
    values = np.array([1.0, 0, 0, 1, 1, 1, 0, 0])
    found = over_groups(values, np.ones(8), np.repeat([7, 3, 5, 9], 2), confidence=0.95)
    _, expected = mean(np.array([0.5, 0.5, 1, 0]), confidence=0.95)
    assert (found.lower, found.upper) == pytest.approx((expected.lower, expected.upper))


def test_coverage_is_as_promised_when_rows_of_a_group_are_copies():
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(800):
        sizes = rng.integers(1, 9, size=80)
        groups = np.repeat(np.arange(80), sizes)
        values = np.repeat(rng.choice([-1.0, 0, 1], 80, p=[0.05, 0.8, 0.15]), sizes)
        interval = over_groups(values, np.ones(len(values)), groups, confidence=0.95)
        held += interval.lower <= 0.10 <= interval.upper
    assert 0.92 <= held / 800 <= 0.97


def test_bound_stays_unknown_when_one_side_does_not_know_it():
    assert wider(between(0, 1), between(-1, 0.5), "both") == Interval(lower=-1, upper=1, confidence=0.95, method="both")
    unknown = wider(between(0, 1), between(None, None, "One row."), "both")
    assert (unknown.lower, unknown.upper, unknown.why) == (None, None, "One row.")


def test_difference_is_pythagorean_when_both_ranges_are_known():
    value, interval = apart(0.3, between(0.2, 0.45), 0.1, between(0.06, 0.18))
    assert value == pytest.approx(0.2)
    assert interval.lower == pytest.approx(0.2 - math.hypot(0.1, 0.08))
    assert interval.upper == pytest.approx(0.2 + math.hypot(0.15, 0.04))


@pytest.mark.parametrize("first", [None, 0.3])
def test_difference_has_no_range_when_one_side_has_none(first):
    value, interval = apart(first, between(None, None, "One row."), 0.1, between(0, 1))
    assert (value is None) == (first is None)
    assert interval.lower is None
    assert interval.why == "One row."


@pytest.mark.parametrize(
    ("n1", "p1", "n2", "p2"), [(200, 0.15, 400, 0.05), (50, 0.02, 1000, 0.0), (1000, 0.3, 100, 0.3)]
)
def test_coverage_is_at_least_as_promised_when_shares_are_apart(n1, p1, n2, p2):
    rng = np.random.default_rng(3)
    held = 0
    for k1, k2 in zip(rng.binomial(n1, p1, 600).tolist(), rng.binomial(n2, p2, 600).tolist(), strict=True):
        around = [clopper_pearson(k, n, confidence=0.95) for k, n in ((k1, n1), (k2, n2))]
        _, interval = apart(k1 / n1, around[0], k2 / n2, around[1])
        held += interval.lower <= p1 - p2 <= interval.upper
    assert held / 600 >= 0.94
