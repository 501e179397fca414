# SPDX-License-Identifier: Apache-2.0
"""The range of a mean."""

import numpy as np
from scipy.special import stdtrit

from probatum.facts.interval import Interval

METHOD = "Student t 1908"


def mean(values: np.ndarray, *, confidence: float) -> tuple[float | None, Interval]:
    """Return the mean of ``values`` (n,) and its interval; exact for normal values, close for many others.

    Source: Student 1908, Biometrika 6:1.
    """
    n = len(values)
    if n < 2:
        why = "A range needs at least 2 values."
        value = float(values[0]) if n else None
        return value, Interval(lower=None, upper=None, confidence=confidence, method=METHOD, why=why)
    value = float(values.mean())
    reach = float(stdtrit(n - 1, (1 + confidence) / 2) * values.std(ddof=1) / np.sqrt(n))
    return value, Interval(lower=value - reach, upper=value + reach, confidence=confidence, method=METHOD)
