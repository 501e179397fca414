# SPDX-License-Identifier: Apache-2.0
"""The part of a gap that unequal base rates alone would bring.

Where the right answer is yes more often in one group than among everybody else, a system whose chances are right for
every group still finds more of the yeses there, and raises more false alarms. How much, follows from the chances: with
c the chance of yes and a whether yes was answered, the rate of hits is sum(c a) / sum(c), and that of false alarms
sum((1 - c) a) / sum(1 - c). The chances are recalibrated for all people together (``calibration.curve``), so that what
the system gets wrong of one group alone is no part of it.

The range is that of the estimate over people drawn anew, the curve drawn with them.

Source: Kleinberg, Mullainathan and Raghavan 2016, section 2; Corbett-Davies and Goel 2018, arXiv:1808.00023, section 3
(infra-marginality). Range: Efron 1979, Annals of Statistics 7:1, the bootstrap's standard error.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import ndtri

from probatum.engines.calibration.curve import learned
from probatum.engines.groups.compare import Gap
from probatum.engines.groups.publish import DECIMALS, judged_name
from probatum.engines.groups.questions import FALSE_ALARMS, HITS
from probatum.engines.groups.scope import tens
from probatum.engines.intervals.multiplicity import sidak
from probatum.facts.finding import Measure, Part
from probatum.facts.interval import Interval

RESAMPLES = 100
BINS = 100  # of equal size, into which people are told apart by their chance
METHOD = f"normal, standard error from {RESAMPLES} resamples (Efron 1979)"
NO_CHANCES = "The system gives no chances, so this cannot be worked out."
NOTHING_TO_TELL = "No gap in hits or false alarms may be told."


def expected_gap(
    found: Sequence[Gap],
    chances: np.ndarray | None,
    truth: np.ndarray,
    labels: np.ndarray,
    rng: np.random.Generator,
    *,
    confidence: float,
    keep: int,
) -> Measure:
    """Return how large each gap would be if the chances were right in every group.

    Args:
        found: the gaps, worst first; those in hits and false alarms that may be told are looked at.
        chances: (n, k) of each class, or anything that rises with them; NaN for none. None: none are given.
        truth: (n,) places of the right answers.
        labels: (n,) places of the answers, -1 for none.
        rng: draws the people anew.
        confidence: of all ranges at once.
        keep: gaps looked at, at most.
    """
    n = len(truth)
    if chances is None:
        return Measure(value=None, unit="share", interval=None, n=n, why=NO_CHANCES)
    told = [gap for gap in found if gap.shown and gap.question.measure in (HITS, FALSE_ALARMS)][:keep]
    if not told:
        return Measure(value=None, unit="share", interval=None, n=n, why=NOTHING_TO_TELL)
    bins = {target: _bins(chances[:, target]) for target in {gap.question.target for gap in told}}
    values = _gaps(told, chances, bins, truth, labels, np.arange(n))
    again = np.array([_gaps(told, chances, bins, truth, labels, rng.integers(n, size=n)) for _ in range(RESAMPLES)])
    z = float(ndtri((1 + sidak(confidence, len(told))) / 2))
    reach = z * np.nanstd(again, axis=0, ddof=1)
    parts = tuple(
        Part(
            name=judged_name(gap),
            value=round(float(value), DECIMALS),
            interval=Interval(
                lower=max(-1.0, round(float(value - far), DECIMALS)),
                upper=min(1.0, round(float(value + far), DECIMALS)),
                confidence=confidence,
                method=METHOD + (f", Šidák over {len(told)}" if len(told) > 1 else ""),
            ),
            n=tens(gap.rows),
        )
        for gap, value, far in zip(told, values, reach, strict=True)
        if np.isfinite(value) and np.isfinite(far)
    )
    if not parts:
        return Measure(value=None, unit="share", interval=None, n=n, why=NOTHING_TO_TELL)
    return Measure(value=parts[0].value, unit="share", interval=parts[0].interval, n=n, groups=parts)


def _gaps(
    told: Sequence[Gap],
    chances: np.ndarray,
    bins: Mapping[int, np.ndarray],
    truth: np.ndarray,
    labels: np.ndarray,
    rows: np.ndarray,
) -> np.ndarray:
    """Return each gap (g,), among these rows; NaN where it cannot be worked out."""
    by_class: dict[int, tuple[np.ndarray, np.ndarray]] = {}
    values = []
    for gap in told:
        target = gap.question.target
        if target not in by_class:
            raw, happened = chances[rows, target], truth[rows] == target
            curve = learned(raw, happened)
            chance = curve.at(raw) if curve.edges.size else np.full(len(rows), np.nan)
            chance[np.isnan(raw) | (labels[rows] < 0)] = np.nan
            by_class[target] = chance, _answered(bins[target][rows], labels[rows] == target, ~np.isnan(chance))
        chance, said = by_class[target]
        weight = chance if gap.question.measure == HITS else 1 - chance
        inside, there = gap.question.groups.codes[rows] == gap.place, ~np.isnan(weight)
        own, rest = (_rate(weight, said, there & side) for side in (inside, ~inside))
        values.append(own - rest if gap.more else rest - own)
    return np.array(values)


def _bins(raw: np.ndarray) -> np.ndarray:
    """Return (n,) the bin of each row by its chance; of rows without one any, since they are left out."""
    there = raw[~np.isnan(raw)]
    edges = np.unique(np.quantile(there, np.arange(1, BINS) / BINS)) if there.size else np.empty(0)
    return np.searchsorted(edges, raw, side="right")


def _answered(bins: np.ndarray, said: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Return (n,) how often people of about the same chance got this answer, whatever their group."""
    many = np.bincount(bins[there], minlength=BINS)
    times = np.bincount(bins[there & said], minlength=BINS)
    return np.asarray((times / np.maximum(many, 1))[np.minimum(bins, BINS - 1)])


def _rate(weight: np.ndarray, said: np.ndarray, where: np.ndarray) -> float:
    total = float(weight[where].sum())
    return float((weight * said)[where].sum()) / total if total > 0 else float("nan")
