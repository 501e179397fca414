# SPDX-License-Identifier: Apache-2.0
"""The exact distance from each row to another answer of a tree ensemble, or the proof that a region holds none.

The answer changes only where a column crosses a cut of the grid (``grid.py``), so that the distance is one of finitely
many numbers and no tolerance is needed. Boxes grow from the row until a break lies in one; in it, a search
(``search.py``) finds the nearest break and proves that none is nearer. Where the limit on nodes ends the search, or
that on the numbers that are looked at, what is known stays: two bounds. Every break is scored by the ensemble itself
(``predict.py``) before it counts.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import final

import numpy as np

from probatum.engines.evasion.threat import Norm, Region
from probatum.engines.trees.boxes import boxes, extremes
from probatum.engines.trees.grid import Grid, grid
from probatum.engines.trees.predict import surely
from probatum.engines.trees.problem import Problem, build, words
from probatum.engines.trees.rows import Row
from probatum.engines.trees.search import nearest
from probatum.engines.trees.sums import Whole, integers
from probatum.errors import DataError
from probatum.systems.structures import Forest

NODES = 20_000  # parts of boxes for each row, if nothing else is said
GROWTH = 1.5  # of the number of cuts inside, from one box to the next
WORDS = 1 << 24  # of 8 bytes, in the tables of one box: 128 MB; a larger box is left open
BATCH = 256  # rows whose leaves are listed together
AHEAD = 4  # equal shares of the work left that one row may take
ROUNDING = 1e-12  # by which a computed distance in L2 or L1 may be off, as a share


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Radii:
    """How far each of n rows is from another answer; the truth lies between ``lower`` and ``upper``.

    Where the library's probabilities are rounded, an answer that rounding alone may turn counts as another one.

    Each is a distance as float64 works it out, so it may be off in its last two places.
    """

    lower: np.ndarray  # (n,) float64: no point of a smaller box is answered otherwise; inf: none anywhere
    upper: np.ndarray  # (n,) float64: the box of this size holds the witness; inf: none was found
    witnesses: np.ndarray  # (n, d) float64, answered otherwise by the ensemble; the row itself where none was found
    nodes: np.ndarray  # (n,) int64, parts of boxes that were worked on
    exact: np.ndarray  # (n,) bool: both bounds are the same number
    work: np.ndarray  # (n,) float64, numbers that were looked at, where that is limited
    short: np.ndarray  # (n,) bool: open, though nodes were left: other work was spent, or a box too large for memory


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Decided:
    """Which of n rows have another answer in their region."""

    broken: np.ndarray  # (n,) bool: the example is in the region and answered otherwise
    certified: np.ndarray  # (n,) bool: no point of the region is answered otherwise; never both
    examples: np.ndarray  # (n, d) float64; the row itself where none was found
    nodes: np.ndarray  # (n,) int64, parts of regions that were worked on

    @property
    def open(self) -> np.ndarray:
        """(n,) bool: the limit on nodes came first."""
        return np.asarray(~(self.broken | self.certified))


def radii(
    forest: Forest,
    x: np.ndarray,
    y: np.ndarray,
    *,
    lower: np.ndarray | float = -np.inf,
    upper: np.ndarray | float = np.inf,
    reach: np.ndarray | float = 1.0,
    whole: np.ndarray | bool = False,
    nodes: int = NODES,
    work: float = math.inf,
    done: Callable[[int], None] | None = None,
) -> Radii:
    """Return the smallest t such that the box from ``x - t * reach`` to ``x + t * reach`` holds another answer than y.

    Args:
        forest: the ensemble.
        x: (n, d) float64 rows; a missing cell (NaN) stays missing.
        y: (n,) the right class of each row; a row that is answered otherwise has distance 0.
        lower: (broadcast to (n, d)) the least that each cell may become.
        upper: the most.
        reach: (broadcast to (n, d)) from 0 up, how far a column moves at t = 1; 0: not at all.
        whole: (broadcast to (d,)) bool, columns that move to whole numbers only.
        nodes: how many parts of boxes may be worked on for each row.
        work: numbers that may be looked at for all rows together; what rows leave over goes to those after them.
        done: called after each row with how many were done.

    Raises:
        DataError: shapes or ranges do not fit, or a column that is split by categories is allowed to move.
    """
    x = np.asarray(x, dtype=np.float64)
    low, high, step = (np.broadcast_to(np.asarray(a, dtype=np.float64), x.shape) for a in (lower, upper, reach))
    where, values, stepwise = grid(forest), integers(forest), np.broadcast_to(np.asarray(whole, dtype=bool), x.shape[1])
    _require(where, x, low, high, step)
    right = surely(forest, x, y)
    bounds, witnesses, used = np.zeros((2, len(x))), x.copy(), np.zeros(len(x), dtype=np.int64)
    spent, todo = np.zeros(len(x)), np.flatnonzero(right)
    for place, i in enumerate(todo):
        row = Row(where, values, x[i], int(y[i]), low[i], high[i], step[i], stepwise)
        share = max(work - float(spent.sum()), 0.0) * min(1.0, AHEAD / (len(todo) - place))
        left = _Left(nodes=nodes, work=share)
        bounds[0, i], bounds[1, i], witness = _radius(row, left)
        witnesses[i] = x[i] if witness is None else witness
        used[i], spent[i] = nodes - left.nodes, 0.0 if math.isinf(work) else share - left.work
        if done is not None:
            done(place + 1)
    exact = bounds[0] == bounds[1]
    return Radii(
        lower=bounds[0], upper=bounds[1], witnesses=witnesses, nodes=used, exact=exact, work=spent,
        short=~exact & (used < nodes),
    )  # fmt: skip


def ruled_out(forest: Forest, x: np.ndarray, y: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Return (n,) bool: no point from ``lower`` to ``upper``, both (n, d), is answered otherwise than ``y`` (n,).

    By the best leaves of each tree alone, for all rows at once; what is not ruled out may be all right as well. Columns
    that are split by categories may move: then both sides count.
    """
    where, values = grid(forest), integers(forest)
    out = np.zeros(len(x), dtype=bool)
    trees, largest = len(forest.roots), np.abs(values.value).max(axis=0).astype(np.float64)
    off = int(np.ceil(values.error * (trees * largest + np.abs(values.base)).sum() * 2)) + 2 * (trees + 1) + values.blur
    for start in range(0, len(x), BATCH):
        part = slice(start, start + BATCH)
        inside = boxes(where, x[part], lower[part], upper[part])
        right, sure = y[part], np.ones(len(x[part]), dtype=bool)
        for own in np.unique(right):
            mine = np.flatnonzero(right == own)
            for other in range(max(2, values.value.shape[1])):
                if other != own:
                    lead = _lead(values, int(own), other)
                    _, most = extremes(where, inside.take(mine), lead[0][:, None])
                    sure[mine] &= most[:, :, 0].sum(axis=1) + lead[1] < -off
        out[part] = sure
    return out


