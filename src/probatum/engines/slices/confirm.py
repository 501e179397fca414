# SPDX-License-Identifier: Apache-2.0
"""Find slices on one half of the rows, and measure them on the other half, which had no say in the choice.

Two searches share the first half. One looks for small groups that are very bad: they can be proven bad, though not
proven well. The other looks only among groups so large that the second half can tell a ratio of ``decide_at`` from
none: over these, "no group is worse" can be proven too. All groups kept are measured together, at one confidence.
"""

from dataclasses import dataclass

import numpy as np

from probatum.engines.intervals.concentration import (
    concentration,
    larger_inside,
    loss_concentration,
    worse_inside,
)
from probatum.engines.intervals.multiplicity import holm
from probatum.engines.intervals.proportions import clopper_pearson_bounds
from probatum.engines.slices.distinct import distinct
from probatum.engines.slices.search import top_slices
from probatum.engines.slices.slices import Search, Slice, members
from probatum.facts.interval import Interval

POOL = 10  # slices found for each one kept: most are near copies of a few groups
SELECTION = 2.0  # standard errors by which the worst of some ten equal groups exceeds them by chance
LEAST_LOSS_ROWS = 100  # rows of a slice from which the range of a mean of skewed losses can be trusted


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One slice, measured on the second half."""

    slice: Slice
    ratio: float
    interval: Interval  # of the ratio, simultaneous over all slices measured
    rows: int  # in the second half
    losses: float  # sum over them
    p: float  # that it is no worse than the rest, adjusted by Holm 1979
    decidable: bool  # large enough that its ratio can be proven small


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """Everything that was found on one half and measured on the other."""

    measured: tuple[Measured, ...]  # largest lower bound first; of equals the simplest
    second: np.ndarray  # rows of the second half
    least_rows: int | None  # of a decidable slice in the second half; None: no slice can be
    searches: tuple[Search, ...]
    decide_at: float  # the ratio that decidable slices can be told to be below

    @property
    def confirmed(self) -> tuple[Measured, ...]:
        """The slices proven to be worse than the rest, the one of which most is proven first.

        Proven by the test and by the range: the page must not say "worse" above a range that holds "no worse".
        A slice that only narrows another one down is told as that other one, unless it is proven to be worse than
        it, or proven to be beyond ``decide_at`` where the other is not.
        """
        if not self.measured:
            return ()
        alpha = 1 - self.measured[0].interval.confidence
        proven = [one for one in self.measured if one.p <= alpha and _lower(one) > 1]
        plainest = dict.fromkeys(self._plainest(one, proven) for one in proven)
        return tuple(sorted(plainest, key=lambda one: -_lower(one)))

    def _plainest(self, part: Measured, proven: list[Measured]) -> Measured:
        beyond = _lower(part) > self.decide_at
        wider = [
            one
            for one in proven
            if set(one.slice.levels) < set(part.slice.levels)
            and (one.interval.upper or 0.0) >= _lower(part)
            and (_lower(one) > self.decide_at or not beyond)
        ]
        return min(wider, key=lambda one: (len(one.slice.levels), -_lower(one)), default=part)

    @property
    def tried(self) -> int:
        """How many candidate groups were counted or ruled out by a bound; the second search only repeats some."""
        return self.searches[0].tried + self.searches[0].ruled_out


def _lower(one: Measured) -> float:
    return one.interval.lower or 0.0


def find_and_confirm(
    codes: np.ndarray,
    losses: np.ndarray,
    rng: np.random.Generator,
    *,
    confidence: float,
    keep: int,
    min_support: int,
    max_depth: int,
    decide_at: float,
    work_limit: int,
) -> Confirmation:
    """Search one half, measure on the other.

    Args:
        codes: (n, c) int32 levels, -1 for missing.
        losses: (n,) float64, 0 or 1 for mistakes, any size from 0 for amounts.
        rng: splits the rows into halves with equally many mistakes.
        confidence: of all ranges at once.
        keep: slices kept of each search.
        min_support: fewest rows of a slice, in each half.
        max_depth: most columns in a slice.
        decide_at: the ratio that decidable slices can be told to be below.
        work_limit: of each search, see ``top_slices``.
    """
    first, second = halves(losses, rng)
    counts = bool(np.isin(losses, (0.0, 1.0)).all())
    fewest = min_support if counts else max(min_support, LEAST_LOSS_ROWS)
    enough = decidable_rows(losses[first], len(second), keep, decide_at, confidence)
    supports = [fewest] if enough is None or enough <= fewest else [fewest, enough]
    searches = tuple(
        top_slices(
            codes[first],
            losses[first],
            k=POOL * keep,
            min_support=support,
            max_depth=max_depth,
            work_limit=work_limit,
        )
        for support in supports
    )
    chosen = list(dict.fromkeys(one for search in searches for one in _few(search, codes[first], keep)))
    inside = [members(codes[second], one) for one in chosen]
    kept = [(one, rows) for one, rows in zip(chosen, inside, strict=True) if rows.sum() >= fewest]
    return Confirmation(
        measured=_measure(kept, losses[second], counts, confidence, enough),
        second=second,
        least_rows=enough,
        searches=searches,
        decide_at=decide_at,
    )


def _few(search: Search, codes: np.ndarray, keep: int) -> list[Slice]:
    """Return the best slices that stand out and are not near copies of one another."""
    slices = [one for one in search.slices if one.score > 0]
    return [slices[place] for place in distinct(slices, [members(codes, one) for one in slices], k=keep)]


def halves(losses: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return two halves of the rows, each with half of the rows that have a loss; draws two permutations."""
    sides: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
    for kind in (np.flatnonzero(losses > 0), np.flatnonzero(losses == 0)):
        mixed = rng.permutation(kind)
        sides[0].append(mixed[::2])
        sides[1].append(mixed[1::2])
    return np.sort(np.concatenate(sides[0])), np.sort(np.concatenate(sides[1]))


