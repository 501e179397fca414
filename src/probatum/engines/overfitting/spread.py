# SPDX-License-Identifier: Apache-2.0
"""Ranges of differences, where rows belong together or come from two sets of cases."""

import math

import numpy as np

from probatum.engines.intervals.mean_ratio import mean_ratio
from probatum.facts.interval import Interval


def over_groups(first: np.ndarray, second: np.ndarray, groups: np.ndarray, *, confidence: float) -> Interval:
    """Return the interval of sum of ``first`` / sum of ``second`` where rows of one group may be alike.

    Both sums are taken within each group; the groups, not the rows, are what was drawn independently. Simulated with
    300 trainings on 300 groups of 5 near copies, for trees and naive Bayes: ranges over groups held in 82 to 95 of
    100 runs, ranges over rows in 46 to 65.

    Args:
        first: (n,) differences, which may be negative.
        second: (n,) sizes, at least 0.
        groups: (n,) group of each row.
        confidence: of the interval.
    """
    _, place = np.unique(groups, return_inverse=True)
    sums = [np.bincount(place, weights=values) for values in (first, second)]
    return mean_ratio(sums[0], sums[1], confidence=confidence, signed=True)[1]


def wider(one: Interval, other: Interval, method: str) -> Interval:
    """Return the smallest interval that holds both; a bound that one of them does not know stays unknown."""
    lowers, uppers = (one.lower, other.lower), (one.upper, other.upper)
    return Interval(
        lower=None if None in lowers else min(bound for bound in lowers if bound is not None),
        upper=None if None in uppers else max(bound for bound in uppers if bound is not None),
        confidence=one.confidence,
        method=method,
        why=one.why or other.why,
    )


def apart(
    first: float | None, about_first: Interval, second: float | None, about_second: Interval
) -> tuple[float | None, Interval]:
    """Return ``first`` - ``second``, two numbers taken over independent rows, and its interval.

    Source: Zou and Donner 2008, Statistics in Medicine 27:1693 (MOVER).
    """
    method = f"Zou and Donner 2008, MOVER of {about_first.method}"
    value = None if first is None or second is None else first - second
    l1, u1, l2, u2 = about_first.lower, about_first.upper, about_second.lower, about_second.upper
    if first is None or second is None or l1 is None or u1 is None or l2 is None or u2 is None:
        why = about_first.why or about_second.why
        return value, Interval(lower=None, upper=None, confidence=about_first.confidence, method=method, why=why)
    lower = first - second - math.hypot(first - l1, u2 - second)
    upper = first - second + math.hypot(u1 - first, second - l2)
    return value, Interval(lower=lower, upper=upper, confidence=about_first.confidence, method=method)
