# SPDX-License-Identifier: Apache-2.0
"""How many answers are right only because the system had seen the case. Labels are (n,) int32, -1 for no answer."""

from dataclasses import replace

import numpy as np

from probatum.engines.intervals.proportions import clopper_pearson
from probatum.engines.mistakes.classes import discreet_share
from probatum.engines.mistakes.small_counts import SMALL
from probatum.engines.overfitting.spread import apart, over_groups, over_trainings, wider
from probatum.facts.finding import Measure
from probatum.facts.interval import Interval

SURE = 0.9  # the score of the right answer from which on the system was sure of it


def paired_gap(
    truth: np.ndarray,
    seen: np.ndarray,
    unseen: np.ndarray,
    *,
    confidence: float,
    folds: int,
    groups: np.ndarray | None = None,
) -> Measure:
    """Return the share of rows wrong when not seen in training, minus the share wrong when seen.

    Args:
        truth: (n,) the right labels.
        seen: (n,) what the system says, having learned from the row.
        unseen: (n,) what a system says that was trained without the row.
        confidence: of the range.
        folds: how many trainings there were, each without another part of the rows; see ``over_trainings``.
        groups: (n,) of rows that belong together; the range then allows for their being alike.
    """
    counted = (seen >= 0) | (unseen >= 0)
    wrong = (unseen != truth)[counted]
    n, before = int(counted.sum()), int(((seen != truth) & (seen >= 0)).sum())
    error = clopper_pearson(int(wrong.sum()), n, confidence=confidence)
    if not n:
        return _gap(None, error, n)
    if groups is not None:
        of_groups = over_groups(wrong.astype(np.float64), np.ones(n), groups[counted], confidence=confidence)
        method = f"{error.method}, or over whole groups {of_groups.method}, whichever reaches further"
        error = wider(error, of_groups, method)
    interval = over_trainings(float(wrong.mean()), error, before / n, folds)
    return _gap(float(wrong.mean()) - before / n, _within(interval), n)


def held_out_gap(
    train_truth: np.ndarray, train: np.ndarray, test_truth: np.ndarray, test: np.ndarray, *, confidence: float
) -> Measure:
    """Return the share of test rows answered wrongly, minus that of the train rows: two sets of different cases.

    The upper end of the range allows for every unanswered train row having been learned.
    """
    silent = int((train < 0).sum())
    train_wrong, test_wrong = int((train != train_truth).sum()), int((test != test_truth).sum())
    sizes = len(test), len(train)
    value, interval = _apart(test_wrong, train_wrong, *sizes, confidence)
    if silent:
        _, strict = _apart(test_wrong, train_wrong - silent, *sizes, confidence)
        interval = replace(interval, upper=strict.upper, method=f"{interval.method}, widened for missing answers")
    return _gap(value, interval, sum(sizes))


def by_heart(truth: np.ndarray, seen: np.ndarray, unseen: np.ndarray, *, confidence: float) -> Measure:
    """Return the share of rows that are answered rightly once seen, and wrongly when not seen.

    With ``seen`` and ``unseen`` exchanged it is the share the other way round: training twice never gives quite the
    same system, and only the difference of the two shares, which is the gap, was learned. Each is hidden where one of
    them counts fewer than ``SMALL`` rows, since the gap would tell it from the other.
    """
    learned, n = int(((seen == truth) & (unseen != truth)).sum()), len(truth)
    reverse = int(((seen != truth) & (unseen == truth)).sum())
    if 0 < reverse < SMALL:
        return _hidden(learned - reverse, learned - reverse + SMALL - 1, n, confidence)
    return discreet_share(learned, n, confidence=confidence)


def by_heart_sure(
    truth: np.ndarray, seen: np.ndarray, unseen: np.ndarray, scores: np.ndarray, *, confidence: float
) -> Measure:
    """Return the share of rows learned by heart whose right answer got a score above ``SURE``; scores are (n, k)."""
    learned = (seen == truth) & (unseen != truth)
    rows = np.flatnonzero(learned)
    sure, rest, n = int((scores[rows, truth[rows]] > SURE).sum()), len(rows), len(truth)
    if 0 < rest - sure < SMALL <= rest:  # together with the share of all by heart it would tell the others
        return _hidden(rest - SMALL + 1, rest, n, confidence)
    return discreet_share(sure, n, confidence=confidence)


def _within(interval: Interval) -> Interval:
    """Return the interval cut at what a difference of two shares can be."""
    if interval.lower is None or interval.upper is None:
        return interval
    return replace(interval, lower=max(-1.0, interval.lower), upper=min(1.0, interval.upper))


def _gap(value: float | None, interval: Interval, n: int) -> Measure:
    per_100 = None if value is None or value < 0 else 100 * value  # "-2 of 100" says nothing to anybody
    return Measure(value=value, unit="share", interval=interval, n=n, per_100=per_100, why=interval.why)


def _apart(
    test_wrong: int, train_wrong: int, n_test: int, n_train: int, confidence: float
) -> tuple[float | None, Interval]:
    about_test = clopper_pearson(test_wrong, n_test, confidence=confidence)
    about_train = clopper_pearson(train_wrong, n_train, confidence=confidence)
    return apart(test_wrong / n_test, about_test, train_wrong / n_train, about_train)


def _hidden(fewest: int, most: int, n: int, confidence: float) -> Measure:
    """Return no share, and the range of all that a count from fewest to most could mean."""
    low = clopper_pearson(max(fewest, 0), n, confidence=confidence)
    high = clopper_pearson(min(most, n), n, confidence=confidence)
    method = f"{low.method}, widened to hide a count under {SMALL}"
    interval = Interval(lower=low.lower, upper=high.upper, confidence=confidence, method=method)
    return Measure(value=None, unit="share", interval=interval, n=n, why=f"It would tell a count under {SMALL}.")
