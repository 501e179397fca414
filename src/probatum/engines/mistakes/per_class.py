# SPDX-License-Identifier: Apache-2.0
"""Each class by itself: how many of its cases are found, how often it is right where it is said, and against chance.

Everything is worked out of the ranges in which the counts may be told, so that nothing here tells more than these do:
see ``engines.disclosure.confusion``.
"""

import math
from collections.abc import Sequence

import numpy as np

from probatum.engines.disclosure.confusion import Confusion
from probatum.engines.intervals.areas import area
from probatum.engines.intervals.differences import share_difference_bounds, share_method
from probatum.engines.intervals.proportions import clopper_pearson_bounds
from probatum.engines.mistakes.small_counts import SMALL, share_between
from probatum.facts.finding import Measure, Part
from probatum.facts.interval import Interval

EACH = "There is one number for each class."
HIDDEN = f"Some class has a count under {SMALL}, so that its number is not told."
FEWEST = SMALL  # cases of a class, and of the others, from which on an area is told


def measures(counts: Confusion, names: Sequence[str], *, confidence: float) -> dict[str, Measure]:
    """Return every number that there is for each class, the class that is missed most surely first.

    A class with fewer than ten cases has none: its name would stand for the people in it.
    """
    right, missed, falsely = counts.right, counts.missed, counts.falsely
    rows, others = (counts.exact.sum(axis=0), counts.total - counts.exact.sum(axis=0))
    told = np.flatnonzero(rows >= SMALL)
    uppers = [_upper(right[at, 1], right[at, 1] + missed[at, 0], confidence) for at in told.tolist()]
    places = [int(told[at]) for at in np.argsort(uppers, kind="stable")]
    family = int((rows > 0).sum())

    def shares(counted: np.ndarray, left: np.ndarray) -> list[Part]:
        return [
            share_between(names[at], counted[at], left[at], confidence=confidence, family=family)
            for at in places
            if counted[at, 1] + left[at, 1] > 0
        ]

    found, precise, either = shares(right, missed), shares(right, falsely), shares(right, missed + falsely)
    named = {
        "class_recall": found,
        "class_precision": precise,
        "said_share": shares(counts.said, counts.total - counts.said[:, ::-1]),
        "above_guessing": [_above(counts, names, at, confidence, family) for at in places if others[at] >= SMALL],
    }
    found_all = {
        name: Measure(value=None, unit="share", interval=None, n=counts.total, groups=tuple(parts), why=EACH)
        for name, parts in named.items()
        if parts
    }
    f1 = tuple(_harmonic(part) for part in either)
    f1_measure = Measure(value=None, unit="", interval=None, n=counts.total, groups=f1, why=EACH)
    return found_all | {"class_f1": f1_measure, "balanced_accuracy": balanced_accuracy(counts, confidence=confidence)}


def balanced_accuracy(counts: Confusion, *, confidence: float) -> Measure:
    """Return the mean over the classes of the share of their cases that got the right answer.

    Source: Zou and Donner 2008, Statistics in Medicine 27:1693 (MOVER), of Clopper and Pearson 1934.
    """
    there = counts.exact.sum(axis=0) > 0
    right, missed = counts.right[there], counts.missed[there]
    sizes = [np.maximum(right[:, end] + missed[:, 1 - end], 1) for end in (0, 1)]
    low, high = (right[:, end] / sizes[end] for end in (0, 1))
    lower, _ = clopper_pearson_bounds(right[:, 0], sizes[0], confidence=confidence)
    _, upper = clopper_pearson_bounds(right[:, 1], sizes[1], confidence=confidence)
    k = len(right)
    ends = (
        max(0.0, float(low.mean()) - math.sqrt(((low - lower) ** 2).sum()) / k),
        min(1.0, float(high.mean()) + math.sqrt(((upper - high) ** 2).sum()) / k),
    )
    told = bool((right[:, 0] == right[:, 1]).all() and (missed[:, 0] == missed[:, 1]).all())
    value = float(low.mean()) if told else None
    return Measure(
        value=value,
        unit="share",
        interval=Interval(
            lower=ends[0], upper=ends[1], confidence=confidence, method="Zou and Donner 2008, MOVER of Clopper-Pearson"
        ),
        n=counts.total,
        per_100=None if value is None else 100 * value,
        why=None if told else HIDDEN,
    )


