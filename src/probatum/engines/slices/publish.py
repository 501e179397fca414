# SPDX-License-Identifier: Apache-2.0
"""Parts and measures out of slices: what may be told of the groups that were measured.

Of a group with fewer than ten mistakes, only that there are fewer is told: its range is that of all such counts. So
it can never be the group of which most is proven, but it still counts where no group may be worse than a limit.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from probatum.engines.intervals.concentration import concentration
from probatum.engines.mistakes.small_counts import SMALL, share_within
from probatum.engines.slices.confirm import Confirmation, Measured
from probatum.engines.slices.slices import Slice
from probatum.facts.finding import Measure, Part
from probatum.facts.interval import Interval

TOO_FEW = "There are too few mistakes to prove for any group that it does well."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Told:
    """What is told of the groups of a search."""

    proven: tuple[Part, ...]  # ratios of the groups proven to be worse than the rest; the most surely bad one first
    worst_ratio: Measure
    rates: Measure | None  # their error rates, for counts
    shares: Measure | None  # of all rows, of each


def tell(result: Confirmation, losses: np.ndarray, name: Callable[[Slice], str], *, counts: bool) -> Told:
    """Return what may be told.

    Args:
        result: of the search.
        losses: (n,) of all rows.
        name: of a slice, in words.
        counts: the losses are mistakes, 0 or 1, and not amounts.
    """
    seen = losses[result.second]
    hidden = {id(one) for one in result.measured if counts and 0 < one.losses < SMALL}
    proven = [one for one in result.confirmed if id(one) not in hidden]
    counting = [one for one in result.measured if one.decidable or one in proven]
    part = {id(one): _part(one, name(one.slice), seen, len(result.measured), id(one) in hidden) for one in counting}
    shown = tuple(part[id(one)] for one in proven)
    ratio = _worst(result, shown, [part[id(one)] for one in counting], len(losses))
    rates, shares = None, None
    if counts and proven:
        rates = _rates(proven, name, len(result.measured), proven[0].interval.confidence)
    if proven:
        weights = tuple(
            Part(name=name(one.slice), value=one.rows / len(seen), interval=None, n=len(seen)) for one in proven
        )
        shares = Measure(value=weights[0].value, unit="share", interval=None, n=len(seen), groups=weights)
    return Told(proven=shown, worst_ratio=ratio, rates=rates, shares=shares)


def _worst(result: Confirmation, proven: tuple[Part, ...], counting: list[Part], rows: int) -> Measure:
    """Return the worst ratio: that of the first group, and at most the largest upper end of those that count.

    Those are the groups large enough to be proven good, and the groups proven to be bad. Where none is proven to be
    bad, the number and its range are those of the group that reaches furthest up.
    """
    uppers = [one for one in counting if one.interval is not None and one.interval.upper is not None]
    widest = max(uppers, key=lambda one: _upper(one), default=None)
    known = result.least_rows is not None and len(uppers) == len(counting) and widest is not None
    head = proven[0] if proven else widest
    if head is None or head.interval is None:
        nothing = Interval(lower=None, upper=None, confidence=_sure(result), method="none", why=TOO_FEW)
        return Measure(value=None, unit="ratio", interval=nothing, n=rows, why=TOO_FEW)
    interval = Interval(
        lower=head.interval.lower,
        upper=_upper(widest) if known and widest is not None else None,
        confidence=head.interval.confidence,
        method=f"{head.interval.method}; upper end: the largest of {len(counting)}",
        why=None if known else TOO_FEW,
    )
    return Measure(
        value=head.value,
        unit="ratio",
        interval=interval,
        n=rows,
        groups=proven,
        widest=widest if known else None,
        why=None if head.value is not None else f"Fewer than {SMALL} mistakes were counted in each group.",
    )


def _rates(proven: list[Measured], name: Callable[[Slice], str], family: int, confidence: float) -> Measure:
    rates = [
        share_within(name(one.slice), int(one.losses), one.rows, confidence=confidence, family=family) for one in proven
    ]
    first = rates[0]
    return Measure(value=first.value, unit="share", interval=first.interval, n=first.n, groups=tuple(rates))


def _part(one: Measured, name: str, losses: np.ndarray, family: int, hidden: bool) -> Part:
    if not hidden:
        return Part(name=name, value=one.ratio, interval=one.interval, n=one.rows)
    _, most = concentration(
        min(SMALL - 1, one.rows),
        max(int(losses.sum()), SMALL - 1),
        one.rows,
        len(losses),
        confidence=one.interval.confidence,
        family=family,
    )
    method = f"{one.interval.method}, widened to hide a count under {SMALL}"
    cover = Interval(lower=0.0, upper=most.upper, confidence=one.interval.confidence, method=method)
    return Part(name=name, value=None, interval=cover, n=one.rows)


def _upper(part: Part) -> float:
    return part.interval.upper if part.interval is not None and part.interval.upper is not None else 0.0


def _sure(result: Confirmation) -> float:
    return result.measured[0].interval.confidence if result.measured else 0.95
