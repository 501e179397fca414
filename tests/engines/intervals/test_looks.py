# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import gammaln, xlog1py, xlogy

from probatum.engines.intervals.looks import Looks, Trial, _narrow, at_least, planned, upper
from probatum.engines.intervals.proportions import clopper_pearson

SHARES = [0.001, 0.003, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.15, 0.2, 0.35, 0.5]


def pmf(n, p):
    k = np.arange(n + 1)
    return np.exp(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1) + xlogy(k, p) + xlog1py(n - k, -p))


def ends(looks):
    """Return for each look the lower and upper ends from every count."""
    found = []
    for place, n in enumerate(looks.rows, start=1):
        trial = Trial(looks=looks, counted=looks.rows[:place])
        found.append(np.array([trial.bounds(count, count) for count in range(n + 1)]))
    return found


def misses(looks, p, ranges):
    """Exact: the chance that the range at the end of the trial lies below, and above, a share p; and rows tried."""
    state, before, below, above, rows = np.ones(1), 0, 0.0, 0.0, 0.0
    for place, n in enumerate(looks.rows):
        state = np.convolve(state, pmf(n - before, p))
        before = n
        last = place == len(looks.rows) - 1
        done = np.ones(n + 1, dtype=bool) if last else _narrow(n, looks.errors[place], looks.width)
        low, high = ranges[place].T
        below += state[done & (high < p)].sum()
        above += state[done & (low > p)].sum()
        rows += n * state[done].sum()
        state = np.where(done, 0.0, state)
    return below, above, rows


@pytest.mark.parametrize(
    ("rows", "width"),
    [(200, 0.06), (500, 0.06), (400, 0.2), *(pytest.param(1000, w, marks=pytest.mark.slow) for w in (0.04, 0.06, 0.1))],
)
def test_the_range_holds_whenever_the_trial_ended(rows, width):
    looks = planned(rows, width, 0.95)
    ranges = ends(looks)
    edges = [end for part in ranges for end in part[:25, 1]]  # where the chance to err jumps
    for p in [*SHARES, *(np.nextafter(edge, 1) for edge in edges if 0 < edge < 1)]:
        below, above, _ = misses(looks, p, ranges)
        mirrored_below, mirrored_above, _ = misses(looks, 1 - p, ranges)
        assert max(below, above, mirrored_below, mirrored_above) <= 0.025 + 1e-9
        assert below + above <= 0.05 + 1e-9


def test_the_plain_range_does_not_hold_when_a_trial_ends_as_it_pleases():
    looks = Looks(rows=(50, 100, 200, 400), errors=(0.05, 0.05, 0.05), width=0.1, confidence=0.95)
    plain = []
    for n in looks.rows:
        both = [clopper_pearson(count, n, confidence=0.95) for count in range(n + 1)]
        plain.append(np.array([(one.lower, one.upper) for one in both]))
    worst = max(misses(looks, p, plain)[0] for p in np.linspace(0.05, 0.2, 151))
    assert worst > 0.03  # 0.025 is what it says


def test_a_share_near_none_takes_fewer_rows_and_one_between_takes_all():
    looks = planned(500, 0.06, 0.95)
    ranges = ends(looks)
    rows = {p: misses(looks, p, ranges)[2] for p in (0.0001, 0.01, 0.1)}
    assert rows[0.0001] < 130
    assert rows[0.01] < 260
    assert rows[0.1] > 499


def test_a_share_between_costs_nothing():
    looks = planned(500, 0.06, 0.95)
    trial = Trial(looks=looks, counted=looks.rows)
    for count in (100, 200, 350, 400):
        plain = clopper_pearson(count, 500, confidence=0.95)
        assert trial.bounds(count, count) == pytest.approx((plain.lower, plain.upper), abs=1e-9)
    for count in (0, 5, 25):
        lower, high = trial.bounds(count, count)
        plain = clopper_pearson(count, 500, confidence=0.95)
        assert high - lower <= 1.1 * (plain.upper - plain.lower)


@pytest.mark.parametrize("width", [0.0, 0.01])
def test_it_is_the_plain_range_when_no_early_look_could_end_the_trial(width):
    looks = planned(120, width, 0.95)
    assert looks.rows == (120,)
    for count in (0, 1, 60, 120):
        plain = clopper_pearson(count, 120, confidence=0.95)
        assert Trial(looks=looks, counted=(120,)).bounds(count, count) == pytest.approx((plain.lower, plain.upper))


def test_looks_that_could_not_end_the_trial_are_left_out():
    assert planned(200, 0.06, 0.95).rows == (100, 200)
    assert planned(500, 0.06, 0.95).rows == (125, 250, 500)
    assert planned(3, 0.06, 0.95).rows == (3,)
    assert planned(0, 0.06, 0.95).rows == (0,)


@pytest.mark.parametrize(
    ("shown", "open_"), [(0.01, 0.0), (0.01, 0.02), (0.03, 0.6), (0.2, 0.3), (0.0, 1.0), (0.5, 0.5)]
)
def test_both_ends_hold_when_some_rows_are_neither_shown_nor_proven_and_some_do_not_count(shown, open_):
    """Of 2,000 trials, with a tenth of rows that do not count: each end is wrong in 2.5 of 100, at most."""
    rng, looks, times = np.random.default_rng(0), planned(200, 0.1, 0.95), 2000
    above = below = 0
    for _ in range(times):
        draw, right = rng.random(200), rng.random(200) < 0.9
        counted = []
        for rows in looks.rows:
            counted.append(int(right[:rows].sum()))
            trial = Trial(looks=looks, counted=tuple(counted))
            low = int((right[:rows] & (draw[:rows] < shown)).sum())
            high = int((right[:rows] & (draw[:rows] < shown + open_)).sum())
            if trial.narrow(low) and trial.narrow(high):
                break
        lower, top = trial.bounds(low, high)
        above, below = above + (lower > shown), below + (top < shown + open_)
    sampling = 2.6 * np.sqrt(0.025 * 0.975 / times)
    assert above / times <= 0.025 + sampling
    assert below / times <= 0.025 + sampling


@settings(max_examples=60, deadline=None)
@given(st.integers(8, 300), st.floats(0.0, 0.5), st.data())
def test_ends_are_in_order_hold_the_share_and_mirror_each_other(rows, width, data):
    looks = planned(rows, width, 0.95)
    place = data.draw(st.integers(1, len(looks.rows)))
    counted = tuple(data.draw(st.integers(max(1, n // 2), n)) for n in looks.rows[:place])
    counted = tuple(np.maximum.accumulate(counted).tolist())
    trial = Trial(looks=looks, counted=counted)
    n = counted[-1]
    low = data.draw(st.integers(0, n))
    high = data.draw(st.integers(low, n))
    lower, top = trial.bounds(low, high)
    assert 0 <= lower <= low / n <= high / n <= top <= 1
    mirrored = trial.bounds(n - high, n - low)
    assert (1 - mirrored[1], 1 - mirrored[0]) == pytest.approx((lower, top), abs=1e-9)
    plain = clopper_pearson(high, n, confidence=0.95)
    assert top >= plain.upper - 1e-9  # never narrower than a range that was looked at once


@pytest.mark.parametrize(("count", "n"), [(0, 10), (3, 10), (9, 10)])
def test_the_upper_end_is_where_so_few_are_unlikely(count, n):
    assert 1 - at_least(count + 1, n, upper(count, n, 0.025)) == pytest.approx(0.025)
    assert upper(n, n, 0.025) == 1.0
