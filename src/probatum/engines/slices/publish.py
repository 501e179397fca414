# SPDX-License-Identifier: Apache-2.0
"""Parts and measures out of slices: what may be told of the groups that were measured.

Of a group with fewer than ten mistakes, only that there are fewer is told: its range is that of all such counts. So
it can never be the group of which most is proven, but it still counts where no group may be worse than a limit. Of one
with fewer than ten right answers the numbers are those of the middle of such counts, and their ranges hold all of them.
A group is not told of where what is left of another one, when it and others are taken away, would be a small count.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from probatum.engines.mistakes.small_counts import SMALL, share_within
from probatum.engines.slices.confirm import Confirmation
from probatum.engines.slices.measured import Measured
from probatum.engines.slices.slices import Slice
from probatum.facts.finding import Measure, Part
from probatum.facts.interval import Interval

BY_CHANCES = "What is expected of a group comes from the system's own chances: "  # begins a detail
TOO_FEW = "There are too few cases to prove for any group that it does well."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Told:
    """What is told of the groups of a search."""

    proven: tuple[Part, ...]  # the groups proven to be worse than they should be; the most surely bad one first
    judged: Measure  # of mistakes the worst excess, of amounts the worst ratio
    ratio: Measure | None  # of mistakes: those groups compared with the average
    rates: Measure | None  # of mistakes: their error rates
    expected: Measure | None  # of mistakes: what the chances predict for them
    shares: Measure | None  # of all rows, of each


def tell(result: Confirmation, losses: np.ndarray, name: Callable[[Slice], str], *, counts: bool) -> Told:
    """Return what may be told.

    Args:
        result: of the search.
        losses: (n,) of all rows.
        name: of a slice, in words.
        counts: the losses are mistakes, 0 or 1, and not amounts.
    """
    rows = len(result.second)
    hidden = {id(one) for one in result.measured if counts and 0 < one.losses < SMALL}
    proven = apart([one for one in result.confirmed if id(one) not in hidden], rows)
    counting = [one for one in result.measured if one.decidable or one in proven]
    part = {id(one): _part(one, name(one.slice), counts, id(one) in hidden) for one in counting}
    shown = tuple(part[id(one)] for one in proven)
    judged = _worst(result, shown, [part[id(one)] for one in counting], len(losses), "share" if counts else "ratio")
    if not proven:
        return Told(proven=(), judged=judged, ratio=None, rates=None, expected=None, shares=None)
    named = [(name(one.slice), one) for one in proven]
    shares = [Part(name=label, value=one.rows / rows, interval=None, n=rows) for label, one in named]
    if not counts:
        return Told(proven=shown, judged=judged, ratio=None, rates=None, expected=None, shares=_first(shares, "share"))
    sure, family = proven[0].interval.confidence, len(result.measured)
    rates = [share_within(label, int(one.losses), one.rows, confidence=sure, family=family) for label, one in named]
    expected = [Part(name=label, value=one.expected, interval=None, n=one.rows) for label, one in named]
    ratios = [Part(name=label, value=one.ratio, interval=one.ratio_interval, n=one.rows) for label, one in named]
    return Told(
        proven=shown,
        judged=judged,
        ratio=_first(ratios, "ratio"),
        rates=_first(rates, "share"),
        expected=_first(expected, "share"),
        shares=_first(shares, "share"),
    )


def apart(found: Sequence[Measured], rows: int) -> list[Measured]:
    """Return the groups, in their order, without those that leave a small count of another that comes before.

    What is left of a group when one that lies in it is taken away, or two that do and share nobody, is 0 or at least
    ``SMALL`` rows, mistakes and right answers; so is what is left of all.

    Args:
        found: groups, measured on the same rows.
        rows: how many there are.
    """
    kept: list[Measured] = []
    for one in found:
        if not 0 < rows - one.rows < SMALL and not any(_tells(*chain) for chain in _chains(kept, one)):
            kept.append(one)
    return kept


def _chains(kept: Sequence[Measured], new: Measured) -> Iterator[tuple[Measured, tuple[Measured, ...]]]:
    """Yield each group of these with one or two others that may be taken away from it, where the new one is in."""
    every = [*kept, new]
    for whole in every:
        parts = [one for one in every if one is not whole and not (one.inside & ~whole.inside).any()]
        for first in parts:
            if whole is new or first is new:
                yield whole, (first,)
        for first, second in combinations(parts, 2):
            if new in (whole, first, second) and not (first.inside & second.inside).any():
                yield whole, (first, second)


def _tells(whole: Measured, parts: tuple[Measured, ...]) -> bool:
    left = whole.inside & ~np.logical_or.reduce([one.inside for one in parts])
    wrong = int((left & whole.wrong).sum())
    return any(0 < count < SMALL for count in (wrong, int(left.sum()) - wrong, int(left.sum())))


def _worst(result: Confirmation, proven: tuple[Part, ...], counting: list[Part], rows: int, unit: str) -> Measure:
    """Return the worst number: that of the first group, and at most the largest upper end of those that count.

    Those are the groups large enough to be proven good, and the groups proven to be bad. Where none is proven to be
    bad, the number and its range are those of the group that reaches furthest up.
    """
    uppers = [one for one in counting if one.interval is not None and one.interval.upper is not None]
    widest = max(uppers, key=lambda one: _upper(one), default=None)
    known = result.least_rows is not None and len(uppers) == len(counting) and widest is not None
    head = proven[0] if proven else widest
    if head is None or head.interval is None:
        nothing = Interval(lower=None, upper=None, confidence=_sure(result), method="none", why=TOO_FEW)
        return Measure(value=None, unit=unit, interval=nothing, n=rows, why=TOO_FEW)
    interval = Interval(
        lower=head.interval.lower,
        upper=_upper(widest) if known and widest is not None else None,
        confidence=head.interval.confidence,
        method=f"{head.interval.method}; upper end: the largest of {len(counting)}",
        why=None if known else TOO_FEW,
    )
    return Measure(
        value=head.value,
        unit=unit,
        interval=interval,
        n=rows,
        groups=proven,
        widest=_without_size(widest, proven) if known and widest is not None else None,
        why=None if head.value is not None else f"Fewer than {SMALL} mistakes were counted in each group.",
    )


def _without_size(widest: Part, proven: Sequence[Part]) -> Part:
    """Return the group with its size in tens, unless it is told of anyway: it may lie in another."""
    return widest if widest in proven else replace(widest, n=widest.n // SMALL * SMALL)


def _first(parts: Sequence[Part], unit: str) -> Measure:
    """Return a measure of several groups, whose own number is that of the first."""
    first = parts[0]
    return Measure(value=first.value, unit=unit, interval=first.interval, n=first.n, groups=tuple(parts))


def _part(one: Measured, name: str, counts: bool, hidden: bool) -> Part:
    if hidden:
        return Part(name=name, value=None, interval=one.hiding, n=one.rows)
    if counts:
        return Part(name=name, value=one.excess, interval=one.interval, n=one.rows)
    return Part(name=name, value=one.ratio, interval=one.ratio_interval, n=one.rows)


def _upper(part: Part) -> float:
    return part.interval.upper if part.interval is not None and part.interval.upper is not None else 0.0


def _sure(result: Confirmation) -> float:
    return result.measured[0].interval.confidence if result.measured else 0.95
