# SPDX-License-Identifier: Apache-2.0
"""Read back what a published share states: how many are counted and how many are not, at least and at most.

Whoever reads a report can do the same: the range of a share is that of Clopper and Pearson 1934, whose ends tell the
counts that they were made from.
"""

import re
from dataclasses import dataclass

import numpy as np

from probatum.engines.intervals.proportions import clopper_pearson_bounds
from probatum.facts.finding import Measure, Part

FAMILY = re.compile(r"Šidák over (\d+)")
WIDEST = 120  # counts by which the two ends of a range of counts may differ
_STEP = 1e-4  # to which shares are rounded, the ends of their ranges outwards
_HAIR = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Two counts, at least and at most."""

    counted: tuple[int, int]
    left: tuple[int, int]


def read(one: Part | Measure) -> Statement | None:
    """Return what a share states about its counts; None where its range is of another kind, or tells nothing."""
    interval = one.interval
    if interval is None or interval.lower is None or interval.upper is None or one.n <= 0:
        return None
    if "Clopper-Pearson 1934" not in interval.method or "turned" in interval.method:
        return None
    found = FAMILY.search(interval.method)
    ends = _Ends(interval.lower, interval.upper, interval.confidence, int(found.group(1)) if found else 1)
    return ends.between(one.value, one.n)


@dataclass(frozen=True, slots=True)
class _Ends:
    lower: float
    upper: float
    confidence: float
    family: int

    def between(self, value: float | None, n: int) -> Statement | None:
        """Return the hull of all ranges of two counts that fit; ``n`` is the smaller sum of a range's two ends."""
        lows = self._fitting(self.lower, n, upper=False)  # (k at least, left at most)
        highs = self._fitting(self.upper, n, upper=True)  # (k at most, left at least)
        pairs = [
            (low, high)
            for low in lows
            for high in highs
            if low[0] <= high[0]
            and low[1] >= high[1]
            and n in (sum(low), sum(high))
            and (value is None or abs((low[0] + high[0]) / (sum(low) + sum(high)) - value) <= _STEP / 2 + _HAIR)
        ]
        if not pairs:
            return None
        return Statement(
            counted=(min(low[0] for low, _ in pairs), max(high[0] for _, high in pairs)),
            left=(min(high[1] for _, high in pairs), max(low[1] for low, _ in pairs)),
        )

    def _fitting(self, end: float, n: int, *, upper: bool) -> list[tuple[int, int]]:
        """Return pairs (counted, left) of which this is the end of the range, with n to n + WIDEST rows."""
        rows = np.arange(n, n + WIDEST + 1)
        least, most = (end - _STEP, end) if upper else (end, end + _STEP)
        first, last = (self._first(rows, one, upper=upper) for one in (least - _HAIR, most + _HAIR))
        return [
            (count, int(many) - count)
            for many, low, high in zip(rows, first, last, strict=True)
            for count in range(int(low), int(high))
        ]

    def _first(self, rows: np.ndarray, end: float, *, upper: bool) -> np.ndarray:
        """Return the least count of each number of rows whose range ends at ``end`` or above, by halving."""
        low, high = np.zeros(len(rows), dtype=np.int64), rows + 1
        while (low < high).any():
            middle = (low + high) // 2
            reaches = self._bounds(np.minimum(middle, rows), rows)[int(upper)] >= end
            low, high = np.where(reaches | (low >= high), low, middle + 1), np.where(reaches, middle, high)
        return low

    def _bounds(self, counts: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return clopper_pearson_bounds(counts, rows, confidence=self.confidence, family=self.family)
