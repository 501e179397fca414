# SPDX-License-Identifier: Apache-2.0
"""What came true of each thing said, without telling small counts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.engines.calibration.bins import put_together
from probatum.engines.calibration.reliability import reliability, shown
from probatum.engines.mistakes.small_counts import could_be_worked_out
from probatum.seeds import stream


def bins_of(*groups):
    """Make one bin for each (said, rows, right)."""
    said = np.concatenate([np.full(rows, chance) for chance, rows, _ in groups])
    right = np.concatenate([np.arange(rows) < count for _, rows, count in groups])
    return put_together(said, right, bins=1000)


def test_groups_carry_what_was_said_and_what_came_true_when_counts_are_large():
    came_true, was_said = reliability(bins_of((0.2, 100, 25), (0.85, 50, 35)), confidence=0.95)
    assert [part.name for part in came_true] == [part.name for part in was_said]
    assert [part.name for part in came_true] == ["said 20 of 100", "said 85 of 100"]
    assert [part.value for part in came_true] == [0.25, 0.7]
    assert [part.value for part in was_said] == pytest.approx([0.2, 0.85])
    assert [part.n for part in came_true] == [100, 50]
    assert "Šidák over 2" in came_true[0].interval.method
    assert was_said[0].interval is None


def test_names_get_decimals_when_scores_are_close():
    came_true, _ = reliability(bins_of((0.001, 100, 30), (0.0024, 100, 40), (0.5, 100, 50)), confidence=0.95)
    assert [part.name for part in came_true] == ["said 0.1 of 100", "said 0.2 of 100", "said 50.0 of 100"]


def test_names_are_numbered_when_no_decimal_tells_them_apart():
    came_true, _ = reliability(bins_of((0.5, 100, 30), (0.5 + 1e-12, 100, 40)), confidence=0.95)
    assert len({part.name for part in came_true}) == 2


def test_groups_are_joined_when_the_one_hidden_count_could_be_worked_out():
    bins = bins_of((0.02, 100, 4), (0.2, 100, 25), (0.8, 100, 70))
    assert shown(bins) == [[0, 1], [2]]
    assert [part.value for part in reliability(bins, confidence=0.95)[0]] == [0.145, 0.7]


def test_shares_stay_hidden_when_two_counts_leave_each_other_open():
    bins = bins_of((0.02, 100, 4), (0.05, 100, 6), (0.8, 100, 70))
    assert shown(bins) == [[0], [1], [2]]
    assert [part.value for part in reliability(bins, confidence=0.95)[0]] == [None, None, 0.7]


def test_groups_under_ten_rows_are_joined_when_scores_tie():
    assert shown(bins_of((0.1, 100, 0), (0.5, 3, 0), (0.9, 200, 200))) == [[0, 1], [2]]


def test_one_group_is_left_when_all_counts_are_small():
    (part,), _ = reliability(bins_of((0.1, 8, 1), (0.9, 8, 4)), confidence=0.95)
    assert part.n == 16
    assert part.value is None


@given(st.lists(st.tuples(st.integers(1, 60), st.floats(0, 1)), min_size=1, max_size=12))
def test_every_row_is_shown_once_and_no_small_count_when_drawn(groups):
    sizes = [(place / 20, rows, round(rows * share)) for place, (rows, share) in enumerate(groups)]
    bins = bins_of(*sizes)
    came_true, _ = reliability(bins, confidence=0.95)
    assert sum(part.n for part in came_true) == bins.rows.sum()
    assert len(came_true) == 1 or min(part.n for part in came_true) >= 10
    for part in came_true:
        if part.value is not None:
            right = round(part.value * part.n)
            assert right == 0 or right >= 10
            assert right == part.n or part.n - right >= 10
    assert len([part for part in came_true if part.value is None]) != 1 or len(came_true) == 1


@pytest.mark.parametrize(
    ("hidden", "open_to_all"),
    [([], False), ([0, 0], False), ([4, 0], True), ([1, 1], True), ([9, 9, 0], True), ([4, 6], False), ([1, 2], True)],
)
def test_sum_tells_counts_when_it_narrows_any(hidden, open_to_all):
    assert could_be_worked_out(hidden) is open_to_all


@pytest.mark.parametrize("n", [200, 2000])
def test_ranges_hold_all_at_once_when_groups_are_joined_by_what_came_true(n):
    rng = stream(0, f"reliability {n}")
    missed = 0
    for _ in range(300):
        said = rng.beta(1, 4, n)
        chance = np.minimum(said * 1.1, 1)
        bins = put_together(said, rng.random(n) < chance)
        true = np.bincount(np.searchsorted(bins.high, said), chance)
        came_true, _ = reliability(bins, confidence=0.95)
        missed += any(
            not part.interval.lower <= true[group].sum() / part.n <= part.interval.upper
            for group, part in zip(shown(bins), came_true, strict=True)
        )
    assert missed <= 26  # 15 and three standard errors
