# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from probatum.engines.leakage.excess import Share, chance_share, copied, found_share, matched_share, seen_share


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


def test_copies_are_what_chance_leaves_when_worked_by_hand():
    # 55 of 100 rows match by chance; a twentieth is copied: 0.05 + 0.95 x 0.55 are found
    sure = [Share(value=value, lower=value, upper=value) for value in (0.05 + 0.95 * 0.55, 0.55)]
    value, interval = copied(sure[:1], sure[1:], confidence=0.95)
    assert value == pytest.approx(0.05)
    assert (interval.lower, interval.upper) == pytest.approx((0.05, 0.05))


def test_range_is_newcombes_when_chance_gives_next_to_nothing():
    # MOVER of two shares is Newcombe's method 10 with other single ranges
    found, chance = Share(value=0.3, lower=0.2, upper=0.42), Share(value=0.0, lower=0.0, upper=0.05)
    value, interval = copied([found], [chance], confidence=0.95)
    assert value == pytest.approx(0.3)
    low = interval.lower
    assert 0.3 - low == pytest.approx(np.hypot(0.1, 0.05 * (1 - low)))
    assert interval.upper == pytest.approx(0.42)


@pytest.mark.parametrize(("chance", "part"), [(0.0, 0.05), (0.2, 0.0), (0.55, 0.05), (0.55, 0.3)])
def test_range_of_copies_covers_as_often_as_it_says(chance, part):
    rng = np.random.default_rng(int(1000 * chance + 10 * part))
    missed = 0
    for _ in range(600):
        rows = rng.random(2000) < part + (1 - part) * chance
        told = rng.random(5000) < chance
        found = found_share(int(rows.sum()), 2000, confidence=0.95)
        value, interval = copied([found], [found_share(int(told.sum()), 5000, confidence=0.95)], confidence=0.95)
        assert interval.lower <= value <= interval.upper
        missed += not interval.lower <= part <= interval.upper
    assert missed <= 600 * 0.05 + 2.5 * (600 * 0.05 * 0.95) ** 0.5


def test_nothing_is_known_when_all_rows_match_by_chance():
    every = Share(value=1.0, lower=0.99, upper=1.0)
    value, interval = copied([every], [every], confidence=0.95)
    assert value == 0
    assert interval.upper == 1


def test_chance_is_known_from_below_when_equal_training_rows_were_taken_out():
    thinned = chance_share(np.ones(900), np.repeat([1, 2], [200, 100]), confidence=0.95)
    assert thinned.thinned
    assert not thinned.repeats
    assert thinned.share.lower > 0.2
    assert thinned.share.upper == 1
    few = chance_share(np.repeat([1, 2], [280, 20]), np.repeat([1, 2], [800, 100]), confidence=0.95)
    assert not few.thinned  # among fewer rows, fewer match


def test_test_rows_tell_the_chance_when_training_rows_were_copied_on_purpose():
    chance = chance_share(np.full(900, 3), np.ones(300), confidence=0.95)
    assert chance.repeats
    assert chance.share.value == 0
    assert chance.share.upper < 0.1


def test_training_rows_tell_the_chance_when_test_rows_repeat_as_much():
    assert not chance_share(np.full(900, 3), np.full(300, 2), confidence=0.95).repeats
    assert not chance_share(np.repeat([1, 2], [990, 10]), np.ones(300), confidence=0.95).repeats
