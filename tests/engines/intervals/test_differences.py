# SPDX-License-Identifier: Apache-2.0
"""The range of the difference of two shares, or of two means."""

from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad

from probatum.engines.intervals.differences import (
    Means,
    mean_difference_bounds,
    share_difference_bounds,
    share_difference_lower,
    skewed_rows,
)
from probatum.engines.intervals.proportions import clopper_pearson
from probatum.engines.intervals.skewed import skewness
from probatum.errors import UsageError


def bounds(k, n, j, m, confidence=0.95, family=1):
    found = share_difference_bounds(*map(np.asarray, (k, n, j, m)), confidence=confidence, family=family)
    return float(found[0]), float(found[1])


def melded_chance(x, k, n, j, m):
    """P(L - U <= x), by an integral of its own."""
    cuts = stats.beta.ppf([1e-9, 0.001, 0.1, 0.5, 0.9, 0.999, 1 - 1e-9], j + 1, m - j)

    def density(u):
        return stats.beta.cdf(x + u, k, n - k + 1) * stats.beta.pdf(u, j + 1, m - j)

    return sum(quad(density, a, b, epsabs=1e-13, limit=200)[0] for a, b in pairwise(cuts))


@pytest.mark.parametrize(
    ("k", "n", "j", "m", "tail"), [(12, 40, 3, 20, 0.025), (500, 1000, 1, 20, 1e-5), (10, 3000, 15, 20, 1e-4)]
)
def test_bound_is_the_melded_quantile_when_worked_out_by_another_route(k, n, j, m, tail):
    lower, _ = bounds(k, n, j, m, confidence=1 - 2 * tail)
    assert melded_chance(lower, k, n, j, m) == pytest.approx(tail, rel=1e-3)


@pytest.mark.parametrize(("k", "n", "j", "m"), [(7, 20, 2, 25), (10, 10, 4, 12), (30, 90, 11, 60)])
def test_zero_is_shut_out_exactly_when_fisher_refutes_equality(k, n, j, m):
    # Fay, Proschan and Brittain 2015, section 3.2: the one-sided melded and Fisher tests agree
    p = stats.fisher_exact([[k, n - k], [j, m - j]], alternative="greater").pvalue
    assert bounds(k, n, j, m, confidence=1 - 2 * p * 1.01)[0] > 0
    assert bounds(k, n, j, m, confidence=1 - 2 * p * 0.99)[0] < 0


def test_range_is_that_of_one_share_when_the_other_is_surely_at_its_end():
    lower, _ = bounds(0, 20, 5, 30)
    assert lower == pytest.approx(-clopper_pearson(5, 30, confidence=0.95).upper, abs=1e-9)
    _, upper = bounds(0, 20, 30, 30)
    assert upper < 0


@settings(max_examples=60)
@given(st.data())
def test_laws_hold_when_counts_are_any(data):
    n, m = (data.draw(st.integers(1, 60)) for _ in range(2))
    k, j = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    lower, upper = bounds(k, n, j, m)
    assert -1 <= lower <= k / n - j / m <= upper <= 1
    again = bounds(j, m, k, n)
    assert again == pytest.approx((-upper, -lower), abs=1e-9)
    wide = bounds(k, n, j, m, family=50)
    assert wide[0] <= lower + 1e-9
    assert wide[1] >= upper - 1e-9
    if k < n:
        more = bounds(k + 1, n, j, m)
        assert more[0] >= lower - 1e-4
        assert more[1] >= upper - 1e-4


@pytest.mark.parametrize("level", [0.95, 0.9999])
@pytest.mark.parametrize(("n", "m"), [(10, 40), (20, 20), (40, 132)])
def test_each_end_misses_no_more_than_it_says_when_all_outcomes_are_added_up(level, n, m):
    k, j = np.arange(n + 1)[:, None], np.arange(m + 1)[None]
    lower, upper = share_difference_bounds(k, np.array(n), j, np.array(m), confidence=level)
    for p in (0.01, 0.03, 0.1, 0.5, 0.97):
        for q in (0.01, 0.1, 0.5):
            chance = stats.binom.pmf(k, n, p) * stats.binom.pmf(j, m, q)
            assert chance[lower > p - q + 1e-9].sum() <= (1 - level) / 2
            assert chance[upper < p - q - 1e-9].sum() <= (1 - level) / 2


