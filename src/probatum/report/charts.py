# SPDX-License-Identifier: Apache-2.0
"""Charts as plain SVG out of our own templates: text that can be selected, no scripts, colours from the page.

Horizontal places are percentages, so a chart fills a phone and a desk alike while its text keeps its size.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from probatum.facts.finding import Measure, Part
from probatum.facts.policy import Direction
from probatum.facts.record import MeasureVerdict
from probatum.report.templates import render
from probatum.report.words import RATIO, SHARE, in_unit, limit_in_words, number, visible, whole_for

ROWS_SHOWN = 12
_LEFT, _RIGHT = 1.5, 66.0  # per cent: where the axis begins and ends; the numbers stand to the right of it
_LABEL_LETTERS = 46  # of a label at 360 pixels; the whole name is in the row's title
_ROW, _HEAD, _FOOT = 44, 26, 40  # pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class BarRow:
    """One number with its range, placed."""

    label: str
    full: str  # read aloud, and shown on hover
    shown: str  # the number and its range, short
    at: float | None  # per cent; None: the number is hidden, only its range is drawn
    lower: float
    upper: float
    y: int  # pixels
    whole: bool  # all cases, as against one group
    open_left: bool  # the bound is not known: drawn without an end cap
    open_right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One mark on the axis."""

    at: float  # per cent
    text: str
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitLine:
    """The limit, and the side of it that fails."""

    at: float  # per cent
    text: str
    anchor: str
    beyond_from: float
    beyond_width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalBars:
    """Everything that the template draws."""

    id: str
    title: str
    description: str
    rows: tuple[BarRow, ...]
    ticks: tuple[Tick, ...]
    limit: LimitLine | None
    unit: str
    height: int
    axis_left: float = _LEFT
    axis_right: float = _RIGHT


def interval_bars(
    measure: Measure, *, id: str, title: str, judged: MeasureVerdict | None = None, whole_name: str = "All cases"
) -> Markup | None:
    """Draw a measure and its groups as bars with ranges; None where nothing is known.

    Args:
        measure: the number, with its groups, worst first.
        id: unique on the page; letters, digits and hyphens.
        title: what is measured.
        judged: where the limit comes from.
        whole_name: what to call the number over everything.
    """
    chart = place(measure, id=id, title=title, judged=judged, whole_name=whole_name)
    return None if chart is None else Markup(render("interval_bars.svg", chart=chart))  # noqa: S704 - autoescaped


def place(
    measure: Measure, *, id: str, title: str, judged: MeasureVerdict | None, whole_name: str
) -> IntervalBars | None:
    """Work out where everything goes; pure arithmetic."""
    known = [part for part in measure.groups if part.value is not None or part.interval is not None]
    repeats = any(part.value == measure.value for part in known)  # "the worst group" is already among them
    lines: list[tuple[str, Measure | Part]] = [] if measure.value is None or repeats else [(whole_name, measure)]
    lines += [(part.name, part) for part in known[:ROWS_SHOWN]]
    if not lines:
        return None
    scale, unit = _scale([line for _, line in lines], measure.unit)
    limit = None if judged is None else judged.limit * scale
    ends = [end for _, line in lines for end in _ends(line, scale)] + ([] if limit is None else [limit])
    top = 100.0 if measure.unit == SHARE and scale == 100 and max(ends) > 80 else max(ends)
    steps = nice_ticks(min(0.0, *ends), top)
    low, high = steps[0], steps[-1]

    def across(value: float) -> float:
        return round(_LEFT + (min(max(value, low), high) - low) / (high - low) * (_RIGHT - _LEFT), 2)

    rows = tuple(
        _row(name, line, scale, measure.unit, across, index=index, whole=line is measure)
        for index, (name, line) in enumerate(lines)
    )
    hidden = len(known) - ROWS_SHOWN
    more = f" The {hidden} further groups are in the table below." if hidden > 0 else ""
    told = judged and limit_in_words(judged.direction, judged.limit, measure.unit)
    return IntervalBars(
        id=id,
        title=title,
        description=f"{'; '.join(row.full for row in rows)}.{f' Limit: {told}.' if told else ''}{more}",
        rows=rows,
        ticks=tuple(
            Tick(at=across(step), text=number(step, decimals=_decimals(steps)), anchor=_anchor(index, len(steps)))
            for index, step in enumerate(steps)
        ),
        limit=None if judged is None or limit is None else _limit(judged, across(limit), f"limit: {told}"),
        unit=unit,
        height=_HEAD + _ROW * len(rows) + _FOOT,
    )


def nice_ticks(low: float, high: float, *, about: int = 4) -> tuple[float, ...]:
    """Return round numbers that enclose ``low`` to ``high``, about ``about`` steps apart."""
    if not high > low:
        high = low + 1.0
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(index * step for index in range(first, last + 1))


def _scale(lines: Sequence[Measure | Part], unit: str) -> tuple[float, str]:
    if unit == SHARE:
        whole = whole_for(max((line.value or 0.0) for line in lines))
        return float(whole), f"of {whole:,}"
    return 1.0, "times" if unit == RATIO else visible(unit, longest=40)


def _ends(line: Measure | Part, scale: float) -> list[float]:
    bounds = (line.interval.lower, line.interval.upper) if line.interval else ()
    return [end * scale for end in (line.value, *bounds) if end is not None]


def _row(
    name: str,
    line: Measure | Part,
    scale: float,
    unit: str,
    across: Callable[[float], float],
    *,
    index: int,
    whole: bool,
) -> BarRow:
    interval = line.interval
    value = line.value or 0.0
    lower = interval.lower if interval and interval.lower is not None else value
    upper = interval.upper if interval and interval.upper is not None else value
    shown = number(value * scale, decimals=0 if unit == SHARE else None)
    if interval:
        ends = (number(end * scale, decimals=0 if unit == SHARE else None) for end in (lower, upper))
        shown = f"{shown} ({' to '.join(ends)})"
    return BarRow(
        label=visible(name, longest=_LABEL_LETTERS),
        full=f"{visible(name)}: {in_unit(line, unit)}",
        shown=shown,
        at=None if line.value is None else across(value * scale),
        lower=across(lower * scale),
        upper=across(upper * scale),
        y=_HEAD + _ROW * index,
        whole=whole,
        open_left=bool(interval and interval.lower is None),
        open_right=bool(interval and interval.upper is None),
    )


def _limit(judged: MeasureVerdict, at: float, text: str) -> LimitLine:
    most = judged.direction is Direction.AT_MOST
    start, end = (at, _RIGHT) if most else (_LEFT, at)
    return LimitLine(
        at=at,
        text=text,
        anchor="start" if at < (_LEFT + _RIGHT) / 2 else "end",
        beyond_from=start,
        beyond_width=round(end - start, 2),
    )


def _decimals(steps: Sequence[float]) -> int:
    step = steps[1] - steps[0]
    return max(0, -math.floor(math.log10(step) + 1e-9)) + (1 if f"{step:.1e}".startswith("2.5") and step < 10 else 0)


def _anchor(index: int, count: int) -> str:
    return "start" if index == 0 else "end" if index == count - 1 else "middle"
