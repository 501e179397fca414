# SPDX-License-Identifier: Apache-2.0
"""One row against one other class, as a puzzle of bits: choose a leaf in each tree so that their boxes still meet.

Trees that cannot change inside the box are one constant. In the others the leaves that can be reached are sorted by
what they add to the other class, so that the best leaf left in a tree is its lowest bit. Values are integers (floats
times a power of two, rounded): their sums are exact in any order, and the rounding goes into ``need``.
"""

from dataclasses import dataclass
from typing import final

import numpy as np

from probatum.engines.trees.compiled import compiled
from probatum.engines.trees.grid import Grid

WORD = 64  # leaves a word
WEIGHT_BITS = 22  # dropped from a difference of values, so that sums of weights are exact in float64
HALVES = 2  # of a part
COLUMN = 1 << 32  # more than there are cuts in a column


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Task:
    """What is asked about a row: the leaves in reach, what each adds, and the sum that may break the row."""

    nodes: np.ndarray  # (p,) leaves in reach of the box
    tree: np.ndarray  # (p,) the tree of each
    values: np.ndarray  # (p,) int64, what each adds to the other class
    base: int  # added whatever the leaves
    need: int  # the row may be broken where the sum reaches this; below it cannot be


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Surroundings:
    """Where the row stands among the cuts."""

    home: np.ndarray  # (d,) the cell of the row
    low: np.ndarray  # (d,) the first cell of the box; -1: the cell is missing
    high: np.ndarray  # (d,) the last one
    costs: np.ndarray  # (s,) the distance of the row to the other side of each cut of the grid; inf: out of reach


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """T trees of at most 64 W leaves over the columns that S cuts split into cells."""

    alive: np.ndarray  # (T, W) uint64, a bit for each leaf, best first
    value: np.ndarray  # (T, 64 W) int64
    weight: np.ndarray  # (T, 64 W) float64 whole numbers: how much better a leaf is than the next one of its tree, + 1
    base: int  # of the trees that do not change, and of the ensemble
    need: int  # the row may be broken where the sum reaches this; below it cannot be
    column: np.ndarray  # (S,) intp, cuts sorted by column, and by place in it
    first: np.ndarray  # (S,) intp, the first cut of the same column
    last: np.ndarray  # (S,) intp, the last one
    cut: np.ndarray  # (S,) int32, rank in the grid
    cost: np.ndarray  # (S,) float64, how far the row is from the other side of the cut
    home: np.ndarray  # (S,) int8, the side of the row itself: 0 left, 1 right
    kills: np.ndarray  # (2, S, T, W) uint64: leaves lost by going left, and by going right
    ends: np.ndarray  # (2, T, 64 W, K) intp: the outermost cut of each column at which going that way loses the leaf; S

    @property
    def part(self) -> int:
        """Numbers that are looked at for one part: words of leaves and ends of the best leaf in each tree, and cuts."""
        words, ends = self.alive.size, len(self.alive) * self.ends.shape[3]
        return int(HALVES * (words + ends + len(self.cut)) + 1)