def decidable_rows(losses: np.ndarray, rows: int, keep: int, decide_at: float, confidence: float) -> int | None:
    """Return the fewest of ``rows`` rows at which a slice of average badness can be told to be below ``decide_at``.

    Worked out for counts: the upper bound that a slice of ratio 1 would get if chance put it ``SELECTION`` standard
    errors above its due. Losses of any size are taken as the count that spreads as they do.
    None where even the largest slice that counts is too few. A slice of more than ``rows / (2 * decide_at)`` rows
    does not count: the more of the rows it holds, the less it can differ from the average at all, and a pass that
    rests on such slices alone would be empty.
    """
    mean = losses.mean()
    if mean == 0:
        return None
    events = rows * mean * mean / np.mean(losses**2)  # for 0/1 losses: the number of mistakes
    sizes = np.unique(np.linspace(1, rows / (2 * decide_at), 200).astype(int))
    due = events * sizes / rows
    seen = np.minimum(np.ceil(due + SELECTION * np.sqrt(due)), np.floor(events))
    _, upper = clopper_pearson_bounds(
        seen, np.full(len(sizes), np.floor(events)), confidence=confidence, family=2 * keep
    )
    good = upper * rows / sizes <= decide_at
    return int(sizes[good.argmax()]) if good.any() else None


def _measure(
    chosen: list[tuple[Slice, np.ndarray]], losses: np.ndarray, counts: bool, confidence: float, enough: int | None
) -> tuple[Measured, ...]:
    family = len(chosen)
    if not family or losses.sum() == 0:
        return ()
    pairs = []
    for _, inside in chosen:
        numbers = int(losses[inside].sum()), int(losses.sum()), int(inside.sum()), len(losses)
        if counts:
            pairs.append((*concentration(*numbers, confidence=confidence, family=family), worse_inside(*numbers)))
        else:
            ratio, interval = loss_concentration(losses, inside, confidence=confidence, family=family)
            pairs.append((ratio, interval, larger_inside(losses, inside)))
    adjusted = holm(np.array([p for _, _, p in pairs]))
    measured = [
        Measured(
            slice=one,
            ratio=0.0 if ratio is None else ratio,
            interval=interval,
            rows=int(inside.sum()),
            losses=float(losses[inside].sum()),
            p=float(p),
            decidable=enough is not None and int(inside.sum()) >= enough,
        )
        for (one, inside), (ratio, interval, _), p in zip(chosen, pairs, adjusted, strict=True)
    ]
    return tuple(sorted(measured, key=lambda one: (-_lower(one), len(one.slice.levels), one.slice.levels)))
