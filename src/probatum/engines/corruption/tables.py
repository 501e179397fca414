# SPDX-License-Identifier: Apache-2.0
"""Cells of tables damaged as clerks, sensors and programs damage them.

Numbers are (n, c) float64, NaN where missing; what a kind does not touch keeps its bits, and missing cells stay
missing. Severity is the share of cells that are damaged, how many of a row are, or how strongly all of them are. Every
cell has draws of its own.

Source: kinds of errors after Schelter, Rukat and Biessmann 2020, SIGMOD (missing values, scaling, swapped columns,
typing errors, noise) and Breck et al. 2019, SysML (what comes wrong into a pipeline); the strengths are our choice.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from probatum.engines.corruption.severity import graded

SHARES = (0.02, 0.05, 0.10, 0.20, 0.40)  # of cells that are damaged, at each severity
USUAL = (0.05, 0.95)  # quantiles between which the usual cells of a column lie


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Usual:
    """What the cells of each of c columns usually are."""

    low: np.ndarray  # (c,) the 5th of 100 known cells
    high: np.ndarray  # (c,) the 95th
    least: np.ndarray  # (c,)
    most: np.ndarray  # (c,)
    middle: np.ndarray  # (c,) median
    known: np.ndarray  # (m, c) the cells themselves, NaN where missing

    @property
    def range(self) -> np.ndarray:
        """(c,) from the 5th to the 95th; where these are equal, from the least to the most."""
        usual = self.high - self.low
        return np.asarray(np.where(usual > 0, usual, self.most - self.least))


OnNumbers = Callable[[np.ndarray, Usual, int, np.random.Generator], np.ndarray]


def usual(known: np.ndarray) -> Usual:
    """Return what the cells (m, c) usually are; zeros for a column that has none."""
    if not known.shape[1]:
        none = np.empty(0)
        return Usual(low=none, high=none, least=none, most=none, middle=none, known=known)
    filled = np.where(np.isfinite(known), known, np.nan)
    filled = np.where(np.isfinite(filled).any(axis=0), filled, 0.0)
    low, high = np.nanquantile(filled, USUAL, axis=0)
    return Usual(
        low=low,
        high=high,
        least=np.nanmin(filled, axis=0),
        most=np.nanmax(filled, axis=0),
        middle=np.nanmedian(filled, axis=0),
        known=filled,
    )


def struck(shape: tuple[int, int], severity: int, rng: np.random.Generator) -> np.ndarray:
    """Return (n, c) bool: which cells are damaged; draws one number a cell."""
    return rng.random(shape) < graded(SHARES, severity)


def unit_mistakes(cells: np.ndarray, columns: Usual, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Give a cell or more of each row in another unit: 10, 100 or 1,000 times too large or too small.

    One cell at severities 1 to 3, with the factor rising; two at 4 and four at 5, with the largest. Draws which, and
    whether too large or too small.
    """
    factor, count = graded((10, 100, 1000, 1000, 1000), severity), int(graded((1, 1, 1, 2, 4), severity))
    rank = rng.random(cells.shape).argsort(axis=1).argsort(axis=1)  # of each cell in its row, as dealt
    factors = np.where(rng.random(cells.shape) < 0.5, factor, 1 / factor)
    return np.where(rank < count, cells * factors, cells)


def decimal_slips(cells: np.ndarray, columns: Usual, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Move the point of a share of the cells by one place."""
    factors = rng.choice([0.1, 10.0], cells.shape)
    return np.where(struck(cells.shape, severity, rng), cells * factors, cells)


def rounding(cells: np.ndarray, columns: Usual, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Round all cells to steps of a part of their column's usual range; draws nothing."""
    step = graded((0.05, 0.1, 0.2, 0.35, 0.5), severity) * columns.range
    safe = np.where(step > 0, step, 1.0)
    return np.where(step > 0, np.rint(cells / safe) * safe, cells)


def sensor_noise(cells: np.ndarray, columns: Usual, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Add noise to all cells, its standard deviation a part of the column's usual range; draws one number a cell."""
    spread = graded((0.01, 0.03, 0.06, 0.12, 0.25), severity) * columns.range
    return np.asarray(cells + rng.normal(size=cells.shape) * spread)


def stuck(cells: np.ndarray, columns: Usual, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Let a share of the cells show their column's middle, as a sensor that no longer moves."""
    out = np.where(struck(cells.shape, severity, rng), columns.middle, cells)
    return np.where(np.isnan(cells), np.nan, out)


def clipping(cells: np.ndarray, columns: Usual, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Cut all cells off at the ends of what a sensor can show: of known cells, a part lies beyond; draws nothing."""
    tail = graded((0.0, 0.01, 0.05, 0.15, 0.3), severity)  # at either end; severity 1: the range that is known
    low, high = np.nanquantile(columns.known, (tail, 1 - tail), axis=0)
    return np.asarray(np.clip(cells, low, high))


def swapped(cells: np.ndarray, pairs: np.ndarray, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Exchange a share of neighbouring cells, as when a line slips.

    Args:
        cells: (n, c).
        pairs: (p, 2) places of columns that can be mistaken for each other, no column twice.
        severity: which share.
        rng: draws one number a row and pair.
    """
    out = cells.copy()
    for (first, second), hit in zip(pairs.tolist(), struck((len(cells), len(pairs)), severity, rng).T, strict=True):
        out[hit, first], out[hit, second] = cells[hit, second], cells[hit, first]
    return out


def neighbours(columns: Usual, whole: np.ndarray) -> np.ndarray:
    """Return pairs (p, 2) of columns side by side of like range: the middle of each is usual for the other.

    Args:
        columns: what is usual.
        whole: (c,) bool, columns of whole numbers, which are not mistaken for others.
    """
    pairs: list[tuple[int, int]] = []
    place = 0
    while place + 1 < len(columns.middle):
        one, other = place, place + 1
        alike = all(columns.low[a] <= columns.middle[b] <= columns.high[a] for a, b in ((one, other), (other, one)))
        if alike and whole[one] == whole[other]:
            pairs.append((one, other))
            place += 1
        place += 1
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def wrong_categories(codes: np.ndarray, sizes: np.ndarray, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Exchange a share of the cells for another category of the same column.

    Args:
        codes: (n, c) int32 places in each column's categories, -1 for missing, which stays.
        sizes: (c,) how many categories each column has.
        severity: which share.
        rng: draws which cells, and by which other category.
    """
    others = np.maximum(sizes - 1, 1)
    step = 1 + np.floor(rng.random(codes.shape) * others).astype(np.int32)  # 1 to size - 1: never back to itself
    hit = struck(codes.shape, severity, rng) & (codes >= 0) & (sizes > 1)
    return np.where(hit, (codes + step) % np.maximum(sizes, 1), codes).astype(codes.dtype)


def misspelt(word: str, rng: np.random.Generator) -> str:
    """Return the word with two letters exchanged, one doubled or one left out; a single letter is doubled."""
    if not word:
        return "?"
    at = int(rng.integers(len(word)))
    ways = [word[:at] + word[at] + word[at:]]
    if len(word) > 1:
        ways.append(word[:at] + word[at + 1 :])
    if at + 1 < len(word) and word[at] != word[at + 1]:
        ways.append(word[:at] + word[at + 1] + word[at] + word[at + 2 :])
    return ways[int(rng.integers(len(ways)))]