def _lead(values: Whole, own: int, other: int) -> tuple[np.ndarray, int]:
    """Return what each leaf, and the base, adds to another class beyond its own."""
    if values.value.shape[1] == 1:
        sign = 1 if other == 1 else -1
        return sign * values.value[:, 0], sign * int(values.base[0])
    return values.value[:, other] - values.value[:, own], int(values.base[other] - values.base[own])


def decide(forest: Forest, x: np.ndarray, y: np.ndarray, region: Region, *, nodes: int = NODES) -> Decided:
    """Return for each row whether its region holds another answer than y.

    Args:
        forest: the ensemble.
        x: (n, d) rows; a missing cell (NaN) stays missing.
        y: (n,) the right class of each row; a row that is answered otherwise is broken.
        region: of the rows.
        nodes: how many parts of a region may be worked on for each row.

    Raises:
        DataError: shapes or ranges do not fit, or a column that is split by categories is allowed to move.
    """
    x = np.asarray(x, dtype=np.float64)
    low, high = region.lower.astype(np.float64), region.upper.astype(np.float64)
    where, values, stepwise = grid(forest), integers(forest), np.zeros(x.shape[1], dtype=bool)
    _require(where, x, low, high, (low < high).astype(np.float64))
    broken = ~surely(forest, x, y)
    certified, examples, used = np.zeros(len(x), dtype=bool), x.copy(), np.zeros(len(x), dtype=np.int64)
    for i in np.flatnonzero(~broken):
        row = Row(where, values, x[i], int(y[i]), low[i], high[i], np.ones(x.shape[1]), stepwise)
        radius = np.inf if region.radius is None else float(region.radius[i])
        certified[i], example, used[i] = _decision(row, region.norm, radius, nodes)
        broken[i] = example is not None
        examples[i] = x[i] if example is None else example
    return Decided(broken=broken, certified=certified, examples=examples, nodes=used)


@final
@dataclass(slots=True, kw_only=True)
class _Left:
    """How much may still be done for one row."""

    nodes: int
    work: float


