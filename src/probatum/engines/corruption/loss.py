# SPDX-License-Identifier: Apache-2.0
"""How many right answers are lost under each kind of damage, and under all kinds on average.

Rows are independent of each other, the kinds of damage of one row are not: a row near the border is lost under many.
The range of the average knows that.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np

from probatum.engines.corruption.severity import MODERATE, SEVERITIES
from probatum.engines.intervals.clustered import clustered_share
from probatum.engines.intervals.proportions import clopper_pearson_bounds, method
from probatum.errors import UsageError
from probatum.facts.finding import Measure, Part
from probatum.facts.interval import Interval


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Losses:
    """What became of n right answers under each of k kinds of damage at each severity."""

    kinds: tuple[str, ...]  # (k,) in plain words
    lost: np.ndarray  # (n, k, 5) bool: an answer came, and it is wrong
    refused: np.ndarray  # (n, k, 5) bool: no answer came

    @property
    def order(self) -> list[int]:
        """Places of the kinds, the one that costs most at moderate severity first."""
        return [int(place) for place in np.argsort(-_at(self.lost, MODERATE).sum(axis=0), kind="stable")]


def measures(losses: Losses, *, confidence: float) -> dict[str, Measure]:
    """Return the mean over the kinds, the worst kind and what was refused; the mean at the other severities too.

    Args:
        losses: of at least one row and one kind.
        confidence: of the mean; and of all kinds' ranges of one severity at once.
    """
    if not losses.lost.size:
        raise UsageError("Wanted at least one right answer and one kind of damage, and there is none.")
    lost, refused = _at(losses.lost, MODERATE), _at(losses.refused, MODERATE)
    by_kind = _parts(losses, lost, confidence)
    return {
        "lost_share": replace(_mean(lost, confidence), groups=by_kind, whole=True),
        "worst_lost_share": _worst(by_kind, len(lost), confidence),
        "refused_share": replace(_mean(refused, confidence), groups=_parts(losses, refused, confidence), whole=True),
        **{
            f"lost_at_{severity}": replace(
                _mean(_at(losses.lost, severity), confidence),
                groups=_parts(losses, _at(losses.lost, severity), confidence),
                whole=True,
            )
            for severity in SEVERITIES
            if severity != MODERATE
        },
    }


def _mean(hit: np.ndarray, confidence: float) -> Measure:
    """Return the share of (n, k) bool that is hit; the k kinds of one row depend on each other, rows do not."""
    value, interval = clustered_share(hit.sum(axis=1), hit.shape[1], confidence=confidence)
    per_100 = None if value is None else 100 * value
    return Measure(value=value, unit="share", interval=interval, n=len(hit), per_100=per_100)


def _parts(losses: Losses, hit: np.ndarray, confidence: float) -> tuple[Part, ...]:
    """Return the share of rows that are hit, (n, k) bool, under each kind; all ranges hold at once."""
    n, counts = len(hit), hit.sum(axis=0)
    family = len(losses.kinds)
    lower, upper = clopper_pearson_bounds(counts, np.full(family, n), confidence=confidence, family=family)
    return tuple(
        Part(
            name=losses.kinds[kind],
            value=int(counts[kind]) / n,
            interval=Interval(
                lower=float(lower[kind]), upper=float(upper[kind]), confidence=confidence, method=method(family)
            ),
            n=n,
        )
        for kind in losses.order
    )


def _worst(parts: Sequence[Part], n: int, confidence: float) -> Measure:
    """Return the largest of the shares: all their ranges hold at once, so the largest lies between the largest ends."""
    ends = [part.interval for part in parts if part.interval is not None]
    interval = Interval(
        lower=max(one.lower or 0.0 for one in ends),
        upper=max(one.upper or 0.0 for one in ends),
        confidence=confidence,
        method=f"{method(len(parts))}; the largest of {len(parts)}",
    )
    value = parts[0].value or 0.0
    return Measure(value=value, unit="share", interval=interval, n=n, per_100=100 * value)


def _at(cells: np.ndarray, severity: int) -> np.ndarray:
    """Return (n, k) of one severity."""
    return np.asarray(cells[:, :, severity - 1])
