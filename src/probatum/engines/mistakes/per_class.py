# SPDX-License-Identifier: Apache-2.0
"""Each class by itself: how many of its cases are found, how often it is right where it is said, and against chance.

Everything is worked out of two ranges a class: how many of its cases got the right answer, and how many other cases
got its name. Both are exact where they may be told. A count under ten is a range, and so is one by which, beside the
known total, such a count could be worked out (see ``small_counts``). So nothing here tells more than these ranges do.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from probatum.engines.intervals.areas import area
from probatum.engines.intervals.differences import share_difference_bounds, share_method
from probatum.engines.intervals.proportions import clopper_pearson_bounds, method
from probatum.engines.mistakes.small_counts import SMALL, shares_within
from probatum.facts.finding import Measure, Part
from probatum.facts.interval import Interval

EACH = "There is one number for each class."
HIDDEN = f"Some class has a count under {SMALL}, so that its number is not told."
FEWEST = SMALL  # cases of a class, and of the others, from which on an area is told


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Counts:
    """What is known of each class that has a case; k classes."""

    names: tuple[str, ...]
    rows: np.ndarray  # (k,) cases of each class
    right: np.ndarray  # (k, 2) of these got the right answer, at least and at most
    wrong: np.ndarray  # (k, 2) cases of other classes that got this answer, at least and at most
    total: int  # cases

    @property
    def exact(self) -> np.ndarray:
        """(k,) bool: both counts may be told."""
        return np.asarray((self.right[:, 0] == self.right[:, 1]) & (self.wrong[:, 0] == self.wrong[:, 1]))


def counted(truth: np.ndarray, labels: np.ndarray, names: Sequence[str]) -> Counts:
    """Count each class that has a case; -1 is no answer.

    Args:
        truth: (n,) int32 places in ``names``.
        labels: (n,) int32 likewise, -1 for no answer.
        names: of the classes.
    """
    k, n = len(names), len(truth)
    rows = np.bincount(truth, minlength=k)
    there = np.flatnonzero(rows)
    missed = np.bincount(truth[truth != labels], minlength=k)
    falsely = np.bincount(labels[(truth != labels) & (labels >= 0)], minlength=k)
    right = rows[:, None] - _told(missed[there], rows[there], there, k)[:, ::-1]
    wrong = _told(falsely[there], n - rows[there], there, k)
    if k == 2 and len(there) == 2 and (labels >= 0).all():  # what one class misses is what the other is given falsely
        wrong = (rows[:, None] - right[:, ::-1])[::-1]
    return Counts(
        names=tuple(names[place] for place in there.tolist()),
        rows=rows[there],
        right=right[there],
        wrong=wrong[there],
        total=n,
    )


def measures(counts: Counts, *, confidence: float) -> dict[str, Measure]:
    """Return every number that there is for each class, the class that is missed most surely first."""
    order = np.argsort([_upper(counts.right[at, 1], counts.rows[at], confidence) for at in range(len(counts.names))])
    places = [int(at) for at in order]
    family = len(places)

    def shares(fewest: np.ndarray, of: np.ndarray, most: np.ndarray, of_most: np.ndarray) -> list[Part]:
        return [
            _share(counts, at, (fewest[at], of[at]), (most[at], of_most[at]), confidence, family)
            for at in places
            if of_most[at] > 0
        ]

    right, wrong, rows = counts.right, counts.wrong, counts.rows
    said = right + wrong
    found = shares(right[:, 0], rows, right[:, 1], rows)
    precise = shares(right[:, 0], right[:, 0] + wrong[:, 1], right[:, 1], right[:, 1] + wrong[:, 0])
    either = shares(right[:, 0], rows + wrong[:, 1], right[:, 1], rows + wrong[:, 0])
    whole = np.full(len(rows), counts.total)
    named = {
        "class_recall": found,
        "class_precision": precise,
        "said_share": shares(said[:, 0], whole, said[:, 1], whole),
        "above_guessing": [_above(counts, at, confidence, family) for at in places if rows[at] < counts.total],
    }
    found_all = {
        name: Measure(value=None, unit="share", interval=None, n=counts.total, groups=tuple(parts), why=EACH)
        for name, parts in named.items()
        if parts
    }
    f1 = tuple(_harmonic(part) for part in either)
    f1_measure = Measure(value=None, unit="", interval=None, n=counts.total, groups=f1, why=EACH)
    return found_all | {"class_f1": f1_measure, "balanced_accuracy": balanced_accuracy(counts, confidence=confidence)}


def balanced_accuracy(counts: Counts, *, confidence: float) -> Measure:
    """Return the mean over the classes of the share of their cases that got the right answer.

    Source: Zou and Donner 2008, Statistics in Medicine 27:1693 (MOVER), of Clopper and Pearson 1934.
    """
    low, high = counts.right[:, 0] / counts.rows, counts.right[:, 1] / counts.rows
    lower, _ = clopper_pearson_bounds(counts.right[:, 0], counts.rows, confidence=confidence)
    _, upper = clopper_pearson_bounds(counts.right[:, 1], counts.rows, confidence=confidence)
    k = len(counts.rows)
    ends = (
        max(0.0, float(low.mean()) - math.sqrt(((low - lower) ** 2).sum()) / k),
        min(1.0, float(high.mean()) + math.sqrt(((upper - high) ** 2).sum()) / k),
    )
    told = bool((counts.right[:, 0] == counts.right[:, 1]).all())
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


def _told(counts: np.ndarray, rows: np.ndarray, there: np.ndarray, k: int) -> np.ndarray:
    """Return (k, 2): what may be told of each count, at least and at most; absent classes count nothing."""
    parts = shares_within([""] * len(there), counts.tolist(), rows.tolist(), confidence=0.95, family=1)
    told = np.zeros((k, 2), dtype=np.int64)
    for place, part, count, n in zip(there.tolist(), parts, counts.tolist(), rows.tolist(), strict=True):
        few, few_left = 0 < count < SMALL, 0 < n - count < SMALL
        hidden = (0, min(SMALL - 1, n)) if few else (max(n - SMALL + 1, 0), n) if few_left else (0, n)
        told[place] = (count, count) if part.value is not None or n == 0 else hidden
    return told


def _share(
    counts: Counts, at: int, fewest: tuple[int, int], most: tuple[int, int], confidence: float, family: int
) -> Part:
    """Return a share whose count and rows lie between two pairs, the first giving the least share."""
    (k, n), (j, m) = fewest, most
    lower, _ = clopper_pearson_bounds(np.array([k]), np.array([n]), confidence=confidence, family=family)
    _, upper = clopper_pearson_bounds(np.array([j]), np.array([m]), confidence=confidence, family=family)
    exact = (k, n) == (j, m)
    return Part(
        name=counts.names[at],
        value=float(k / n) if exact and n else None,
        interval=Interval(
            lower=0.0 if n == 0 else float(lower[0]),
            upper=float(upper[0]),
            confidence=confidence,
            method=method(family) + ("" if exact else f", widened to hide a count under {SMALL}"),
        ),
        n=int(min(n, m)),
    )


def _above(counts: Counts, at: int, confidence: float, family: int) -> Part:
    """Return the share found minus the share of others given the same answer (Youden's J); 0 is what guessing gets.

    Source: Youden 1950, Cancer 3:32; the range: Fay, Proschan and Brittain 2015.
    """
    rows, others = counts.rows[at], counts.total - counts.rows[at]
    (k, j), (few, many) = counts.right[at], counts.wrong[at]
    lower, _ = share_difference_bounds(
        np.array([k]), rows, np.array([many]), others, confidence=confidence, family=family
    )
    _, upper = share_difference_bounds(
        np.array([j]), rows, np.array([few]), others, confidence=confidence, family=family
    )
    interval = Interval(
        lower=float(lower[0]), upper=float(upper[0]), confidence=confidence, method=share_method(family)
    )
    value = float(k / rows - few / others) if counts.exact[at] else None
    return Part(name=counts.names[at], value=value, interval=interval, n=int(rows))


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