def words(where: Grid, task: Task, around: Surroundings) -> int:
    """Return how many words of 64 bits the largest table of a puzzle takes, at most; cheap beside building it."""
    count = np.bincount(task.tree, minlength=len(where.forest.roots))
    crossed = int((around.high - around.low)[around.low >= 0].sum())
    return int(2 * crossed * (count > 1).sum() * max(1, -(-int(count.max(initial=1)) // WORD)))


def build(where: Grid, task: Task, around: Surroundings) -> Problem:
    """Return the puzzle of one row."""
    count = np.bincount(task.tree, minlength=len(where.forest.roots))
    varies = count[task.tree] > 1
    base = task.base + int(task.values[~varies].sum())
    nodes, values, tree = task.nodes[varies], task.values[varies], task.tree[varies]
    order = np.lexsort((nodes, -values, tree))
    nodes, values = nodes[order], values[order]
    count = count[count > 1]
    tree = np.repeat(np.arange(len(count)), count)
    bit = np.arange(len(nodes)) - (np.cumsum(count) - count)[tree]
    words = max(1, -(-int(count.max(initial=1)) // WORD))
    leaf, key, way = _ends(where, nodes, around)
    cuts, place = np.unique(key, return_inverse=True)
    column, rank = (cuts // COLUMN).astype(np.intp), (cuts % COLUMN).astype(np.int32)
    first = np.searchsorted(column, column, side="left")
    last = np.searchsorted(column, column, side="right") - 1
    kills = np.zeros((2, len(cuts), len(count), words), dtype=np.uint64)
    np.add.at(kills, (way, place, tree[leaf], bit[leaf] // WORD), np.uint64(1) << (bit[leaf] % WORD).astype(np.uint64))
    _spread(kills, first, last)
    alive = np.zeros((len(count), words), dtype=np.uint64)
    np.add.at(alive, (tree, bit // WORD), np.uint64(1) << (bit % WORD).astype(np.uint64))
    shape = (len(count), words * WORD)
    return Problem(
        alive=alive,
        value=_table(shape, tree, bit, values, np.int64),
        weight=_table(shape, tree, bit, _lead(tree, values), np.float64),
        base=base,
        need=task.need,
        column=column,
        first=first,
        last=last,
        cut=rank,
        cost=around.costs[where.offset[column] + rank],
        home=(around.home[column] > rank).astype(np.int8),
        kills=kills,
        ends=_by_leaf(shape, tree[leaf], bit[leaf], way, place, len(cuts)),
    )


def _ends(where: Grid, nodes: np.ndarray, around: Surroundings) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return where leaves end inside the box: the leaf, the cut as one number, and the way that loses the leaf there.

    Going left (0) of the cut at a leaf's lower end loses it, as does going right (1) of the one at its upper end.
    """
    low, high = around.low, around.high
    start, stop = _ranges(where, nodes, low, high)
    lower_leaf, lower_column = np.nonzero(start > low)
    upper_leaf, upper_column = np.nonzero(stop < high)
    lower = lower_column * COLUMN + start[lower_leaf, lower_column] - 1
    upper = upper_column * COLUMN + stop[upper_leaf, upper_column]
    way = np.repeat([0, 1], [len(lower), len(upper)])
    return np.concatenate([lower_leaf, upper_leaf]), np.concatenate([lower, upper]), way


def _ranges(where: Grid, nodes: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the first and the last cell of leaves (p,) in each column of a box (d,), both (p, d)."""
    forest, loops = where.forest, compiled()
    if loops is not None:
        return loops.ranges(forest.feature, forest.left, where.parent, where.rank, nodes, low, high)
    start, stop = np.tile(low, (len(nodes), 1)), np.tile(high, (len(nodes), 1))
    leaf, child = np.arange(len(nodes)), nodes
    while len(leaf):
        above = where.parent[child]
        leaf, child, above = leaf[above >= 0], child[above >= 0], above[above >= 0]
        column, rank = forest.feature[above], where.rank[above]
        real = (rank >= 0) & (low[column] >= 0)  # neither a split of categories nor a missing cell
        left = real & (forest.left[above] == child)
        right = real & ~left
        stop[leaf[left], column[left]] = np.minimum(stop[leaf[left], column[left]], rank[left])
        start[leaf[right], column[right]] = np.maximum(start[leaf[right], column[right]], rank[right] + 1)
        child = above
    return start, stop


def _spread(kills: np.ndarray, first: np.ndarray, last: np.ndarray) -> None:
    """Carry losses to the cuts beyond: what dies left of a cut dies left of lower ones, and so for the right."""
    for begin, end in zip(np.unique(first), np.unique(last) + 1, strict=True):
        if end - begin == 1:
            continue
        lefts, rights = kills[0, begin:end][::-1], kills[1, begin:end]
        np.bitwise_or.accumulate(lefts.copy(), axis=0, out=lefts)
        np.bitwise_or.accumulate(rights.copy(), axis=0, out=rights)


def _lead(tree: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return how much better each leaf is than the next one of its tree, in rough whole numbers from 1 up."""
    lead = np.zeros(len(values), dtype=np.int64)
    lead[:-1] = np.where(tree[:-1] == tree[1:], values[:-1] - values[1:], 0)
    return np.asarray((lead >> WEIGHT_BITS) + 1)


def _table(shape: tuple[int, int], tree: np.ndarray, bit: np.ndarray, numbers: np.ndarray, kind: type) -> np.ndarray:
    """Return numbers of leaves as a table of trees and bits."""
    table: np.ndarray = np.zeros(shape, dtype=kind)
    table[tree, bit] = numbers
    return table


def _by_leaf(
    shape: tuple[int, int], tree: np.ndarray, bit: np.ndarray, way: np.ndarray, place: np.ndarray, none: int
) -> np.ndarray:
    """Return the ends as a table of ways, trees, bits and up to K cuts; ``none`` fills it up."""
    slot = (way * shape[0] + tree) * shape[1] + bit
    order = np.argsort(slot, kind="stable")
    slot, place = slot[order], place[order]
    turn = np.arange(len(slot)) - np.searchsorted(slot, slot, side="left")
    table = np.full((2 * shape[0] * shape[1], int(turn.max(initial=0)) + 1), none, dtype=np.intp)
    table[slot, turn] = place
    return table.reshape(2, *shape, table.shape[1])
