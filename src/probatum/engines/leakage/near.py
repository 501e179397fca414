# SPDX-License-Identifier: Apache-2.0
"""Test rows that differ from a training row by less than the data can mean.

How near is too near is learned from the training rows themselves. First the test rows' numbers are put onto the
grid of the training rows' numbers (``precision``). Then the distance is sought within which hardly any training row
has another one; half of that distance makes two rows one. Where rows one step apart are common, as with few coarse
columns, half a step is left; where numbers are fine and many, copies are found through a good deal of noise.

So that a fixed amount of work is done, rows are drawn and their comparisons counted until the limit is reached.
"""

from dataclasses import dataclass

import numpy as np

from probatum.engines.leakage.cells import Cells
from probatum.engines.leakage.copies import counts_of
from probatum.engines.leakage.neighbours import Space, nearest, pairs_of, space
from probatum.engines.leakage.precision import grid, snap
from probatum.facts.progress import Tell, untold

GRID_ROWS = 5_000  # training rows from which the grid is learned


@dataclass(frozen=True, slots=True, kw_only=True)
class NearCopies:
    """How many rows are near another one without being equal to one."""

    tolerance: float  # distance up to which two rows count as one; in spreads
    found: int  # test rows near a training row that equal none
    compared: int  # test rows
    chance: int  # training rows near another one that they do not equal
    chance_compared: int  # training rows


def near_copies(
    train: Cells,
    test: Cells,
    rng: np.random.Generator,
    *,
    rare: float,
    widest: float,
    most: int,
    work_limit: int,
    tell: Tell = untold,
) -> NearCopies:
    """Return how many test rows are near a training row, beside how many training rows are near each other.

    Args:
        train: what was learned from; 1 row or more.
        test: what is tested with.
        rng: draws which rows are compared.
        rare: share of training rows that may have another one within twice the tolerance.
        widest: largest tolerance, in spreads.
        most: rows compared of each side, at most.
        work_limit: cells read, both sides together.
        tell: called with the progress.
    """
    where = _space(train, test, rng)
    n, m = len(train.ids), len(test.ids)
    _, first, place = np.unique(train.ids, return_index=True, return_inverse=True)
    # a training row stands for all that equal it, so that rows copied on purpose do not seem to have no neighbour
    drawn = _draw(where, first[place.reshape(-1)], np.ones(n, dtype=bool), first, rng, most, work_limit // 2)
    around = nearest(where, drawn, first, within=2 * widest, tell=tell)
    tolerance = _tolerance(around, rare=rare, widest=widest)
    alone = counts_of(test.ids, train.ids) == 0  # the others are known to be copies
    chosen = _draw(where, n + np.arange(m), alone, first, rng, most, work_limit // 2)
    close = nearest(where, chosen[alone[chosen - n]], first, within=tolerance, tell=tell)
    return NearCopies(
        tolerance=tolerance,
        found=int(np.isfinite(close).sum()),
        compared=len(chosen),
        chance=int((around <= tolerance).sum()),
        chance_compared=len(drawn),
    )


def _space(train: Cells, test: Cells, rng: np.random.Generator) -> Space:
    some = rng.permutation(len(train.ids))[:GRID_ROWS]
    snapped = snap(test.numbers, *grid(train.numbers[some]))
    return space([train.numbers, snapped], [train.codes, test.codes])


def _draw(
    where: Space,
    rows: np.ndarray,
    costly: np.ndarray,
    reference: np.ndarray,
    rng: np.random.Generator,
    most: int,
    work_limit: int,
) -> np.ndarray:
    """Return the first of the rows in a drawn order, as many as may be compared; only costly ones count as work."""
    order = rng.permutation(len(rows))[:most]
    work = np.cumsum(np.where(costly[order], pairs_of(where, rows[order], reference), 0))
    return rows[order[: max(1, int(np.searchsorted(work, work_limit, side="right")))]]


def _tolerance(around: np.ndarray, *, rare: float, widest: float) -> float:
    """Return half the distance within which no more than a share ``rare`` of the rows has a neighbour."""
    place = int(rare * len(around))
    return float(min(np.partition(around, place)[place] / 2, widest))
