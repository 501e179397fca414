# SPDX-License-Identifier: Apache-2.0
"""Depth-first branch and bound over the puzzle of one row: is there a choice of leaves that breaks it, and how near?

A part of the box is a set of leaves still possible and a set of cuts that it lies beside. Its bound is the sum of the
best leaves left in each tree. If these best leaves meet in a point, the bound is reached there; if not, two of them lie
on different sides of some cut, and splitting there lowers the bound of both halves. (The bound is that of Devos, Meert
and Davis 2021, arXiv:2010.13880, section 4; we split the box at a cut, where they choose leaves tree by tree.)
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

import numpy as np

from probatum.engines.evasion.threat import Norm
from probatum.engines.trees.compiled import compiled
from probatum.engines.trees.problem import WORD, Problem

WIDTH = 64  # parts that are worked on together

Judge = Callable[[np.ndarray], np.ndarray]  # (k, S) sides to (k,) bool: really answered otherwise


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """The nearest break of one puzzle."""

    upper: float  # distance of the nearest break found, or the limit that was given
    lower: float  # nothing nearer than this can break the row
    sides: np.ndarray | None  # (S,) int8, of each cut: the break found lies left (0) or right (1)
    nodes: int  # parts that were worked on


@final
@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """Parts of the box: their leaves (k, T, W), and their sides (k, S) int8: 0 left, 1 right, -1 both."""

    alive: np.ndarray
    sides: np.ndarray

    def take(self, index: np.ndarray | slice) -> "_Parts":
        return _Parts(self.alive[index], self.sides[index])

    def join(self, other: "_Parts") -> "_Parts":
        return _Parts(np.concatenate([self.alive, other.alive]), np.concatenate([self.sides, other.sides]))


def nearest(
    puzzle: Problem, limit: float, judge: Judge, *, nodes: int, norm: Norm = Norm.LINF, any_will_do: bool = False
) -> Found:
    """Return the nearest break that is nearer than ``limit``, or a proof that there is none.

    Args:
        puzzle: of one row and one other class.
        limit: distances from here on do not count.
        judge: asks the ensemble itself.
        nodes: how many parts may be worked on.
        norm: how distances in several columns make one.
        any_will_do: stop at the first break.
    """
    upper, best, used = limit, None, 0
    parts = _Parts(puzzle.alive[None], np.full((1, len(puzzle.cut)), -1, dtype=np.int8))
    parts = _promising(puzzle, _shrunk(puzzle, parts, upper, norm))
    while len(parts.alive):
        if used >= nodes:
            return Found(upper=upper, lower=min(upper, _floor(puzzle, parts)), sides=best, nodes=used)
        now, parts = parts.take(slice(-WIDTH, None)), parts.take(slice(None, -WIDTH))
        used += len(now.alive)
        halves, points = _expand(puzzle, now)
        nearer = False
        if len(points):
            far = np.where(judge(points), distance(puzzle, points, norm), np.inf)
            at = int(np.argmin(far))
            if far[at] < upper:
                upper, best, nearer = float(far[at]), points[at], True
                if any_will_do:
                    return Found(upper=upper, lower=0.0, sides=best, nodes=used)
                parts = _promising(puzzle, _shrunk(puzzle, parts, upper, norm))
        if nearer or norm is not Norm.LINF:  # else the parts that were halved have been shrunk as much
            halves = _shrunk(puzzle, halves, upper, norm)
        parts = parts.join(_promising(puzzle, halves))
    return Found(upper=upper, lower=upper, sides=best, nodes=used)


def distance(puzzle: Problem, sides: np.ndarray, norm: Norm = Norm.LINF) -> np.ndarray:
    """Return how far the row is from parts, (k, S) sides to (k,)."""
    far = np.where((sides >= 0) & (sides != puzzle.home), puzzle.cost, 0.0)
    if norm is Norm.LINF or not len(puzzle.cut):
        return np.asarray(far.max(axis=1, initial=0.0))
    each = np.maximum.reduceat(far, np.unique(puzzle.first), axis=1)
    return np.asarray(each.sum(axis=1) if norm is Norm.L1 else np.sqrt((each**2).sum(axis=1)))


def bound(puzzle: Problem, alive: np.ndarray) -> np.ndarray:
    """Return the sum of the best leaves of parts (k, T, W), (k,) int64."""
    loops = compiled()
    if loops is not None:
        return loops.bound(alive, puzzle.value, puzzle.base)
    best, _ = _best(alive)
    return np.asarray(puzzle.base + puzzle.value[np.arange(best.shape[1]), best].sum(axis=1))


def _promising(puzzle: Problem, parts: _Parts) -> _Parts:
    """Return the parts that may hold a break, the most promising one last."""
    if not len(parts.alive):
        return parts
    bounds = bound(puzzle, parts.alive)
    order = np.argsort(bounds, kind="stable")
    return parts.take(order[bounds[order] >= puzzle.need])


def _shrunk(puzzle: Problem, parts: _Parts, limit: float, norm: Norm) -> _Parts:
    """Return what is left of parts nearer than ``limit``."""
    if not len(parts.alive):
        return parts
    kept = parts.take(distance(puzzle, parts.sides, norm) < limit)
    far = puzzle.cost >= limit
    return _Parts(kept.alive & _within(puzzle, limit), np.where(far, puzzle.home, kept.sides))


def _within(puzzle: Problem, limit: float) -> np.ndarray:
    """Return the leaves (T, W) that can be met nearer than ``limit``."""
    far = np.flatnonzero(puzzle.cost >= limit)
    return np.asarray(~np.bitwise_or.reduce(puzzle.kills[puzzle.home[far], far], axis=0, initial=0))


def _best(alive: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the lowest bit of each tree in (k, T, W) words, (k, T) intp, and whether it is the only one left."""
    if alive.shape[2] == 1:
        word = alive[:, :, 0]
        low = word & (~word + np.uint64(1))
        return np.bitwise_count(low - np.uint64(1)).astype(np.intp), word == low
    first = np.argmax(alive != 0, axis=2)
    word = np.take_along_axis(alive, first[:, :, None], axis=2)[:, :, 0]
    low = word & (~word + np.uint64(1))
    alone = (word == low) & (np.count_nonzero(alive, axis=2) == 1)
    return np.bitwise_count(low - np.uint64(1)).astype(np.intp) + WORD * first, alone


