# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probatum.engines.evasion.queries.scheduler import Allowance, play
from probatum.engines.evasion.queries.squares import Best, squares


def linear(weights, bias):
    def ask(points):
        score = points.reshape(len(points), -1) @ weights.ravel() + bias
        return np.column_stack([score, -score])

    return ask


def searched(row, ask, radius, *, tries=400, seed=0):
    best = Best(point=row)
    attack = squares(0, best, lower=row - radius, upper=row + radius, rng=np.random.default_rng(seed), tries=tries)
    return best, play([attack], ask, Allowance(per_row=tries))


@pytest.mark.parametrize("shape", [(12,), (8, 8), (3, 8, 8), (8, 8, 3)])
def test_a_linear_model_is_broken_just_beyond_its_radius_and_never_within(shape):
    weights = np.random.default_rng(1).normal(size=shape)
    ask = linear(weights, 1.0)
    radius = 1.0 / np.abs(weights).sum()  # exact: 1 / |w|_1
    within, _ = searched(np.zeros(shape), ask, radius * 0.999)
    beyond, ledger = searched(np.zeros(shape), ask, radius * 1.5, tries=3000)
    assert not within.broken
    assert beyond.broken
    assert ledger.asked[0] < 3000  # it stops once it is done


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 999), st.sampled_from([(7,), (6, 6), (2, 9, 9)]))
def test_the_box_is_never_left(seed, shape):
    rng = np.random.default_rng(seed)
    row = rng.normal(size=shape)
    best, _ = searched(row, linear(rng.normal(size=shape), 0.3), 0.2, tries=40, seed=seed)
    assert (np.abs(best.point - row) <= 0.2 + 1e-12).all()


def test_a_score_that_is_no_number_is_never_taken_for_success():
    best, _ = searched(np.zeros(4), lambda points: np.full((len(points), 2), np.nan), 1.0, tries=20)
    assert not best.broken
    assert best.point.tolist() == [0, 0, 0, 0]