def _radius(row: Row, left: _Left) -> tuple[float, float, np.ndarray | None]:
    """Return both bounds on the distance, and the witness."""
    lower, last, place = 0.0, len(row.distances) - 1, 0
    while True:
        limit = float(row.distances[place])
        left.work -= len(row.where.forest.feature)  # which of all leaves are in reach is looked up for each box
        if left.work < 0:
            return lower, np.inf, None
        around = row.around(limit)
        upper, floor, witness = limit, limit, None
        for task in row.tasks(around):
            size = words(row.where, task, around)
            if size > min(WORDS, left.work):
                return lower, np.inf, None
            puzzle = build(row.where, task, around)
            nodes = int(min(left.nodes, (left.work - size) / puzzle.part))
            found = nearest(puzzle, upper, _Judge(row, puzzle), nodes=nodes)
            left.nodes, left.work = left.nodes - found.nodes, left.work - size - found.nodes * puzzle.part
            floor = min(floor, found.lower)
            if found.sides is not None:
                upper, witness = found.upper, row.points(puzzle, found.sides[None])[0]
        lower = max(lower, min(floor, upper))
        if witness is not None:
            return lower, upper, witness
        if place == last or left.nodes <= 0 or left.work <= 0:
            return lower, np.inf, None
        place = min(last, max(place + 4, int(place * GROWTH)))


def _decision(row: Row, norm: Norm | None, radius: float, nodes: int) -> tuple[bool, np.ndarray | None, int]:
    """Return whether the region is proven free of breaks, else one that was found, and the nodes used."""
    used, proven = 0, True
    kind = Norm.LINF if norm is None else norm
    limit = np.inf if kind is Norm.LINF else radius * (1 + ROUNDING) + np.finfo(np.float64).tiny
    around = row.around(limit)
    for task in row.tasks(around):
        if words(row.where, task, around) > WORDS:
            proven = False
            continue
        puzzle = build(row.where, task, around)
        judge = _Judge(row, puzzle, kind, radius, limit)
        found = nearest(puzzle, limit, judge, nodes=nodes - used, norm=kind, any_will_do=True)
        used += found.nodes
        if found.sides is not None:
            return False, row.points(puzzle, found.sides[None])[0], used
        proven = proven and found.lower >= limit and not judge.in_doubt
    return proven, None, used


@final
class _Judge:
    """Tells which points break a row, and are in the ball around it."""

    def __init__(
        self, row: Row, puzzle: Problem, norm: Norm = Norm.LINF, radius: float = np.inf, limit: float = np.inf
    ) -> None:
        self._row = row
        self._puzzle = puzzle
        self._norm = norm
        self._radius = radius
        self._limit = limit
        self.in_doubt = False  # a point breaks the row, and rounding leaves open whether it is in the ball

    def __call__(self, sides: np.ndarray) -> np.ndarray:
        points = self._row.points(self._puzzle, sides)
        breaks = self._row.breaks(points)
        if self._norm is Norm.LINF:  # the cuts in reach are already those of the box
            return breaks
        moved = np.abs(np.where(np.isnan(self._row.x), 0.0, points - self._row.x))
        far = moved.sum(axis=1) if self._norm is Norm.L1 else np.sqrt((moved**2).sum(axis=1))
        self.in_doubt |= bool((breaks & (far > self._radius) & (far <= self._limit)).any())
        return np.asarray(breaks & (far <= self._radius))


def _require(where: Grid, x: np.ndarray, low: np.ndarray, high: np.ndarray, step: np.ndarray) -> None:
    """Refuse what cannot be answered."""
    if x.ndim != 2 or x.shape[1] != where.forest.columns:
        raise DataError(f"Wanted rows of {where.forest.columns} columns; came an array of shape {x.shape}.")
    if not (step >= 0).all():
        raise DataError("Wanted a reach from 0 up for every column. Check the reach.")
    inside = (low <= x) & (x <= high) & np.isfinite(x)
    if not (inside | np.isnan(x)).all():
        rows = np.flatnonzero(~(inside | np.isnan(x)).all(axis=1))
        raise DataError(f"Wanted finite rows inside their bounds; {len(rows):,} are not (the first: row {rows[0]}).")
    moving = where.categories & ((step > 0) & (low < high) & ~np.isnan(x)).any(axis=0)
    if moving.any():
        raise DataError(
            f"Wanted no reach in columns that are split by categories; column {np.flatnonzero(moving)[0]} has some. "
            "Numbers that stand for categories are not near one another: set their reach to 0."
        )
