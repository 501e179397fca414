# SPDX-License-Identifier: Apache-2.0
"""Which changes are allowed: every constraint worked by hand, and laws that hold for all of them together."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probatum.engines.evasion.tables.feasible import box, distance, ends, feasible, movable, repair, sound
from probatum.systems.attacker import Moves


def allowed(d, **said):
    plain = {
        "reach": np.ones(d),
        "rises": np.ones(d, dtype=bool),
        "falls": np.ones(d, dtype=bool),
        "least": np.full(d, -10.0),
        "most": np.full(d, 10.0),
        "whole": np.zeros(d, dtype=bool),
        "single": np.zeros(d, dtype=bool),
        "choices": np.zeros(d, dtype=np.int64),
        "free": np.zeros(d, dtype=bool),
        "choice_size": np.zeros(d),
        "group": np.full(d, -1),
        "sums": np.empty((0, d)),
        "sums_least": np.empty(0),
        "sums_most": np.empty(0),
        "levels": (np.empty(0),) * d,
    }
    return Moves(**plain | {name: np.asarray(value) if name != "levels" else value for name, value in said.items()})


def one(*cells):
    return np.array([cells], dtype=np.float64)


def test_a_number_moves_by_its_reach_and_no_further():
    moves = allowed(2, reach=[4.0, 0.0])
    assert feasible(moves, one(1, 1), one(3, 1), 0.5).all()
    assert not feasible(moves, one(1, 1), one(3.01, 1), 0.5).any()
    assert not feasible(moves, one(1, 1), one(1, 1.01), 100.0).any()
    assert distance(moves, one(1, 1), one(3, 1)).tolist() == [0.5]
    assert distance(moves, one(1, 1), one(1, 2)).tolist() == [np.inf]
    assert repair(moves, one(1, 1), one(9, 9), 0.5).tolist() == [[3.0, 1.0]]


def test_a_number_goes_one_way_when_it_only_rises_or_only_falls():
    moves = allowed(2, rises=[True, False], falls=[False, True])
    assert feasible(moves, one(0, 0), one(1, -1), 1.0).all()
    assert not feasible(moves, one(0, 0), one(-1, 0), 1.0).any()
    assert not feasible(moves, one(0, 0), one(0, 1), 1.0).any()
    assert repair(moves, one(0, 0), one(-1, -1), 1.0).tolist() == [[0.0, -1.0]]


def test_a_number_stays_whole_and_reaches_the_last_whole_one_when_rounding_is_in_the_way():
    moves = allowed(1, reach=[98.0], whole=[True], most=[99.0])
    assert feasible(moves, one(40), one(45), 5 / 98).all()  # 98 * (5 / 98) is no 5 in float64
    assert not feasible(moves, one(40), one(42.5), 5 / 98).any()
    assert [end.tolist() for end in ends(moves, one(40), 5 / 98)] == [[[35.0]], [[45.0]]]
    assert [end.tolist() for end in box(moves, one(40), 5 / 98)] == [[[35.0]], [[45.0]]]
    assert repair(moves, one(40), one(42.7), 5 / 98).tolist() == [[43.0]]


def test_a_number_stays_in_the_range_seen_but_a_row_outside_may_stay_where_it_is():
    moves = allowed(1, most=[3.0])
    assert not feasible(moves, one(2.5), one(3.5), 5.0).any()
    assert feasible(moves, one(7.0), one(7.0), 5.0).all()
    assert feasible(moves, one(7.0), one(6.5), 5.0).all()
    assert not feasible(moves, one(7.0), one(7.5), 5.0).any()


def test_a_category_is_exchanged_only_when_it_is_free_and_from_its_size_on():
    moves = allowed(2, reach=[0, 0], choices=[3, 3], free=[True, False], choice_size=[0.2, 0.0])
    assert feasible(moves, one(0, 1), one(2, 1), 0.2).all()
    assert not feasible(moves, one(0, 1), one(2, 1), 0.1).any()
    assert not feasible(moves, one(0, 1), one(3, 1), 0.2).any()
    assert not feasible(moves, one(0, 1), one(0, 2), 0.2).any()
    assert repair(moves, one(0, 1), one(5, 2), 0.2).tolist() == [[2.0, 1.0]]
    assert repair(moves, one(0, 1), one(5, 2), 0.1).tolist() == [[0.0, 1.0]]


def test_exactly_one_of_a_group_is_one():
    moves = allowed(3, reach=[0, 0, 0], group=[0, 0, 0], free=[True] * 3)
    assert feasible(moves, one(1, 0, 0), one(0, 0, 1), 0.0).all()
    assert not feasible(moves, one(1, 0, 0), one(1, 0, 1), 1.0).any()
    assert not feasible(moves, one(1, 0, 0), one(0, 0, 0), 1.0).any()
    assert not feasible(moves, one(1, 0, 0), one(0.5, 0, 0.5), 1.0).any()
    assert repair(moves, one(1, 0, 0), one(0.2, 0.3, 0.9), 0.0).tolist() == [[0.0, 0.0, 1.0]]
    assert not sound(moves, one(1, 1, 0)).any()


def test_a_relation_is_kept_by_moving_what_the_candidate_left_alone():
    moves = allowed(3, sums=[[1.0, 1.0, -1.0]], sums_least=[0.0], sums_most=[0.0], whole=[True] * 3)
    assert not feasible(moves, one(2, 3, 5), one(4, 3, 5), 3.0).any()
    assert feasible(moves, one(2, 3, 5), one(4, 3, 7), 3.0).all()
    mended = repair(moves, one(2, 3, 5), one(4, 3, 5), 3.0)
    assert mended[0, 0] == 4
    assert mended[0, 0] + mended[0, 1] == mended[0, 2]


def test_a_row_is_left_as_it_is_when_nothing_mends_it_and_named_when_it_breaks_a_relation_itself():
    moves = allowed(2, reach=[1.0, 0.0], sums=[[1.0, 1.0]], sums_least=[3.0], sums_most=[3.0])
    assert repair(moves, one(1, 2), one(2, 2), 1.0).tolist() == [[1.0, 2.0]]
    assert sound(moves, np.array([[1.0, 2.0], [1.0, 1.0]])).tolist() == [True, False]


def test_what_is_missing_never_moves_and_neither_does_what_is_related_to_it():
    moves = allowed(3, sums=[[1.0, 1.0, 0.0]], sums_least=[-np.inf], sums_most=[5.0])
    x = one(np.nan, 1, 1)
    assert movable(moves, x).tolist() == [[False, False, True]]
    assert not feasible(moves, x, one(0, 1, 1), 9.0).any()
    assert not feasible(moves, x, one(np.nan, 0, 1), 9.0).any()
    assert feasible(moves, x, one(np.nan, 1, 0), 9.0).all()
    np.testing.assert_array_equal(repair(moves, x, one(4, 4, 4), 2.0), one(np.nan, 1, 3))


def test_a_column_of_float32_gets_numbers_that_float32_holds():
    moves = allowed(1, single=[True])
    x = one(np.float32(0.1))
    mended = repair(moves, x, one(0.3), 1.0)
    assert mended[0, 0] == np.float32(0.3)
    assert not feasible(moves, x, one(0.3), 1.0).any()
    end = repair(moves, x, one(5.0), 0.7)[0, 0]
    assert end == np.float32(end)
    assert 0.7999 < end <= 0.1 + 0.7 + 1e-7


@st.composite
def problems(draw):
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    d, n = 8, 12  # two plain numbers, two whole, one float32, a category, a group of two
    moves = allowed(
        d,
        reach=np.r_[rng.choice([0.0, 0.3, 7.0, 98.0], size=5), 0, 0, 0],
        rises=rng.random(d) < 0.7,
        falls=rng.random(d) < 0.7,
        whole=[False, False, True, True, False, False, False, False],
        single=[False, False, False, False, True, False, False, False],
        choices=[0, 0, 0, 0, 0, 4, 0, 0],
        free=[False] * 5 + [bool(rng.integers(2))] + [bool(rng.integers(2))] * 2,
        choice_size=np.full(d, rng.choice([0.0, 0.5])),
        group=[-1] * 6 + [0, 0],
        sums=np.array([[0, 1.0, 1.0, 0, 0, 0, 0, 0], [0.5, 0, -1.0, 2.0, 0, 0, 0, 0]]),
        sums_least=np.array([-8.0, -20.0]),
        sums_most=np.array([8.0, rng.choice([15.0, np.inf])]),
    )
    x = rng.uniform(-10, 10, size=(n, d))
    x[:, 2:4] = np.rint(x[:, 2:4])
    x[:, 4] = x[:, 4].astype(np.float32)
    x[:, 5] = rng.integers(4, size=n)
    x[:, 6:] = np.eye(2)[rng.integers(2, size=n)]
    x[rng.random((n, d)) < np.r_[[0.1] * 6, 0, 0]] = np.nan
    x = x[sound(moves, x)]
    size = float(rng.choice([0.0, 0.1, 0.5, 5 / 98]))
    return moves, x, x + rng.normal(0, rng.choice([0.1, 3.0]), size=x.shape), size


@settings(max_examples=150, deadline=None)
@given(problems())
def test_repaired_candidates_are_allowed_stay_so_and_lie_in_the_box(problem):
    moves, x, candidates, radius = problem
    mended = repair(moves, x, candidates, radius)
    assert feasible(moves, x, mended, radius).all()
    np.testing.assert_array_equal(repair(moves, x, mended, radius), mended)
    for lower, upper in (box(moves, x, radius), ends(moves, x, radius)):
        assert (((lower <= mended) & (mended <= upper)) | np.isnan(x)).all()
    still = ~movable(moves, x)
    np.testing.assert_array_equal(mended[still], x[still])
    moved = mended != x
    assert (mended[:, 2:4] == np.floor(mended[:, 2:4]))[moved[:, 2:4] & ~np.isnan(x[:, 2:4])].all()
    assert (distance(moves, x, mended) <= radius).all()


@settings(max_examples=150, deadline=None)
@given(problems(), st.integers(0, 10**6))
def test_the_box_holds_every_allowed_candidate_when_candidates_lie_about_its_ends(problem, seed):
    moves, x, _, radius = problem
    rng = np.random.default_rng(seed)
    lower, upper = box(moves, x, radius)
    candidates = np.where(rng.random(x.shape) < 0.5, lower, upper)
    for _ in range(3):  # steps of the last digit to either side
        step = rng.choice([-np.inf, np.inf], size=x.shape)
        candidates = np.where(rng.random(x.shape) < 0.5, np.nextafter(candidates, step), candidates)
        candidates = np.where(rng.random(x.shape) < 0.5, x, candidates)
        fine = feasible(moves, x, candidates, radius)
        inside = (((lower <= candidates) & (candidates <= upper)) | np.isnan(x)).all(axis=1)
        assert not (fine & ~inside).any()


@pytest.mark.parametrize("radius", [0.0, 0.3, np.array([0.0, 0.3])])
def test_nothing_moves_at_radius_zero_but_categories_that_cost_nothing(radius):
    moves = allowed(2, reach=[5.0, 0.0], choices=[0, 2], free=[False, True])
    lower, upper = box(moves, np.array([[1.0, 0.0], [1.0, 0.0]]), radius)
    assert lower[0, 1] == 0
    assert upper[0, 1] == 1
    if np.ndim(radius) or radius == 0:
        assert lower[0, 0] == upper[0, 0] == 1
