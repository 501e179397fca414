# SPDX-License-Identifier: Apache-2.0
"""Slices found on one half and measured on the other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.engines.slices.confirm import decidable_rows, find_and_confirm, halves
from probatum.seeds import stream

SETTINGS = {
    "confidence": 0.95, "keep": 10, "min_support": 20, "max_depth": 3, "decide_at": 0.05, "work_limit": 10**8,
}  # fmt: skip


def population(seed, rows=4000, excess=0.0, average=0.1):
    """Rows in which codes[:, 0] == 1 and codes[:, 1] == 0 (one of eight) errs by ``excess`` more than the average."""
    rng = stream(seed, "test/confirm")
    codes = np.column_stack([rng.integers(k, size=rows) for k in (4, 2, 3, 5, 6)]).astype(np.int32)
    inside = (codes[:, 0] == 1) & (codes[:, 1] == 0)
    rest = average - excess / 7
    return codes, (rng.random(rows) < np.where(inside, average + excess, rest)).astype(float), rng


@given(st.lists(st.booleans(), min_size=4, max_size=300), st.integers(0, 5))
def test_halves_share_no_row_and_lose_none_when_split(wrong, seed):
    losses = np.array(wrong, dtype=float)
    first, second = halves(losses, stream(seed, "h"))
    assert sorted([*first, *second]) == list(range(len(losses)))
    assert abs(losses[first].sum() - losses[second].sum()) <= 1


def test_planted_group_is_named_first_when_it_errs_four_times_as_often():
    codes, losses, rng = population(0, excess=0.3)
    result = find_and_confirm(codes, losses, rng, **SETTINGS)
    assert result.confirmed[0].slice.levels == ((0, 1), (1, 0))
    assert result.confirmed[0].interval.lower > 0.2


def test_family_wise_false_alarms_stay_below_the_level_when_no_group_differs():
    alarms = 0
    for seed in range(200):
        codes, losses, rng = population(seed, rows=1500)
        alarms += bool(find_and_confirm(codes, losses, rng, **SETTINGS).confirmed)
    assert alarms <= 16  # 5 % of 200 and two standard errors


def test_lower_bounds_cover_when_the_worst_excess_is_known():
    missed = 0
    for seed in range(100):
        codes, losses, rng = population(seed, excess=0.15)
        result = find_and_confirm(codes, losses, rng, **SETTINGS)
        missed += max(one.interval.lower for one in result.measured) > 0.15
    assert missed <= 7


def hardship(seed, rows=4000):
    """Rows whose chance of a mistake hangs on their codes, and that chance."""
    rng = stream(seed, "test/hardship")
    codes = np.column_stack([rng.integers(k, size=rows) for k in (4, 2, 3, 5, 6)]).astype(np.int32)
    chances = 1 / (1 + np.exp(4 - codes[:, 0] - codes[:, 1] - rng.normal(size=rows)))
    return codes, (rng.random(rows) < chances).astype(float), chances, rng


def test_false_alarms_stay_below_the_level_when_the_chances_are_right():
    alarms = 0
    for seed in range(200):
        codes, losses, chances, rng = hardship(seed)
        alarms += bool(find_and_confirm(codes, losses, rng, chances=chances, **SETTINGS).confirmed)
    assert alarms <= 16  # 5 % of 200 and two standard errors


def test_nothing_is_measured_when_there_are_no_rows_to_spare():
    codes, losses, rng = population(0, rows=30)
    assert find_and_confirm(codes, losses, rng, **SETTINGS).measured == ()


@pytest.mark.parametrize("decide_at", [0.03, 0.05, 0.1])
def test_decidable_groups_are_told_to_be_good_when_they_are(decide_at):
    told = undecided = 0
    for seed in range(20):
        codes, losses, chances, rng = hardship(seed, rows=12_000)
        settings = SETTINGS | {"decide_at": decide_at}
        large = [
            one for one in find_and_confirm(codes, losses, rng, chances=chances, **settings).measured if one.decidable
        ]
        told += bool(large) and all(one.interval.upper <= decide_at for one in large)
        undecided += not large
    assert told >= 17 - undecided
    assert undecided == 0


def test_nothing_is_decidable_when_rows_are_few():
    codes, losses, rng = population(0, rows=300)
    assert find_and_confirm(codes, losses, rng, **SETTINGS).least_rows is None


@pytest.mark.parametrize("limit", [0.02, 0.05])
def test_least_rows_are_fewer_when_more_is_borne(limit):
    def reach(part):
        return 0.02 / part**0.5

    rows = decidable_rows(reach, 10_000, limit)
    assert reach(rows / 10_000) <= limit < reach((rows - 60) / 10_000) if limit > 0.03 else rows is None


def test_amounts_are_searched_when_losses_are_not_counts():
    rng = stream(4, "test/amounts")
    codes = np.column_stack([rng.integers(4, size=3000), rng.integers(3, size=3000)]).astype(np.int32)
    losses = rng.lognormal(0, 0.5, size=3000) * np.where((codes[:, 0] == 2) & (codes[:, 1] == 1), 4.0, 1.0)
    result = find_and_confirm(codes, losses, rng, **SETTINGS)
    assert result.confirmed[0].slice.levels == ((0, 2), (1, 1))


def test_hard_cases_are_no_fault_when_mistakes_are_few():
    """Of 300 people a third is hard, and the system says so; its chances are right in every group."""
    alarms = 0
    for seed in range(60):
        rng = stream(seed, "few")
        hard = rng.random(300) < 0.3
        doubts = np.where(hard, rng.uniform(0.2, 0.5, 300), rng.uniform(0.0, 0.1, 300))
        wrong = (rng.random(300) < doubts).astype(float)
        codes = np.column_stack([hard.astype(np.int32), rng.integers(3, size=300), rng.integers(2, size=300)])
        found = find_and_confirm(
            codes.astype(np.int32),
            wrong,
            rng,
            chances=doubts,
            doubts=doubts,
            confidence=0.95,
            keep=5,
            min_support=20,
            max_depth=2,
            decide_at=0.05,
            work_limit=10**7,
        )
        assert found.by_chances
        alarms += bool(found.confirmed)
    assert alarms <= 6  # at most 5 in 100 of 60 are 3


def test_a_size_that_can_be_decided_is_one_that_is_measured():
    rng = stream(1, "amounts")
    codes = rng.integers(2, size=(600, 4)).astype(np.int32)
    found = find_and_confirm(
        codes,
        rng.uniform(0.5, 1.5, 600),
        rng,
        confidence=0.95,
        keep=5,
        min_support=20,
        max_depth=2,
        decide_at=1.0,
        work_limit=10**7,
    )
    assert found.least_rows >= 100  # of means of fewer rows nothing is said
