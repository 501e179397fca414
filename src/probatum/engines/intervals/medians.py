# SPDX-License-Identifier: Apache-2.0
"""The range of a median, from the order of the values alone; exact for whatever is measured."""

import math
from fractions import Fraction

import numpy as np

from probatum.facts.interval import Interval

METHOD = "order statistics, Thompson 1936"


def median(values: np.ndarray, *, confidence: float) -> tuple[float | None, Interval]:
    """Return the median of ``values`` (n,) and its interval; it covers at least as often as it says.

    Each value lies below the true median with a chance of at most one half, so how many do is a matter of coins.

    Laws: the interval holds the value; it is nested in the confidence; any growing function may be applied to the
    values before or after, with the same bounds.

    Source: Thompson 1936, Annals of Mathematical Statistics 7:122.
    """
    n = len(values)
    if n == 0:
        why = "There is nothing to take the median of."
        return None, Interval(lower=None, upper=None, confidence=confidence, method=METHOD, why=why)
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    value = float(np.median(ordered))
    place = bound_place(n, confidence=confidence)
    if place is None:
        why = f"{n} values are too few for a range of their median."
        return value, Interval(lower=None, upper=None, confidence=confidence, method=METHOD, why=why)
    lower, upper = float(ordered[place]), float(ordered[n - 1 - place])
    return value, Interval(lower=lower, upper=upper, confidence=confidence, method=METHOD)


def bound_place(n: int, *, confidence: float) -> int | None:
    """Return the place from either end (from 0) of the values that bound the median; None where n is too small.

    The true median lies below the value at place k with a chance of at most P(Binomial(n, 1/2) <= k).
    """
    tail = Fraction((1 - confidence) / 2) * 2**n  # exact, in units of 2**-n
    below, place = 0, None
    for k in range((n + 1) // 2):
        below += math.comb(n, k)
        if below > tail:
            break
        place = k
    return place
