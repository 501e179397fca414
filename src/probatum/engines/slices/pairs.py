# SPDX-License-Identifier: Apache-2.0
"""Depth 2: tables of rows and losses for each pair of levels, one pass over the rows for each pair of columns."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from probatum.engines.slices.levels import Levels
from probatum.engines.slices.scoring import Rule


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pairs:
    """What two levels have in common; 0 for levels of one column and for pairs that were skipped."""

    sizes: np.ndarray  # (m, m) rows, as floats
    losses: np.ndarray  # (m, m) sums
    valid: np.ndarray  # (m, m) bool: minimum support and some loss
    tried: int
    skipped: int
    work: int  # rows read


def pairs(levels: Levels, rule: Rule, *, limit: int) -> Pairs:
    """Count all pairs, or those that promise most where ``limit`` does not suffice for all.

    A pair of columns promises what the weaker of its two best levels does.
    """
    n, m = levels.row_losses.size, levels.codes.size
    promise = rule.bound(levels.losses, levels.sizes, levels.largest)
    best = [float(promise[span].max()) for span in levels.spans]
    order = sorted(combinations(range(len(levels.spans)), 2), key=lambda pair: -min(best[pair[0]], best[pair[1]]))
    done, left = order[: limit // n], order[limit // n :]
    sizes, losses = np.zeros((m, m)), np.zeros((m, m))
    for a, b in done:
        rows, cols = levels.spans[a], levels.spans[b]
        sizes[rows, cols], losses[rows, cols] = _tables(levels, a, b)
        sizes[cols, rows], losses[cols, rows] = sizes[rows, cols].T, losses[rows, cols].T
    return Pairs(
        sizes=sizes,
        losses=losses,
        valid=(sizes >= rule.least) & (losses > 0),
        tried=_candidates(levels, done),
        skipped=_candidates(levels, left),
        work=n * len(done),
    )


def _tables(levels: Levels, a: int, b: int) -> tuple[np.ndarray, np.ndarray]:
    """Cross two columns: rows and losses of each pair of their levels."""
    wide, high = _width(levels.spans[b]), _width(levels.spans[a])
    # one place more than levels in each column, for the cells of levels that do not qualify
    cell = levels.places[a] * np.intp(wide + 1) + levels.places[b]
    shape = (high + 1, wide + 1)
    sizes = np.bincount(cell, minlength=shape[0] * shape[1])
    lossy = cell[: levels.lossy]
    weights = None if levels.binary else levels.row_losses[: levels.lossy]
    losses = np.bincount(lossy, weights=weights, minlength=shape[0] * shape[1])
    return sizes.reshape(shape)[:-1, :-1], losses.reshape(shape)[:-1, :-1]


def _width(span: slice) -> int:
    return int(span.stop) - int(span.start)


def _candidates(levels: Levels, columns: list[tuple[int, int]]) -> int:
    return sum(_width(levels.spans[a]) * _width(levels.spans[b]) for a, b in columns)
