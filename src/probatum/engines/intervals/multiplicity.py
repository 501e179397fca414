# SPDX-License-Identifier: Apache-2.0
"""What it costs to make several statements at once."""

import math

import numpy as np

from probatum.errors import UsageError


def sidak(confidence: float, family: int) -> float:
    """Return the confidence each of ``family`` intervals needs, so that all hold at once with ``confidence``.

    Exact for independent intervals, and never too low for two-sided ones about jointly normal estimates.

    Source: Sidak 1967, Journal of the American Statistical Association 62:626.
    """
    if not 0 < confidence < 1:
        raise UsageError(f"A confidence lies between 0 and 1, and {confidence} was given; 0.95 is usual.")
    if family < 1:
        raise UsageError(f"A family of intervals holds at least 1, and {family} was given.")
    return confidence if family == 1 else math.exp(math.log(confidence) / family)


def holm(p: np.ndarray) -> np.ndarray:
    """Return the adjusted p-values (n,): those at or below 5 % hold all at once, with at most 5 % chance of any error.

    Laws: never below ``p``, at most 1, in the same order as ``p``, whatever the dependence between the tests.

    Source: Holm 1979, Scandinavian Journal of Statistics 6:65.
    """
    p = np.asarray(p, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    steps = p[order] * np.arange(p.size, 0, -1)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted
