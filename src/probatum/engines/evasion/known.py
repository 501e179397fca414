# SPDX-License-Identifier: Apache-2.0
"""What is known of each row, at every radius at once: from where on it was shown broken, up to where it is proven safe.

A change that turns an answer turns it for every larger radius too, and a proof holds for every smaller one. So two
numbers a row say all that attacks and proofs found, and the share broken and proven at any radius is a count.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np

from probatum.engines.intervals.looks import Trial, planned
from probatum.engines.intervals.proportions import clopper_pearson, method
from probatum.engines.mistakes.classes import share
from probatum.errors import ProofError
from probatum.facts.finding import Measure, Part
from probatum.facts.interval import Interval

LOOKS = ", at any of several looks (Jennison and Turnbull 1984)"


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Known:
    """Two sizes for each of n rows, in the unit of the radius."""

    found: np.ndarray  # (n,) float64, size of the smallest change shown to turn the answer; inf: none; 0: wrong anyway
    safe: np.ndarray  # (n,) float64, no change of up to this size turns the answer; 0: nothing is proven

    def broken(self, radius: float) -> np.ndarray:
        """(n,) bool: shown broken by a change of at most this size."""
        return np.asarray(self.found <= radius)

    def certified(self, radius: float) -> np.ndarray:
        """(n,) bool: proven safe against every change of at most this size."""
        return np.asarray((self.safe >= radius) & (self.found > 0))


def require_consistent(known: Known) -> None:
    """Refuse a proof that an example contradicts.

    Raises:
        ProofError: some row was proven safe up to a size at which it was shown broken.
    """
    torn = np.flatnonzero((known.found > 0) & np.isfinite(known.found) & (known.safe >= known.found))
    if torn.size:
        raise ProofError(
            f"{torn.size:,} rows were proven safe and shown broken at once (the first: row {torn[0]}), so no proof of "
            "this model can be believed. Is it answered by other numbers than its structure says? Please report it."
        )


def counts(known: Known, radius: float) -> tuple[int, int, int]:
    """Return of how many right answers it was shown that they can be turned, of how many it is possible, and all."""
    right = known.found > 0
    n = int(right.sum())
    return int((known.broken(radius) & right).sum()), n - int((known.certified(radius) & right).sum()), n


def measures(
    known: Known, radius: float, radii: Sequence[float], *, confidence: float, trial: Trial | None = None
) -> dict[str, Measure]:
    """Return the bracket at one radius, and the curve over all radii.

    Args:
        known: of all n rows; rows answered wrongly as they are have ``found`` 0.
        radius: the plan's.
        radii: of the curve, ascending.
        confidence: of each range.
        trial: how the rows came to be as many, where it may have ended early; it counts the right answers.
    """
    shown, possible, n = counts(known, radius)
    trial = trial or Trial(looks=planned(n, 0.0, confidence), counted=(n,))
    whole, level = len(known.found), 1 - trial.error if trial.sequential else confidence
    empirical = [(size, int((~known.broken(size)).sum())) for size in radii]
    certified = [(size, int(known.certified(size).sum())) for size in radii]
    taken = {
        "proven_share": share(n - possible, n, confidence=level),
        "unknown_share": share(possible - shown, n, confidence=level),
        "clean_accuracy": share(n, whole, confidence=level),
        "empirical_robust_accuracy": _curve(
            whole - int(known.broken(radius).sum()), empirical, whole, confidence=level
        ),
        "certified_robust_accuracy": _curve(int(known.certified(radius).sum()), certified, whole, confidence=level),
    }
    if trial.sequential:
        taken = {name: _at_any_look(measure, confidence) for name, measure in taken.items()}
    return {"fooled_share": _fooled(shown, possible, n, trial)} | taken


def _fooled(shown: int, possible: int, n: int, trial: Trial) -> Measure:
    """Return the share that can be fooled: at least what was shown, at most what was not proven safe.

    The true share of rows that can be fooled lies between the two true shares. So the lower end of the exact range
    of the one and the upper end of that of the other hold it at least as often as either end holds its own.
    """
    if n == 0:
        why = "No row is answered rightly, so there is no answer to turn wrong."
        return Measure(value=None, unit="share", interval=None, n=0, why=why)
    lower, upper = trial.bounds(shown, possible)
    interval = Interval(
        lower=lower,
        upper=upper,
        confidence=trial.looks.confidence,
        method=f"{method(1)}{LOOKS if trial.sequential else ''}, from what was shown to what was not proven safe",
    )
    return Measure(
        value=shown / n, unit="share", interval=interval, n=n, per_100=100 * shown / n, possible=possible / n
    )


def _at_any_look(measure: Measure, confidence: float) -> Measure:
    """Say how sure the ranges are, which were made wider, so that they hold whenever the trial ended."""
    groups = tuple(replace(part, interval=_restated(part.interval, confidence)) for part in measure.groups)
    return replace(measure, interval=_restated(measure.interval, confidence), groups=groups)


def _restated(interval: Interval | None, confidence: float) -> Interval | None:
    return None if interval is None else replace(interval, confidence=confidence, method=interval.method + LOOKS)


def _curve(at: int, counts: Sequence[tuple[float, int]], n: int, *, confidence: float) -> Measure:
    """Return the share at the plan's radius, with the share at every radius as groups, named by the radius."""
    groups = [
        Part(name=f"{size:g}", value=count / n, interval=clopper_pearson(count, n, confidence=confidence), n=n)
        for size, count in counts
        if n
    ]
    return replace(share(at, n, confidence=confidence, groups=groups), whole=True)
