# SPDX-License-Identifier: Apache-2.0
"""Slices found on one half and measured on the other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.engines.slices.confirm import decidable_rows, find_and_confirm, halves
from probatum.seeds import stream

SETTINGS = {
    "confidence": 0.95, "keep": 10, "min_support": 20, "max_depth": 3, "decide_at": 2.0, "work_limit": 10**8,
}  # fmt: skip


def population(seed, rows=4000, ratio=1.0, average=0.1):
    """Rows in which the group codes[:, 0] == 1 and codes[:, 1] == 0 (one of eight) errs ``ratio`` times the average."""
    rng = stream(seed, "test/confirm")
    codes = np.column_stack([rng.integers(k, size=rows) for k in (4, 2, 3, 5, 6)]).astype(np.int32)
    inside = (codes[:, 0] == 1) & (codes[:, 1] == 0)
    rest = average * (1 - ratio / 8) / (7 / 8)
    return codes, (rng.random(rows) < np.where(inside, average * ratio, rest)).astype(float), rng


@given(st.lists(st.booleans(), min_size=4, max_size=300), st.integers(0, 5))
def test_halves_share_no_row_and_lose_none_when_split(wrong, seed):
    losses = np.array(wrong, dtype=float)
    first, second = halves(losses, stream(seed, "h"))
    assert sorted([*first, *second]) == list(range(len(losses)))
    assert abs(losses[first].sum() - losses[second].sum()) <= 1


def test_planted_group_is_named_first_when_it_errs_four_times_as_often():
    codes, losses, rng = population(0, ratio=4.0)
    result = find_and_confirm(codes, losses, rng, **SETTINGS)
    assert result.confirmed[0].slice.levels == ((0, 1), (1, 0))
    assert result.confirmed[0].interval.lower > 2


def test_family_wise_false_alarms_stay_below_the_level_when_no_group_differs():
    alarms = 0
    for seed in range(200):
        codes, losses, rng = population(seed, rows=1500)
        alarms += bool(find_and_confirm(codes, losses, rng, **SETTINGS).confirmed)
    assert alarms <= 16  # 5 % of 200 and two standard errors


def test_lower_bounds_cover_when_the_worst_ratio_is_known():
    missed = 0
    for seed in range(100):
        codes, losses, rng = population(seed, ratio=2.5)
        result = find_and_confirm(codes, losses, rng, **SETTINGS)
        missed += max(one.interval.lower for one in result.measured) > 2.5
    assert missed <= 7


def test_nothing_is_measured_when_there_are_no_rows_to_spare():
    codes, losses, rng = population(0, rows=30)
    assert find_and_confirm(codes, losses, rng, **SETTINGS).measured == ()


def test_large_groups_make_nothing_decidable_when_mistakes_are_few():
    losses = np.zeros(300)
    losses[:7] = 1
    assert decidable_rows(losses, 300, 10, 2.0, 0.95) is None


@pytest.mark.parametrize("decide_at", [1.5, 2.0, 3.0])
def test_decidable_groups_leave_room_for_a_failure_when_sized(decide_at):
    losses = (np.arange(20000) % 10 == 0).astype(float)
    rows = decidable_rows(losses, len(losses), 10, decide_at, 0.95)
    assert rows is not None
    assert len(losses) / rows >= 2 * decide_at  # such a group could bear twice the limit


def test_amounts_are_searched_when_losses_are_not_counts():
    rng = stream(4, "test/amounts")
    codes = np.column_stack([rng.integers(4, size=3000), rng.integers(3, size=3000)]).astype(np.int32)
    losses = rng.lognormal(0, 0.5, size=3000) * np.where((codes[:, 0] == 2) & (codes[:, 1] == 1), 4.0, 1.0)
    result = find_and_confirm(codes, losses, rng, **SETTINGS)
    assert result.confirmed[0].slice.levels == ((0, 2), (1, 1))