def _expand(puzzle: Problem, parts: _Parts) -> tuple[_Parts, np.ndarray]:
    """Return the halves of these parts, and the points (k, S) in which the best leaves of some of them meet."""
    left, right = _losses(puzzle, parts)
    less, more = np.minimum(left, right), np.maximum(left, right)
    meets = ~(less > 0).any(axis=1)
    # a point goes where a best leaf forces it, else where the part does, else it stays on the side of the row
    forced = np.where(left[meets] > 0, 1, np.where(right[meets] > 0, 0, puzzle.home))
    points = np.where(parts.sides[meets] >= 0, parts.sides[meets], forced).astype(np.int8)
    if not len(puzzle.cut):
        return parts.take(slice(0, 0)), points
    # the product favours cuts that help on both sides (Achterberg 2007, "Constraint integer programming", section 5.3)
    score = np.where(meets[:, None], more, less * more)
    cut = np.argmax(score, axis=1)
    splits = more[np.arange(len(cut)), cut] > 0  # else one leaf is left in each tree, and the point says it all
    return _halves(puzzle, parts.take(splits), cut[splits]), points


def _losses(puzzle: Problem, parts: _Parts) -> tuple[np.ndarray, np.ndarray]:
    """Return, for parts and cuts (k, S), the weight of the best leaves that are lost by going left, and right.

    It is above 0 exactly where a best leaf is lost.
    """
    loops = compiled()
    if loops is not None:
        return loops.losses(parts.alive, parts.sides, puzzle.weight, puzzle.ends, puzzle.first, puzzle.last)
    best, alone = _best(parts.alive)
    trees, (_, _, leaves, most) = best.shape[1], puzzle.ends.shape
    shape = (len(best), len(puzzle.cut) + 1)
    at = np.flatnonzero(~alone)
    leaf = at % max(1, trees) * leaves + best.ravel()[at]
    begin = at // max(1, trees) * shape[1]
    weight = np.repeat(puzzle.weight.ravel()[leaf], most)
    sums = np.zeros((2, *shape))  # before each cut
    for way in (0, 1):
        slot = puzzle.ends[way].reshape(-1, most)[leaf] + begin[:, None]
        at_ends = np.bincount(slot.ravel(), weights=weight, minlength=shape[0] * shape[1]).reshape(shape)[:, :-1]
        np.cumsum(at_ends, axis=1, out=sums[way, :, 1:])
    beside = parts.sides < 0
    left = sums[0][:, puzzle.last + 1] - sums[0][:, :-1]  # from the cut to the last of its column
    right = sums[1][:, 1:] - sums[1][:, puzzle.first]
    return np.where(beside, left, 0.0), np.where(beside, right, 0.0)


def _halves(puzzle: Problem, parts: _Parts, cut: np.ndarray) -> _Parts:
    """Return what lies left of the cut of each part, then what lies right of it."""
    loops = compiled()
    if loops is not None:
        return _Parts(*loops.halves(parts.alive, parts.sides, puzzle.kills, puzzle.first, puzzle.last, cut))
    left, right = (
        _Parts(parts.alive & ~puzzle.kills[way, cut], _beside(puzzle, parts.sides, cut, way)) for way in (0, 1)
    )
    return left.join(right)


def _beside(puzzle: Problem, sides: np.ndarray, cut: np.ndarray, way: int) -> np.ndarray:
    """Return the sides of parts after each went ``way`` at a cut: left of one is left of all above it too."""
    place = np.arange(len(puzzle.cut))
    begin, end = (cut, puzzle.last[cut]) if way == 0 else (puzzle.first[cut], cut)
    return np.where((place >= begin[:, None]) & (place <= end[:, None]), np.int8(way), sides)


def _floor(puzzle: Problem, parts: _Parts) -> float:
    """Return a distance below which none of these parts holds a break, by their bounds alone."""
    limits = np.append(np.unique(puzzle.cost[np.isfinite(puzzle.cost)]), np.inf)
    first, last = 0, len(limits) - 1
    while first < last:
        middle = (first + last + 1) // 2
        inside = parts.alive & _within(puzzle, float(limits[middle]))
        possible = (inside != 0).any(axis=2).all(axis=1)
        if (bound(puzzle, inside[possible]) >= puzzle.need).any():
            last = middle - 1
        else:
            first = middle
    return float(limits[first])