@pytest.mark.parametrize("groups", [2, 10, 30])
def test_all_pairs_are_covered_at_once_when_groups_are_equal(groups):
    rng = np.random.Generator(np.random.PCG64(1))
    for n in (20, 40, 132, 1000):
        for p in (0.01, 0.03, 0.1, 0.5):
            counts = rng.binomial(n, p, (400, groups))
            # the pair of the largest and the smallest share is covered last
            family = groups * (groups - 1) // 2
            worst = np.stack([counts.max(axis=1), counts.min(axis=1)])
            different, where = np.unique(worst, axis=1, return_inverse=True)
            lower = share_difference_lower(
                different[0], np.array(n), different[1], np.array(n), confidence=0.95, family=family
            )
            assert (lower[where.reshape(-1)] <= 0).mean() >= 0.93  # 0.95 and the noise of 400 samples


def test_mean_difference_is_welch_when_compared_with_scipy():
    rng = np.random.Generator(np.random.PCG64(3))
    a, b = rng.normal(1, 2, 15), rng.normal(0, 1, 40)
    known = stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.95)
    plain = [end.item() for end in mean_difference_bounds(of(a[None]), of(b[None]), confidence=0.95)]
    even = [replace(of(x[None]), skewness=np.zeros(1)) for x in (a, b)]
    assert [end.item() for end in mean_difference_bounds(*even, confidence=0.95)] == pytest.approx(list(known))
    assert plain[0] <= known.low
    assert known.high <= plain[1]


def test_means_are_covered_when_values_are_skewed():
    rng = np.random.Generator(np.random.PCG64(4))
    a, b = rng.exponential(1, (3000, 60)), rng.exponential(1, (3000, 25))
    lower, upper = mean_difference_bounds(of(a), of(b), confidence=0.95)
    assert ((lower <= 0) & (upper >= 0)).mean() >= 0.94


@pytest.mark.parametrize("sizes", [(30, 300, 1000), (100, 100, 2000), (300, 300, 300)])
def test_all_pairs_of_skewed_means_are_covered_at_once(sizes):
    rng, held = np.random.Generator(np.random.PCG64(5)), 0
    for _ in range(800):
        groups = [rng.lognormal(-0.5, 1, (1, n)) - 1 for n in sizes]
        least = skewed_rows(skewness(np.concatenate([one[0] for one in groups])))
        pairs = list(combinations([of(one) for one in groups if one.size >= least], 2))
        ends = [mean_difference_bounds(a, b, confidence=0.95, family=len(pairs)) for a, b in pairs]
        held += all(lower <= 0 <= upper for lower, upper in ends)
    assert held >= 800 * 0.95 - 2.5 * (800 * 0.95 * 0.05) ** 0.5


def test_more_rows_are_needed_the_more_skewed_values_are():
    assert skewed_rows(0.0) == skewed_rows(-2.0) == 30
    assert skewed_rows(8.32) == 70


def of(values):
    """Return the moments of each row of values."""
    away = values - values.mean(axis=1, keepdims=True)
    third = np.mean(away**3, axis=1) / np.mean(away**2, axis=1) ** 1.5
    return Means(
        mean=values.mean(axis=1), variance=values.var(axis=1, ddof=1), skewness=third, n=np.array(values.shape[1])
    )


def test_two_constant_means_have_no_range_when_nothing_varies():
    flat = Means(mean=np.array(1.0), variance=np.array(0.0), skewness=np.array(0.0), n=np.array(10))
    assert [float(end) for end in mean_difference_bounds(flat, flat, confidence=0.95)] == [0.0, 0.0]


def test_impossible_counts_are_refused_when_given():
    with pytest.raises(UsageError):
        bounds(3, 2, 0, 5)
    with pytest.raises(UsageError):
        bounds(0, 0, 0, 5)
    one = Means(mean=np.array(1.0), variance=np.array(0.0), skewness=np.array(0.0), n=np.array(1))
    with pytest.raises(UsageError):
        mean_difference_bounds(one, one, confidence=0.95)
