# SPDX-License-Identifier: Apache-2.0
"""The range of a difference: between the shares of two groups, or between the means of two groups.

Many pairs of groups are compared at once, so everything here takes arrays and follows numpy's broadcasting.

Three methods for two shares were compared, by adding up all outcomes of two groups of 10 to 400 rows with true shares
of .01 to .97. What counts is the level after correction for many pairs, such as 99.9 %. There the square-and-add
intervals of small groups miss far more often than they say: 69 times with Wilson limits (Newcombe 1998, method 10),
25 times with Clopper-Pearson limits (Donner and Zou 2012); at 95 %, 2.0 and 1.5 times. The melded interval missed at
most .9 times as often as it says, at either end and at every level; it is 3 % wider than the second in the middle.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, betaincinv, ndtr, ndtri, stdtrit

from probatum.engines.intervals.multiplicity import sidak
from probatum.engines.intervals.skewed import corrected
from probatum.errors import UsageError

SHARE_METHOD = "melded Clopper-Pearson (Fay, Proschan and Brittain 2015)"
MEAN_METHOD = "Welch 1947, or corrected for skewness by Hall 1992, whichever reaches further"
LEAST_ROWS = 30  # of a group whose mean is compared
STEPS = 10  # of the search for a bound; each step only narrows a range that holds it
# Points and weights of the trapezoid rule for a normal mean: on a smooth function it is exact to double precision.
NODES = np.arange(-8.0, 8.25, 0.5)
WEIGHTS = np.exp(-(NODES**2) / 2) / np.exp(-(NODES**2) / 2).sum()


def share_difference_bounds(
    first: np.ndarray,
    first_n: np.ndarray,
    second: np.ndarray,
    second_n: np.ndarray,
    *,
    confidence: float,
    family: int = 1,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the bounds of (first share - second share), from counts of two independent groups.

    Each bound alone is wrong at most half as often as both together may be. Laws: exchanging the groups exchanges
    the bounds and their signs; a larger first count never lowers a bound; each range holds the difference observed.

    Args:
        first: counts of the first group.
        first_n: its rows, at least 1.
        second: counts of the second group.
        second_n: its rows, at least 1.
        confidence: of all the family's ranges at once.
        family: how many differences are stated together.

    Source: Fay, Proschan and Brittain 2015, Biometrics 71:146, section 3.2.
    """
    k, n, j, m = _counts(first, first_n, second, second_n)
    tail = (1 - sidak(confidence, family)) / 2
    return _melded(k, n, m - j, m, tail), -_melded(j, m, n - k, n, tail)


def share_difference_lower(
    first: np.ndarray,
    first_n: np.ndarray,
    second: np.ndarray,
    second_n: np.ndarray,
    *,
    confidence: float,
    family: int = 1,
) -> np.ndarray:
    """Return only the lower bounds of ``share_difference_bounds``, at half the work."""
    k, n, j, m = _counts(first, first_n, second, second_n)
    return _melded(k, n, m - j, m, (1 - sidak(confidence, family)) / 2)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Means:
    """The mean of each of some groups, and what its range is made of; all arrays of one shape."""

    mean: np.ndarray  # NaN where there is no row
    variance: np.ndarray  # of the values, divided by n - 1; NaN under 2 rows
    skewness: np.ndarray  # of the values; 0 where there is no spread
    n: np.ndarray  # rows

    def take(self, groups: np.ndarray) -> "Means":
        """Return some of them."""
        return Means(
            mean=self.mean[groups], variance=self.variance[groups], skewness=self.skewness[groups], n=self.n[groups]
        )  # fmt: skip


