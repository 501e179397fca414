# SPDX-License-Identifier: Apache-2.0
"""The range of a share, from counts; exact at every sample size."""

import numpy as np
from scipy.special import betaincinv

from probatum.engines.intervals.multiplicity import sidak
from probatum.errors import UsageError
from probatum.facts.interval import Interval


def clopper_pearson(successes: int, n: int, *, confidence: float, family: int = 1) -> Interval:
    """Return the exact interval of a share out of ``n`` independent rows.

    It covers at least as often as it says, at every ``n`` and every true share; with ``family`` above 1, so do
    that many such intervals at once.

    Source: Clopper and Pearson 1934, Biometrika 26:404.
    """
    lower, upper = clopper_pearson_bounds(np.array([successes]), np.array([n]), confidence=confidence, family=family)
    empty = n == 0
    return Interval(
        lower=None if empty else float(lower[0]),
        upper=None if empty else float(upper[0]),
        confidence=confidence,
        method=method(family),
        why="There is no row to count." if empty else None,
    )


def clopper_pearson_bounds(
    successes: np.ndarray, n: np.ndarray, *, confidence: float, family: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Return the lower and upper bounds (m,) of many shares at once; NaN where there is no row.

    Numbers that are not whole are effective ones: as many independent rows as would tell as much as weighted or
    clustered rows do (Korn and Graubard 1998, Survey Methodology 24:193).
    """
    successes, n = np.broadcast_arrays(np.asarray(successes), np.asarray(n))
    if ((successes < 0) | (successes > n)).any():
        raise UsageError("Each count of successes lies between 0 and its number of rows; at least one does not.")
    tail = (1 - sidak(confidence, family)) / 2
    failures = n - successes
    # betaincinv takes no parameter 0; those ends are exactly 0 and 1
    lower = np.where(successes > 0, betaincinv(np.where(successes > 0, successes, 1), failures + 1, tail), 0.0)
    upper = np.where(failures > 0, betaincinv(successes + 1, np.where(failures > 0, failures, 1), 1 - tail), 1.0)
    known = n > 0
    return np.where(known, lower, np.nan), np.where(known, upper, np.nan)


def method(family: int) -> str:
    """Name the method as an interval states it."""
    return "Clopper-Pearson 1934" + (f", Šidák over {family}" if family > 1 else "")
