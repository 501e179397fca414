# SPDX-License-Identifier: Apache-2.0
"""One row of an ensemble: its distance to every cut, the boxes around it, and the points on the far sides of cuts."""

from collections.abc import Iterator
from typing import final

import numpy as np

from probatum.engines.trees.boxes import Boxes, reachable
from probatum.engines.trees.grid import Grid, cells
from probatum.engines.trees.predict import rounded, surely
from probatum.engines.trees.problem import Problem, Surroundings, Task
from probatum.engines.trees.sums import Whole, slack


@final
class Row:
    """One row, in the ensemble that it is asked about."""

    def __init__(
        self,
        where: Grid,
        values: Whole,
        x: np.ndarray,
        y: int,
        lower: np.ndarray,
        upper: np.ndarray,
        reach: np.ndarray,
        whole: np.ndarray,
    ) -> None:
        """Measure the distance from the row ``x`` (d,) to every cut, in units of ``reach`` (d,).

        Columns that are ``whole`` (d,) move to whole numbers only.
        """
        self.where = where
        self.values = values
        self.x = x
        self.y = y
        self.home = cells(where, x[None])[0]
        self._compared = rounded(where.forest, x[None])
        self._whole = whole
        column = where.column
        self.costs = _costs(where.every, *(each[column] for each in (x, lower, upper, reach, whole)))
        self.distances = np.unique(np.append(self.costs, np.inf))  # sorted; the last one is infinite
        self._below = np.arange(len(column)) - where.offset[column] < self.home[column]
        self._beyond: tuple[Problem, np.ndarray, np.ndarray, np.ndarray] | None = None  # see ``points``

    def around(self, limit: float) -> Surroundings:
        """Return the box of all points nearer than ``limit``."""
        crossed = self.costs < limit  # none in a column whose cell is missing
        low = self.home - np.bincount(self.where.column[crossed & self._below], minlength=len(self.x))
        high = self.home + np.bincount(self.where.column[crossed & ~self._below], minlength=len(self.x))
        return Surroundings(home=self.home, low=low, high=high, costs=self.costs)

    def tasks(self, around: Surroundings) -> Iterator[Task]:
        """Yield what is asked about the row in a box, for every other class that its bound does not rule out."""
        settled = np.zeros((1, len(self.x)), dtype=bool)  # a category stays what it is
        box = Boxes(low=around.low[None], high=around.high[None], home=self._compared, moves=settled)
        _, nodes = reachable(self.where, box)
        tree = self.where.tree[nodes]
        order = np.argsort(tree, kind="stable")
        nodes, tree = nodes[order], tree[order]
        starts = np.searchsorted(tree, np.arange(len(self.where.forest.roots)))
        for other in range(max(2, len(self.values.base))):
            if other != self.y:
                task = self._task(nodes, tree, starts, other)
                if task.base + int(np.maximum.reduceat(task.values, starts).sum()) >= task.need:
                    yield task

    def _task(self, nodes: np.ndarray, tree: np.ndarray, starts: np.ndarray, other: int) -> Task:
        value, base = self.values.value[nodes], self.values.base
        if len(base) == 1:
            classes, sign = [0], np.array([1 if other == 1 else -1])
        else:
            classes, sign = [other, self.y], np.array([1, -1])
        value = value[:, classes]
        # equal sums are answered with the first of the classes
        need = int(other > self.y)
        if not self.values.exact:
            least, most = np.minimum.reduceat(value, starts), np.maximum.reduceat(value, starts)
            need = -slack(self.values, classes, least, most)
        need -= self.values.blur
        return Task(nodes=nodes, tree=tree, values=value @ sign, base=int(base[classes] @ sign), need=need)

    def points(self, puzzle: Problem, sides: np.ndarray) -> np.ndarray:
        """Return the nearest points (k, d) float64 on these sides (k, S) of the cuts of a puzzle."""
        points = np.repeat(self.x[None], len(sides), axis=0)
        if not len(puzzle.cut):
            return points
        if self._beyond is None or self._beyond[0] is not puzzle:  # a puzzle is asked about many times in turn
            cuts = self.where.every[self.where.offset[puzzle.column] + puzzle.cut]
            whole = self._whole[puzzle.column]
            begin = np.unique(puzzle.first)
            self._beyond = puzzle, begin, _beyond(cuts, whole, up=True), _beyond(cuts, whole, up=False)
        _, begin, after, before = self._beyond
        above = np.where((sides == 1) & (puzzle.home == 0), after, -np.inf)
        below = np.where((sides == 0) & (puzzle.home == 1), before, np.inf)
        columns = puzzle.column[begin]
        moved = np.maximum(points[:, columns], np.maximum.reduceat(above, begin, axis=1))
        points[:, columns] = np.minimum(moved, np.minimum.reduceat(below, begin, axis=1))
        return points

    def breaks(self, points: np.ndarray) -> np.ndarray:
        """Return whether the ensemble does not surely answer points (k, d) with the class of the row."""
        return ~surely(self.where.forest, points, np.full(len(points), self.y))


def _costs(
    cuts: np.ndarray, x: np.ndarray, lower: np.ndarray, upper: np.ndarray, reach: np.ndarray, whole: np.ndarray
) -> np.ndarray:
    """Return how far the other side of each cut is from ``x``, all (s,); infinite where the box does not go."""
    beyond = np.where(cuts >= x, _beyond(cuts, whole, up=True), _beyond(cuts, whole, up=False))
    with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
        cost = np.abs(beyond - x) / reach
    inside = (beyond >= lower) & (beyond <= upper) & ~np.isnan(x) & (reach != 0)
    return np.asarray(np.where(inside, cost, np.inf))


def _beyond(cuts: np.ndarray, whole: np.ndarray, *, up: bool) -> np.ndarray:
    """Return the first number above each cut, or the last that is not above it."""
    with np.errstate(over="ignore", under="ignore"):
        if up:
            return np.asarray(np.where(whole, np.floor(cuts) + 1, np.nextafter(cuts, np.inf)))
        return np.asarray(np.where(whole, np.floor(cuts), cuts))
