# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from probatum.engines.leakage.excess import Share, chance_share, excess, found_share, matched_share, seen_share


def test_found_share_is_clopper_pearson_when_rows_are_independent():
    share = found_share(7, 120, confidence=0.95)
    known = stats.binomtest(7, 120).proportion_ci(0.95, method="exact")
    assert (share.lower, share.upper) == pytest.approx((known.low, known.high))


def test_chance_is_goods_when_worked_by_hand():
    # of 8 rows 3 occur once, two pairs make 4, and so 1 - N1/n with one more row to match: + (2 N2 / n) / (n + 1)
    counts = np.array([1, 1, 1, 2, 2, 2, 2, 1])
    assert seen_share(counts, confidence=0.95).value == pytest.approx(1 - 4 / 8 + (4 / 8) / 9)


def test_range_has_estys_variance_when_there_are_many_rows():
    counts = np.repeat([1, 2, 3], [6000, 2000, 1500])
    n, u = len(counts), 6000 / 9500
    known = stats.norm.ppf(0.975) * np.sqrt((u * (1 - u) + 2000 / n) / n)  # 2 N2 = rows that occur twice
    share = seen_share(counts, confidence=0.95)
    assert share.upper - share.lower == pytest.approx(2 * known, rel=0.02)


@given(st.integers(0, 50), st.integers(50, 500), st.integers(500, 5000))
def test_range_holds_the_share_and_is_nested_when_surer(matched, looked_at, n):
    narrow = matched_share(matched, looked_at, matched, n, confidence=0.9)
    wide = matched_share(matched, looked_at, matched, n, confidence=0.99)
    assert wide.lower <= narrow.lower <= narrow.value <= narrow.upper <= wide.upper <= 1


def test_excess_is_newcombes_when_two_shares_are_taken_apart():
    # MOVER of two shares is Newcombe's method 10 with other single ranges
    found, chance = Share(value=0.3, lower=0.2, upper=0.42), Share(value=0.1, lower=0.07, upper=0.15)
    value, interval = excess([found], [chance], confidence=0.95)
    assert value == pytest.approx(0.2)
    assert interval.lower == pytest.approx(0.2 - np.hypot(0.1, 0.05))
    assert interval.upper == pytest.approx(0.2 + np.hypot(0.12, 0.03))


def test_test_rows_tell_the_chance_when_training_rows_were_copied_on_purpose():
    chance = chance_share(np.full(900, 3), np.ones(300), confidence=0.95)
    assert chance.repeats
    assert chance.share.value == 0
    assert chance.share.upper < 0.1


def test_training_rows_tell_the_chance_when_test_rows_repeat_as_much():
    assert not chance_share(np.full(900, 3), np.full(300, 2), confidence=0.95).repeats
    assert not chance_share(np.repeat([1, 2], [990, 10]), np.ones(300), confidence=0.95).repeats
