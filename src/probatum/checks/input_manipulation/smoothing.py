# SPDX-License-Identifier: Apache-2.0
"""What can be proven of the smoothed version of a model of pictures, where nothing can of the model itself.

It is told beside the bracket and never enters it: whoever runs the model as it is has none of that safety.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import final

import numpy as np

from probatum.checks.input_manipulation.evading import Cells
from probatum.engines.evasion.smoothing import Smoothed, farthest, smoothed
from probatum.engines.evasion.threat import Norm
from probatum.engines.intervals.proportions import clopper_pearson
from probatum.engines.mistakes.classes import share
from probatum.facts.finding import Measure, Part
from probatum.facts.numbers import plain_number

CHOOSING = 100  # copies of a picture that choose the class; as many as the source takes
ALPHA = 0.001  # the chance that the proof of one picture is wrong; likewise
CURVE = (0.0, 0.5, 1.0, 1.5, 2.0)  # sizes of the curve, in parts of the noise


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One smoothed version of a model, and how many pictures it is tried on."""

    rows: int
    copies: int  # of each picture, that bound how sure the majority is
    noise: float  # standard deviation, share of the range of all points

    @property
    def cap(self) -> float:
        """The largest size of change that any proof can reach, in the range of all points."""
        return farthest(self.noise, self.copies, ALPHA)


def covering(radius: float, norm: Norm, cells: int) -> float:
    """Return the L2 size within which all changes lie that are allowed under another norm."""
    return radius * math.sqrt(cells) if norm is Norm.LINF else radius  # no sum of squares exceeds the square of the sum


def try_smoothed(
    target: Cells, y: np.ndarray, version: Version, radius: float, *, confidence: float, rng: np.random.Generator
) -> tuple[Measure, tuple[str, ...]]:
    """Return the share proven, with the curve over all sizes as groups, and what that means in words.

    Args:
        target: the pictures.
        y: (n,) index of the right class.
        version: what is proven something of.
        radius: of the plan, a share of the range of points, in the norm of the target.
        confidence: of each range.
        rng: draws the pictures and the noise.
    """
    rows = np.sort(rng.permutation(len(y))[: version.rows])
    found = smoothed(
        lambda points: target.ask(points, np.zeros(len(points), dtype=np.int64)),
        target.x[rows],
        sigma=version.noise * target.unit,
        rng=rng,
        n0=CHOOSING,
        n=version.copies,
        alpha=ALPHA,
        lower=target.least,
        upper=target.most,
    )
    all_changes = covering(radius, target.norm, target.x[0].size)
    covered = all_changes <= version.cap
    at = all_changes if covered else version.noise
    sizes = sorted({*(part * version.noise for part in CURVE), at})
    counts = {size: int(found.proven(y[rows], size * target.unit).sum()) for size in sizes}
    groups = [
        Part(
            name=f"{plain_number(size)} (L2)",  # never the name of a size of the model's own curve
            value=count / len(rows),
            interval=clopper_pearson(count, len(rows), confidence=confidence),
            n=len(rows),
        )
        for size, count in counts.items()
    ]
    measure = replace(share(counts[at], len(rows), confidence=confidence, groups=groups), whole=True)
    return measure, tuple(_told(measure, at, all_changes, version, found, covered=covered))


def _told(
    measure: Measure, at: float, all_changes: float, version: Version, found: Smoothed, *, covered: bool
) -> Iterator[str]:
    within = "every change that the plan allows" if covered else f"changes of a size up to {plain_number(at)}"
    yield (
        f"A smoothed version of this model, which answers by majority over {version.copies:,} noisy copies of a case, "
        f"is proven safe against {within} for {measure.per_100 or 0.0:.0f} of 100 cases; {measure.n:,} were tried. "
        "This says nothing of the model itself."
    )
    asked = found.work.forward_rows / max(1, measure.n)
    yield (
        "Size here is the root of the sum of squares of the changes of all points, in parts of their range. Each of "
        f"these proofs is wrong with a chance of 1 in {1 / ALPHA:,.0f} at most; {asked:,.0f} copies of each case were "
        "asked about."
    )
    if not covered:
        yield (
            f"What the plan allows may have a size of {plain_number(all_changes)}; so much noise and so many copies "
            f"can prove no more than {plain_number(version.cap)}."
        )
