# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probatum.engines.evasion.queries.rays import Aim, Box, rays
from probatum.engines.evasion.queries.scheduler import Allowance, play

WEIGHTS = np.array([3.0, -1.0, 0.5, 0.0, 2.0, -0.2])
REACH = np.array([0.01, 0.02, 0.01, 0.05, 0.01, 0.04])


def linear(bias, weights=WEIGHTS):
    def ask(points):
        return np.eye(2)[(points.reshape(len(points), -1) @ weights > bias).astype(int)]

    return ask


def box(reach=REACH, wide=1.0):
    zero = np.zeros_like(reach)
    return Box(row=zero, lower=-reach, upper=reach, least=zero - wide, most=zero + wide)


def searched(ask, where, goal, *, seed=0, per_row=1000):
    aim = Aim()
    ledger = play([rays(0, aim, where, goal[None], rng=np.random.default_rng(seed))], ask, Allowance(per_row=per_row))
    return aim, ledger


@pytest.mark.parametrize("bias", [0.2, 0.5, 1.0])
def test_the_size_of_the_smallest_box_is_found_when_the_model_is_linear(bias):
    aim, _ = searched(linear(bias), box(), np.array([1.0, 0.5, -1.0, 0.3, 0.2, 1.0]))
    exact = bias / np.abs(WEIGHTS * REACH).sum()  # each cell at its better end
    assert exact <= aim.size <= 1.05 * exact
    assert linear(bias)(aim.point[None])[0].argmax() == 1


def test_the_search_ends_at_once_when_the_true_box_is_enough():
    aim, ledger = searched(linear(0.02), box(), np.sign(WEIGHTS))
    assert aim.size == 1
    assert (np.abs(aim.point) <= REACH).all()
    assert ledger.calls == 1


def test_a_corner_is_found_when_no_goal_is_wrong():
    aim, _ = searched(linear(1.0), box(), np.zeros(6))
    exact = 1.0 / np.abs(WEIGHTS * REACH).sum()
    assert exact <= aim.size <= 1.05 * exact


def test_pictures_are_searched_by_blocks_of_neighbours():
    weights = np.zeros((8, 8))
    weights[:, 4:] = 1.0
    weights[:4, :4] = -1.0
    ask = linear(4.0, weights.ravel())
    aim, _ = searched(ask, box(np.full((8, 8), 0.01)), np.where(weights > 0, 0.9, 0.9))
    exact = 4.0 / (0.01 * np.abs(weights).sum())
    assert exact <= aim.size <= 1.05 * exact


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 9999), st.floats(0.01, 2.0))
def test_the_point_is_wrong_and_in_the_box_of_its_size(seed, bias):
    rng = np.random.default_rng(seed)
    where = box(np.where(rng.random(6) < 0.3, 0.0, rng.uniform(0.001, 0.1, size=6)))
    aim, ledger = searched(linear(bias), where, rng.uniform(-1, 1, size=6), seed=seed, per_row=150)
    assert ledger.asked[0] <= 150
    if aim.point is None:
        assert aim.size == np.inf
        return
    assert linear(bias)(aim.point[None])[0].argmax() == 1
    assert (np.abs(aim.point) <= np.minimum(aim.size * where.upper, 1.0) * (1 + 1e-12)).all()


def test_a_row_is_searched_the_same_way_when_others_are_searched_beside_it():
    ask, goal = linear(0.5), np.array([1.0, 0.5, -1.0, 0.3, 0.2, 1.0])
    alone, _ = searched(ask, box(), goal, seed=5, per_row=100)
    beside = [Aim() for _ in range(3)]
    attacks = [
        rays(0, aim, box(), goal[None], rng=np.random.default_rng(seed))
        for aim, seed in zip(beside, (4, 5, 6), strict=True)
    ]
    play(attacks, ask, Allowance(per_row=100))
    assert beside[1].point.tolist() == alone.point.tolist()
