# SPDX-License-Identifier: Apache-2.0
"""The range of a share from a trial that ends as soon as the share is known well enough.

Who looks at a range again and again, and stops when it pleases, is wrong more often than the range says. So the looks
are fixed before the trial, and each has its own part of the chance to err, spent once. All ranges hold at once,
whichever look is the last (repeated confidence intervals).

A trial goes on to its end unless a share lies near 0 or 1, since only there a range is narrow early. A share between
them is hardly ever left early, and so it spends next to nothing: the last look gets what is left. Where no early look
could end the trial, the range is that of Clopper and Pearson, to the last digit.

Source: Jennison and Turnbull 1984, Controlled Clinical Trials 5:33 (repeated confidence intervals); Lan and DeMets
1983, Biometrika 70:659 (spending the chance to err). That a share spends no more than its own chance of being left
early is our own use of the same bound; the proof stands at ``_unspent``.
"""

from dataclasses import dataclass
from typing import final

import numpy as np
from scipy.special import betainc, betaincinv

PARTS = (0.25, 0.5)  # of all rows, at which the trial may end early
SPENT = (0.1, 0.2)  # parts of the chance to err that these looks may spend


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """When a trial is looked at: fixed before it begins, by the plan alone."""

    rows: tuple[int, ...]  # tried up to each look, ascending; at the last: all
    errors: tuple[float, ...]  # chance to err that each early look may spend, on both sides together
    width: float  # of a range, at which the trial ends
    confidence: float  # of the range, whichever look it comes from


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A trial as far as it got."""

    looks: Looks
    counted: tuple[int, ...]  # rows that count, at each look so far; as many entries as looks

    @property
    def at_end(self) -> bool:
        """Whether all rows were tried."""
        return len(self.counted) == len(self.looks.rows)

    @property
    def sequential(self) -> bool:
        """Whether it could have ended before its end."""
        return len(self.looks.rows) > 1

    @property
    def error(self) -> float:
        """The chance to err that is left, for certain, for a range of whatever share at this look."""
        whole = 1 - self.looks.confidence
        return whole - sum(self.looks.errors) if self.at_end else self.looks.errors[len(self.counted) - 1]

    def narrow(self, count: int) -> bool:
        """Say whether the range of a share is as narrow as wanted at this look."""
        return bool(_narrow(self.counted[-1], self.error, self.looks.width)[count])

    def bounds(self, low: int, high: int) -> tuple[float, float]:
        """Return the lower end of the range of one share and the upper end of that of another, from their counts.

        The trial ends early only where both are narrow. Each end is wrong with half the chance to err at most. With
        low = high it is the range of one share.
        """
        rows = self.counted[-1]
        return 1 - self._upper(rows - low), self._upper(high)

    def _upper(self, count: int) -> float:
        rows, tail = self.counted[-1], self.error / 2
        if self.at_end and self.sequential:
            tail = self._unspent(count)
        return upper(count, rows, tail)

    def _unspent(self, count: int) -> float:
        """Return the chance to err that the upper end at the last look may spend.

        Let a true share p be excluded at an early look k with the chance e_k(p). It is at most the look's own, and at
        most the chance that the share looks narrow there. Excluding p at the last look with a chance of at most half
        minus the sum of e_k(p) keeps the whole within half. Shares above ``most``, where all that could be spent was,
        are excluded either way; those up to ``least``, where nothing was, never are. Between the two, the sum of e_k(p)
        is at most what is subtracted here: counts near 0 are likeliest at ``least``, those near all rows at ``most``.
        """
        half, rows = (1 - self.looks.confidence) / 2, self.counted[-1]
        least, most = upper(count, rows, half), upper(count, rows, self.error / 2)
        for n, error in zip(self.counted, self.looks.errors, strict=False):
            narrow = _narrow(n, error, self.looks.width)[: n // 2 + 1]
            few = int(np.flatnonzero(narrow)[-1]) if narrow.any() else -1
            near_none = 1.0 - at_least(few + 1, n, least) if few >= 0 else 0.0
            near_all = at_least(n - few, n, most) if few >= 0 else 0.0
            half -= min(error / 2, near_none + near_all)
        return half


def planned(rows: int, width: float, confidence: float) -> Looks:
    """Return the looks at a trial of so many rows; those at which no range could be so narrow are left out.

    A width of 0 leaves out all but the last: then all rows are tried.
    """
    whole = 1 - confidence
    early = [
        (round(part * rows), spent * whole)
        for part, spent in zip(PARTS, SPENT, strict=True)
        if round(part * rows) and upper(0, round(part * rows), spent * whole / 2) <= width
    ]
    return Looks(
        rows=(*(n for n, _ in early), rows),
        errors=tuple(error for _, error in early),
        width=width,
        confidence=confidence,
    )


def upper(count: int, n: int, tail: float) -> float:
    """Return the share at which so few of n, or fewer, have a chance of ``tail`` (Clopper and Pearson 1934)."""
    return 1.0 if count >= n else float(betaincinv(count + 1, n - count, 1 - tail))


def at_least(count: int, n: int, share: float) -> float:
    """Return the chance that at least ``count`` of n rows have what a share of all has."""
    if count <= 0:
        return 1.0
    return 0.0 if count > n else float(betainc(count, n - count + 1, share))


def _narrow(n: int, error: float, width: float) -> np.ndarray:
    """Return (n + 1,) bool: whether the range from each count is so narrow; as well from n - count."""
    counts = np.arange(n + 1)
    high = np.where(counts < n, betaincinv(counts + 1, np.maximum(n - counts, 1), 1 - error / 2), 1.0)
    return np.asarray(high - (1 - high[::-1]) <= width)
