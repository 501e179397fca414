# SPDX-License-Identifier: Apache-2.0
"""The range of a mean of skewed sizes, such as squares: Student's t corrected for skewness.

Source: Hall 1992, Journal of the Royal Statistical Society B 54:221, the cubic transformation.
"""

import math
from typing import Any

import numpy as np
from scipy.special import stdtrit

from probatum.facts.interval import Interval

_NONE = 1e-9  # skewness that is none
METHOD = "Hall 1992, Student t corrected for skewness"


def skewed_mean(sizes: np.ndarray, *, confidence: float) -> tuple[float | None, Interval]:
    """Return the mean of sizes (n,), each at least 0, and its interval."""
    n = len(sizes)
    if n < 2:
        why = "A range needs at least 2 values."
        value = float(sizes[0]) if n else None
        return value, Interval(lower=None, upper=None, confidence=confidence, method=METHOD, why=why)
    value = float(sizes.mean())
    error = float(sizes.std(ddof=1)) / math.sqrt(n)
    t = float(stdtrit(n - 1, (1 + confidence) / 2))
    skew = skewness(sizes) / math.sqrt(n)
    lower, upper = max(0.0, value - error * corrected(t, skew)), value - error * corrected(-t, skew)
    return value, Interval(lower=min(lower, value), upper=max(upper, value), confidence=confidence, method=METHOD)


def corrected(t: Any, skew: Any) -> Any:
    """Invert ``g(x) = x + skew (x^2 / 3 + 1 / 6) + skew^2 x^3 / 27``: the quantile of a skewed mean's statistic.

    Args:
        t: quantiles of the statistic of a mean that is not skewed, numbers or arrays.
        skew: of the mean, likewise.
    """
    straight = np.abs(skew) < _NONE
    some = np.where(straight, 1.0, skew)
    found = np.where(straight, t, 3 / some * (np.cbrt(1 + some * (t - some / 6)) - 1))
    return found if np.ndim(found) else float(found)


def skewness(values: np.ndarray) -> float:
    """Return the third moment about the mean in units of the spread; 0 where there is none."""
    deviations = values - values.mean()
    spread = float(np.mean(deviations**2)) ** 1.5
    return 0.0 if spread == 0 else float(np.mean(deviations**3)) / spread
