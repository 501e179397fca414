# SPDX-License-Identifier: Apache-2.0
import itertools

import numpy as np
from hypothesis import given, settings

from engines.trees.forests import COLUMNS, ensembles, forest, places, rows
from probatum.engines.trees.boxes import boxes, extremes, reachable
from probatum.engines.trees.grid import grid
from probatum.engines.trees.predict import leaves


@settings(deadline=None, max_examples=100)
@given(ensembles(), rows(), rows(missing=False))
def test_reachable_leaves_are_those_of_all_points_when_the_box_is_small(model, x, other):
    lower, upper = np.fmin(x, other), np.fmax(x, other)
    lower, upper = np.where(np.isnan(x), np.nan, lower), np.where(np.isnan(x), np.nan, upper)
    where = grid(model)
    _, nodes = reachable(where, boxes(where, x[None], lower[None], upper[None]))
    points = np.array(list(itertools.product(*places(model, x, lower, upper, np.ones(COLUMNS)))))
    np.testing.assert_array_equal(nodes, np.unique(leaves(model, points)))


def test_extremes_bound_every_tree_when_some_leaves_are_out_of_reach():
    model = forest([(0, 0.5, [1.0], (0, 0.8, [2.0], [9.0], False), False), [3.0]], columns=1)
    where = grid(model)
    x = np.array([[0.4], [0.9]])
    least, most = extremes(where, boxes(where, x, x - 0.05, x + np.array([[0.3], [0.0]])), model.value)
    np.testing.assert_array_equal(least[:, :, 0], [[1.0, 3.0], [9.0, 3.0]])
    np.testing.assert_array_equal(most[:, :, 0], [[2.0, 3.0], [9.0, 3.0]])


def test_both_sides_count_when_a_category_can_change():
    model = forest([(0, frozenset({1}), [1.0], [2.0], False)], columns=1)
    where = grid(model)
    x = np.array([[1.0], [1.0]])
    rows_found, _ = reachable(where, boxes(where, x, x, x + np.array([[0.0], [1.0]])))
    np.testing.assert_array_equal(rows_found, [0, 1, 1])
