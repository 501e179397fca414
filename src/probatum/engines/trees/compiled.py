# SPDX-License-Identifier: Apache-2.0
"""The inner loops of the search, compiled where numba is installed (``probatum[compiled]``): the same bits, sooner.

Each of them does what the numpy function that calls it does. All that they sum are whole numbers that are exact in
their type, so that the order makes no difference, and a tree is walked by the same comparisons.

Numba keeps what it has compiled beside this file; where it cannot write there, in the user's folder of caches; where it
cannot write there either, each process compiles anew.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any, final

import numpy as np


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """The compiled loops."""

    leaves: Callable[..., np.ndarray]
    reachable: Callable[..., tuple[np.ndarray, np.ndarray]]
    ranges: Callable[..., tuple[np.ndarray, np.ndarray]]
    bound: Callable[..., np.ndarray]
    losses: Callable[..., tuple[np.ndarray, np.ndarray]]
    halves: Callable[..., tuple[np.ndarray, np.ndarray]]


@lru_cache(maxsize=1)
def compiled() -> Compiled | None:
    """Return the compiled loops; None where numba is not installed, or does not work here."""
    try:
        numba = import_module("numba")
    except ImportError:  # also where it does not know this numpy
        return None
    loops = (_leaves, _reachable, _ranges, _bound, _losses, _halves)
    return Compiled(**{loop.__name__.removeprefix("_"): _compile(numba, loop) for loop in loops})


def _compile(numba: Any, loop: Callable[..., Any]) -> Any:
    try:
        return numba.njit(cache=True)(loop)
    except RuntimeError:  # no folder to keep it in
        return numba.njit(loop)


def _leaves(
    feature: np.ndarray,
    threshold: np.ndarray,
    left: np.ndarray,
    right: np.ndarray,
    missing_left: np.ndarray,
    roots: np.ndarray,
    strict: bool,
    cells: np.ndarray,
) -> np.ndarray:
    """Return the node at which each row (n, d), as rounded, ends in each tree, (n, t) int32."""
    place = np.empty((len(cells), len(roots)), dtype=np.int32)
    for row in range(len(cells)):
        for tree in range(len(roots)):
            node = roots[tree]
            while feature[node] >= 0:
                cell = cells[row, feature[node]]
                if np.isnan(cell):
                    goes_left = missing_left[node]
                else:
                    goes_left = cell < threshold[node] or (not strict and cell == threshold[node])
                node = left[node] if goes_left else right[node]
            place[row, tree] = node
    return place


def _reachable(
    feature: np.ndarray,
    left: np.ndarray,
    right: np.ndarray,
    missing_left: np.ndarray,
    roots: np.ndarray,
    rank: np.ndarray,
    never_left: np.ndarray,
    never_right: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return all pairs of a row and a leaf that meets its box, of trees without categories; by row, then by leaf."""
    rows, found = np.empty(1024, dtype=np.intp), np.empty(1024, dtype=np.int32)
    waiting = np.empty(len(feature) + 1, dtype=np.int32)
    count = 0
    for row in range(len(low)):
        begin = count
        for root in roots:
            waiting[0], depth = root, 1
            while depth:
                depth -= 1
                node = waiting[depth]
                column = feature[node]
                if column < 0:
                    if count == len(found):
                        rows, found = np.concatenate((rows, rows)), np.concatenate((found, found))
                    rows[count], found[count] = row, node
                    count += 1
                    continue
                missing = low[row, column] < 0
                goes_left = low[row, column] <= rank[node] and not never_left[node]
                goes_right = high[row, column] > rank[node] and not never_right[node]
                if missing:
                    goes_left = missing_left[node]
                    goes_right = not goes_left
                if goes_right:
                    waiting[depth] = right[node]
                    depth += 1
                if goes_left:
                    waiting[depth] = left[node]
                    depth += 1
        found[begin:count].sort()
    return rows[:count].copy(), found[:count].copy()


