# SPDX-License-Identifier: Apache-2.0
"""How many test rows stand in the training rows beyond what chance gives.

Of rows with few coarse columns many are equal by chance: two people of the same age and sex. A test row drawn from
the same population, and never seen, equals one of the n training rows with a chance that the training rows tell:
it is the share of them that equal another one. (Good 1953, Biometrika 40:237: the share of the population that a
sample has seen is 1 less the share of the sample that was seen once.)

Training rows that match come at least in twos, so they are not independent, and the range of that share is wider
than that of so many independent rows. Its variance is Esty's, with u the share of rows without an equal one, and
N2 the number of rows that occur exactly twice: (u (1 - u) + 2 N2 / n) / n.

Given the training rows, the test rows are independent of each other, so their share has an exact range. The ranges
are put together by the method of variance estimates recovery.

Source: Esty 1983, Annals of Statistics 11:905. Korn and Graubard 1998, Survey Methodology 24:193 (exact
range with an effective number of rows). Zou and Donner 2008, Statistics in Medicine 27:1693 (MOVER).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from probatum.engines.intervals.proportions import clopper_pearson_bounds
from probatum.facts.interval import Interval

SEEN_METHOD = "Good 1953, Esty 1983; range of Korn and Graubard 1998"
METHOD = "MOVER (Zou and Donner 2008) of Clopper-Pearson 1934 and Esty 1983"
FEW = 30  # matching rows: with fewer, how many come in twos is not estimated but taken to be all
CERTAIN = 50  # times surer than the range, before the training rows are said to repeat themselves


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share with its range."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """The share of unseen rows that would match by chance."""

    share: Share
    repeats: bool  # the training rows match each other more often than chance can explain, so the test rows told it


def found_share(count: int, n: int, *, confidence: float) -> Share:
    """Return a share of independent rows with its exact range (Clopper and Pearson 1934)."""
    return _exact(count / n, float(n), confidence)


def seen_share(counts: np.ndarray, *, confidence: float) -> Share:
    """Return the chance that one more row equals one of these rows.

    Args:
        counts: (n,) how many of the rows equal each of them, itself included; n is 2 or more.
        confidence: of the range.
    """
    return matched_share(
        int((counts > 1).sum()), len(counts), int((counts == 2).sum()), len(counts), confidence=confidence
    )


def matched_share(matched: int, looked_at: int, twos: int, n: int, *, confidence: float) -> Share:
    """Return the chance that one more row matches one of ``n`` rows, ``looked_at`` of which were looked at.

    Args:
        matched: rows looked at that match another row.
        looked_at: rows looked at, drawn from the n.
        twos: of those matched, how many match one other row that matches no third.
        n: rows that a row may match.
        confidence: of the range.
    """
    share = matched / looked_at
    in_twos = max(twos, min(matched, FEW)) / looked_at
    variance = share * (1 - share) / looked_at
    if matched == 0:
        effective = looked_at / (1 + looked_at / n)  # the limit of the line below
    elif variance == 0:
        effective = float(looked_at)
    else:
        effective = looked_at / (1 + in_twos / n / variance)
    found = _exact(share, effective, confidence)
    # each row could match n - 1 others, a new row n: the rows that match one only tell how much that matters
    more = twos / looked_at / (n + 1)
    return Share(value=min(1.0, share + more), lower=found.lower, upper=min(1.0, found.upper + more))


def chance_share(train_counts: np.ndarray, test_counts: np.ndarray, *, confidence: float) -> Chance:
    """Return how often an unseen row equals a training row by chance.

    The training rows tell it, unless they were made to repeat themselves, as where a rare class was copied to make
    it weigh more: then they would tell too much, and copies in the test rows would look like chance. It shows in the
    test rows: chance matches grow no faster than the number of rows to match (their number is a concave function of
    it), so among n rows they are at most n/m times as frequent as among m.

    Args:
        train_counts: (n,) how many training rows equal each training row, itself included.
        test_counts: (m,) the same among the test rows.
        confidence: of the range.
    """
    told = seen_share(train_counts, confidence=confidence)
    n, m = len(train_counts), len(test_counts)
    if m < 2:
        return Chance(share=told, repeats=False)
    growth = max(1.0, n / (m - 1))
    surer = 1 - (1 - confidence) / CERTAIN
    ceiling = seen_share(test_counts, confidence=surer).upper * growth
    if seen_share(train_counts, confidence=surer).lower <= ceiling:
        return Chance(share=told, repeats=False)
    own = seen_share(test_counts, confidence=confidence)
    value = min(1.0, own.value * growth)
    return Chance(share=Share(value=value, lower=0.0, upper=min(1.0, own.upper * growth)), repeats=True)


def excess(found: Sequence[Share], chance: Sequence[Share], *, confidence: float) -> tuple[float, Interval]:
    """Return the sum of the shares found less the sum of those that chance gives, and its range.

    Each share's range has the same confidence. Shares of one sum that exclude each other, as equal rows and rows
    nearly equal do, vary a little less together than assumed, so the range is rather too wide.
    """
    value = sum(one.value for one in found) - sum(one.value for one in chance)
    down = [one.value - one.lower for one in found] + [one.upper - one.value for one in chance]
    up = [one.upper - one.value for one in found] + [one.value - one.lower for one in chance]
    return value, Interval(
        lower=max(-1.0, value - math.hypot(*down)),
        upper=min(1.0, value + math.hypot(*up)),
        confidence=confidence,
        method=METHOD,
    )


def _exact(share: float, n: float, confidence: float) -> Share:
    """Return the range of Clopper and Pearson, also for a number of rows that is not whole."""
    lower, upper = clopper_pearson_bounds(np.array([share * n]), np.array([n]), confidence=confidence)
    return Share(value=share, lower=min(share, float(lower[0])), upper=max(share, float(upper[0])))
