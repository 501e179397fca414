# SPDX-License-Identifier: Apache-2.0
"""What part of the test rows was copied from the training rows, where chance makes rows equal, too.

Of rows with few coarse columns many are equal by chance: two people of the same age and sex. A test row drawn from
the same population, and never seen, equals one of the n training rows with a chance c that the training rows tell:
it is the share of them that equal another one. (Good 1953, Biometrika 40:237: the share of the population that a
sample has seen is 1 less the share of the sample that was seen once.) If a part p was copied, a share p + (1 - p) c of
the test rows is found in the training rows; so from a share f that was found follows p = (f - c) / (1 - c).

Training rows that match come at least in twos, so they are not independent, and the range of that share is wider
than that of so many independent rows. Its variance is Esty's, with u the share of rows without an equal one, and
N2 the number of rows that occur exactly twice: (u (1 - u) + 2 N2 / n) / n.

Given the training rows, the test rows are independent of each other, so their share has an exact range. The range of p
holds those p for which zero lies in the range of f - p - (1 - p) c (Fieller's idea), which is put together by the
method of variance estimates recovery.

Source: Esty 1983, Annals of Statistics 11:905. Korn and Graubard 1998, Survey Methodology 24:193 (exact range with an
effective number of rows). Fieller 1954, Journal of the Royal Statistical Society B 16:175. Zou and Donner 2008,
Statistics in Medicine 27:1693 (MOVER).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

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
    thinned: bool = False  # they match each other less often than the test rows do: equal ones were taken out


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

    Or unless equal ones were taken out of the training rows: then they tell nothing, and rows that only chance made
    equal would look like copies. That shows in the test rows, too: among n rows matches are at least as frequent as
    among m, or n/m times where n is less. How frequent chance matches are is then only known from below.

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
    own, often = seen_share(test_counts, confidence=confidence), seen_share(train_counts, confidence=surer)
    fewer = min(1.0, n / m)
    if often.upper < fewer * seen_share(test_counts, confidence=surer).lower:
        thinned = Share(value=fewer * own.value, lower=fewer * own.lower, upper=1.0)
        return Chance(share=thinned, repeats=False, thinned=True)
    if often.lower <= ceiling:
        return Chance(share=told, repeats=False)
    value = min(1.0, own.value * growth)
    return Chance(share=Share(value=value, lower=0.0, upper=min(1.0, own.upper * growth)), repeats=True)


def copied(found: Sequence[Share], chance: Sequence[Share], *, confidence: float) -> tuple[float, Interval]:
    """Return the part of the test rows that was copied, p = (f - c) / (1 - c), and its range, both from -1 to 1.

    Each share's range has the same confidence. Shares of one sum that exclude each other, as equal rows and rows
    nearly equal do, vary a little less together than assumed, so the range is rather too wide.

    Args:
        found: shares of test rows that are equal, or near, to training rows; f is their sum.
        chance: shares that chance gives; c is their sum.
        confidence: of the range.
    """
    f, c = sum(one.value for one in found), min(1.0, sum(one.value for one in chance))
    value = 0.0 if c == 1 else max(-1.0, min(1.0, (f - c) / (1 - c)))

    def below(part: float) -> float:
        """Return the lower end of f - part - (1 - part) c."""
        off = [one.value - one.lower for one in found] + [(1 - part) * (one.upper - one.value) for one in chance]
        return f - part - (1 - part) * c - math.hypot(*off)

    def above(part: float) -> float:
        off = [one.upper - one.value for one in found] + [(1 - part) * (one.value - one.lower) for one in chance]
        return f - part - (1 - part) * c + math.hypot(*off)

    return value, Interval(
        lower=min(value, _falls_to_none(below)), upper=max(value, _falls_to_none(above)), confidence=confidence,
        method=METHOD,
    )  # fmt: skip


def _falls_to_none(end: Callable[[float], float]) -> float:
    """Return where a falling function of a part from -1 to 1 comes to zero; the end where it does not."""
    if end(-1.0) <= 0:
        return -1.0
    return 1.0 if end(1.0) >= 0 else float(brentq(end, -1.0, 1.0))


def _exact(share: float, n: float, confidence: float) -> Share:
    """Return the range of Clopper and Pearson, also for a number of rows that is not whole."""
    lower, upper = clopper_pearson_bounds(np.array([share * n]), np.array([n]), confidence=confidence)
    return Share(value=share, lower=min(share, float(lower[0])), upper=max(share, float(upper[0])))
