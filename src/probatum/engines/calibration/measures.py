# SPDX-License-Identifier: Apache-2.0
"""The numbers of calibration, ready to be told."""

from collections.abc import Sequence

import numpy as np

from probatum.engines.calibration.bins import Bins
from probatum.engines.calibration.error import METHOD, calibration_error, error_of
from probatum.engines.calibration.overall import brier_score, overconfidence
from probatum.engines.calibration.reliability import reliability
from probatum.engines.intervals.proportions import clopper_pearson
from probatum.engines.mistakes.small_counts import SMALL
from probatum.facts.finding import Measure, Part
from probatum.facts.interval import Interval


def in_bins(bins: Bins, *, confidence: float) -> dict[str, Measure]:
    """Return calibration_error, and reliability and said with the same groups."""
    value, interval = error_of(bins, confidence=confidence)
    came_true, was_said = reliability(bins, confidence=confidence)
    n, right = int(bins.rows.sum()), int(bins.right.sum())
    return {
        "calibration_error": _share(value, interval, n),
        "reliability": _share(right / n, clopper_pearson(right, n, confidence=confidence), n, came_true),
        "said": _share(float((bins.weight * bins.said).sum()), None, n, was_said),  # known exactly for these rows
    }


def on_the_whole(scores: np.ndarray, labels: np.ndarray, truth: np.ndarray, *, confidence: float) -> dict[str, Measure]:
    """Return overconfidence and brier_score.

    Args:
        scores: (n, k) chances.
        labels: (n,) places of the answers given.
        truth: (n,) places of the right ones.
        confidence: of each range.
    """
    n = len(truth)
    too_sure, interval = overconfidence(scores[np.arange(n), labels], truth == labels, confidence=confidence)
    brier, around = brier_score(scores, truth, confidence=confidence)
    return {
        "overconfidence": _share(too_sure, interval, n),
        "brier_score": Measure(value=brier, unit="squared share", interval=around, n=n, why=around.why),
    }


def by_class(
    scores: np.ndarray, truth: np.ndarray, names: Sequence[str], *, confidence: float, bins: int = 0
) -> Measure:
    """Return the error of each class against the rest, largest first, and as the whole the largest of them.

    A class of fewer than ten cases counts, and is not named. All ranges hold at once; so the true largest error lies
    between the largest lower and the largest upper end.
    """
    found = [
        calibration_error(scores[:, place], truth == place, confidence=confidence, bins=bins, family=len(names))
        for place in range(len(names))
    ]
    n = len(truth)
    parts = [Part(name=name, value=value, interval=ends, n=n) for name, (value, ends) in zip(names, found, strict=True)]
    widest = Interval(
        lower=max(ends.lower or 0.0 for _, ends in found),
        upper=max(ends.upper or 0.0 for _, ends in found),
        confidence=confidence,
        method=f"{METHOD}, Šidák over {len(names)}",
    )
    worst = sorted(parts, key=lambda part: -(part.value or 0.0))
    rows = dict(zip(names, np.bincount(truth, minlength=len(names)).tolist(), strict=True))
    told = [part for part in worst if min(rows[part.name], n - rows[part.name]) >= SMALL]
    return _share(worst[0].value or 0.0, widest, n, told)


def _share(value: float, interval: Interval | None, n: int, groups: Sequence[Part] = ()) -> Measure:
    return Measure(value=value, unit="share", interval=interval, n=n, groups=tuple(groups), per_100=100 * value)
