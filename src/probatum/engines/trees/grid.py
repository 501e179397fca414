# SPDX-License-Identifier: Apache-2.0
"""The cells into which an ensemble's thresholds cut each column: inside a cell of the grid no answer changes.

Every threshold becomes the *cut*: the largest float64 number that still goes left. Rounding of inputs and strictness
are then forgotten: ``x`` goes left where ``x <= cut``, and the cell of ``x`` is the number of cuts below it.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import final

import numpy as np

from probatum.systems.structures import Forest


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grid:
    """The cuts of every column, and where the nodes of the ensemble stand in them."""

    forest: Forest
    cuts: tuple[np.ndarray, ...]  # d arrays, sorted, no two alike; column f has len(cuts[f]) + 1 cells
    every: np.ndarray  # (s,) float64, the cuts of all columns one after another
    column: np.ndarray  # (s,) intp, of each of them
    offset: np.ndarray  # (d,) intp, where each column begins
    rank: np.ndarray  # (m,) int32: a cell goes left where it is <= rank; -1: a leaf or a split of categories
    parent: np.ndarray  # (m,) int32; -1: a root
    tree: np.ndarray  # (m,) int32, the tree that a node belongs to
    never_left: np.ndarray  # (m,) bool: a number that comes here cannot go left, for what the nodes above let through
    never_right: np.ndarray  # (m,) bool
    categories: np.ndarray  # (d,) bool: columns that some node splits by category


@lru_cache(maxsize=1)  # a model is asked about many times in turn
def grid(forest: Forest) -> Grid:
    """Return the grid of an ensemble."""
    inner = forest.feature >= 0
    by_category = inner & (forest.subset >= 0) if forest.subset is not None else np.zeros_like(inner)
    by_number = np.flatnonzero(inner & ~by_category)
    cut = last_left(forest.threshold[by_number], strict=forest.strict, single=forest.single_inputs)
    rank = np.full(len(inner), -1, dtype=np.int32)
    cuts = []
    for column in range(forest.columns):
        here = forest.feature[by_number] == column
        edges, place = np.unique(cut[here], return_inverse=True)
        rank[by_number[here]] = place
        cuts.append(edges)
    categories = np.zeros(forest.columns, dtype=bool)
    categories[forest.feature[by_category]] = True
    sizes = [len(edges) for edges in cuts]
    parent, tree = _ancestry(forest)
    never_left, never_right = _dead_ends(forest, rank, parent)
    return Grid(
        forest=forest,
        cuts=tuple(cuts),
        every=np.concatenate([*cuts, np.empty(0)]),
        column=np.repeat(np.arange(forest.columns), sizes),
        offset=np.cumsum(sizes, dtype=np.intp) - sizes,
        rank=rank,
        parent=parent,
        tree=tree,
        never_left=never_left,
        never_right=never_right,
        categories=categories,
    )


def cells(where: Grid, x: np.ndarray) -> np.ndarray:
    """Return the cell of each number, (n, d) int32; -1 for a missing one."""
    x = np.asarray(x, dtype=np.float64)
    found = np.empty(x.shape, dtype=np.int32)
    for column, cuts in enumerate(where.cuts):
        found[:, column] = np.searchsorted(cuts, x[:, column], side="left")
    found[np.isnan(x)] = -1
    return found


def last_left(threshold: np.ndarray, *, strict: bool, single: bool) -> np.ndarray:
    """Return the largest float64 number that goes left at each threshold (k,); -inf where none does."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):  # the last numbers of a type are meant as well
        if not single:
            return np.asarray(np.nextafter(threshold, -np.inf) if strict else threshold, dtype=np.float64)
        last = threshold.astype(np.float32)
        wide = last.astype(np.float64)
        too_far = wide >= threshold if strict else wide > threshold
        last = np.where(too_far, np.nextafter(last, np.float32(-np.inf)), last)  # the last float32 number to go left
        return _last_rounded_to(last)


def _last_rounded_to(last: np.ndarray) -> np.ndarray:
    """Return the largest float64 number that is rounded to these float32 numbers, or to less."""
    wide = last.astype(np.float64)
    following = np.nextafter(last, np.float32(np.inf)).astype(np.float64)
    following = np.where(np.isinf(following), 2.0**128, following)  # what rounding takes for the next one
    middle = np.where(np.isneginf(wide), -(2.0**128) + 2.0**103, wide / 2 + following / 2)
    kept = middle.astype(np.float32) <= last  # a tie goes to the even one of the two
    return np.where(np.isposinf(wide), np.inf, np.where(kept, middle, np.nextafter(middle, -np.inf)))


def _ancestry(forest: Forest) -> tuple[np.ndarray, np.ndarray]:
    """Return the parent and the tree of each node; children lie behind their parents."""
    inner = np.flatnonzero(forest.feature >= 0)
    parent = np.full(len(forest.feature), -1, dtype=np.int32)
    parent[forest.left[inner]] = inner
    parent[forest.right[inner]] = inner
    tree = np.zeros(len(parent), dtype=np.int32)
    level = forest.roots
    tree[level] = np.arange(len(level))
    while len(level):
        level = level[forest.feature[level] >= 0]
        for side in (forest.left, forest.right):
            tree[side[level]] = tree[level]
        level = np.concatenate([forest.left[level], forest.right[level]])
    return parent, tree


def _dead_ends(forest: Forest, rank: np.ndarray, parent: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the nodes at which numbers cannot go left, or right, since nodes above split the same column.

    With these, looking at one node at a time finds exactly the leaves that meet a box.
    """
    node = np.flatnonzero(rank >= 0)
    lowest = np.full(len(rank), -1, dtype=np.int32)  # the highest rank above at which the path goes right
    highest = np.full(len(rank), np.iinfo(np.int32).max, dtype=np.int32)  # the lowest one at which it goes left
    child = node.copy()
    while len(node):
        above = parent[child]
        alive = above >= 0
        node, child, above = node[alive], child[alive], above[alive]
        same = (rank[above] >= 0) & (forest.feature[above] == forest.feature[node])
        is_left = forest.left[above] == child
        left, right = node[same & is_left], node[same & ~is_left]
        highest[left] = np.minimum(highest[left], rank[above[same & is_left]])
        lowest[right] = np.maximum(lowest[right], rank[above[same & ~is_left]])
        child = above
    by_number = rank >= 0
    return by_number & (rank <= lowest), by_number & (rank >= highest)
