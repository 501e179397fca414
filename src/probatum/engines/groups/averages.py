# SPDX-License-Identifier: Apache-2.0
"""An average in every group, and the differences between any two of them."""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from probatum.engines.intervals import means
from probatum.engines.intervals.differences import LEAST_ROWS, Means, mean_difference_bounds, mean_method, skewed_rows
from probatum.engines.intervals.multiplicity import sidak
from probatum.engines.intervals.skewed import skewness


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Averages:
    """One average in each group."""

    seen: Means  # among the rows that have an answer
    lowest: Means  # among all rows, had each missing answer been the lowest ever given
    highest: Means  # and the highest
    unit: str
    least: int = LEAST_ROWS  # rows of a group that is compared; see ``skewed_rows``

    @property
    def n(self) -> np.ndarray:
        """(g,) rows that each average rests on."""
        return self.lowest.n

    @property
    def usable(self) -> np.ndarray:
        """(g,) bool: there are enough rows to compare the group, and to speak of it."""
        return np.asarray(np.minimum(self.seen.n, self.n) >= self.least)

    @property
    def value(self) -> np.ndarray:
        """(g,) the average."""
        return self.seen.mean

    @property
    def shown(self) -> np.ndarray:
        """(g,) bool: the average may be told; it counts nobody."""
        return np.ones(len(self.n), dtype=bool)

    def ends(self, *, confidence: float, family: int) -> tuple[np.ndarray, np.ndarray]:
        """Return each group's range (g,); NaN under 2 rows."""
        sure = sidak(confidence, family)
        return self.lowest.mean - _reach(self.lowest, sure), self.highest.mean + _reach(self.highest, sure)

    def differences(self, *, confidence: float, family: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the range of (row's average - column's average), (g, g); all groups must be usable."""
        lower, _ = _bounds(self.seen, self.seen, confidence, family)
        _, upper = _bounds(self.highest, self.lowest, confidence, family)
        return lower, upper

    def at_most(self, more: np.ndarray, less: np.ndarray, *, confidence: float) -> np.ndarray:
        """Return the upper bound (p,) of each pair's difference, taken by itself; the groups must be usable."""
        _, upper = mean_difference_bounds(
            self.highest.take(more), self.lowest.take(less), confidence=confidence, family=1
        )
        return upper

    def largest(self, *, confidence: float, family: int) -> tuple[float, int, int]:
        """Return the largest upper bound of a difference, and its pair; all groups must be usable."""
        _, upper = _bounds(self.highest, self.lowest, confidence, family)
        np.fill_diagonal(upper, -np.inf)
        first, second = divmod(int(upper.argmax()), len(upper))
        return float(upper[first, second]), first, second

    def take(self, groups: np.ndarray) -> "Averages":
        """Return the same average in some of the groups."""
        seen, lowest, highest = (one.take(groups) for one in (self.seen, self.lowest, self.highest))
        return Averages(seen=seen, lowest=lowest, highest=highest, unit=self.unit, least=self.least)

    def method(self, family: int) -> str:
        """Name the method of each group's range."""
        return means.METHOD + (f", Šidák over {family}" if family > 1 else "")

    def gap_method(self, family: int) -> str:
        """Name the method of the differences."""
        return mean_method(family)


def averages(
    seen: np.ndarray, lowest: np.ndarray, highest: np.ndarray, codes: np.ndarray, groups: int, unit: str
) -> Averages:
    """Return the averages of each group; of all rows together it is told how skewed they are.

    Args:
        seen: (n,) values, NaN for a missing answer.
        lowest: (n,) had each missing answer been the lowest ever given.
        highest: (n,) and the highest.
        codes: (n,) the group of each row, -1: in none.
        groups: how many there are.
        unit: of the values.
    """
    every = seen[~np.isnan(seen)]
    return Averages(
        seen=moments(codes, groups, seen),
        lowest=moments(codes, groups, lowest),
        highest=moments(codes, groups, highest),
        unit=unit,
        least=skewed_rows(skewness(every) if every.size else 0.0),
    )


def moments(codes: np.ndarray, groups: int, values: np.ndarray) -> Means:
    """Return the moments of ``values`` (n,) in each group; NaN values and rows of no group are left out."""
    there = (codes >= 0) & ~np.isnan(values)
    codes, values = codes[there], values[there]
    n = np.bincount(codes, minlength=groups)
    mean = np.bincount(codes, weights=values, minlength=groups) / np.where(n > 0, n, np.nan)
    away = values - mean[codes]
    squares, cubes = (np.bincount(codes, weights=away**power, minlength=groups) for power in (2, 3))
    spread = (squares / np.maximum(n, 1)) ** 1.5
    skewed = cubes / np.maximum(n, 1) / np.where(spread > 0, spread, 1.0)
    return Means(mean=mean, variance=squares / np.where(n > 1, n - 1, np.nan), skewness=skewed, n=n)


def _bounds(first: Means, second: Means, confidence: float, family: int) -> tuple[np.ndarray, np.ndarray]:
    every = np.arange(len(first.n))
    return mean_difference_bounds(
        first.take(every[:, None]), second.take(every[None]), confidence=confidence, family=family
    )


def _reach(one: Means, sure: float) -> np.ndarray:
    t = stdtrit(np.maximum(one.n - 1, 1), (1 + sure) / 2)
    return np.asarray(t * np.sqrt(one.variance / np.maximum(one.n, 1)))