def areas(truth: np.ndarray, scores: np.ndarray, names: Sequence[str], *, confidence: float) -> Measure | None:
    """Return the area under the ROC curve: of two classes one number, of more each class against the rest.

    Args:
        truth: (n,) int32 places in ``names``.
        scores: (n, k) chances, NaN for no answer; such rows are left out.
        names: of the k classes.
        confidence: of all areas at once.
    """
    there = ~np.isnan(scores).any(axis=1)
    truth, scores = truth[there], scores[there]
    rows = np.bincount(truth, minlength=len(names))
    places = [at for at, n in enumerate(rows.tolist()) if min(n, len(truth) - n) >= FEWEST]
    if not places:
        return None
    if len(names) == 2:
        value, interval = area(scores[truth == 1, 1], scores[truth == 0, 1], confidence=confidence)
        return Measure(value=value, unit="", interval=interval, n=len(truth))
    parts = []
    for at in places:
        inside = truth == at
        value, interval = area(scores[inside, at], scores[~inside, at], confidence=confidence, family=len(places))
        parts.append(Part(name=names[at], value=value, interval=interval, n=int(inside.sum())))
    parts.sort(key=lambda part: part.value or 0.0)
    return Measure(value=None, unit="", interval=None, n=len(truth), groups=tuple(parts), why=EACH)


def _above(counts: Confusion, names: Sequence[str], at: int, confidence: float, family: int) -> Part:
    """Return the share found minus the share of others given the same answer (Youden's J); 0 is what guessing gets.

    Source: Youden 1950, Cancer 3:32; the range: Fay, Proschan and Brittain 2015.
    """
    (k, j), (missed, missed_most) = counts.right[at], counts.missed[at]
    (few, many), (spared, spared_most) = counts.falsely[at], counts.spared[at]
    lower, _ = _difference((k, k + missed_most), (many, many + spared), confidence, family)
    _, upper = _difference((j, j + missed), (few, few + spared_most), confidence, family)
    interval = Interval(lower=lower, upper=upper, confidence=confidence, method=share_method(family))
    exact = all(least == most for least, most in ((k, j), (missed, missed_most), (few, many), (spared, spared_most)))
    value = float(k / (k + missed) - few / (few + spared)) if exact else None
    return Part(name=names[at], value=value, interval=interval, n=int(k + missed))


def _difference(own: tuple[int, int], rest: tuple[int, int], confidence: float, family: int) -> tuple[float, float]:
    counts = [np.array([count]) for count in (*own, *rest)]
    lower, upper = share_difference_bounds(*counts, confidence=confidence, family=family)
    return float(lower[0]), float(upper[0])


def _harmonic(part: Part) -> Part:
    """Return F1 out of the share of right ones among all cases of the class or of its name: a rising function of it.

    Given how many such cases there are, the right ones are binomial, so that the exact range of the share is turned
    into one of F1 = 2 p / (1 + p).
    """
    interval = part.interval

    def f1(share: float | None) -> float | None:
        return None if share is None else 2 * share / (1 + share)

    ends = None
    if interval is not None:
        ends = Interval(
            lower=f1(interval.lower),
            upper=f1(interval.upper),
            confidence=interval.confidence,
            method=f"{interval.method}, turned into F1",
        )
    return Part(name=part.name, value=f1(part.value), interval=ends, n=part.n)


def _upper(count: int, rows: int, confidence: float) -> float:
    _, upper = clopper_pearson_bounds(np.array([count]), np.array([rows]), confidence=confidence)
    return float(upper[0])
