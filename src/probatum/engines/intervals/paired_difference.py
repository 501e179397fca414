# SPDX-License-Identifier: Apache-2.0
"""The difference of two shares counted on the same rows: wrong when not seen in training, minus wrong when seen.

The score interval of Tango 1998, Statistics in Medicine 17:891: the differences that a two-sided test would not
reject. It uses arithmetic, a square root and bisection only, so that a verifier in the standard library can work it
out again. Measured with 20,000 samples each, nominal 95 %, on 20 to 10,000 rows and shares of .01 to .5 on one side,
0 to .1 on the other: 94.3 to 100 %, at worst 93.6 % (132 rows, .03 and 0; the misses are ranges that begin too high).
"""

import math
from statistics import NormalDist

from probatum.engines.intervals.edges import edge
from probatum.errors import UsageError
from probatum.facts.interval import Interval

METHOD = "Tango 1998, score"


def paired_difference(only_first: int, only_second: int, n: int, *, confidence: float) -> tuple[float | None, Interval]:
    """Return first share - second share and its interval, from the rows that count on one side only.

    Laws: the interval lies within -1 and 1 and holds the value; it is nested in the confidence; exchanging first and
    second turns its sign. The value is None where there is no row.

    Args:
        only_first: rows that count in the first share and not in the second.
        only_second: the reverse.
        n: all rows.
        confidence: of the interval.
    """
    if min(only_first, only_second) < 0 or only_first + only_second > n:
        raise UsageError(
            f"Wanted two counts of rows that together are at most all rows; {only_first}, {only_second} and {n} came."
        )
    if n == 0:
        why = "There is no row to count."
        return None, Interval(lower=None, upper=None, confidence=confidence, method=METHOD, why=why)
    value = (only_first - only_second) / n
    z = NormalDist().inv_cdf((1 + confidence) / 2)

    def rejects(difference: float) -> bool:
        return abs(score(only_first, only_second, n, difference)) > z

    lower = edge(inside=value, outside=-1.0, rejects=rejects)
    upper = edge(inside=value, outside=1.0, rejects=rejects)
    return value, Interval(lower=lower, upper=upper, confidence=confidence, method=METHOD)


def score(only_first: int, only_second: int, n: int, difference: float) -> float:
    """Return the score statistic of the hypothesis that the shares differ by this much; unitless."""
    away = only_first - only_second - n * difference
    q = constrained_share(only_first, only_second, n, difference)
    variance = n * (2 * q + difference * (1 - difference))
    if variance <= 0:
        return 0.0 if away == 0 else math.copysign(math.inf, away)
    return away / math.sqrt(variance)


def constrained_share(only_first: int, only_second: int, n: int, difference: float) -> float:
    """Return the most likely share of "only second" rows, given that the shares differ by this much.

    It is the larger root of ``2 n q^2 + B q + C = 0``, in whichever form does not cancel.
    """
    b = (2 * n - only_first + only_second) * difference - only_first - only_second
    c = -only_second * difference * (1 - difference)
    root = math.sqrt(max(0.0, b * b - 8 * n * c))
    if b <= 0:
        return (root - b) / (4 * n)
    return -2 * c / (b + root)
