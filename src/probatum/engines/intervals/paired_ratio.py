# SPDX-License-Identifier: Apache-2.0
"""The ratio of two shares counted on the same rows: a model's error rate by a trivial predictor's.

The score interval of Tang, Tang and Chan 2003, Statistics in Medicine 22:1217 (the same as Nam and Blackwelder
2002, Statistics in Medicine 21:689): the ratios that a two-sided test would not reject. It uses arithmetic,
a square root and bisection only, so that a verifier in the standard library can work it out again.
"""

import math
from statistics import NormalDist

from probatum.engines.intervals.edges import edge
from probatum.errors import UsageError
from probatum.facts.interval import Interval

METHOD = "Tang, Tang and Chan 2003, score"


def paired_ratio(
    both: int, only_first: int, only_second: int, neither: int, *, confidence: float
) -> tuple[float | None, Interval]:
    """Return first share / second share and its interval, from the four counts of the rows.

    Laws: the interval holds the value; it is nested in the confidence; exchanging first and second inverts it.
    The value is None where the second share is zero.
    """
    counts = (both, only_first, only_second, neither)
    if min(counts) < 0:
        raise UsageError(f"The four counts of rows cannot be negative, and {counts} were given.")
    first, second = both + only_first, both + only_second
    if second == 0:
        why = "There is no row to count." if sum(counts) == 0 else "The share to divide by is zero."
        return None, Interval(lower=None, upper=None, confidence=confidence, method=METHOD, why=why)
    value = first / second
    z = NormalDist().inv_cdf((1 + confidence) / 2)

    def rejects(ratio: float) -> bool:
        return abs(score(both, only_first, only_second, neither, ratio)) > z

    lower = 0.0 if first == 0 else edge(inside=value, outside=0.0, rejects=rejects)
    far = max(1.0, 2 * value)
    while not rejects(far):  # the statistic grows like the square root of the ratio, so this ends
        far *= 2
    upper = edge(inside=value, outside=far, rejects=rejects)
    return value, Interval(lower=lower, upper=upper, confidence=confidence, method=METHOD)


def score(both: int, only_first: int, only_second: int, neither: int, ratio: float) -> float:
    """Return the score statistic of the hypothesis that first share = ``ratio`` x second share; unitless."""
    first, second = both + only_first, both + only_second
    n, any_ = both + only_first + only_second + neither, both + only_first + only_second
    difference = first - second * ratio
    q = constrained_share(both, only_first, only_second, neither, ratio)
    # the variance of the difference under the hypothesis, Tang et al. section 2
    variance = n * (1 + ratio) * q + any_ * (ratio - 1)
    if variance <= 0:
        return 0.0 if difference == 0 else math.copysign(math.inf, difference)
    return difference / math.sqrt(variance)


def constrained_share(both: int, only_first: int, only_second: int, neither: int, ratio: float) -> float:
    """Return the most likely share of "only second" rows, given that the shares have this ratio.

    It is the larger root of ``A q^2 + B q + C = 0``, in whichever form does not cancel.
    """
    any_ = both + only_first + only_second
    n = any_ + neither
    a = n * (1 + ratio)
    b = (both + only_second) * ratio**2 - (both + only_first + 2 * only_second)
    c = only_second * (1 - ratio) * any_ / n
    root = math.sqrt(max(0.0, b * b - 4 * a * c))
    if b <= 0:
        return (root - b) / (2 * a)
    return -2 * c / (b + root)
