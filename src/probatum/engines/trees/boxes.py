# SPDX-License-Identifier: Apache-2.0
"""What an ensemble can answer inside a box around each row: reachable leaves, and a bound on the scores.

Boxes are given in cells of the grid (``grid.py``), one range a column; a missing cell stays missing. A column that is
split by categories is followed by the row's own code where it cannot move; where it can, both sides count.
"""

from dataclasses import dataclass
from typing import final

import numpy as np

from probatum.engines.trees.compiled import compiled
from probatum.engines.trees.grid import Grid, cells
from probatum.engines.trees.predict import goes_left, rounded


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Boxes:
    """One box a row, in cells."""

    low: np.ndarray  # (n, d) int32, the first cell of each range; -1: the cell is missing
    high: np.ndarray  # (n, d) int32, the last one
    home: np.ndarray  # (n, d) float64 rows as the library compares them, for the splits by category
    moves: np.ndarray  # (n, d) bool: the column is more than one point

    def take(self, index: np.ndarray) -> "Boxes":
        """Return the boxes at these positions."""
        return Boxes(low=self.low[index], high=self.high[index], home=self.home[index], moves=self.moves[index])


def boxes(where: Grid, x: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> Boxes:
    """Return the boxes from ``lower`` to ``upper``, all (n, d); a cell that is NaN in ``x`` stays missing."""
    x = np.asarray(x, dtype=np.float64)
    missing = np.isnan(x)
    low = cells(where, np.where(missing, np.nan, lower))
    high = cells(where, np.where(missing, np.nan, upper))
    return Boxes(low=low, high=high, home=rounded(where.forest, x), moves=~missing & (lower < upper))


def reachable(where: Grid, inside: Boxes) -> tuple[np.ndarray, np.ndarray]:
    """Return all pairs of a row and a leaf that meets its box: rows (p,), nodes (p,); sorted by row, then by leaf."""
    forest, loops = where.forest, compiled()
    if loops is not None and forest.subset is None:
        return loops.reachable(
            forest.feature,
            forest.left,
            forest.right,
            forest.missing_left,
            forest.roots,
            where.rank,
            where.never_left,
            where.never_right,
            inside.low,
            inside.high,
        )
    rows = np.repeat(np.arange(len(inside.low)), len(forest.roots))
    nodes = np.tile(forest.roots, len(inside.low))
    found_rows, found = [], []
    while len(rows):
        leaf = forest.feature[nodes] < 0
        found_rows.append(rows[leaf])
        found.append(nodes[leaf])
        rows, nodes = rows[~leaf], nodes[~leaf]
        left, right = _sides(where, inside, rows, nodes)
        rows = np.concatenate([rows[left], rows[right]])
        nodes = np.concatenate([forest.left[nodes[left]], forest.right[nodes[right]]])
    rows, nodes = np.concatenate(found_rows), np.concatenate(found)
    order = np.lexsort((nodes, rows))
    return rows[order], nodes[order]


def extremes(where: Grid, inside: Boxes, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the least and the greatest value of the reachable leaves of each tree.

    Args:
        where: the grid of the ensemble.
        inside: n boxes.
        values: (m, w) numbers of the leaves.

    Returns:
        two arrays (n, t, w) of the type of ``values``.
    """
    rows, nodes = reachable(where, inside)
    slot = rows * len(where.forest.roots) + where.tree[nodes]
    order = np.argsort(slot, kind="stable")
    starts = np.flatnonzero(np.diff(slot[order], prepend=-1))  # every tree has a leaf that is reached
    shape = (len(inside.low), len(where.forest.roots), values.shape[1])
    least = np.minimum.reduceat(values[nodes[order]], starts, axis=0) if len(starts) else np.empty((0,))
    most = np.maximum.reduceat(values[nodes[order]], starts, axis=0) if len(starts) else np.empty((0,))
    return least.reshape(shape), most.reshape(shape)


def _sides(where: Grid, inside: Boxes, rows: np.ndarray, nodes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return at which of these inner nodes a row of the box can go left, and at which right."""
    forest = where.forest
    column = forest.feature[nodes]
    low, high, rank = inside.low[rows, column], inside.high[rows, column], where.rank[nodes]
    left = (low <= rank) & ~where.never_left[nodes]
    right = (high > rank) & ~where.never_right[nodes]
    settled = (low < 0) | ((rank < 0) & ~inside.moves[rows, column])
    if settled.any():  # missing cells, and categories that stay
        at = np.flatnonzero(settled)
        onward = goes_left(forest, nodes[at], inside.home[rows[at], column[at]])
        left[at], right[at] = onward, ~onward
    both = (rank < 0) & ~settled
    return left | both, right | both
