# SPDX-License-Identifier: Apache-2.0
"""Mistakes of a model that names classes. A row without an answer counts as a mistake."""

from collections.abc import Mapping, Sequence

import numpy as np

from probatum.engines.disclosure.confusion import Confusion
from probatum.engines.disclosure.rounding import rounded, rounding_step
from probatum.engines.intervals.paired_ratio import paired_ratio
from probatum.engines.intervals.proportions import clopper_pearson
from probatum.engines.mistakes.small_counts import SMALL, share_between, share_within
from probatum.facts.finding import Measure, Part

CLOSE = 0.1  # a runner-up within 10 points of the answer given


def share(count: int, n: int, *, confidence: float, groups: Sequence[Part] = ()) -> Measure:
    """Return a share of rows with its exact interval (Clopper and Pearson 1934)."""
    value = count / n if n else None
    return Measure(
        value=value,
        unit="share",
        interval=clopper_pearson(count, n, confidence=confidence),
        n=n,
        groups=tuple(groups),
        per_100=None if value is None else 100 * value,
        why=None if n else "There are no rows to count.",
    )


def discreet_share(count: int, n: int, *, confidence: float) -> Measure:
    """Return a share of rows, hidden where the count is small; see ``small_counts``."""
    part = share_within("", count, n, confidence=confidence)
    if part.value is not None:
        return share(count, n, confidence=confidence)
    why = f"The count, or what is left, is under {SMALL}." if n else "There are no rows to count."
    return Measure(value=None, unit="share", interval=part.interval, n=n, why=why)


def error_rate(counts: Confusion, names: Sequence[str], *, confidence: float) -> Measure:
    """Return the share of wrong answers, with the same share within each true class of ten cases or more.

    Args:
        counts: of right answers and answers.
        names: of the k classes.
        confidence: of the whole share, and of all the classes' shares at once.
    """
    rows = counts.exact.sum(axis=0)
    family = int((rows > 0).sum())
    parts = [
        share_between(names[at], counts.missed[at], counts.right[at], confidence=confidence, family=family)
        for at in np.flatnonzero(rows >= SMALL).tolist()
    ]
    return share(_mistakes(counts), counts.total, confidence=confidence, groups=_worst_first(parts))


def mistake_kinds(counts: Confusion, names: Sequence[str], *, confidence: float) -> Measure:
    """Return the share of wrong answers, split by what was said and what was right.

    The groups are shares of all rows, named ``said X, was Y``, most frequent first, those hidden by their names;
    ``no answer, was Y`` is a kind.
    """
    said = ["no answer", *(f"said {name}" for name in names)]
    rows = counts.exact.sum(axis=0)
    parts = []
    for answer, right in np.argwhere(counts.exact > 0).tolist():
        if answer - 1 != right and rows[right] >= SMALL:
            found = counts.kinds[answer, right]
            name = f"{said[answer]}, was {names[right]}"
            family = len(names) * len(names)
            parts.append(share_between(name, found, counts.total - found[::-1], confidence=confidence, family=family))
    parts.sort(key=lambda part: (-((part.interval.upper if part.interval else None) or 0.0), part.name))
    return share(_mistakes(counts), counts.total, confidence=confidence, groups=parts)


def _mistakes(counts: Confusion) -> int:
    return counts.total - int(np.trace(counts.exact[1:]))


def trivial_class(reference: np.ndarray, classes: int) -> int:
    """Return the most frequent class, the first of equals: what one would always say knowing nothing of the case."""
    return int(np.bincount(reference, minlength=classes).argmax())


def error_ratio(truth: np.ndarray, labels: np.ndarray, trivial: int, *, confidence: float) -> Measure:
    """Return the model's error rate in units of the rate of always saying ``trivial``; 1 is no better than that."""
    wrong, trivially_wrong = truth != labels, truth != trivial
    value, interval = paired_ratio(
        int((wrong & trivially_wrong).sum()),
        int((wrong & ~trivially_wrong).sum()),
        int((~wrong & trivially_wrong).sum()),
        int((~wrong & ~trivially_wrong).sum()),
        confidence=confidence,
    )
    return Measure(value=value, unit="ratio", interval=interval, n=len(truth), why=interval.why)


def trivial_error_rate(counts: Confusion, trivial: int, *, confidence: float) -> Measure:
    """Return the error rate of always saying ``trivial``, as far as the size of that class may be told."""
    rows = counts.rows[trivial]
    if rows[0] == rows[1]:
        return share(counts.total - int(rows[0]), counts.total, confidence=confidence)
    part = share_between("", counts.total - rows[::-1], rows, confidence=confidence)
    why = f"Some class has fewer than {SMALL} cases, so that the sizes of classes are not told."
    return Measure(value=None, unit="share", interval=part.interval, n=counts.total, why=why)


def discreetly(measures: Mapping[str, Measure], counts: Confusion, trivial: int) -> dict[str, Measure]:
    """Return the numbers that rest on the sizes of classes, rounded so far that a size told as a range stays one.

    Args:
        measures: error_ratio, and skill with the scores that it is made of where there are chances.
        counts: of right answers and answers.
        trivial: the class that the rule always says.
    """
    if (counts.rows[:, 0] == counts.rows[:, 1]).all():
        return dict(measures)
    others = max(counts.total - int(counts.exact.sum(axis=0)[trivial]), 1)
    of_counts = rounding_step(SMALL * max(_mistakes(counts), 1) / others**2)
    by_chances = "brier_score" in measures
    steps = {
        "error_ratio": of_counts,
        "skill": 0.0 if by_chances else of_counts,
        "brier_score": rounding_step(2 * SMALL / counts.total),
        "trivial_brier_score": rounding_step(2 * SMALL / counts.total),
    }
    return {name: rounded(one, steps.get(name, 0.0)) for name, one in measures.items()}


def close_calls(scores: np.ndarray, *, confidence: float) -> Measure:
    """Return the share of answers whose runner-up class came within ``CLOSE`` of the first; scores are (n, k)."""
    answered = scores[~np.isnan(scores).any(axis=1)]
    first_two = np.sort(answered, axis=1)[:, -2:]
    close = first_two[:, 1] - first_two[:, 0] <= CLOSE
    return discreet_share(int(close.sum()), len(answered), confidence=confidence)


def runner_up_right(truth: np.ndarray, labels: np.ndarray, scores: np.ndarray, *, confidence: float) -> Measure:
    """Return the share of mistakes in which the class with the second-highest score was the right one."""
    mistaken = (truth != labels) & ~np.isnan(scores).any(axis=1)
    second = np.argsort(scores[mistaken], axis=1, kind="stable")[:, -2]
    return discreet_share(int((second == truth[mistaken]).sum()), int(mistaken.sum()), confidence=confidence)


def _worst_first(parts: Sequence[Part]) -> list[Part]:
    """Order by the upper bound, which is there also where the share is hidden."""
    return sorted(parts, key=lambda part: -((part.interval.upper if part.interval else None) or 0.0))
