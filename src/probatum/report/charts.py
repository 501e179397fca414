# SPDX-License-Identifier: Apache-2.0
"""Charts as plain SVG out of our own templates: text that can be selected, no scripts, colours from the page.

Horizontal places are percentages, so a chart fills a phone and a desk alike while its text keeps its size.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from markupsafe import Markup

from probatum.facts.finding import Measure, Part
from probatum.facts.policy import Direction
from probatum.facts.record import MeasureVerdict
from probatum.report.templates import render
from probatum.report.words import (
    SHARE,
    brief,
    in_unit,
    limit_in_words,
    noun_of,
    number,
    plural,
    visible,
    whole_for,
)

ROWS_SHOWN = 12
_LEFT, _RIGHT = 1.5, 58.0  # per cent: where the axis begins and ends; the numbers stand to the right of it
_LABEL_LETTERS, _LABEL_LINES = 46, 3  # what fits at 360 pixels; the whole name is in the row's title
_BAR, _LINE, _HEAD, _FOOT = 28, 16, 26, 40  # pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """From which number to which."""

    low: float
    high: float

    def across(self, value: float) -> float:
        """Return the place of a number, in per cent of the width."""
        inside = min(max(value, self.low), self.high)
        return round(_LEFT + (inside - self.low) / (self.high - self.low) * (_RIGHT - _LEFT), 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class BarRow:
    """One number with its range, placed."""

    label: tuple[str, ...]  # its lines
    full: str  # read aloud, and shown on hover
    shown: str  # the number and its range, short
    at: float | None  # per cent; None: the number is hidden, only its range is drawn
    lower: float
    upper: float
    y: int  # pixels; of the row's top
    bar: int  # pixels; of the bar
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
    zero: float | None  # per cent; where numbers lie on both sides of none
    unit: str
    height: int
    axis_left: float = _LEFT
    axis_right: float = _RIGHT


def interval_bars(
    measure: Measure,
    *,
    id: str,
    title: str,
    judged: MeasureVerdict | None = None,
    whole_name: str | None = "All cases",
    rows_shown: int = ROWS_SHOWN,
) -> Markup | None:
    """Draw a measure and its groups as bars with ranges; None where nothing is known.

    Args:
        measure: the number, with its groups, worst first.
        id: unique on the page; letters, digits and hyphens.
        title: what is measured.
        judged: where the limit comes from.
        whole_name: what to call the number over everything; None where a group already stands for it.
        rows_shown: groups that are drawn, at most.
    """
    chart = place(measure, id=id, title=title, judged=judged, whole_name=whole_name, rows_shown=rows_shown)
    return None if chart is None else Markup(render("interval_bars.svg", chart=chart))  # noqa: S704 - autoescaped


def place(
    measure: Measure,
    *,
    id: str,
    title: str,
    judged: MeasureVerdict | None,
    whole_name: str | None,
    rows_shown: int = ROWS_SHOWN,
) -> IntervalBars | None:
    """Work out where everything goes; pure arithmetic."""
    lines, hidden = _lines(measure, whole_name, rows_shown)
    if not lines:
        return None
    scale, unit = _scale([line for _, line in lines], measure.unit, judged)
    limits = [] if judged is None else [judged.limit * scale]
    ends = [end for _, line in lines for end in _ends(line, scale)] + limits
    steps = nice_ticks(min(0.0, *ends), max(ends))
    axis = Axis(low=steps[0], high=steps[-1])
    rows: list[BarRow] = []
    for name, line in lines:
        rows.append(_row(name, line, measure, scale, axis, top=rows[-1].bar + _LINE if rows else _HEAD))
    told = None if judged is None else limit_in_words(judged.direction, judged.limit, measure.unit, whole=int(scale))
    described = "; ".join(row.full for row in rows)
    more = f" The {plural(hidden, 'further group')} can be found in the table below." if hidden else ""
    return IntervalBars(
        id=id,
        title=title,
        description=f"{described}.{f' Limit: {told}.' if told else ''}{more}",
        rows=tuple(rows),
        ticks=tuple(
            Tick(
                at=axis.across(step), text=number(step, decimals=decimals_of(steps)), anchor=_anchor(place, len(steps))
            )
            for place, step in enumerate(steps)
        ),
        limit=None if judged is None else _limit(judged, axis.across(limits[0]), f"limit: {told}"),
        zero=axis.across(0.0) if axis.low < 0 < axis.high else None,
        unit=unit,
        height=rows[-1].bar + _LINE + _FOOT,
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


def decimals_of(steps: Sequence[float]) -> int:
    """Return how many decimals tell the marks of an axis apart."""
    step = steps[1] - steps[0]
    return max(0, -math.floor(math.log10(step) + 1e-9)) + (1 if f"{step:.1e}".startswith("2.5") and step < 10 else 0)


def _scale(lines: Sequence[Measure | Part], unit: str, judged: MeasureVerdict | None) -> tuple[float, str]:
    """Return by what numbers are multiplied, and their unit then: that in which the limit is told, if there is one."""
    if unit == SHARE:
        whole = whole_for(judged.limit if judged else max(abs(line.value or 0.0) for line in lines))
        return float(whole), f"of {whole:,}"
    return 1.0, noun_of(unit, None) or visible(unit, longest=40)


def _ends(line: Measure | Part, scale: float) -> list[float]:
    bounds = (line.interval.lower, line.interval.upper) if line.interval else ()
    return [end * scale for end in (line.value, *bounds) if end is not None]


def _lines(measure: Measure, whole_name: str | None, most: int) -> tuple[list[tuple[str, Measure | Part]], int]:
    """Return what is drawn, and how many groups are not."""
    groups = [part for part in measure.groups if part.value is not None or part.interval is not None]
    drawn = measure.value is not None and (whole_name is not None or not groups)
    lines: list[tuple[str, Measure | Part]] = [(whole_name or "All cases", measure)] if drawn else []
    lines += [(part.name, part) for part in groups[:most]]
    return lines, max(0, len(groups) - most)


def _row(name: str, line: Measure | Part, of: Measure, scale: float, axis: Axis, *, top: int) -> BarRow:
    label = tuple(wrap(visible(name), _LABEL_LETTERS, max_lines=_LABEL_LINES, placeholder=" …")) or ("",)
    interval = line.interval
    lower = interval.lower if interval else line.value
    upper = interval.upper if interval else line.value
    return BarRow(
        label=label,
        full=f"{visible(name)}: {in_unit(line, of.unit)}",
        shown=brief(line, scale),
        at=None if line.value is None else axis.across(line.value * scale),
        lower=axis.across(axis.low if lower is None else lower * scale),
        upper=axis.across(axis.high if upper is None else upper * scale),
        y=top,
        bar=top + _LINE * len(label) + _BAR - _LINE,
        whole=line is of,
        open_left=lower is None,
        open_right=upper is None,
    )


def _limit(judged: MeasureVerdict, at: float, text: str) -> LimitLine:
    most = judged.direction is Direction.AT_MOST
    start, end = (at, _RIGHT) if most else (_LEFT, at)
    return LimitLine(
        at=at,
        text=text,
        anchor="start" if at <= 50 else "end",  # towards the roomier side
        beyond_from=start,
        beyond_width=round(end - start, 2),
    )


def _anchor(index: int, count: int) -> str:
    return "start" if index == 0 else "end" if index == count - 1 else "middle"
