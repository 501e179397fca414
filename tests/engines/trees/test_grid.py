# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.trees.forests import ensembles, forest
from probatum.engines.trees.grid import cells, grid, last_left

NUMBERS = st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.floats(width=32, allow_nan=False))


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("single", [False, True])
@given(threshold=NUMBERS)
def test_cut_is_the_last_number_that_goes_left_when_compared_as_the_library_does(threshold, strict, single):
    if strict and threshold == -np.inf:
        return  # no number goes left
    cut = last_left(np.array([threshold]), strict=strict, single=single)[0]

    def goes_left(number):
        with np.errstate(over="ignore"):
            seen = np.float64(np.float32(number)) if single else number
        return seen < threshold if strict else seen <= threshold

    with np.errstate(over="ignore"):
        following = np.nextafter(cut, np.inf)
    assert np.isinf(cut) or goes_left(cut)
    assert cut == np.inf or not goes_left(following)


def test_cells_count_the_cuts_below_when_numbers_lie_on_them():
    where = grid(forest([(0, 0.5, [1.0], (0, 0.8, [2.0], [9.0], False), False)], columns=1))
    np.testing.assert_array_equal(
        cells(where, np.array([[0.5], [0.6], [0.8], [0.9], [np.nan]]))[:, 0], [0, 1, 1, 2, -1]
    )


@given(ensembles())
def test_nodes_behind_a_split_on_the_same_column_are_dead_ends_when_nothing_is_let_through(model):
    where = grid(model)
    for node in np.flatnonzero(model.feature >= 0):
        low, high, child = -1, np.inf, node
        while (above := where.parent[child]) >= 0:
            if model.feature[above] == model.feature[node]:
                if model.left[above] == child:
                    high = min(high, where.rank[above])
                else:
                    low = max(low, where.rank[above])
            child = above
        assert where.never_left[node] == (where.rank[node] <= low)
        assert where.never_right[node] == (where.rank[node] >= high)
