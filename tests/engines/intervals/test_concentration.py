# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from probatum.engines.intervals.concentration import concentration, hypergeometric, larger_inside, loss_concentration
from probatum.errors import UsageError


@st.composite
def groups(draw):
    rows = draw(st.integers(2, 500))
    inside = draw(st.integers(1, rows))
    mistakes = draw(st.integers(1, rows))
    low, high = max(0, mistakes - (rows - inside)), min(mistakes, inside)
    return draw(st.integers(low, high)), mistakes, inside, rows


def test_ratio_and_bounds_equal_a_worked_example():
    # 30 of 100 mistakes in 10 % of the rows: 3 times the average
    value, interval = concentration(30, 100, 200, 2000, confidence=0.95)
    exact = stats.binomtest(30, 100).proportion_ci(0.95, method="exact")
    assert value == pytest.approx(3.0)
    assert (interval.lower, interval.upper) == pytest.approx((exact.low * 10, exact.high * 10))


def test_method_names_the_family_when_corrected():
    _, interval = concentration(3, 10, 20, 200, confidence=0.95, family=10)
    assert interval.method == "Clopper-Pearson 1934, Šidák over 10, on the share of mistakes"


@pytest.mark.parametrize("counts", [(0, 0, 5, 20), (0, 3, 0, 20)])
def test_value_is_unknown_when_there_is_nothing_to_share_out(counts):
    value, interval = concentration(*counts, confidence=0.95)
    assert value is None
    assert interval.why


@pytest.mark.parametrize("counts", [(5, 4, 10, 20), (5, 9, 4, 20), (0, 15, 10, 20), (1, 2, 30, 20), (-1, 2, 3, 20)])
def test_contradicting_counts_are_refused(counts):
    with pytest.raises(UsageError):
        concentration(*counts, confidence=0.95)


@given(groups())
def test_interval_holds_the_ratio_and_is_nested_when_the_family_grows(counts):
    value, narrow = concentration(*counts, confidence=0.95)
    _, wide = concentration(*counts, confidence=0.95, family=20)
    assert narrow.lower <= value * (1 + 1e-12)
    assert value <= narrow.upper * (1 + 1e-12)
    assert wide.lower <= narrow.lower
    assert narrow.upper <= wide.upper


@given(groups())
def test_chance_equals_the_exact_test_of_fisher(counts):
    inside, mistakes, rows_inside, rows = counts
    reference = stats.hypergeom.sf(inside - 1, rows, mistakes, rows_inside)
    least, chances = hypergeometric(mistakes, rows_inside, rows)
    assert chances[inside - least :].sum() == pytest.approx(reference, rel=1e-8, abs=1e-300)
    assert chances.sum() == pytest.approx(1)


def test_chance_equals_the_lady_tasting_tea():
    least, chances = hypergeometric(4, 4, 8)
    assert least == 0
    assert chances[3:].sum() == pytest.approx(17 / 70)  # Fisher 1935: 1/70 + 16/70


@pytest.mark.parametrize(("rate_inside", "rate_outside"), [(0.1, 0.1), (0.3, 0.08)])
def test_coverage_is_conservative_when_counts_are_simulated(rate_inside, rate_outside):
    rng = np.random.default_rng(6)
    inside, outside = rng.binomial(200, rate_inside, 2000), rng.binomial(1800, rate_outside, 2000)
    share = 200 * rate_inside / (200 * rate_inside + 1800 * rate_outside)
    held = [
        interval.lower <= share * 10 <= interval.upper
        for a, b in zip(inside.tolist(), outside.tolist(), strict=True)
        for _, interval in [concentration(a, a + b, 200, 2000, confidence=0.95)]
    ]
    assert np.mean(held) >= 0.95


def test_loss_ratio_equals_the_plain_quotient():
    losses, inside = np.array([4.0, 6, 1, 1, 2, 1]), np.array([1, 1, 0, 0, 0, 0], dtype=bool)
    value, interval = loss_concentration(losses, inside, confidence=0.95)
    assert value == pytest.approx(5 / 2.5)
    assert interval.lower < value < interval.upper


def test_loss_bounds_are_a_t_interval_when_losses_are_symmetric_and_outside_is_constant():
    losses = np.concatenate([[1.0, 2, 3, 2, 1, 3], np.full(94, 2.0)])
    inside = np.arange(100) < 6
    _, interval = loss_concentration(losses, inside, confidence=0.95)
    low, high = stats.t.interval(0.95, 5, losses[inside].mean() / 2, stats.sem(losses[inside]) / 2)
    expected = [end / (0.06 * end + 0.94) for end in (low, high)]
    assert [interval.lower, interval.upper] == pytest.approx(expected)


@pytest.mark.parametrize("inside", [[0, 0, 0, 0], [1, 0, 0, 0], [1, 1, 1, 1]])
def test_loss_bounds_are_unknown_when_a_side_is_too_small(inside):
    _, interval = loss_concentration(np.ones(4), np.array(inside, dtype=bool), confidence=0.95)
    assert interval.lower is None
    assert interval.why


@pytest.mark.parametrize(
    ("shape", "n", "family", "most"), [(0.5, 50, 10, 0.015), (1.0, 200, 1, 0.08), (1.0, 500, 10, 0.015)]
)
def test_loss_coverage_is_as_stated_when_losses_are_log_normal(shape, n, family, most):
    rng = np.random.default_rng(7)
    inside = np.arange(5000) < n
    true = 3 / (3 * n / 5000 + 1 - n / 5000)
    missed = 0
    for _ in range(1000):
        losses = np.exp(shape * rng.normal(size=5000) - shape**2 / 2)
        losses[inside] *= 3
        _, interval = loss_concentration(losses, inside, confidence=0.95, family=family)
        missed += not interval.lower <= true <= interval.upper
    assert missed / 1000 <= most


def test_chance_equals_welch_when_losses_are_real():
    rng = np.random.default_rng(8)
    losses, inside = rng.gamma(2, 1, 300), np.arange(300) < 40
    reference = stats.ttest_ind(losses[inside], losses[~inside], equal_var=False, alternative="greater").pvalue
    assert larger_inside(losses, inside) == pytest.approx(reference)


@pytest.mark.parametrize(("losses", "chance"), [([2.0, 2, 1, 1], 0.0), ([1.0, 1, 1, 1], 1.0), ([1.0, 1, 2, 2], 1.0)])
def test_chance_is_certain_when_losses_do_not_vary(losses, chance):
    assert larger_inside(np.array(losses), np.array([True, True, False, False])) == chance


def test_nothing_is_claimed_when_one_row_is_inside():
    assert larger_inside(np.array([9.0, 1, 2, 3]), np.array([True, False, False, False])) == 1.0
