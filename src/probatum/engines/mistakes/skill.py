# SPDX-License-Identifier: Apache-2.0
"""How much better than a rule that knows nothing: 1 - (the system's score) / (that rule's score) on the same rows.

1 is perfect, 0 no better than the rule, below 0 worse (a skill score: Murphy 1988, Monthly Weather Review 116:2417).
Where there are chances the score is that of Brier 1950 (Monthly Weather Review 78:1), proper, and the rule always says
how frequent each class is; else it is the share of mistakes, and the rule always says the most frequent class; for
numbers it is the mean absolute error, and the rule always says the median.

A few cases that all went well look alike, and their spread tells nothing of what was not among them. So the lower end
of skill by chances or numbers is never above what it would be if the cases of a kind that was not met once, up to 3.7
in n of all (Clopper and Pearson 1934, at 95 %), went as badly as can be; for numbers, as badly as the rule ever did.

Where the rule is learned from the very rows on which it is tried, it does slightly better there than elsewhere (by 1 in
n for the Brier score), so that skill is told slightly too low, never too high.
"""

from dataclasses import replace

import numpy as np

from probatum.engines.intervals.paired_ratio import paired_ratio
from probatum.engines.intervals.proportions import clopper_pearson
from probatum.engines.intervals.skewed import skewed_mean
from probatum.engines.intervals.skewed_ratio import skewed_ratio
from probatum.engines.mistakes.values import absolute_errors, one_minus
from probatum.facts.finding import Measure
from probatum.facts.interval import Interval

NO_DIFFERENCE = "In every case it scored exactly as the rule that knows nothing."
_SAME = 1e-12  # of the larger score: what rounding leaves of no difference


def class_shares(truth: np.ndarray, classes: int) -> np.ndarray:
    """Return how frequent each class is, (k,): what one would always say of chances, knowing nothing of the case."""
    return np.bincount(truth, minlength=classes) / len(truth)


def are_chances(scores: np.ndarray) -> bool:
    """Say whether scores (n, k) are ever anything but 0 and 1; else they are labels, and say nothing of chances."""
    known = scores[~np.isnan(scores).any(axis=1)]
    return bool(((known > 0) & (known < 1)).any())


def skill_of_labels(truth: np.ndarray, labels: np.ndarray, trivial: int, *, confidence: float) -> Measure:
    """Return the share of the mistakes of always saying ``trivial`` that the system avoids; no answer is a mistake."""
    wrong, trivially_wrong = truth != labels, truth != trivial
    ratio, interval = paired_ratio(
        int((wrong & trivially_wrong).sum()),
        int((wrong & ~trivially_wrong).sum()),
        int((~wrong & trivially_wrong).sum()),
        int((~wrong & ~trivially_wrong).sum()),
        confidence=confidence,
    )
    return _gain(ratio, interval, len(truth))


def skill_of_chances(
    scores: np.ndarray, truth: np.ndarray, shares: np.ndarray, *, confidence: float
) -> dict[str, Measure]:
    """Return skill by the Brier score, and beside it both scores, ``brier_score`` and ``trivial_brier_score``.

    A row without chances counts as if the shares had been said: silence is never better than knowing nothing.

    Args:
        scores: (n, k) chances of the classes; NaN where there are none.
        truth: (n,) places of the right classes.
        shares: (k,) what the rule always says.
        confidence: of each range.
    """
    said = np.where(np.isnan(scores).any(axis=1)[:, None], shares, np.clip(scores, 0, 1))  # sums may miss 1 by a hair
    own, trivial = squares(said, truth), squares(np.broadcast_to(shares, scores.shape), truth)
    return {
        "skill": _paired(own, trivial, 1.0 if len(shares) == 2 else 2.0, confidence),
        "brier_score": _mean(own, confidence),
        "trivial_brier_score": _mean(trivial, confidence),
    }


def skill_of_numbers(truth: np.ndarray, values: np.ndarray, trivial: float, *, confidence: float) -> Measure:
    """Return the share of the error of always saying ``trivial`` that the system avoids, by mean absolute errors.

    A row without an answer counts as if ``trivial`` had been said.
    """
    rule = np.abs(truth - trivial)
    return _paired(absolute_errors(truth, values, trivial), rule, float(rule.max(initial=0.0)), confidence)


def squares(chances: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Return the squared distances (n,) of chances (n, k) from what came true: 0 to 1 for two classes, else 0 to 2."""
    width = chances.shape[1]
    sums = ((chances - np.eye(width)[truth]) ** 2).sum(axis=1)
    return np.asarray(sums / 2 if width == 2 else sums)


def _paired(own: np.ndarray, trivial: np.ndarray, worst: float, confidence: float) -> Measure:
    """Return the gain in the mean of ``own`` over that of ``trivial``; ``worst`` is what a case can cost."""
    ratio, interval = skewed_ratio(own, trivial, confidence=confidence)
    if ratio is not None and interval.upper is not None:
        unseen = worst * (clopper_pearson(0, len(own), confidence=confidence).upper or 0.0) / float(trivial.mean())
        interval = replace(
            interval, upper=max(interval.upper, unseen), method=f"{interval.method}; no less than unseen cases may cost"
        )
    if ratio is not None and bool((np.abs(own - trivial) <= _SAME * np.maximum(own, trivial).max()).all()):
        # no spread to make a range of; and nothing that speaks for more than the rule knows
        ratio, interval = 1.0, replace(interval, lower=1.0, upper=None, why=NO_DIFFERENCE)
    return _gain(ratio, interval, len(own))


def _gain(ratio: float | None, interval: Interval, n: int) -> Measure:
    ends = one_minus(interval, "of the ratio of scores")
    value = None if ratio is None else 1 - ratio
    return Measure(value=value, unit="share", interval=ends, n=n, why=interval.why if value is None else None)


def _mean(sizes: np.ndarray, confidence: float) -> Measure:
    value, interval = skewed_mean(sizes, confidence=confidence)
    return Measure(value=value, unit="squared share", interval=interval, n=len(sizes), why=interval.why)
