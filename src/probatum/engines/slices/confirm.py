# SPDX-License-Identifier: Apache-2.0
"""Find slices on one half of the rows, and measure them on the other half, which had no say in the choice.

Two searches share the first half. One looks for small groups that are very bad: they can be proven bad, though not
proven well. The other looks only among groups so large that the second half can tell "as bad as ``decide_at``" from
"as it should be": over these, "no group is worse" can be proven too. The groups of which most is feared are always
measured, even if none stands out. All groups kept are measured together, at one confidence.

What counts is the excess: of mistakes, those beyond what the system's own chances predict (see ``excess``); of amounts,
the mean loss of the group less that of all rows, in units of the latter.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import ndtri

from probatum.engines.calibration.curve import EVENTS, Curve, claimed, learned
from probatum.engines.intervals.multiplicity import sidak
from probatum.engines.slices.broaden import broadened
from probatum.engines.slices.distinct import distinct
from probatum.engines.slices.excess import Strata, even, strata_of
from probatum.engines.slices.measured import Decidable, Measured, lower_of, measure
from probatum.engines.slices.scoring import Excess
from probatum.engines.slices.search import top_slices
from probatum.engines.slices.slices import Search, Slice, members

POOL = 10  # slices found for each one kept: most are near copies of a few groups
SELECTION = 2.0  # standard errors taken off in the search, lest the smallest groups win by chance
LUCK = 2.5  # standard errors by which hardly ever one of some ten groups that are as they should be comes out worse
FEW_STRATA = 5  # with fewer, the line through them says too little
LEAST_LOSS_ROWS = 100  # rows of a slice from which the range of a mean of skewed losses can be trusted
LARGEST = 0.5  # of all rows: a group of more is what the others are compared with


Reach = Callable[[float], float]  # share of the rows that a group holds: the upper end of its excess


@dataclass(frozen=True, kw_only=True)
class Confirmation:
    """Everything that was found on one half and measured on the other."""

    measured: tuple[Measured, ...]  # largest lower bound first; of equals the simplest
    second: np.ndarray  # rows of the second half
    least_rows: int | None  # of a decidable slice in the second half; None: no slice can be
    searches: tuple[Search, ...]
    decide_at: float  # the excess that decidable slices can be told to be below
    by_chances: bool  # what is expected of a group comes from the system's chances, not from the average

    @cached_property
    def confirmed(self) -> tuple[Measured, ...]:
        """The slices proven to be worse than they should be, the one of which most is proven first.

        Proven by the test and by the range: the page must not say "worse" above a range that holds "no worse".
        A slice that only narrows another one down is told as that other one, unless it is proven to be worse than
        it, or proven to be beyond ``decide_at`` where the other is not.
        """
        if not self.measured:
            return ()
        alpha = 1 - self.measured[0].interval.confidence
        proven = [one for one in self.measured if one.p <= alpha and lower_of(one) > 0]
        plainest = dict.fromkeys(self._plainest(one, proven) for one in proven)
        return tuple(sorted(plainest, key=lambda one: -lower_of(one)))

    def _plainest(self, part: Measured, proven: list[Measured]) -> Measured:
        beyond = lower_of(part) > self.decide_at
        wider = [
            one
            for one in proven
            if set(one.slice.levels) < set(part.slice.levels)
            and (one.interval.upper or 0.0) >= lower_of(part)
            and (lower_of(one) > self.decide_at or not beyond)
        ]
        return min(wider, key=lambda one: (len(one.slice.levels), -lower_of(one)), default=part)

    @property
    def tried(self) -> int:
        """How many candidate groups were counted or ruled out by a bound; the second search only repeats some."""
        return self.searches[0].tried + self.searches[0].ruled_out


def find_and_confirm(
    codes: np.ndarray,
    losses: np.ndarray,
    rng: np.random.Generator,
    *,
    chances: np.ndarray | None = None,
    doubts: np.ndarray | None = None,
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
        chances: (n,) of mistakes: any number that tells how likely each is, see ``calibration.curve.learned``.
        doubts: (n,) the system's own chance of being wrong, where it gives chances from 0 to 1; NaN for none. Used
            where mistakes are too few to learn what ``chances`` tell.
        confidence: of all ranges at once.
        keep: slices kept of each search.
        min_support: fewest rows of a slice, in each half.
        max_depth: most columns in a slice.
        decide_at: the excess that decidable slices can be told to be below.
        work_limit: of each search, see ``top_slices``.
    """
    first, second = halves(losses, rng)
    counts = bool(np.isin(losses, (0.0, 1.0)).all())
    wrong = losses > 0
    chances, curve = _curve(chances, doubts, wrong, first) if counts else (None, learned(None, wrong[first]))
    known, fresh = (
        strata_of(None if chances is None else chances[half], curve, wrong[half]) for half in (first, second)
    )
    fewest = min_support if counts else max(min_support, LEAST_LOSS_ROWS)
    sized = _counts_reach(known, keep, confidence) if counts else _amounts_reach(losses[first], keep, confidence)
    enough = decidable_rows(sized, len(second), decide_at)
    enough = None if enough is None else max(enough, fewest)  # smaller ones are not measured
    supports = [fewest] if enough is None or enough == fewest else [fewest, enough]
    raised, expected, spread = _raised(losses[first], known if counts else None)
    rules = [Excess(expected=expected, error=SELECTION * spread, least=support) for support in supports]
    searches = tuple(
        top_slices(codes[first], raised, rule, k=POOL * keep, max_depth=max_depth, work_limit=work_limit)
        for rule in rules
    )
    found = (
        broadened(one, codes[first], raised, rule)
        for rule, search in zip(rules, searches, strict=True)
        for one in _few(search, codes[first], keep)
    )
    chosen = list({one.levels: one for one in found}.values())
    inside = [members(codes[second], one) for one in chosen]
    kept = [(one, rows) for one, rows in zip(chosen, inside, strict=True) if rows.sum() >= fewest]
    return Confirmation(
        measured=measure(
            kept,
            losses[second],
            fresh if counts else None,
            confidence,
            Decidable(rows=enough, below=decide_at, luck=LUCK),
        ),
        second=second,
        least_rows=enough,
        searches=searches,
        decide_at=decide_at,
        by_chances=curve.edges.size > 0,
    )


