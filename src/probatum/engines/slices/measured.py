# SPDX-License-Identifier: Apache-2.0
"""Slices measured on rows that had no say in their choice, all at one confidence."""

from dataclasses import dataclass, field, replace

import numpy as np

from probatum.engines.intervals.concentration import concentration, larger_inside, loss_concentration
from probatum.engines.intervals.multiplicity import holm
from probatum.engines.mistakes.small_counts import SMALL
from probatum.engines.slices.excess import Inside, Strata, inside_of
from probatum.engines.slices.slices import Slice
from probatum.facts.interval import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One slice, measured on the second half."""

    slice: Slice
    excess: float  # of mistakes: a share of the slice's rows; of amounts: times the mean of all rows
    interval: Interval  # of the excess, simultaneous over all slices measured
    hiding: Interval | None  # of mistakes: the range that holds for any count that must not be told
    expected: float  # share of mistakes that the chances predict; of amounts 1
    ratio: float  # to the average over all rows
    ratio_interval: Interval  # likewise simultaneous
    rows: int  # in the second half
    losses: float  # sum over them
    p: float  # that it is no worse than it should be, adjusted by Holm 1979
    decidable: bool  # large enough that its excess can be proven small
    inside: np.ndarray = field(repr=False, compare=False)  # (n,) bool: its rows, of the second half
    wrong: np.ndarray = field(repr=False, compare=False)  # (n,) bool: those of which the loss is above 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Decidable:
    """Which slices can be proven good: what they hold decides, not what was counted in them."""

    rows: int | None  # at least; None: none can
    below: float  # the excess below which a slice that is as it should be must be told to be
    luck: float  # even so many standard errors above its due

    def says(self, inside: Inside, confidence: float, family: int) -> bool:
        """Whether a slice can be: one of hard cases takes more rows."""
        if self.rows is None or inside.rows.sum() < self.rows:
            return False
        return inside.reach(confidence=confidence, family=family, luck=self.luck) <= self.below


def lower_of(one: Measured) -> float:
    """Return the excess that is proven at least."""
    return -1.0 if one.interval.lower is None else one.interval.lower


def measure(
    chosen: list[tuple[Slice, np.ndarray]],
    losses: np.ndarray,
    strata: Strata | None,
    confidence: float,
    decidable: Decidable,
) -> tuple[Measured, ...]:
    """Measure all slices together; the one of which most is proven first, of equals the simplest.

    Args:
        chosen: slices and their rows, (n,) bool.
        losses: (n,) 0 or 1 for mistakes, any size from 0 for amounts.
        strata: of mistakes; None: they are amounts.
        confidence: of all ranges at once.
        decidable: which can be proven good.
    """
    if not chosen or losses.sum() == 0:
        return ()
    taken = [
        _of_amounts(losses, inside, decidable, confidence, len(chosen))
        if strata is None
        else _of_counts(losses, inside, strata, decidable, confidence, len(chosen))
        for _, inside in chosen
    ]
    adjusted = holm(np.array([one.p for one in taken]))
    measured = [
        Measured(
            slice=one,
            excess=numbers.excess,
            interval=numbers.interval,
            hiding=numbers.hiding,
            expected=numbers.expected,
            ratio=numbers.ratio,
            ratio_interval=numbers.ratio_interval,
            rows=int(inside.sum()),
            losses=float(losses[inside].sum()),
            p=float(p),
            decidable=numbers.decidable,
            inside=inside,
            wrong=inside & (losses > 0),
        )
        for (one, inside), numbers, p in zip(chosen, taken, adjusted, strict=True)
    ]
    return tuple(sorted(measured, key=lambda one: (-lower_of(one), len(one.slice.levels), one.slice.levels)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Numbers:
    """What is measured of one slice; see ``Measured``."""

    excess: float
    interval: Interval
    hiding: Interval | None
    expected: float
    ratio: float
    ratio_interval: Interval
    p: float
    decidable: bool


def _of_counts(
    losses: np.ndarray, inside: np.ndarray, strata: Strata, decidable: Decidable, confidence: float, family: int
) -> _Numbers:
    wrong = losses > 0
    found = inside_of(strata, wrong, inside)
    mistakes, rows = int(wrong[inside].sum()), int(inside.sum())
    beside = int(wrong.sum()), rows, len(losses)
    ratio, range_ = concentration(mistakes, *beside, confidence=confidence, family=family)
    excess, interval = found.value, found.interval(confidence=confidence, family=family)
    if 0 < rows - mistakes < SMALL:  # so few are right that neither number may tell how many
        excess, interval = found.nearly_all_wrong(SMALL - 1, confidence=confidence, family=family)
        least, middle, most = (
            concentration(min(rows - right, beside[0]), *beside, confidence=confidence, family=family)
            for right in (SMALL - 1, SMALL // 2, 0)
        )
        ratio, range_ = middle[0], replace(most[1], lower=least[1].lower)
    return _Numbers(
        excess=excess,
        interval=interval,
        hiding=found.hiding(SMALL - 1, confidence=confidence, family=family),
        expected=found.expected,
        ratio=ratio or 0.0,
        ratio_interval=range_,
        p=found.worse(),
        decidable=decidable.says(found, confidence, family),
    )


def _of_amounts(
    losses: np.ndarray, inside: np.ndarray, decidable: Decidable, confidence: float, family: int
) -> _Numbers:
    ratio, interval = loss_concentration(losses, inside, confidence=confidence, family=family)
    lower, upper = (None if end is None else end - 1 for end in (interval.lower, interval.upper))
    return _Numbers(
        excess=(ratio or 0.0) - 1,
        interval=replace(interval, lower=lower, upper=upper),
        hiding=None,
        expected=1.0,
        ratio=ratio or 0.0,
        ratio_interval=interval,
        p=larger_inside(losses, inside),
        decidable=decidable.rows is not None and int(inside.sum()) >= decidable.rows,
    )
