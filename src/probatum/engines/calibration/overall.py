# SPDX-License-Identifier: Apache-2.0
"""Numbers without bins: whether it is too sure on the whole, and how good its chances are altogether."""

import numpy as np

from probatum.engines.intervals.means import mean
from probatum.engines.intervals.proportions import clopper_pearson
from probatum.facts.interval import Interval

METHOD = "Clopper-Pearson 1934 on the share right, which Hoeffding 1956 extends to unequal chances"


def overconfidence(sure: np.ndarray, right: np.ndarray, *, confidence: float) -> tuple[float, Interval]:
    """Return how sure the answers were on average minus the share that was right, -1 to 1, and its interval.

    How sure they were is known exactly for these rows; only the share is a matter of chance. A number of successes
    with unequal chances spreads no wider than a binomial one (Hoeffding 1956, Annals of Mathematical Statistics
    27:713), so that the exact interval covers at least as often as it says.

    Args:
        sure: (n,) chance that the system gave its own answer, 0 to 1; at least one row.
        right: (n,) bool, whether the answer was right.
        confidence: of the interval.
    """
    average = float(sure.mean())
    share = clopper_pearson(int(right.sum()), right.size, confidence=confidence)
    lower, upper = (None if bound is None else average - bound for bound in (share.upper, share.lower))
    value = average - float(right.mean())
    return value, Interval(lower=lower, upper=upper, confidence=confidence, method=METHOD)


def brier_score(scores: np.ndarray, truth: np.ndarray, *, confidence: float) -> tuple[float | None, Interval]:
    """Return the mean squared distance of the chances from what came true, and its interval; smaller is better.

    For two classes it is that of one of them, 0 to 1; for more the sum over the classes, 0 to 2.

    Args:
        scores: (n, k) chances.
        truth: (n,) int places of the true classes.
        confidence: of the interval.

    Source: Brier 1950, Monthly Weather Review 78:1, equation 2.
    """
    squares = ((scores - np.eye(scores.shape[1])[truth]) ** 2).sum(axis=1)
    return mean(squares / 2 if scores.shape[1] == 2 else squares, confidence=confidence)
