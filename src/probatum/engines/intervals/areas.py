# SPDX-License-Identifier: Apache-2.0
"""The area under the ROC curve: how often a case of the class gets a higher score than one that is not; .5 is chance.

The interval is that of Newcombe 2006, Statistics in Medicine 25:559, method 5: the areas that lie no more than z
standard errors from the one observed, the standard error being Hanley and McNeil's (1982, Radiology 143:29) for each
area that is tried, so that an area of 1 has a range too. It needs no more than the area and two counts.
"""

import math
from statistics import NormalDist

import numpy as np

from probatum.engines.intervals.edges import edge
from probatum.engines.intervals.multiplicity import sidak
from probatum.facts.interval import Interval

METHOD = "Newcombe 2006, method 5"


def area(inside: np.ndarray, outside: np.ndarray, *, confidence: float, family: int = 1) -> tuple[float, Interval]:
    """Return the area and its interval, from the scores of the cases of the class (m,) and of the others (n,).

    Equal scores count half (Mann and Whitney 1947). Both sides need a case.
    """
    m, n = len(inside), len(outside)
    order = np.sort(outside)
    below, up_to = np.searchsorted(order, inside, side="left"), np.searchsorted(order, inside, side="right")
    value = float((below + up_to).sum() / 2 / (m * n))
    z = NormalDist().inv_cdf((1 + sidak(confidence, family)) / 2)

    def rejects(tried: float) -> bool:
        return abs(value - tried) > z * _error(tried, m, n)

    method = METHOD + (f", Šidák over {family}" if family > 1 else "")
    lower = 0.0 if value == 0 else edge(inside=value, outside=0.0, rejects=rejects)
    upper = 1.0 if value == 1 else edge(inside=value, outside=1.0, rejects=rejects)
    return value, Interval(lower=lower, upper=upper, confidence=confidence, method=method)


def _error(tried: float, m: int, n: int) -> float:
    """Return the standard error of an area, both sides being taken as their mean size where it pulls them apart."""
    others = (m + n) / 2 - 1
    spread = 1 + others * (1 - tried) / (2 - tried) + others * tried / (1 + tried)
    return math.sqrt(max(tried * (1 - tried) * spread / (m * n), 0.0))
