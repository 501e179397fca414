# SPDX-License-Identifier: Apache-2.0
"""The reliability chart: what the system said against how often it came true, group by group.

Horizontal places are percentages of the width, vertical ones are pixels, so text keeps its size on a phone.
"""

from dataclasses import dataclass

from markupsafe import Markup

from probatum.facts.finding import Measure, Part
from probatum.report.templates import render
from probatum.report.words import in_unit, visible

_LEFT, _RIGHT = 12.0, 97.0  # per cent: where the axis of what was said begins and ends
_TOP, _BOTTOM = 14, 254  # pixels: where the axis of what came true ends and begins
STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One group of cases."""

    full: str  # read aloud, and shown on hover
    x: float  # per cent
    y: float | None  # pixels; None: the share is hidden, only its range is drawn
    top: float
    bottom: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One mark on both axes."""

    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """Everything that the template draws."""

    id: str
    title: str
    description: str
    marks: tuple[Mark, ...]
    steps: tuple[Step, ...]
    height: int = _BOTTOM + 44
    left: float = _LEFT
    right: float = _RIGHT
    top: int = _TOP
    bottom: int = _BOTTOM


def reliability_chart(said: Measure, came_true: Measure, *, id: str, title: str) -> Markup | None:
    """Draw what was said against what came true; None where no group has both."""
    chart = place(said, came_true, id=id, title=title)
    return None if chart is None else Markup(render("reliability.svg", chart=chart))  # noqa: S704 - autoescaped


def place(said: Measure, came_true: Measure, *, id: str, title: str) -> Reliability | None:
    """Work out where everything goes; groups are matched by name."""
    happened = {part.name: part for part in came_true.groups}
    marks = tuple(
        _mark(part.value, happened[part.name], came_true.unit)
        for part in said.groups
        if part.value is not None and part.name in happened
    )
    if not marks:
        return None
    return Reliability(
        id=id,
        title=title,
        description=f"On the slanting line, what was said came true as often. {'; '.join(one.full for one in marks)}.",
        marks=marks,
        steps=tuple(Step(text=f"{100 * step:.0f}", x=_across(step), y=_up(step)) for step in STEPS),
    )


def _mark(said: float, happened: Part, unit: str) -> Mark:
    interval = happened.interval
    lower = happened.value if interval is None else interval.lower
    upper = happened.value if interval is None else interval.upper
    return Mark(
        full=f"{visible(happened.name)}: came true in {in_unit(happened, unit, whole=100)}",
        x=_across(said),
        y=None if happened.value is None else _up(happened.value),
        top=_up(1.0 if upper is None else upper),
        bottom=_up(0.0 if lower is None else lower),
    )


def _across(share: float) -> float:
    return round(_LEFT + min(max(share, 0.0), 1.0) * (_RIGHT - _LEFT), 2)


def _up(share: float) -> float:
    return round(_BOTTOM - min(max(share, 0.0), 1.0) * (_BOTTOM - _TOP), 1)
