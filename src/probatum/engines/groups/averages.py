# SPDX-License-Identifier: Apache-2.0
"""An average in every group, and its difference to that of others."""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from probatum.engines.disclosure.rounding import rounding_step
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
    spread: float  # how far any value may be from the average of all rows
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
        """(g,) bool: the average may be told, rounded to ``step``."""
        return np.ones(len(self.n), dtype=bool)

    @property
    def step(self) -> np.ndarray:
        """(g,) 1, 2 or 5 times a power of ten: what is told is rounded to multiples of it.

        It is at least what the one value that is furthest off adds to the average of the group. So whoever knows the
        size of every group, and takes away what is told of some from what is told of others, is still unsure of one
        person's value by as much as any value differs.
        """
        return np.array([rounding_step(self.spread / max(int(n), 1)) for n in self.n])

    def ends(self, *, confidence: float, family: int) -> tuple[np.ndarray, np.ndarray]:
        """Return each group's range (g,); NaN under 2 rows."""
        sure = sidak(confidence, family)
        return self.lowest.mean - _reach(self.lowest, sure), self.highest.mean + _reach(self.highest, sure)

    def above(self, other: "Averages", *, confidence: float, family: int) -> np.ndarray:
        """Return the lower bounds (g,) of (own average - the other's), among the rows that have an answer."""
        return mean_difference_bounds(self.seen, other.seen, confidence=confidence, family=family)[0]

    def at_most_above(self, other: "Averages", *, confidence: float, family: int) -> np.ndarray:
        """Return the upper bounds (g,) of (own average - the other's), whatever the missing answers might have been."""
        return mean_difference_bounds(self.highest, other.lowest, confidence=confidence, family=family)[1]

    def take(self, groups: np.ndarray) -> "Averages":
        """Return the same average in some of the groups."""
        seen, lowest, highest = (one.take(groups) for one in (self.seen, self.lowest, self.highest))
        return Averages(seen=seen, lowest=lowest, highest=highest, unit=self.unit, spread=self.spread, least=self.least)

    def method(self, family: int) -> str:
        """Name the method of each group's range."""
        return means.METHOD + (f", Šidák over {family}" if family > 1 else "")

    def gap_method(self, family: int) -> str:
        """Name the method of the differences."""
        return mean_method(family)


def averages(
    seen: np.ndarray, lowest: np.ndarray, highest: np.ndarray, codes: np.ndarray, groups: int, unit: str
) -> tuple[Averages, Averages]:
    """Return the averages of each group, and for each those of everybody else.

    Args:
        seen: (n,) values, NaN for a missing answer.
        lowest: (n,) had each missing answer been the lowest ever given.
        highest: (n,) and the highest.
        codes: (n,) the group of each row, -1: in none, which is somebody else to all.
        groups: how many there are.
        unit: of the values.
    """
    every = seen[~np.isnan(seen)]
    least = skewed_rows(skewness(every) if every.size else 0.0)  # of all rows: see ``skewed_rows``
    spread = float(np.abs(every - every.mean()).max()) if every.size else 0.0
    own = [moments(codes, groups, values) for values in (seen, lowest, highest)]
    rest = [_without(one, values) for one, values in zip(own, (seen, lowest, highest), strict=True)]
    first, second = (
        Averages(seen=one[0], lowest=one[1], highest=one[2], unit=unit, spread=spread, least=least)
        for one in (own, rest)
    )
    return first, second


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


def _without(own: Means, values: np.ndarray) -> Means:
    """Return the moments of all ``values`` but those of each group."""
    whole = moments(np.zeros(len(values), dtype=np.int64), 1, values)
    n = whole.n - own.n
    # sums of the powers of how far the values are from the mean of all
    away = np.where(own.n > 0, own.mean - whole.mean, 0.0)
    squares = np.where(own.n > 1, own.variance * (own.n - 1), 0.0)
    cubes = own.skewness * (squares / np.maximum(own.n, 1)) ** 1.5 * own.n
    first = -own.n * away
    all_squares = np.where(whole.n > 1, whole.variance * (whole.n - 1), 0.0)
    second = all_squares - (squares + own.n * away**2)
    all_cubes = whole.skewness * (all_squares / np.maximum(whole.n, 1)) ** 1.5 * whole.n
    third = all_cubes - (cubes + 3 * away * squares + own.n * away**3)
    shift = first / np.maximum(n, 1)
    left = np.maximum(second - n * shift**2, 0.0)
    spread = (left / np.maximum(n, 1)) ** 1.5
    centred = (third - 3 * shift * second + 2 * n * shift**3) / np.maximum(n, 1)
    return Means(
        mean=np.where(n > 0, whole.mean + shift, np.nan),
        variance=left / np.where(n > 1, n - 1, np.nan),
        skewness=centred / np.where(spread > 0, spread, 1.0),
        n=n,
    )


def _reach(one: Means, sure: float) -> np.ndarray:
    t = stdtrit(np.maximum(one.n - 1, 1), (1 + sure) / 2)
    return np.asarray(t * np.sqrt(one.variance / np.maximum(one.n, 1)))
