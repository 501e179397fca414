# SPDX-License-Identifier: Apache-2.0
"""Hide counts so small that a reader could point at the people behind them.

A group's share is published only if at least ``SMALL`` of its rows are counted, and at least ``SMALL`` are not, or
none at all. Otherwise the share is dropped and the range is widened to all that a count under ``SMALL`` could mean,
so that neither tells the count. The whole set of test rows is no group of people and is not hidden.
"""

from collections.abc import Sequence

import numpy as np

from probatum.engines.intervals.proportions import clopper_pearson
from probatum.facts.finding import Part
from probatum.facts.interval import Interval

SMALL = 10


def shares_within(
    names: Sequence[str], counts: Sequence[int], rows: Sequence[int], *, confidence: float, family: int
) -> list[Part]:
    """Return the share of each group's rows that are counted, where the sum of all counts is told elsewhere.

    If the sum would tell a hidden count, the smallest count that is not hidden is hidden too (complementary
    suppression: Cox 1980, Journal of the American Statistical Association 75:377).
    """
    parts = [
        share_within(name, count, n, confidence=confidence, family=family)
        for name, count, n in zip(names, counts, rows, strict=True)
    ]
    told = [place for place, part in enumerate(parts) if part.value]
    if not could_be_worked_out([hidden_count(n, count) for n, count in zip(rows, counts, strict=True)]) or not told:
        return parts
    least = min(told, key=lambda place: (counts[place], place))
    parts[least] = covered(names[least], rows[least], confidence=confidence, family=family)
    return parts


def could_be_worked_out(hidden: Sequence[int]) -> bool:
    """Say whether the sum of the hidden counts, each 1 to ``SMALL`` - 1, tells any of them; 0 is not hidden.

    The sum leaves every one of two or more counts open unless all of them are the least, or all the most.
    """
    counts = [count for count in hidden if count]
    return bool(counts) and not (len(counts) > 1 and len(counts) < sum(counts) < (SMALL - 1) * len(counts))


def hidden_beside(table: np.ndarray, secret: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Return (a, b) bool: the counts to hide in a table of which the sum of each row and column is told.

    A small count is hidden; where it is the only one of its line, so is the smallest other count of that line, since
    the sum would tell it (Cox 1980). In a line whose own sum is hidden, all counts are.

    Args:
        table: (a, b) counts.
        secret: (a,) and (b,) bool, the rows and the columns whose sums are hidden.
    """
    hidden = np.asarray((table > 0) & ((table < SMALL) | secret[0][:, None] | secret[1][None]))
    changed = True
    while changed:
        changed = False
        for mask, counts in ((hidden, table), (hidden.T, table.T)):
            for line, cells in zip(mask, counts, strict=True):  # views, so that hiding one is seen by the other way
                shown = np.flatnonzero((cells > 0) & ~line)
                if line.sum() == 1 and shown.size:
                    line[shown[cells[shown].argmin()]] = True
                    changed = True
    return hidden


def covered(name: str, n: int, *, confidence: float, family: int) -> Part:
    """Return the share of a group's rows as it is told where nothing may be told of the count."""
    exact = clopper_pearson(0, n, confidence=confidence, family=family)
    return Part(name=name, value=None, interval=_cover(exact, 0, n, n, confidence, family), n=n)


def hidden_count(n: int, count: int) -> int:
    """Return the count that ``share_within`` hides, 0 if none is: of those counted, else of those not, turned round.

    Turned round, since what is missing to the total is known of both together: more not counted is fewer counted.
    """
    if 0 < count < SMALL:
        return count
    return SMALL - (n - count) if 0 < n - count < SMALL else 0


def share_within(name: str, count: int, n: int, *, confidence: float, family: int = 1) -> Part:
    """Return the share of a group's rows that are counted, hidden where the count is small.

    Args:
        name: the group.
        count: rows counted, 0 to n.
        n: rows of the group.
        confidence: of all the family's ranges at once.
        family: how many groups are looked at together.
    """
    exact = clopper_pearson(count, n, confidence=confidence, family=family)
    if 0 < count < SMALL:
        return Part(name=name, value=None, interval=_cover(exact, 0, SMALL - 1, n, confidence, family), n=n)
    if 0 < n - count < SMALL:
        return Part(name=name, value=None, interval=_cover(exact, n - SMALL + 1, n, n, confidence, family), n=n)
    return Part(name=name, value=count / n if n else None, interval=exact, n=n)


def _cover(exact: Interval, fewest: int, most: int, n: int, confidence: float, family: int) -> Interval:
    """Return the smallest range that holds the ranges of every count from fewest to most."""
    low = clopper_pearson(max(fewest, 0), n, confidence=confidence, family=family)
    high = clopper_pearson(min(most, n), n, confidence=confidence, family=family)
    return Interval(
        lower=low.lower,
        upper=high.upper,
        confidence=exact.confidence,
        method=f"{exact.method}, widened to hide a count under {SMALL}",
    )
