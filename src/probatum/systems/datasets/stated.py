# SPDX-License-Identifier: Apache-2.0
"""A change of a row as it is printed: the words, and the row that somebody gets who carries the words out exactly.

Printing rounds, and a rounded number may lie on the other side of a decision. So the words come together with the
cells that they describe, and whoever shows the words asks the system about those cells first.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal
from typing import Literal, final

import numpy as np
import pandas as pd

from probatum.systems.datasets.rows import Column, Kind, Schema, number_in_full
from probatum.systems.mistakes import visible

DIGITS = (3, 4, 6, 9)  # significant digits of a change that are tried, before it is printed in full
_DECIMALS = Context(prec=800)  # every float64 has an exact value of fewer digits
_DAY = pd.Timedelta(days=1)
_EPOCH = pd.Timestamp(0, tz="UTC")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """How a changed number is rounded before it is printed."""

    digits: int | None  # significant digits of the change; None: the number is printed in full
    toward: Literal["nearest", "outward", "inward"] = "nearest"  # outward: printing never makes a change smaller


IN_FULL = Rounding(digits=None)


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stated:
    """A change as it is printed."""

    words: tuple[str, ...]  # one for each column that differs
    cells: np.ndarray  # (d,) float64, encoded: what the words make of the row


def roundings() -> Iterator[Rounding]:
    """Yield the ways to round, the shortest print first; each number of digits to the nearest, then outwards."""
    for digits in DIGITS:
        yield Rounding(digits=digits)
        yield Rounding(digits=digits, toward="outward")
    yield IN_FULL


def stated(
    before: np.ndarray,
    after: np.ndarray,
    schema: Schema,
    *,
    contents: bool,
    rounding: Rounding = IN_FULL,
    single: np.ndarray | None = None,
) -> Stated:
    """Return what changed between two encoded rows, (d,) each: "raise hours-per-week from 40 to 43".

    Without contents, and of columns marked as personal or protected, no cell is told: "raise hours-per-week by 3".
    Numbers are printed in decimals, never with an exponent, and so that reading them gives the very same number.

    Args:
        before: the row as it was.
        after: the row as it became.
        schema: names the columns.
        contents: whether cells may be told.
        rounding: of numbers that are not whole.
        single: (d,) bool, the columns that hold float32; None: none does.
    """
    words, cells = [], after.astype(np.float64, copy=True)
    for place, column in enumerate(schema.given):
        old, new = float(before[place]), float(after[place])
        if old == new or (math.isnan(old) and math.isnan(new)):
            continue
        show = contents and not (column.personal or column.protected)
        if column.categories:
            words.append(_choice(column, old, new, show))
            continue
        kind = np.float32 if single is not None and bool(single[place]) else np.float64
        told, cells[place] = _number(column, old, new, show, rounding, kind)
        if cells[place] != old:  # else nothing is left of it once it is rounded
            words.append(told)
    return Stated(words=tuple(words), cells=cells)


def changes(before: np.ndarray, after: np.ndarray, schema: Schema, *, with_contents: bool) -> tuple[str, ...]:
    """Return what changed between two encoded rows, (d,) each, in words and in full; see ``stated``."""
    return stated(before, after, schema, contents=with_contents).words


def _choice(column: Column, old: float, new: float, show: bool) -> str:
    name = visible(column.name)
    if not show or math.isnan(old) or math.isnan(new):
        return f"change {name}"
    return f"state {name} as {visible(column.categories[int(new)])} instead of {visible(column.categories[int(old)])}"


def _number(
    column: Column, old: float, new: float, show: bool, rounding: Rounding, kind: type[np.floating]
) -> tuple[str, float]:
    """Return a changed number in words, and the number that they describe."""
    name, verb = visible(column.name), "raise" if new > old else "lower"
    if column.kind is Kind.DATE:
        if show:
            return f"move {name} from {_moment(old)} to {_moment(new)}", new
        return f"move {name} by {number_in_full(abs(new - old))} days {'later' if new > old else 'earlier'}", new
    if show:
        value = float(kind(_rounded(new, new - old, rounding)))
        return f"{verb} {name} from {number_in_full(kind(old))} to {number_in_full(kind(value))}", value
    change = _rounded(new - old, new - old, rounding)
    return f"{verb} {name} by {number_in_full(abs(change))}", float(kind(old + change))


def _rounded(value: float, change: float, rounding: Rounding) -> float:
    """Return a number with so many decimals that the change keeps its digits; whole numbers stay as they are."""
    if rounding.digits is None or value.is_integer() or not math.isfinite(value) or not math.isfinite(change):
        return value
    last = math.floor(math.log10(abs(change))) - rounding.digits + 1
    mode = ROUND_HALF_EVEN
    if rounding.toward != "nearest":
        mode = ROUND_CEILING if (change > 0) is (rounding.toward == "outward") else ROUND_FLOOR
    return float(Decimal(value).quantize(Decimal(1).scaleb(last), rounding=mode, context=_DECIMALS))


def shortened(change: np.ndarray) -> np.ndarray:
    """Return (d,) changes of so few digits that they are printed in full; none is made larger by that."""
    way = Rounding(digits=DIGITS[0], toward="inward")
    return np.array([_rounded(one, one, way) if one else 0.0 for one in change.tolist()])


def _moment(value: float) -> str:
    """Return a day, with its time where it has one."""
    moment = _EPOCH + value * _DAY
    return str(moment.date().isoformat() if moment == moment.normalize() else moment.tz_localize(None).isoformat())
