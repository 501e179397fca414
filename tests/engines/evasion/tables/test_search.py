# SPDX-License-Identifier: Apache-2.0
"""The search on scorers whose smallest change is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probatum.engines.evasion.queries.scheduler import Allowance
from probatum.engines.evasion.tables.feasible import distance, feasible
from probatum.engines.evasion.tables.search import search
from probatum.systems.attacker import Moves

WEIGHTS = np.array([1.0, -2.0, 0.5, 1.5])
REACH = np.array([2.0, 1.0, 4.0, 0.5])


def numbers(**said):
    d = len(WEIGHTS)
    plain = {
        "reach": REACH,
        "rises": np.ones(d, dtype=bool),
        "falls": np.ones(d, dtype=bool),
        "least": np.full(d, -50.0),
        "most": np.full(d, 50.0),
        "whole": np.zeros(d, dtype=bool),
        "single": np.zeros(d, dtype=bool),
        "choices": np.zeros(d, dtype=np.int64),
        "free": np.zeros(d, dtype=bool),
        "choice_size": np.zeros(d),
        "group": np.full(d, -1),
        "sums": np.empty((0, d)),
        "sums_least": np.empty(0),
        "sums_most": np.empty(0),
        "levels": (np.linspace(-2, 2, 9),) * d,
    }
    return Moves(**plain | said)


def linear(points, rows):
    score = points @ WEIGHTS
    return np.column_stack([-score, score])


def rows_of(n, seed=0):
    x = np.random.default_rng(seed).uniform(-2, 2, size=(n, 4))
    return x, linear(x, None).argmax(axis=1)


def run(ask, x, y, moves, radius, *, per_row=400, seed=0, **more):
    return search(ask, x, y, moves, radius, rng=np.random.default_rng(seed), budget=Allowance(per_row=per_row), **more)


def test_a_linear_scorer_is_broken_from_its_exact_radius_on():
    x, y = rows_of(60)
    exact = np.abs(x @ WEIGHTS) / (np.abs(WEIGHTS) * REACH).sum()  # all cells move to their ends
    found = run(linear, x, y, numbers(), 0.4)
    assert not found.attacked.broken[exact > 0.4].any()
    assert found.attacked.broken[exact < 0.4 * 0.999].all()
    broken = found.attacked.broken
    assert (found.sizes[broken] >= exact[broken] - 1e-12).all()
    assert (found.sizes[broken] <= exact[broken] * 1.01 + 1e-9).all()
    assert np.isinf(found.sizes[~broken]).all()


def test_a_linear_scorer_of_whole_numbers_is_broken_at_the_step_that_is_enough():
    x, y = np.array([[3.0, 0, 0, 0]]), np.array([1])
    moves = numbers(whole=np.ones(4, dtype=bool), reach=np.array([10.0, 10.0, 0.0, 0.0]))
    found = run(linear, x, y, moves, 0.5)
    # both move by k: 3 - k - 2 k < 0 from k = 2 on, where 1 is a tie
    assert found.sizes.tolist() == [0.2]
    assert not run(linear, x, y, moves, 0.19).attacked.broken.any()


def test_the_example_changes_one_cell_by_what_is_needed_when_one_is_enough():
    x, y = np.array([[3.0, 0, 0, 0]]), np.array([1])
    moves = numbers(whole=np.ones(4, dtype=bool), reach=np.full(4, 10.0))
    found = run(linear, x, y, moves, 1.0, per_row=1000)
    example = found.attacked.examples[0]
    (changed,) = np.flatnonzero(example != x[0])
    one_step_back = example.copy()
    one_step_back[changed] -= np.sign(example - x[0])[changed]
    assert example @ WEIGHTS < 0 <= one_step_back @ WEIGHTS


def test_categories_are_found_in_pairs_when_neither_alone_lowers_the_score():
    def both(points, rows):
        wrong = (points[:, 0] == 2) & (points[:, 1] == 3)
        return np.column_stack([wrong, ~wrong]).astype(np.float64)

    moves = numbers(reach=np.zeros(4), choices=np.array([4, 4, 0, 0]), free=np.array([True, True, False, False]))
    found = run(both, np.zeros((3, 4)), np.ones(3, dtype=np.int64), moves, 0.1)
    assert found.attacked.broken.all()
    assert found.sizes.tolist() == [0.0] * 3
    assert found.nearest[:, :2].tolist() == [[2.0, 3.0]] * 3
    assert (found.asked <= 1 + 16).all()  # no more than there are


def test_a_given_candidate_breaks_first_and_is_made_allowed():
    x, y = np.array([[3.0, 0, 0, 0]]), np.array([1])
    found = run(linear, x, y, numbers(), 5.0, starts=np.array([[[-900.0, 0, 0, 0]]]))
    assert found.attacked.stages[found.attacked.stage[0]] == "given candidates"
    assert feasible(numbers(), x, found.attacked.examples, 5.0).all()


def test_rows_of_another_class_lead_the_way_when_only_one_corner_is_wrong():
    corner = np.array([0.31, -0.17, 0.23, 0.11])

    def ask(points, rows):
        wrong = (np.abs(points - corner) < 1e-9).all(axis=1)
        return np.column_stack([wrong, ~wrong]).astype(np.float64)

    x, y = np.zeros((1, 4)), np.array([1])
    moves = numbers(reach=np.ones(4))
    pool = (np.array([corner, np.full(4, 2.0)]), np.array([0, 1]))
    assert run(ask, x, y, moves, 0.5, pool=pool).attacked.broken.all()
    assert not run(ask, x, y, moves, 0.3, pool=pool).attacked.broken.any()


def test_wrong_rows_count_rows_without_an_answer_and_torn_rows_do_not():
    x, y = rows_of(6)
    y = np.where(np.arange(6) == 0, 1 - y, y)
    moves = numbers(sums=np.array([[1.0, 0, 0, 0]]), sums_least=np.array([-np.inf]), sums_most=np.array([5.0]))
    x[1, 0] = 6.0
    y[1] = linear(x[1:2], None).argmax()

    def ask(points, rows):
        scores = linear(points, rows)
        scores[rows == 2] = np.nan
        return scores

    found = run(ask, x, y, moves, 5.0)
    assert found.attacked.broken[0]
    assert found.sizes[0] == 0
    assert found.left_out.tolist() == [False, True, True, False, False, False]
    assert not found.attacked.broken[1:3].any()
    assert "row 1" in found.notes[0]
    assert "no answer" in found.notes[1]


def test_what_is_asked_stays_within_the_budget_and_in_few_calls():
    x, y = rows_of(200)
    asked = np.zeros(200, dtype=np.int64)
    calls = []

    def ask(points, rows):
        np.add.at(asked, rows, 1)
        calls.append(len(points))
        return linear(points, rows)

    found = run(ask, x, y, numbers(), 0.1, per_row=60)
    assert (found.asked <= 61).all()
    assert (asked <= found.asked).all()
    assert found.attacked.work.calls == len(calls) <= 60
    assert max(calls) <= 4096


def test_a_row_ends_alike_whatever_rows_stand_beside_it():
    x, y = rows_of(8)
    together = run(linear, x, y, numbers(), 0.2)
    turned = run(linear, np.vstack([x[:5], x[5:] + 0.5]), y, numbers(), 0.2)
    np.testing.assert_array_equal(together.attacked.examples[:5], turned.attacked.examples[:5])
    np.testing.assert_array_equal(together.sizes[:5], turned.sizes[:5])


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 9999), st.floats(0.01, 0.5), st.booleans())
def test_examples_are_allowed_wrong_and_of_the_size_told(seed, radius, labels):
    rng = np.random.default_rng(seed)
    x, y = rows_of(6, seed)
    x[:, 0] = np.rint(x[:, 0])
    x[rng.random(x.shape) < 0.1] = np.nan
    moves = numbers(
        whole=np.array([True, False, False, False]),
        rises=rng.random(4) < 0.7,
        falls=rng.random(4) < 0.7,
        sums=np.array([[1.0, 1.0, 0, 0]]),
        sums_least=np.array([-3.0]),
        sums_most=np.array([3.0]),
    )

    def ask(points, rows):
        assert feasible(moves, x[rows], points, radius)[~(points == x[rows]).all(axis=1) & ~torn[rows]].all()
        scores = linear(np.nan_to_num(points), rows)
        return np.eye(2)[scores.argmax(axis=1)] if labels else scores

    torn = ~np.isfinite(distance(moves, x, x)) | (np.nan_to_num(np.abs(x[:, 0] + x[:, 1])) > 3)
    found = run(ask, x, y, moves, radius, per_row=120, seed=seed)
    for points in (found.attacked.examples, found.nearest):
        broken = found.attacked.broken
        assert (ask(points, np.arange(6)).argmax(axis=1) != y)[broken].all()
        assert feasible(moves, x, points, radius)[broken & ~torn].all()
    held = found.attacked.broken & ~torn
    np.testing.assert_array_equal(distance(moves, x, found.nearest)[held], found.sizes[held])


@pytest.mark.parametrize("radius", [0.0, 0.2])
def test_nothing_is_asked_but_the_rows_when_nothing_may_move(radius):
    x, y = rows_of(5)
    found = run(linear, x, y, numbers(reach=np.zeros(4)), radius)
    assert found.asked.tolist() == [1] * 5
    assert not found.attacked.broken.any()
