# SPDX-License-Identifier: Apache-2.0
"""Mistakes of a model that names classes. A row without an answer counts as a mistake."""

from collections.abc import Sequence

import numpy as np

from probatum.engines.intervals.paired_ratio import paired_ratio
from probatum.engines.intervals.proportions import clopper_pearson
from probatum.engines.mistakes.small_counts import SMALL, covered, hidden_beside, share_within, shares_within
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


def error_rate(truth: np.ndarray, labels: np.ndarray, names: Sequence[str], *, confidence: float) -> Measure:
    """Return the share of wrong answers, with the same share within each true class.

    Args:
        truth: (n,) int32 places in ``names``.
        labels: (n,) int32 likewise, -1 for no answer.
        names: of the k classes.
        confidence: of the whole share, and of all the classes' shares at once.
    """
    wrong = truth != labels
    rows = np.bincount(truth, minlength=len(names))
    mistakes = np.bincount(truth[wrong], minlength=len(names))
    present = np.flatnonzero(rows)
    parts = shares_within(
        [names[place] for place in present.tolist()],
        mistakes[present].tolist(),
        rows[present].tolist(),
        confidence=confidence,
        family=len(present),
    )
    return share(int(wrong.sum()), len(truth), confidence=confidence, groups=_worst_first(parts))


def mistake_kinds(truth: np.ndarray, labels: np.ndarray, names: Sequence[str], *, confidence: float) -> Measure:
    """Return the share of wrong answers, split by what was said and what was right.

    The groups are shares of all rows, named ``said X, was Y``, most frequent first; ``no answer, was Y`` is a kind.
    """
    wrong = truth != labels
    width = len(names) + 1
    counts = np.bincount((labels[wrong] + 1) * width + truth[wrong], minlength=width * width)
    hidden = _hidden_kinds(counts.reshape(width, width), truth, len(names)).ravel()
    kinds = np.flatnonzero(counts)
    said = ["no answer", *(f"said {name}" for name in names)]
    ordered = kinds[np.argsort(-counts[kinds], kind="stable")].tolist()
    parts = shares_within(
        [f"{said[kind // width]}, was {names[kind % width]}" for kind in ordered],
        counts[ordered].tolist(),
        [len(truth)] * len(ordered),
        confidence=confidence,
        family=len(names) * len(names),
    )
    parts = [
        covered(part.name, part.n, confidence=confidence, family=len(names) * len(names))
        if hidden[kind] and part.value is not None
        else part
        for kind, part in zip(ordered, parts, strict=True)
    ]
    return share(int(wrong.sum()), len(truth), confidence=confidence, groups=parts)


def _hidden_kinds(table: np.ndarray, truth: np.ndarray, classes: int) -> np.ndarray:
    """Return which kinds would tell a hidden count beside what is told of each class; (answers, truths)."""
    rows = np.bincount(truth, minlength=classes)
    missed, falsely = table.sum(axis=0)[:classes], table.sum(axis=1)[1:]
    by_truth, by_answer = (
        np.array([part.value is None and count > 0 for part, count in zip(parts, sums.tolist(), strict=True)])
        for parts, sums in (
            (_sums(missed, rows), missed),
            (_sums(falsely, len(truth) - rows), falsely),
        )
    )
    return hidden_beside(table, (np.append(False, by_answer), np.append(by_truth, False)))


def _sums(counts: np.ndarray, rows: np.ndarray) -> list[Part]:
    return shares_within([""] * len(rows), counts.tolist(), rows.tolist(), confidence=0.95, family=1)


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
