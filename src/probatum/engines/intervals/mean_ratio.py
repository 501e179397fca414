# SPDX-License-Identifier: Apache-2.0
"""The ratio of two means over the same rows: a model's mean error size by a trivial predictor's.

The interval of Fieller 1954, Journal of the Royal Statistical Society B 16:175, with Student's t.
Measured with 3,000 log-normal samples each, nominal 95 %: where both sides are equally skewed (shape 0.5 to 1.5)
94 to 96 % at 100 to 1,000 rows. Where only the first is heavily skewed (shape 1.2 against 0.4) it covers less: 90 %
at 100 rows, 92 % at 300, 94 % at 1,000; the misses are ranges that end too low.
"""

import math

import numpy as np
from scipy.special import stdtrit

from probatum.errors import UsageError
from probatum.facts.interval import Interval

METHOD = "Fieller 1954, Student t"


def mean_ratio(
    first: np.ndarray, second: np.ndarray, *, confidence: float, signed: bool = False
) -> tuple[float | None, Interval]:
    """Return mean of ``first`` / mean of ``second`` and its interval.

    Args:
        first: (n,) sizes, at least 0, in any unit.
        second: (n,) sizes of the same rows, in the same unit.
        confidence: of the interval.
        signed: the first are differences, which may be negative, and so may the ratio.

    Returns:
        The ratio, None where the second mean is zero; and its interval, whose bounds are None where the second mean
        cannot be told from zero: then no finite range holds the ratio.
    """
    if first.shape != second.shape:
        raise UsageError(f"Both sides need the same rows, and {first.shape} and {second.shape} values were given.")
    n = first.size
    above, below = (float(first.mean()), float(second.mean())) if n else (0.0, 0.0)
    if below == 0:
        why = "The mean to divide by is zero." if n else "There is no row to measure."
        return None, _unknown(confidence, why)
    if n < 2:
        return above / below, _unknown(confidence, "One row shows no spread.")
    t2 = float(stdtrit(n - 1, (1 + confidence) / 2)) ** 2
    spread = np.cov(first, second) / n * t2  # of the two means
    # the ratios r for which mean(first) - r mean(second) is within t standard errors: a r^2 - 2 b r + c <= 0
    a, b, c = below**2 - spread[1, 1], above * below - spread[0, 1], above**2 - spread[0, 0]
    if a <= 0:
        return above / below, _unknown(confidence, "The mean to divide by cannot be told from zero with so few rows.")
    root = math.sqrt(max(0.0, b * b - a * c))
    lower, upper = (b - root) / a, (b + root) / a
    if not signed:
        lower = max(0.0, lower)  # sizes are at least 0, and so is their ratio
    return above / below, Interval(lower=lower, upper=upper, confidence=confidence, method=METHOD)


def _unknown(confidence: float, why: str) -> Interval:
    return Interval(lower=None, upper=None, confidence=confidence, method=METHOD, why=why)