def mean_difference_bounds(
    first: Means, second: Means, *, confidence: float, family: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Return the bounds of (first mean - second mean) of two independent groups.

    Each end is the wider of two: Welch's, and his t corrected for skewness by Hall's cubic. Where both sides are
    equally large and skewed, the skewness cancels out and estimating it only adds noise; where one side is much larger,
    Welch's range ends too early on the side of the long tail. Simulated at the level of all pairs of three to five
    groups with exponential, log-normal (shape 1 and 1.5) values and bank balances, 600 samples each: Welch held in 83
    to 99 of 100, Hall in 83 to 97, the wider of the two in 94 to 99, if every group has ``skewed_rows`` rows.

    Args:
        first: the first groups; at least 2 rows each.
        second: the second groups.
        confidence: of all the family's ranges at once.
        family: how many differences are stated together.

    Source: Welch 1947, Biometrika 34:28. Hall 1992, Journal of the Royal Statistical Society B 54:221; for two groups
    Zhou and Dinh 2005, Biostatistics 6:187.
    """
    if (np.asarray(first.n) < 2).any() or (np.asarray(second.n) < 2).any():
        raise UsageError("The difference of two means needs at least 2 rows on each side, and one side has fewer.")
    a, b = first.variance / first.n, second.variance / second.n
    flat = a + b == 0
    whole = np.where(flat, 1.0, a + b)
    freedom = (a + b) ** 2 / np.where(flat, 1.0, a**2 / (first.n - 1) + b**2 / (second.n - 1))
    t = stdtrit(np.where(flat, 1.0, freedom), (1 + sidak(confidence, family)) / 2)
    error, gap = np.sqrt(a + b), first.mean - second.mean
    third = first.skewness * a**1.5 / np.sqrt(first.n) - second.skewness * b**1.5 / np.sqrt(second.n)
    skew = third / whole**1.5
    lower = gap - error * np.maximum(t, corrected(t, skew))
    upper = gap - error * np.minimum(-t, corrected(-t, skew))
    return np.where(flat, gap, lower), np.where(flat, gap, upper)


def skewed_rows(skewness: float) -> int:
    """Return the rows that a group of so skewed values needs before its mean is compared with another.

    The skewness is that of all rows: a group in which the few large values happen to lack looks less skewed than it is.
    """
    return max(LEAST_ROWS, math.ceil(skewness**2))


def share_method(family: int) -> str:
    """Name the method for shares as an interval states it."""
    return SHARE_METHOD + (f", Šidák over {family}" if family > 1 else "")


def mean_method(family: int) -> str:
    """Name the method for means as an interval states it."""
    return MEAN_METHOD + (f", Šidák over {family}" if family > 1 else "")


def _melded(k: np.ndarray, n: np.ndarray, j: np.ndarray, m: np.ndarray, tail: float) -> np.ndarray:
    """Return the quantile ``tail`` of L - U, where U is 1 - L' and L' belongs to what is not counted, ``j`` of ``m``.

    L of k out of n has the distribution Beta(k, n - k + 1), whose quantiles are the lower Clopper-Pearson limits.
    So L - U is L + L' - 1. The outer mean is taken over the one that spreads less: the rest is then smooth.
    """
    narrow = _spread(k, n) < _spread(j, m)  # the arguments keep their own shapes: pairs share their groups' quantiles
    first, second = (_quantile(count[..., None], rows[..., None], ndtr(NODES)) for count, rows in ((k, n), (j, m)))
    nodes = np.where(narrow[..., None], first, second)
    wide, rows = np.where(narrow, j, k), np.where(narrow, m, n)

    def beyond(total: np.ndarray) -> np.ndarray:
        """Return how far the chance of (L + L' <= total) lies above the tail, on the normal scale."""
        below = _chance(total[..., None] - nodes, wide[..., None], rows[..., None]) @ WEIGHTS
        return np.asarray(ndtri(np.clip(below, 1e-300, 1 - 1e-16)) - ndtri(tail))

    return _illinois(beyond, *_bracket(k, n, j, m, tail)) - 1


def _bracket(k: np.ndarray, n: np.ndarray, j: np.ndarray, m: np.ndarray, tail: float) -> tuple[np.ndarray, np.ndarray]:
    """Return two numbers between which the quantile of L + L' lies.

    If L + L' is below the sum of two quantiles, one of the two is below its own; if both are, so is the sum.
    """
    half, root = tail / 2, np.sqrt(tail)
    low = _quantile(k, n, half) + _quantile(j, m, half)
    high = _quantile(k, n, root) + _quantile(j, m, root)
    certain = (k == 0) | (j == 0)  # one of the two is no variable but 0
    exact = _quantile(k, n, tail) + _quantile(j, m, tail)
    return np.where(certain, exact, low), np.where(certain, exact, high)


def _counts(*given: np.ndarray) -> list[np.ndarray]:
    counts = [np.asarray(one) for one in given]
    for count, n in (counts[:2], counts[2:]):
        if (n < 1).any() or ((count < 0) | (count > n)).any():
            raise UsageError("Each count lies between 0 and its number of rows, which is at least 1; one does not.")
    return counts


def _illinois(beyond: Callable[[np.ndarray], np.ndarray], low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Narrow ``low`` and ``high`` to where ``beyond`` turns positive, and return the lower end, which errs to the wide.

    Source: Dowell and Jarratt 1971, BIT 11:168, the "Illinois" regula falsi.
    """
    at_low, at_high = beyond(low), beyond(high)
    last = np.zeros(low.shape)
    for _ in range(STEPS):
        flat = at_high - at_low < 1e-12
        step = at_low * (high - low) / np.where(flat, 1.0, at_high - at_low)
        middle = np.clip(np.where(flat, low, low - step), low, high)
        at_middle = beyond(middle)
        under = at_middle <= 0
        # the end that stays a second time counts half, so that it moves too
        at_high = np.where(under, np.where(last < 0, at_high / 2, at_high), at_middle)
        at_low = np.where(under, at_middle, np.where(last > 0, at_low / 2, at_low))
        low, high = np.where(under, middle, low), np.where(under, high, middle)
        last = np.where(under, -1.0, 1.0)
    return low


def _quantile(k: np.ndarray, n: np.ndarray, probability: np.ndarray | float) -> np.ndarray:
    """Return quantiles of L, the lower end of k out of n; 0 where nothing is counted."""
    return np.where(k > 0, betaincinv(np.maximum(k, 1), n - k + 1, probability), 0.0)


def _chance(at: np.ndarray, k: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Return the chance that L of k out of n is at most ``at``."""
    return np.where(k > 0, betainc(np.maximum(k, 1), n - k + 1, np.clip(at, 0.0, 1.0)), at >= 0)


def _spread(k: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Return the standard deviation of L of k out of n."""
    return np.asarray(np.sqrt(k * (n - k + 1) / (n + 1.0) ** 2 / (n + 2.0)))
