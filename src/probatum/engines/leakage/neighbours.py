# SPDX-License-Identifier: Apache-2.0
"""How near the nearest other row is, among the rows that have the same words and gaps.

The distance of two rows is the root of the mean squared difference of their numbers, each divided by its column's
spread: 0.01 means that they differ by a hundredth of the spread, taken over the columns.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from probatum.facts.progress import Step, Tell, untold

MOST_AXES = 16  # up to so many columns a tree of boxes is faster than comparing each with each
FEW = 64  # rows: below it a tree does not pay
FARTHEST = 1e9  # spreads from the middle: no training row is, and squares stay finite
BLOCK = 256  # rows compared at once with all others: bounds the memory


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Space:
    """Rows as points, where only points with the same key can be near each other."""

    points: np.ndarray  # (n, d) float64, or float32 where there are many columns; in units of each column's spread
    keys: np.ndarray  # (n,) int64, equal where words and gaps are


def space(numbers: Sequence[np.ndarray], codes: Sequence[np.ndarray]) -> Space:
    """Return the rows of all parts, one part after the other, as points; the first part tells each column's spread.

    Args:
        numbers: for each part (n, d) float64, NaN for missing.
        codes: for each part (n, c) int64.
    """
    width, rows, first = numbers[0].shape[1], sum(map(len, numbers)), len(numbers[0])
    points: np.ndarray = np.empty((rows, width), dtype=np.float32 if width > MOST_AXES else np.float64)
    marks = [np.concatenate([part[:, place] for part in codes]) for place in range(codes[0].shape[1])]
    for place in range(width):
        column = np.concatenate([part[:, place] for part in numbers])
        there = np.isfinite(column)
        points[:, place] = _in_spreads(column, there, first)
        if not there.all():  # rows with other gaps, or with infinity elsewhere, are never near each other
            marks.append(np.where(there, 0, np.where(np.isnan(column), 1, np.where(column > 0, 2, 3))))
    return Space(points=points, keys=_keys(marks, rows))


def nearest(
    where: Space, queries: np.ndarray, reference: np.ndarray, *, within: float, tell: Tell = untold
) -> np.ndarray:
    """Return (q,) the distance of each query to the nearest other row of the reference; infinite beyond ``within``.

    Args:
        where: the rows.
        queries: (q,) positions.
        reference: (r,) positions; a row is never its own neighbour.
        within: distance at which to stop looking.
        tell: called with the progress.
    """
    axes = where.points.shape[1]
    if axes == 0:  # rows of equal words are nowhere apart
        return np.where(pairs_of(where, queries, reference) - np.isin(queries, reference) > 0, 0.0, np.inf)
    found: np.ndarray = np.full(len(queries), np.inf)
    asked, offered = _by_key(where.keys, queries), _by_key(where.keys, reference)
    compared = 0

    def done(rows: int) -> None:
        nonlocal compared
        compared += rows
        tell(Step(what="rows compared", done=compared, of=len(queries)))

    for key, places in asked.items():
        if key not in offered:
            continue
        own, others = queries[places], reference[offered[key]]
        if axes <= MOST_AXES and len(others) > FEW:
            found[places] = _by_tree(where.points, own, others, within * np.sqrt(axes)) / np.sqrt(axes)
        else:
            found[places] = _by_pairs(where.points, own, others, done) / np.sqrt(axes)
    return np.where(found <= within, found, np.inf)


def pairs_of(where: Space, queries: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Return (q,) the number of cells that each query is to be compared with: rows of its key, times columns."""
    keys, counts = np.unique(where.keys[reference], return_counts=True)
    place = np.searchsorted(keys, where.keys[queries])
    there = keys[np.minimum(place, len(keys) - 1)] == where.keys[queries]
    counts = np.where(there, counts[np.minimum(place, len(keys) - 1)], 0)
    return np.asarray(counts * max(where.points.shape[1], 1))


def _in_spreads(column: np.ndarray, there: np.ndarray, first: int) -> np.ndarray:
    """Return the column in units of its standard deviation, around its mean; 0 where there is no number."""
    values = np.where(there, column, 0.0)
    known = values[:first][there[:first]]
    if known.size:
        size = float(np.abs(known).max()) or 1.0  # first to at most 1, so that squares of huge numbers stay finite
        middle, spread = float((known / size).mean()), float((known / size).std())
        values = np.where(there, values / size - middle, 0.0) / (spread if spread > 0 else 1.0)
    return np.clip(values, -FARTHEST, FARTHEST)


def _keys(marks: list[np.ndarray], rows: int) -> np.ndarray:
    """Return (rows,) a number for each combination of marks that occurs."""
    keys: np.ndarray = np.zeros(rows, dtype=np.int64)
    for mark in marks:
        _, level = np.unique(mark, return_inverse=True)
        _, keys = np.unique(keys * (int(level.max(initial=0)) + 1) + level.reshape(-1), return_inverse=True)
        keys = keys.reshape(-1)
    return keys


def _by_key(keys: np.ndarray, rows: np.ndarray) -> dict[int, np.ndarray]:
    """Return the places in ``rows`` of each key."""
    if not len(rows):
        return {}
    order = np.argsort(keys[rows], kind="stable")
    ordered = keys[rows][order]
    starts = np.flatnonzero(np.diff(ordered, prepend=ordered[0] - 1))
    return dict(zip(ordered[starts].tolist(), np.split(order, starts[1:]), strict=True))


def _by_tree(points: np.ndarray, own: np.ndarray, others: np.ndarray, within: float) -> np.ndarray:
    from scipy.spatial import cKDTree  # here, since few runs get this far

    tree = cKDTree(points[others], balanced_tree=False, compact_nodes=False)
    distance, place = tree.query(points[own], k=2, distance_upper_bound=np.nextafter(within, np.inf))
    first = others[np.minimum(place[:, 0], len(others) - 1)]
    itself = np.isfinite(distance[:, 0]) & (first == own)
    return np.asarray(np.where(itself, distance[:, 1], distance[:, 0]))


def _by_pairs(points: np.ndarray, own: np.ndarray, others: np.ndarray, done: Callable[[int], None]) -> np.ndarray:
    """Compare each with each: |a - b|^2 = |a|^2 - 2ab + |b|^2 finds the nearest, the plain difference measures it."""
    theirs = points[others]
    squares = np.einsum("ij,ij->i", theirs, theirs)
    found: np.ndarray = np.empty(len(own))
    for start in range(0, len(own), BLOCK):
        rows = own[start : start + BLOCK]
        mine = points[rows]
        far = squares - 2 * (mine @ theirs.T)  # |a|^2 is the same for all others of one row
        far[rows[:, None] == others[None, :]] = np.inf
        best = far.argmin(axis=1)
        gap = mine.astype(np.float64) - theirs[best]
        alone = ~np.isfinite(far[np.arange(len(rows)), best])
        found[start : start + BLOCK] = np.where(alone, np.inf, np.sqrt((gap * gap).sum(axis=1)))
        done(len(rows))
    return found
