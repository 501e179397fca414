# SPDX-License-Identifier: Apache-2.0
"""How many times the average a group does, and how surely it is worse than the rest.

The ratio is (the group's share of all mistakes) / (its share of all rows), which equals (its error rate) / (the
error rate of all rows). The group must have been chosen on other rows than those counted here.
"""

import math

import numpy as np
from scipy.special import gammaln, stdtr, stdtrit

from probatum.engines.intervals.multiplicity import sidak
from probatum.engines.intervals.proportions import clopper_pearson, method
from probatum.engines.intervals.skewed import METHOD, corrected, skewness
from probatum.errors import UsageError
from probatum.facts.interval import Interval


def concentration(
    mistakes_inside: int, mistakes: int, rows_inside: int, rows: int, *, confidence: float, family: int = 1
) -> tuple[float | None, Interval]:
    """Return the group's ratio to the average and its interval, from counts.

    Given the number of all mistakes, those inside the group are binomial with the group's share of mistakes, so
    the exact interval of that share, divided by the group's share of rows, covers at least as often as it says.
    It is conservative: with the group's size given, the true count spreads less than a binomial (it is a noncentral
    hypergeometric). The value is None where nothing is wrong anywhere, or no row is inside.
    """
    _check(mistakes_inside, mistakes, rows_inside, rows)
    name = f"{method(family)}, on the share of mistakes"
    if mistakes == 0 or rows_inside == 0:
        why = "No row lies inside the group." if rows_inside == 0 else "There is no mistake to share out."
        return None, Interval(lower=None, upper=None, confidence=confidence, method=name, why=why)
    weight = rows_inside / rows
    share = clopper_pearson(mistakes_inside, mistakes, confidence=confidence, family=family)
    lower, upper = (None if bound is None else bound / weight for bound in (share.lower, share.upper))
    value = mistakes_inside / mistakes / weight
    return value, Interval(lower=lower, upper=upper, confidence=confidence, method=name)


def hypergeometric(mistakes: int, rows_inside: int, rows: int) -> tuple[int, np.ndarray]:
    """Return the fewest mistakes that can lie inside a group like the rest, and the chances (m,) of each from there.

    Source: Fisher 1935, Journal of the Royal Statistical Society 98:39.
    """
    least = max(0, mistakes - (rows - rows_inside))
    counts = np.arange(least, min(mistakes, rows_inside) + 1)
    logs = (
        _log_choose(rows_inside, counts)
        + _log_choose(rows - rows_inside, mistakes - counts)
        - _log_choose(rows, np.array(mistakes))
    )
    return least, np.exp(logs)


def loss_concentration(
    losses: np.ndarray, inside: np.ndarray, *, confidence: float, family: int = 1
) -> tuple[float | None, Interval]:
    """Return mean loss inside / mean loss of all rows and its interval, for losses of any size.

    The ratio of the two independent means, inside and outside, gets an interval with Student's t, corrected for the
    skewness of the losses by Hall's cubic; the ratio to the mean of all rows is a rising function of it.

    Three methods were measured on log-normal losses (shape 0.5 and 1; skewness 1.8 and 6), 50, 200 and 500 rows
    inside out of 5,000, ratios 1 and 3, 4,000 samples each, alone and at the level of 1 in 10. Nominal miss 5 % and
    0.51 %. Hall: 4.8 to 6.8 % and 0.4 to 1.3 %; a t interval of the log-ratio: 5.2 to 8.3 % and 0.5 to 2.3 %;
    Fieller: 5.2 to 9.9 % and 0.5 to 4.0 %. The worst of each is 50 rows with shape 1. Most misses are ranges that
    end too low; at the lower end, which proves a group worse, Hall misses at most 2.9 % of a nominal 2.5 %.

    Args:
        losses: (n,) at least 0, in any unit.
        inside: (n,) bool.
        confidence: of the whole statement.
        family: number of groups stated at once.

    Source: Hall 1992, Journal of the Royal Statistical Society B 54:221, the cubic transformation.
    """
    name = METHOD + (f", Šidák over {family}" if family > 1 else "")
    within, outside = losses[inside], losses[~inside]
    total = float(losses.mean()) if losses.size else 0.0
    if total == 0 or within.size == 0:
        why = "No row lies inside the group." if within.size == 0 else "There is no loss to share out."
        return None, Interval(lower=None, upper=None, confidence=confidence, method=name, why=why)
    value = float(within.mean()) / total
    if min(within.size, outside.size) < 2 or outside.mean() == 0:
        why = "Inside and outside each need two rows, and some loss outside."
        return value, Interval(lower=None, upper=None, confidence=confidence, method=name, why=why)
    weight = within.size / losses.size
    ends = _ratio_of_means(within, outside, sidak(confidence, family))
    # mean of all = weight x mean inside + (1 - weight) x mean outside
    lower, upper = (end / (weight * end + 1 - weight) for end in ends)
    return value, Interval(lower=lower, upper=upper, confidence=confidence, method=name)


def larger_inside(losses: np.ndarray, inside: np.ndarray) -> float:
    """Return the chance of so large a mean loss inside, or larger, if the group were like the rest.

    Welch's t, one-sided. With fewer than two rows on a side nothing can be said, and the answer is 1.

    Source: Welch 1947, Biometrika 34:28.
    """
    within, outside = losses[inside], losses[~inside]
    if min(within.size, outside.size) < 2:
        return 1.0
    a, b = float(within.var(ddof=1)) / within.size, float(outside.var(ddof=1)) / outside.size
    gap = float(within.mean() - outside.mean())
    if a + b == 0:
        return 0.0 if gap > 0 else 1.0
    freedom = (a + b) ** 2 / (a**2 / (within.size - 1) + b**2 / (outside.size - 1))
    return float(stdtr(freedom, -gap / math.sqrt(a + b)))


def _ratio_of_means(within: np.ndarray, outside: np.ndarray, confidence: float) -> tuple[float, float]:
    above, below = float(within.mean()), float(outside.mean())
    ratio = above / below
    a = float(within.var(ddof=1)) / within.size
    b = ratio**2 * float(outside.var(ddof=1)) / outside.size
    if a + b == 0:
        return ratio, ratio
    freedom = (a + b) ** 2 / (a**2 / (within.size - 1) + b**2 / (outside.size - 1))
    t = float(stdtrit(freedom, (1 + confidence) / 2))
    error = math.sqrt(a + b) / below
    skew = skewness(within) / math.sqrt(within.size)
    return max(0.0, ratio - error * corrected(t, skew)), ratio - error * corrected(-t, skew)


def _log_choose(n: int, k: np.ndarray) -> np.ndarray:
    """Return log of "n over k", minus infinity where k lies outside 0 to n."""
    possible = (k >= 0) & (k <= n)
    inner = np.where(possible, k, 0)
    return np.where(possible, gammaln(n + 1) - gammaln(inner + 1) - gammaln(n - inner + 1), -np.inf)


def _check(mistakes_inside: int, mistakes: int, rows_inside: int, rows: int) -> None:
    if not (0 <= mistakes_inside <= min(mistakes, rows_inside) and max(mistakes, rows_inside) <= rows):
        raise UsageError(
            f"The counts contradict one another: {mistakes_inside} of {mistakes} mistakes inside a group of "
            f"{rows_inside} of {rows} rows."
        )
    if mistakes - mistakes_inside > rows - rows_inside:
        raise UsageError(f"{mistakes - mistakes_inside} mistakes cannot lie in the {rows - rows_inside} rows outside.")
