# SPDX-License-Identifier: Apache-2.0
"""The calibration error, and its range near zero and elsewhere."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from probatum.engines.calibration.bins import put_together
from probatum.engines.calibration.error import calibration_error, error_of, tails
from probatum.seeds import stream

SHAPES = {
    "even": lambda rng, n: rng.uniform(0, 1, n),
    "ends": lambda rng, n: rng.beta(0.3, 0.3, n),
    "low": lambda rng, n: rng.beta(0.3, 2, n),
    "middle": lambda rng, n: rng.beta(40, 40, n),
    "rare": lambda rng, n: rng.beta(2, 98, n),
    "certain": lambda rng, n: rng.integers(2, size=n).astype(float),
}


def missed(shape, n, size, samples):
    """Return how many of 100 ranges lie above and below the error, by the law that the range inverts."""
    rng = stream(0, f"{shape} {n} {size}")
    out = np.zeros(2)
    for sample in range(samples):
        said = SHAPES[shape](rng, n)
        towards = 1 if sample % 2 or shape in ("rare", "certain") else -1
        chance = np.clip(said + towards * np.where(said < 0.5, size, -size), 0, 1)
        bins = put_together(said, rng.random(n) < chance)
        edges = np.searchsorted(bins.high, said)
        gaps = np.bincount(edges, chance - said) / bins.rows
        at_most, at_least = tails(float(np.sqrt((bins.weight * gaps**2).sum())), bins)
        out += [at_least < 0.025, at_most < 0.025]
    return 100 * out / samples


@pytest.mark.parametrize("shape", sorted(SHAPES))
@pytest.mark.parametrize("size", [0.0, 0.02, 0.1])
def test_range_covers_as_often_as_it_says_when_sampled(shape, size):
    above, below = missed(shape, 1000, size, 400)
    assert max(above, below) <= 5.0  # 2.5 and three standard errors
    assert above + below <= 8.5


@pytest.mark.slow
@pytest.mark.parametrize("shape", sorted(SHAPES))
@pytest.mark.parametrize("n", [200, 5000])
def test_range_covers_as_often_as_it_says_when_sampled_at_length(shape, n):
    for size in (0.0, 0.01, 0.02, 0.05, 0.1):
        above, below = missed(shape, n, size, 500)
        assert max(above, below) <= 4.8, size
        assert above + below <= 8.0, size


def test_noise_is_taken_off_when_the_system_is_perfectly_calibrated():
    rng = stream(0, "unbiased")
    squares, plain = [], []
    for _ in range(400):
        said = rng.uniform(0, 1, 500)
        bins = put_together(said, rng.random(500) < said)
        plain.append(float((bins.weight * bins.gap**2).sum()))
        squares.append(plain[-1] - float((bins.weight * bins.scatter / bins.rows).sum()))
    error = np.std(squares) / np.sqrt(len(squares))
    assert abs(np.mean(squares)) < 3 * error
    assert np.mean(plain) > 30 * error


def test_law_at_zero_is_a_chi_square_when_all_bins_are_alike():
    # four bins of 250 rows that all say one half: without rare counts, 1000 x 4 x mean square is chi-square with 4
    said = np.repeat([0.4999, 0.49999, 0.5, 0.50001], 250)
    right = np.concatenate([np.arange(250) < count for count in (130, 120, 140, 115)])
    bins = put_together(said, right, bins=4)
    statistic = sum((count - 125) ** 2 / 62.5 for count in (130, 120, 140, 115))
    assert tails(0.0, bins)[1] == pytest.approx(chi2.sf(statistic, 4), abs=2e-3)


def test_error_is_the_share_of_mistakes_when_it_claims_to_be_certain():
    # a quarter wrong at each end: gaps of .25, less a noise of .25 x .75 / 99
    said = np.repeat([0.0, 1.0], 100)
    right = np.concatenate([np.arange(100) < 25, np.arange(100) >= 25])
    value, interval = calibration_error(said, right, confidence=0.95)
    assert value == pytest.approx(np.sqrt(0.0625 - 0.25 * 0.75 / 99))
    assert 0.17 < interval.lower < 0.20 < 0.29 < interval.upper < 0.33


def test_upper_end_is_near_three_in_n_when_certain_and_never_wrong():
    said = np.repeat([0.0, 1.0], 500)
    value, interval = calibration_error(said, said > 0, confidence=0.95)
    assert value == interval.lower == 0
    assert 3 / 1000 < interval.upper < 0.02


def test_any_mistake_proves_an_error_when_it_claims_to_be_certain():
    said = np.repeat([0.0, 1.0], 500)
    assert calibration_error(said, np.arange(1000) >= 499, confidence=0.95)[1].lower > 0


def test_rare_event_is_not_taken_for_impossible_when_none_came_true():
    # 200 rows of 1 in 1,000, none true: up to 3.7 of 200 could have been
    value, interval = calibration_error(np.full(200, 0.001), np.zeros(200, dtype=bool), confidence=0.95)
    assert value < 0.002
    assert interval.upper > 0.015


def test_family_widens_the_range_when_many_are_stated():
    rng = stream(0, "family")
    said = rng.uniform(size=1000)
    bins = put_together(said, rng.random(1000) < said**2)
    one, many = (error_of(bins, confidence=0.95, family=family)[1] for family in (1, 10))
    assert many.lower < one.lower < one.upper < many.upper
    assert "Šidák over 10" in many.method


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 400), st.sampled_from(sorted(SHAPES)), st.floats(0, 1))
def test_range_is_nested_and_holds_the_value_when_drawn(seed, n, shape, truth):
    rng = np.random.Generator(np.random.PCG64(seed))
    said = SHAPES[shape](rng, n)
    right = rng.random(n) < (said + truth) / 2
    value, wide = calibration_error(said, right, confidence=0.99)
    same, narrow = calibration_error(said[::-1], right[::-1], confidence=0.8)
    assert 0 <= wide.lower <= narrow.lower + 1e-9 <= narrow.upper + 2e-9 <= wide.upper + 3e-9 <= 1 + 3e-9
    assert wide.lower <= value <= wide.upper
    assert narrow.lower <= same <= narrow.upper


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(20, 400), st.sampled_from(sorted(SHAPES)))
def test_chances_fall_and_rise_when_the_supposed_error_grows(seed, n, shape):
    rng = np.random.Generator(np.random.PCG64(seed))
    said = SHAPES[shape](rng, n)
    bins = put_together(said, rng.random(n) < said * rng.random())
    law = np.array([tails(error, bins) for error in np.linspace(0, 1, 60)])
    low, high = law[:, 0], law[:, 1]
    # bisection needs one crossing of each level that is asked for
    for level in (0.025, 0.005):
        assert np.abs(np.diff((high < level).astype(int))).sum() <= 1
        assert np.abs(np.diff((low >= level).astype(int))).sum() <= 1
