# SPDX-License-Identifier: Apache-2.0
"""The range of a ratio between the shares of two independent groups.

The melded interval, as for differences: the lower end of one group's share against the upper end of the other's, each
with its Clopper-Pearson confidence distribution. A group of which nobody is counted has a range too, unlike with the
logarithmic interval (Katz and others 1978). Adding up all outcomes of two groups of 10 to 132 rows with shares of .01
to .9, it missed at most .86 times as often as it says, at either end, at 95 % and at 99.9 %.

Source: Fay, Proschan and Brittain 2015, Biometrics 71:146, section 3.2 (ratio).
"""

import numpy as np
from scipy.special import betainc, betaincinv, ndtr

from probatum.engines.intervals.differences import NODES, WEIGHTS
from probatum.engines.intervals.multiplicity import sidak
from probatum.errors import UsageError

METHOD = "melded Clopper-Pearson, ratio (Fay, Proschan and Brittain 2015)"
STEPS = 32  # halvings of the range that holds the bound, on the logarithmic scale
TINY = 1e-12  # a ratio below is told as 0


def share_ratio_bounds(
    first: np.ndarray,
    first_n: np.ndarray,
    second: np.ndarray,
    second_n: np.ndarray,
    *,
    confidence: float,
    family: int = 1,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the bounds of (first share / second share), from counts of two independent groups.

    Each bound alone is wrong at most half as often as both together may be. Laws: exchanging the groups turns the
    bounds into their reciprocals, exchanged; a larger first count never lowers a bound; each range holds the ratio
    observed. The lower bound is 0 where nobody is counted in the first group, the upper infinite where nobody is
    counted in the second.

    Args:
        first: counts of the first groups, (c,).
        first_n: their rows, at least 1.
        second: counts of the second groups.
        second_n: their rows, at least 1.
        confidence: of all the family's ranges at once.
        family: how many ratios are stated together.
    """
    return between((first, first), first_n, (second, second), second_n, confidence=confidence, family=family)


def between(
    first: tuple[np.ndarray, np.ndarray],
    first_n: np.ndarray,
    second: tuple[np.ndarray, np.ndarray],
    second_n: np.ndarray,
    *,
    confidence: float,
    family: int = 1,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the same where a count is only known to lie between two ends: the range holds whatever it was."""
    tail = (1 - sidak(confidence, family)) / 2
    (least, most), (few, many) = (tuple(np.asarray(end, dtype=np.float64) for end in ends) for ends in (first, second))
    n, m = np.asarray(first_n, dtype=np.float64), np.asarray(second_n, dtype=np.float64)
    for low, high, rows in ((least, most, n), (few, many, m)):
        if (rows < 1).any() or (low < 0).any() or (high > rows).any() or (low > high).any():
            raise UsageError("Each count lies between 0 and its number of rows, which is at least 1; one does not.")
    lower = _lower(least, n, many, m, tail)
    with np.errstate(divide="ignore"):
        upper = 1 / _lower(few, m, most, n, tail)
    return lower, upper


def method(family: int) -> str:
    """Name the method as an interval states it."""
    return METHOD + (f", Šidák over {family}" if family > 1 else "")


def _lower(k: np.ndarray, n: np.ndarray, j: np.ndarray, m: np.ndarray, tail: float) -> np.ndarray:
    """Return the quantile ``tail`` of L / U, where L belongs to k of n and U to j of m.

    L has the distribution Beta(k, n - k + 1), and is 0 for k = 0; U has Beta(j + 1, m - j), and is 1 for j = m.
    """
    k, n, j, m = np.broadcast_arrays(k, n, j, m)
    half, root = tail / 2, np.sqrt(tail)
    # If L / U is at most a / b, L is at most a or U at least b; if L is at most a and U at least b, so is L / U.
    low = np.log(np.maximum(_of_lower(k, n, half) / _of_upper(j, m, 1 - half), TINY))
    high = np.log(np.maximum(_of_lower(k, n, root) / _of_upper(j, m, 1 - root), TINY))
    over_lower = _spread(k, n) < _spread(j + 1, m)  # the mean is taken over the one that spreads less, relatively
    lowers = _of_lower(k[..., None], n[..., None], ndtr(NODES))
    uppers = _of_upper(j[..., None], m[..., None], ndtr(NODES))
    for _ in range(STEPS):
        middle = (low + high) / 2
        at = np.exp(middle)[..., None]
        by_upper = _chance_lower(at * uppers, k[..., None], n[..., None])
        by_lower = 1 - _chance_upper(lowers / at, j[..., None], m[..., None])
        under = np.where(over_lower, by_lower @ WEIGHTS, by_upper @ WEIGHTS) <= tail
        low, high = np.where(under, middle, low), np.where(under, high, middle)
    return np.where(k > 0, np.exp(low), 0.0)


def _of_lower(k: np.ndarray, n: np.ndarray, probability: np.ndarray | float) -> np.ndarray:
    return np.where(k > 0, betaincinv(np.maximum(k, 1), n - k + 1, probability), 0.0)


def _of_upper(j: np.ndarray, m: np.ndarray, probability: np.ndarray | float) -> np.ndarray:
    return np.where(j < m, betaincinv(j + 1, np.maximum(m - j, 1), probability), 1.0)


def _chance_lower(at: np.ndarray, k: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Return the chance that L is at most ``at``."""
    return np.where(k > 0, betainc(np.maximum(k, 1), n - k + 1, np.clip(at, 0.0, 1.0)), at >= 0)


def _chance_upper(at: np.ndarray, j: np.ndarray, m: np.ndarray) -> np.ndarray:
    """Return the chance that U is at most ``at``."""
    return np.where(j < m, betainc(j + 1, np.maximum(m - j, 1), np.clip(at, 0.0, 1.0)), at >= 1)


def _spread(count: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Return about the standard deviation of a share, relative to it."""
    share = np.maximum(count, 0.5) / n
    return np.asarray(np.sqrt(np.maximum(1 - share, 1e-9) / share / n))
