# SPDX-License-Identifier: Apache-2.0
"""Tables damaged by sensors, hands and exports: cells as numbers, categories as their places; NaN where blanked.

Which damages, after Schelter, Rukat and Biessmann 2020 ("Learning to validate the predictions of black box classifiers
on unseen data", SIGMOD), section 2; the grades are ours. All functions take (n, d) float64 cells, a severity from 1 to
5, the columns, and a generator; a cell that is missing stays missing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, final

import numpy as np

SHARES = (0.05, 0.10, 0.20, 0.30, 0.50)  # of the cells that are hit
USUAL = (0.05, 0.95)  # quantiles between which the usual cells of a column lie


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Columns:
    """What is known of d columns."""

    number: np.ndarray  # (d,) bool; else a category, or what is not touched
    touched: np.ndarray  # (d,) bool
    whole: np.ndarray  # (d,) bool, whole numbers stay whole
    usual: np.ndarray  # (d,) how far its usual cells lie apart
    middle: np.ndarray  # (d,) the median, or the commonest category

    @classmethod
    def of(cls, cells: np.ndarray, *, number: np.ndarray, touched: np.ndarray, whole: np.ndarray) -> "Columns":
        """Learn from (m, d) cells."""
        usual, middle = np.zeros(cells.shape[1]), np.zeros(cells.shape[1])
        for place, column in enumerate(cells.T):
            known = column[np.isfinite(column)]
            if not known.size:
                continue
            if number[place]:
                low, high = np.quantile(known, USUAL)
                usual[place] = high - low or np.ptp(known)
                middle[place] = np.median(known)
            else:
                values, counts = np.unique(known, return_counts=True)
                middle[place] = values[counts.argmax()]
        return cls(
            number=number, touched=touched, whole=whole, usual=usual, middle=np.where(whole, np.rint(middle), middle)
        )


Damage = Callable[[np.ndarray, int, Columns, np.random.Generator], np.ndarray]


class Corruption(NamedTuple):
    """One way of damage."""

    label: str  # in plain words
    damage: Damage
    numbers: bool  # it needs numbers


def missing(x: np.ndarray, severity: int, columns: Columns, rng: np.random.Generator) -> np.ndarray:
    """Leave some cells empty."""
    return np.where(_hit(x, SHARES[severity - 1], columns.touched, rng), np.nan, x)


def noise(x: np.ndarray, severity: int, columns: Columns, rng: np.random.Generator) -> np.ndarray:
    """Add to every number what an inexact sensor adds."""
    size = (0.02, 0.05, 0.10, 0.20, 0.40)[severity - 1] * columns.usual
    return _as_numbers(x, x + size * rng.normal(size=x.shape), columns)


def unit(x: np.ndarray, severity: int, columns: Columns, rng: np.random.Generator) -> np.ndarray:
    """Write one number of every row in another unit: so many times as large, or as small."""
    places = np.flatnonzero(columns.touched & columns.number)
    chosen = places[rng.integers(len(places), size=len(x))]
    factor = (1.5, 3.0, 10.0, 100.0, 1000.0)[severity - 1] ** rng.choice([-1.0, 1.0], size=len(x))
    hit = np.arange(x.shape[1]) == chosen[:, None]
    return np.where(hit, _as_numbers(x, x * factor[:, None], columns), x)


def rounding(x: np.ndarray, severity: int, columns: Columns, rng: np.random.Generator) -> np.ndarray:
    """Keep only coarse steps of every number."""
    step = (0.02, 0.05, 0.10, 0.20, 0.40)[severity - 1] * np.where(columns.usual > 0, columns.usual, 1.0)
    return _as_numbers(x, np.rint(x / step) * step, columns)


def stuck(x: np.ndarray, severity: int, columns: Columns, rng: np.random.Generator) -> np.ndarray:
    """Write what is usual instead of what is."""
    return np.where(_hit(x, SHARES[severity - 1], columns.touched, rng), columns.middle, x)


def swapped(x: np.ndarray, severity: int, columns: Columns, rng: np.random.Generator) -> np.ndarray:
    """Slip some cells into the line of somebody else."""
    hit = _hit(x, SHARES[severity - 1], columns.touched, rng)
    others = np.roll(x, 1, axis=0)
    return np.where(hit & ~np.isnan(others), others, x)


CATALOGUE: Mapping[str, Corruption] = {
    "missing": Corruption("cells left empty", missing, False),
    "noise": Corruption("inexact numbers", noise, True),
    "unit": Corruption("one number in a wrong unit", unit, True),
    "rounding": Corruption("coarsely rounded numbers", rounding, True),
    "stuck": Corruption("the usual cell in place of the true one", stuck, False),
    "swapped": Corruption("cells slipped into another line", swapped, False),
}


def corrupted(x: np.ndarray, name: str, severity: int, columns: Columns, rng: np.random.Generator) -> np.ndarray:
    """Return cells (n, d) damaged in one way; only columns that are touched, and numbers that stay finite, change."""
    out = CATALOGUE[name].damage(x, severity, columns, rng)
    return np.where(columns.touched & ~np.isnan(x) & ~np.isinf(out), out, x)


def _hit(x: np.ndarray, share: float, columns: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.asarray((rng.random(x.shape) < share) & columns & ~np.isnan(x))


def _as_numbers(x: np.ndarray, changed: np.ndarray, columns: Columns) -> np.ndarray:
    """Return changed numbers, whole where the column is; categories as they were."""
    return np.where(columns.number, np.where(columns.whole, np.rint(changed), changed), x)