def _curve(
    chances: np.ndarray | None, doubts: np.ndarray | None, wrong: np.ndarray, first: np.ndarray
) -> tuple[np.ndarray | None, Curve]:
    """Return the numbers that tell how likely each row is wrong, and the curve learned of them in the first half.

    With so few mistakes that there are fewer than ``FEW_STRATA`` strata, the line through them says little of a group
    within one; then hard cases look like a fault. So the system's own chances are believed more: see ``claimed``. Not
    where it expects fewer than half of the mistakes that there are.
    """
    mistakes = int(wrong[first].sum())
    if doubts is not None and mistakes < FEW_STRATA * EVENTS and 2 * np.nansum(doubts[first]) >= mistakes:
        return doubts, claimed(doubts[first], wrong[first], strata=FEW_STRATA)
    return chances, learned(None if chances is None else chances[first], wrong[first])


def _raised(losses: np.ndarray, strata: Strata | None) -> tuple[np.ndarray, float, float]:
    """Return losses above what is expected, raised so that none is below 0; what they were raised by; their spread.

    Where every row is expected to lose the same, nothing is raised: mistakes stay 0 and 1, which are counted faster.
    """
    if strata is None:
        mean = float(losses.mean()) or 1.0
        return losses / mean, 1.0, float(losses.std()) / mean
    expected = strata.expected
    most = float(expected.max(initial=0.0))
    spread = math.sqrt(strata.variance)
    if np.ptp(expected) == 0:
        return losses, most, spread
    return losses - expected + most, most, spread


def _few(search: Search, codes: np.ndarray, keep: int) -> list[Slice]:
    """Return the best slices that are not near copies of one another."""
    slices = search.slices
    return [slices[place] for place in distinct(slices, [members(codes, one) for one in slices], k=keep)]


def halves(losses: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return two halves of the rows, each with half of the rows that have a loss; draws two permutations."""
    sides: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
    for kind in (np.flatnonzero(losses > 0), np.flatnonzero(losses == 0)):
        mixed = rng.permutation(kind)
        sides[0].append(mixed[::2])
        sides[1].append(mixed[1::2])
    return np.sort(np.concatenate(sides[0])), np.sort(np.concatenate(sides[1]))


def decidable_rows(reach: Reach, rows: int, decide_at: float) -> int | None:
    """Return the fewest of ``rows`` rows at which a group that is as it should be can be told to be so.

    That is where the range of a group that chance put ``LUCK`` standard errors above its due ends at
    ``decide_at`` or below. None where even half of the rows are too few.
    """
    sizes = np.unique(np.linspace(1, LARGEST * rows, 200).astype(int))
    good = (int(size) for size in sizes[sizes > 0] if reach(int(size) / rows) <= decide_at)
    return next(good, None)


def _counts_reach(strata: Strata, keep: int, confidence: float) -> Reach:
    return lambda part: even(strata, part).reach(confidence=confidence, family=2 * keep, luck=LUCK)


def _amounts_reach(losses: np.ndarray, keep: int, confidence: float) -> Reach:
    """Return the reach of means of many rows, which are nearly normal."""
    mean = float(losses.mean()) or 1.0
    errors = LUCK + float(ndtri((1 + sidak(confidence, 2 * keep)) / 2))
    return lambda part: errors * float(losses.std()) / mean * math.sqrt((1 - part) / (part * len(losses)))
