# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probatum.engines.evasion.queries.border import Path
from probatum.engines.evasion.queries.boundary import Walk, walk
from probatum.engines.evasion.queries.scheduler import Allowance, play


def linear(weights, bias):
    def ask(points):
        second = points.reshape(len(points), -1) @ weights + bias > 0
        return np.column_stack([~second, second]).astype(float)

    return ask


def walked(row, ask, start, *, per_row=500, lower=-10.0, upper=10.0, seed=0, truth=0):
    path = Path(nearest=start, distance=float(np.linalg.norm(start - row)))
    attack = walk(
        row,
        truth,
        path,
        lower=np.full_like(row, lower),
        upper=np.full_like(row, upper),
        rng=np.random.default_rng(seed),
        settings=Walk(),
    )
    ledger = play([attack], ask, Allowance(per_row=per_row))
    return path, ledger


def test_the_distance_to_a_plane_is_found_when_the_model_is_linear():
    weights = np.array([3.0, 4.0, 0.0, 0.0, 0.0])
    path, ledger = walked(np.zeros(5), linear(weights, -10.0), np.array([4.0, 1.0, 3.0, -3.0, 2.0]), per_row=2000)
    assert 2.0 <= path.distance <= 2.05  # 10 / |(3, 4)| = 2
    assert ledger.asked[0] == path.asked <= 2000


def test_the_distance_to_a_corner_is_found_exactly_when_the_model_has_steps():
    def steps(points):
        return np.eye(2)[((points[:, 0] > 1.0) & (points[:, 3] < -2.0)).astype(int)]

    path, _ = walked(np.zeros(12), steps, np.array([3.0, 1.0, 2.0, -4.0, *np.linspace(-2, 2, 8)]), per_row=1500)
    assert 5**0.5 <= path.distance <= 5**0.5 + 0.01
    assert np.count_nonzero(path.nearest) == 2


def test_the_distance_to_a_ball_is_found_when_the_border_bends_towards_the_row():
    centre = np.zeros((8, 8))
    centre[2:6, 3:5] = 1.0

    def ball(points):
        return np.eye(2)[(((points - centre) ** 2).sum(axis=(1, 2)) < 1.5**2).astype(int)]

    start = centre + np.random.default_rng(1).normal(size=(8, 8)) * 0.15
    path, _ = walked(np.zeros((8, 8)), ball, start, per_row=1500)
    exact = np.linalg.norm(centre) - 1.5
    assert exact <= path.distance <= 1.03 * exact


def test_nothing_is_claimed_when_the_start_is_answered_rightly():
    path, ledger = walked(np.zeros(3), linear(np.ones(3), -9.0), np.ones(3))
    assert path.distance == np.inf
    assert ledger.asked[0] == 4


def test_cells_stay_when_they_may_not_change():
    path = Path(nearest=np.array([0.0, 3.0, 3.0]), distance=18**0.5)
    limit = np.array([0.0, 5.0, 5.0])
    attack = walk(
        np.zeros(3), 0, path, lower=-limit, upper=limit, rng=np.random.default_rng(0), settings=Walk()
    )  # fmt: skip
    play([attack], linear(np.array([9.0, 3.0, 4.0]), -10.0), Allowance(per_row=800))
    assert path.nearest[0] == 0
    assert 2.0 <= path.distance <= 2.02


def test_more_questions_never_lengthen_the_way():
    path, _ = walked(np.zeros(5), linear(np.ones(5), -2.0), np.full(5, 3.0))
    distances = [distance for _, distance in path.history]
    assert distances == sorted(distances, reverse=True)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.2, 2.0))
def test_the_example_is_wrong_and_inside_its_box_when_anything_is_found(seed, bias):
    rng = np.random.default_rng(seed)
    weights = rng.normal(size=6)
    ask, start = linear(weights, -bias), np.clip(weights * 50, -1.0, 1.0)
    if ask(start[None])[0].argmax() != 1:
        return
    path, ledger = walked(np.zeros(6), ask, start, per_row=200, lower=-1.0, upper=1.0, seed=seed)
    assert path.asked == ledger.asked[0] <= 200
    assert ask(path.nearest[None])[0].argmax() == 1
    assert (np.abs(path.nearest) <= 1.0).all()
    assert path.distance == pytest.approx(np.linalg.norm(path.nearest))
    assert path.distance >= bias / np.linalg.norm(weights) - 1e-12


def test_a_row_walks_the_same_way_when_others_walk_beside_it():
    ask = linear(np.array([1.0, 2.0, -1.0]), -1.0)
    alone, _ = walked(np.zeros(3), ask, np.array([2.0, 2.0, 0.0]), per_row=150, seed=5)

    def attack(path, seed):
        return walk(
            np.zeros(3), 0, path, lower=np.full(3, -10.0), upper=np.full(3, 10.0),
            rng=np.random.default_rng(seed), settings=Walk(),
        )  # fmt: skip

    beside = [Path(nearest=np.array([2.0, 2.0, 0.0]), distance=8**0.5) for _ in range(3)]
    play([attack(path, seed) for path, seed in zip(beside, (4, 5, 6), strict=True)], ask, Allowance(per_row=150))
    assert beside[1].nearest.tolist() == alone.nearest.tolist()
