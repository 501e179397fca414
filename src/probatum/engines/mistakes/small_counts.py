# SPDX-License-Identifier: Apache-2.0
"""Hide counts so small that a reader could point at the people behind them.

A group's share is published only if at least ``SMALL`` of its rows are counted, and at least ``SMALL`` are not, or
none at all. Otherwise the share is dropped and the range is widened to all that a count under ``SMALL`` could mean,
so that neither tells the count. The whole set of test rows is no group of people and is not hidden.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from probatum.engines.intervals.proportions import clopper_pearson
from probatum.facts.finding import Part
from probatum.facts.interval import Interval

SMALL = 10
WIDENED = f"widened to hide a count under {SMALL}"


def share_between(name: str, counted: np.ndarray, left: np.ndarray, *, confidence: float, family: int = 1) -> Part:
    """Return the share of a group's rows that are counted, where both counts are told as ranges.

    Args:
        name: the group.
        counted: (2,) rows counted, at least and at most; below 0 stands for 0.
        left: (2,) the other rows, likewise.
        confidence: of all the family's ranges at once.
        family: how many groups are looked at together.
    """
    # the total less a range that is wider than the total ends below 0
    (few, many), (least_left, most_left) = np.maximum(counted, 0).tolist(), np.maximum(left, 0).tolist()
    exact = few == many and least_left == most_left
    low = clopper_pearson(few, few + most_left, confidence=confidence, family=family)
    high = clopper_pearson(many, many + least_left, confidence=confidence, family=family)
    rows = min(few + most_left, many + least_left)
    return Part(
        name=name,
        value=few / rows if exact and rows else None,
        interval=low if exact else replace(low, upper=high.upper, method=f"{low.method}, {WIDENED}"),
        n=rows,
    )


def could_be_worked_out(hidden: Sequence[int]) -> bool:
    """Say whether the sum of the hidden counts, each 1 to ``SMALL`` - 1, narrows any of them; 0 is not hidden.

    The sum leaves each of two or more counts open if it can be ``SMALL`` - 1, and 1 with the others at their most.
    """
    counts = [count for count in hidden if count]
    most = SMALL - 1
    return bool(counts) and not (most < sum(counts) <= 1 + most * (len(counts) - 1))


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
        method=f"{exact.method}, {WIDENED}",
    )
