# SPDX-License-Identifier: Apache-2.0
"""The range of a ratio of two shares: it misses no more often than it says, alone and for many groups at once."""

import numpy as np
import pytest
from scipy.stats import binom

from probatum.engines.intervals.multiplicity import sidak
from probatum.engines.intervals.share_ratio import between, method, share_ratio_bounds
from probatum.errors import UsageError
from probatum.seeds import stream

SHARES = (0.01, 0.05, 0.2, 0.5, 0.8)


def every_outcome(n: int, m: int) -> tuple[np.ndarray, np.ndarray]:
    first, second = np.meshgrid(np.arange(n + 1), np.arange(m + 1), indexing="ij")
    return first.ravel(), second.ravel()


@pytest.mark.parametrize(("n", "m"), [(10, 40), (40, 10), (20, 60)])
@pytest.mark.parametrize("confidence", [0.95, 0.999])
def test_each_end_misses_no_more_often_than_it_says_when_all_outcomes_are_added_up(n, m, confidence):
    first, second = every_outcome(n, m)
    lower, upper = share_ratio_bounds(first, np.array(n), second, np.array(m), confidence=confidence)
    for p in SHARES:
        for q in SHARES:
            chance = np.outer(binom.pmf(np.arange(n + 1), n, p), binom.pmf(np.arange(m + 1), m, q)).ravel()
            assert chance[lower > p / q].sum() <= (1 - confidence) / 2
            assert chance[upper < p / q].sum() <= (1 - confidence) / 2


@pytest.mark.parametrize(("n", "m"), [(10, 40), (40, 10)])
def test_range_holds_what_was_observed_and_turns_round_when_groups_are_exchanged(n, m):
    first, second = every_outcome(n, m)
    lower, upper = share_ratio_bounds(first, np.array(n), second, np.array(m), confidence=0.95)
    there = second > 0
    observed = first[there] / n / (second[there] / m)
    assert (lower[there] <= observed + 1e-9).all()
    assert (observed <= upper[there] + 1e-9).all()
    turned_lower, turned_upper = share_ratio_bounds(second, np.array(m), first, np.array(n), confidence=0.95)
    with np.errstate(divide="ignore"):
        assert np.allclose(1 / turned_upper, lower, atol=1e-9)
        assert np.allclose(1 / turned_lower[first > 0], upper[first > 0])
    table = lower.reshape(n + 1, m + 1)
    assert (np.diff(table, axis=0) >= -1e-9).all()
    assert (np.diff(table, axis=1) <= 1e-9).all()


def test_nobody_counted_gives_an_open_end():
    lower, upper = share_ratio_bounds(
        np.array([0, 5, 0]), np.array([20] * 3), np.array([5, 0, 0]), np.array([20] * 3), confidence=0.95
    )
    assert lower[0] == lower[2] == 0
    assert lower[1] > 0
    assert np.isfinite(upper[0])
    assert np.isinf(upper[1:]).all()


def test_ranges_of_many_groups_hold_at_once_when_simulated():
    rng, groups, tables = stream(0, "ratios"), 10, 300
    n = rng.integers(15, 120, groups)
    shares = rng.uniform(0.05, 0.6, groups)
    missed = 0
    for _ in range(tables):
        counts = rng.binomial(n, shares)
        rest, rest_n = counts.sum() - counts, n.sum() - n
        lower, upper = share_ratio_bounds(counts, n, rest, rest_n, confidence=0.95, family=groups)
        true = shares / ((n * shares).sum() - n * shares) * rest_n
        missed += bool(((lower > true) | (upper < true)).any())
    assert missed / tables <= 0.05


def test_range_is_no_wider_than_it_must_be_when_groups_are_large():
    lower, upper = share_ratio_bounds(np.array(300), np.array(1000), np.array(400), np.array(1000), confidence=0.95)
    error = np.sqrt(1 / 300 - 1 / 1000 + 1 / 400 - 1 / 1000)  # of the logarithm (Katz and others 1978)
    assert np.log(upper / lower) <= 1.05 * 2 * 1.96 * error


def test_a_count_that_is_only_known_within_ends_gives_the_widest_of_its_ranges():
    sure = [
        share_ratio_bounds(np.array(k), np.array(50), np.array(30), np.array(60), confidence=0.95) for k in (3, 4, 9)
    ]
    lower, upper = between(
        (np.array(3), np.array(9)), np.array(50), (np.array(30), np.array(30)), np.array(60), confidence=0.95
    )
    assert lower == min(one[0] for one in sure)
    assert upper == max(one[1] for one in sure)


def test_counts_that_cannot_be_are_refused():
    with pytest.raises(UsageError, match="Each count"):
        share_ratio_bounds(np.array(5), np.array(4), np.array(1), np.array(4), confidence=0.95)


def test_method_says_for_how_many_it_holds():
    assert "Šidák over 12" in method(12)
    assert sidak(0.95, 12) > 0.99
