# SPDX-License-Identifier: Apache-2.0
"""Mixing the cells of slow inputs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.engines.slowness.breeding import KEPT, breed, slowest
from probatum.seeds import stream


def mix(first, second, take):
    return np.where(take, second, first)


def cost(cells):
    return 1.0 + cells.sum()  # each cell that is 1 costs as much as all the rest


def bred(children, seed=0, cells=6):
    pool = [(one, cost(one)) for one in np.eye(cells)]
    few = breed(pool, mix, lambda: np.zeros(cells), cost, cells=cells, children=children, rng=stream(seed, "t"))
    return max(cost(one) for one in few)


def test_slow_cells_come_together_when_inputs_are_mixed():
    assert bred(1000) >= 6  # of a cost of 2 to begin with; seven is all there is


@given(st.integers(0, 40), st.integers(0, 30))
def test_more_children_never_make_the_slowest_faster_when_all_else_is_equal(children, seed):
    assert 2 <= bred(children, seed) <= bred(children + 5, seed)


def test_the_budget_is_kept_when_inputs_are_mixed():
    asked = []
    few = breed(
        [(np.zeros(2), 1.0)],
        mix,
        lambda: np.ones(2),
        lambda one: asked.append(one) or 1.0,
        cells=2,
        children=7,
        rng=stream(0, "t"),
    )
    assert len(asked) == 7
    assert len(few) == KEPT


@pytest.mark.parametrize(("costs", "place"), [([1, 2, 9, 3], 2), ([1, 8.7, 9, 3], 1)])
def test_the_first_of_nearly_equal_ones_is_taken_when_all_are_asked_again(costs, place):
    assert slowest(range(4), lambda one: float(costs[one]), 3, stream(0, "t")) == place