def _ranges(
    feature: np.ndarray,
    left: np.ndarray,
    parent: np.ndarray,
    rank: np.ndarray,
    nodes: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the first and the last cell of leaves (p,) in each column of a box (d,), both (p, d)."""
    start, stop = np.empty((len(nodes), len(low)), low.dtype), np.empty((len(nodes), len(low)), high.dtype)
    for leaf in range(len(nodes)):
        start[leaf], stop[leaf] = low, high
        child = nodes[leaf]
        above = parent[child]
        while above >= 0:
            column = feature[above]
            if rank[above] >= 0 and low[column] >= 0:  # neither a split of categories nor a missing cell
                if left[above] == child:
                    stop[leaf, column] = min(stop[leaf, column], rank[above])
                else:
                    start[leaf, column] = max(start[leaf, column], rank[above] + 1)
            child, above = above, parent[above]
    return start, stop


def _bound(alive: np.ndarray, value: np.ndarray, base: int) -> np.ndarray:
    """Return the sum of the best leaves of parts (k, T, W), (k,) int64."""
    parts, trees, words = alive.shape
    bounds = np.full(parts, base, dtype=np.int64)
    for part in range(parts):
        for tree in range(trees):
            word = 0
            while word < words - 1 and alive[part, tree, word] == 0:
                word += 1
            bits, leaf = alive[part, tree, word], 64 * word
            while leaf < 64 * word + 63 and not bits & np.uint64(1):  # a part holds a leaf of every tree
                bits >>= np.uint64(1)
                leaf += 1
            bounds[part] += value[tree, leaf]
    return bounds


def _losses(
    alive: np.ndarray,
    sides: np.ndarray,
    weight: np.ndarray,
    ends: np.ndarray,
    first: np.ndarray,
    last: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return, for parts and cuts (k, S), the weight of the best leaves that are lost by going left, and right."""
    parts, trees, words = alive.shape
    cuts = len(first)
    lost = np.zeros((2, parts, cuts))
    for part in range(parts):
        for tree in range(trees):
            word = 0
            while word < words - 1 and alive[part, tree, word] == 0:
                word += 1
            bits, leaf = alive[part, tree, word], 64 * word
            alone = bits & (bits - np.uint64(1)) == 0
            for other in range(word + 1, words):
                alone = alone and alive[part, tree, other] == 0
            if alone:
                continue
            while not bits & np.uint64(1):
                bits >>= np.uint64(1)
                leaf += 1
            for way in range(2):
                for cut in ends[way, tree, leaf]:
                    if cut == cuts:  # the rest is filled up
                        break
                    lost[way, part, cut] += weight[tree, leaf]
        for cut in range(cuts - 1, -1, -1):  # what dies left of a cut dies left of lower ones
            if cut < last[cut]:
                lost[0, part, cut] += lost[0, part, cut + 1]
        for cut in range(cuts):
            if cut > first[cut]:
                lost[1, part, cut] += lost[1, part, cut - 1]
        for cut in range(cuts):
            if sides[part, cut] >= 0:
                lost[0, part, cut] = lost[1, part, cut] = 0.0
    return lost[0], lost[1]


def _halves(
    alive: np.ndarray, sides: np.ndarray, kills: np.ndarray, first: np.ndarray, last: np.ndarray, cut: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the leaves and the sides of parts left of the cut of each, then of the same parts right of it."""
    parts, trees, words = alive.shape
    left_alive, beside = (
        np.empty((2 * parts, trees, words), dtype=np.uint64),
        np.empty((2 * parts, len(first)), np.int8),
    )
    for way in range(2):
        for part in range(parts):
            half, at = way * parts + part, cut[part]
            for tree in range(trees):
                for word in range(words):
                    left_alive[half, tree, word] = alive[part, tree, word] & ~kills[way, at, tree, word]
            beside[half] = sides[part]
            begin, end = (at, last[at]) if way == 0 else (first[at], at)
            beside[half, begin : end + 1] = way
    return left_alive, beside
