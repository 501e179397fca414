# SPDX-License-Identifier: Apache-2.0
"""Hide counts so small that a reader could point at the people behind them.

A group's share is published only if at least ``SMALL`` of its rows are counted, and at least ``SMALL`` are not, or
none at all. Otherwise the share is dropped and the range is widened to all that a count under ``SMALL`` could mean,
so that neither tells the count. The whole set of test rows is no group of people and is not hidden.
"""

from probatum.engines.intervals.proportions import clopper_pearson
from probatum.facts.finding import Part
from probatum.facts.interval import Interval

SMALL = 10


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
