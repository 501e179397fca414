# SPDX-License-Identifier: Apache-2.0
"""The curve over all sizes of change: how many answers no attack turned wrong, and how many are proven safe.

Both curves are stairs, since that is what is known between two sizes: an answer broken at one size stays broken
beyond it, and an answer proven safe at one size is safe before it. What lies between the stairs is not known.
Horizontal places are percentages of the width, vertical ones are pixels, so text keeps its size on a phone.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from probatum.facts.finding import Measure, Part
from probatum.report.charts import decimals_of, nice_ticks
from probatum.report.templates import render
from probatum.report.words import brief, number, size_of, whole_for

HINT = (
    "The further an attacker may go, the fewer answers hold. Above the upper line, answers were shown broken, or "
    "wrong from the start. Below the lower line, they are proven safe. Between the two, nobody knows."
)
_LEFT, _RIGHT = 10.0, 97.0  # per cent: where the axis of sizes begins and ends
_TOP, _BOTTOM = 42, 262  # pixels: where the axis of answers ends and begins
_LEGEND = 66  # pixels: from the axis to the first line of the legend
_LINE, _LINES = 22, 3
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stair:
    """One step of a curve, from one size to the next, and the drop at its end."""

    x: float  # per cent
    width: float
    y: float  # pixels
    drop_x: float  # per cent
    drop_to: float  # pixels
    band_top: float
    band_height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What is not known between two sizes."""

    x: float
    width: float
    y: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """What was counted at one size."""

    full: str  # read aloud, and shown on hover
    x: float
    empirical: float  # pixels
    certified: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One mark on an axis."""

    text: str
    at: float  # per cent, or pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """The size that the plan asks about."""

    text: str
    at: float  # per cent
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Everything that the template draws."""

    id: str
    title: str
    description: str
    empirical: tuple[Stair, ...]
    certified: tuple[Stair, ...]
    gaps: tuple[Gap, ...]
    dots: tuple[Dot, ...]
    sizes: tuple[Tick, ...]
    shares: tuple[Tick, ...]
    planned: Planned | None
    legend: int = _BOTTOM + _LEGEND
    height: int = _BOTTOM + _LEGEND + _LINE * _LINES
    left: float = _LEFT
    right: float = _RIGHT
    top: int = _TOP
    bottom: int = _BOTTOM


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    size: float
    value: float
    lower: float
    upper: float
    told: str


def curve_chart(
    empirical: Measure, certified: Measure | None, clean: Measure, radius: float | None, *, id: str, title: str
) -> Markup | None:
    """Draw both curves; None where no size but zero was tried.

    Args:
        empirical: share of all cases that no attack turned wrong, with groups named by size.
        certified: share proven safe, alike; None: nothing could be proven.
        clean: share of right answers with nothing changed.
        radius: the plan's.
        id: unique on the page.
        title: what is drawn.
    """
    chart = place(empirical, certified, clean, radius, id=id, title=title)
    return None if chart is None else Markup(render("curve.svg", chart=chart))  # noqa: S704 - autoescaped


def place(
    empirical: Measure, certified: Measure | None, clean: Measure, radius: float | None, *, id: str, title: str
) -> Curve | None:
    """Work out where everything goes; pure arithmetic."""
    whole = whole_for(empirical.value)
    upper = _points(empirical, clean, radius, whole)
    lower = [] if certified is None else _points(certified, clean, radius, whole)
    if len(upper) < 2:
        return None
    ticks = nice_ticks(0.0, max(point.size for point in [*upper, *lower]))
    axis = _Axis(ticks[-1])
    below = {point.size: point for point in lower}
    dots = tuple(_dot(point, below.get(point.size), axis, whole) for point in upper)
    return Curve(
        id=id,
        title=title,
        description=". ".join(dot.full for dot in dots) + ".",
        empirical=tuple(_held(upper, axis)),
        certified=tuple(_safe(lower, axis)),
        gaps=tuple(_gaps(upper, lower, axis)),
        dots=dots,
        sizes=tuple(Tick(text=number(tick, decimals=decimals_of(ticks)), at=axis.across(tick)) for tick in ticks),
        shares=tuple(Tick(text=f"{100 * share:.0f}", at=_up(share)) for share in _SHARES),
        planned=_planned(radius, axis),
    )


@dataclass(frozen=True, slots=True)
class _Axis:
    most: float  # size at the right end

    def across(self, size: float) -> float:
        """Return the place of a size, in per cent of the width."""
        return round(_LEFT + min(max(size / self.most, 0.0), 1.0) * (_RIGHT - _LEFT), 2)


def _points(measure: Measure, clean: Measure, radius: float | None, whole: int) -> list[_Point]:
    """Return what is known at each size, ascending: nothing changed, the groups, and the plan's own radius."""
    found: dict[float, Measure | Part] = {0.0: clean}
    for part in measure.groups:
        size = _size(part.name)
        if size is not None and size > 0:
            found[size] = part
    if radius is not None and radius > 0 and math.isfinite(radius):
        found.setdefault(radius, measure)
    return [_point(size, one, whole) for size, one in sorted(found.items()) if one.value is not None]


def _size(name: str) -> float | None:
    try:
        size = float(name)
    except ValueError:
        return None
    return size if math.isfinite(size) else None


def _point(size: float, one: Measure | Part, whole: int) -> _Point:
    value = one.value or 0.0
    ends = one.interval
    return _Point(
        size=size,
        value=value,
        lower=value if ends is None or ends.lower is None else ends.lower,
        upper=value if ends is None or ends.upper is None else ends.upper,
        told=brief(one, whole),
    )


def _held(points: Sequence[_Point], axis: _Axis) -> Iterable[Stair]:
    """Yield the stairs of what was not shown broken: each count stands until the next size."""
    for here, after in pairwise(points):
        yield _stair(here, axis, here.size, after.size, drop=after.size, drop_to=after.value)


def _safe(points: Sequence[_Point], axis: _Axis) -> Iterable[Stair]:
    """Yield the stairs of what is proven safe: each count stands back to the size before."""
    for before, here in pairwise(points):
        yield _stair(here, axis, before.size, here.size, drop=before.size, drop_to=before.value)


def _stair(of: _Point, axis: _Axis, start: float, end: float, *, drop: float, drop_to: float) -> Stair:
    x = axis.across(start)
    return Stair(
        x=x,
        width=round(axis.across(end) - x, 2),
        y=_up(of.value),
        drop_x=axis.across(drop),
        drop_to=_up(drop_to),
        band_top=_up(of.upper),
        band_height=round(_up(of.lower) - _up(of.upper), 1),
    )


def _gaps(upper: Sequence[_Point], lower: Sequence[_Point], axis: _Axis) -> Iterable[Gap]:
    """Yield what lies between the stairs, from one size to the next."""
    sizes = sorted({point.size for point in [*upper, *lower]})
    for start, end in pairwise(sizes):
        high = min((point.value for point in upper if point.size <= start), default=1.0)
        low = max((point.value for point in lower if point.size >= end), default=0.0)
        if high > low:
            x = axis.across(start)
            height = round(_up(low) - _up(high), 1)
            yield Gap(x=x, width=round(axis.across(end) - x, 2), y=_up(high), height=height)


def _dot(point: _Point, below: _Point | None, axis: _Axis, whole: int) -> Dot:
    if point.size == 0:
        full = f"Nothing changed: {point.told} of {whole:,} right"
    else:
        proven = f", {below.told} proven safe" if below else ""
        full = f"Change of {size_of(point.size)}: {point.told} of {whole:,} not broken{proven}"
    certified = _up(below.value) if below and below.size > 0 else None
    return Dot(full=full, x=axis.across(point.size), empirical=_up(point.value), certified=certified)


def _planned(radius: float | None, axis: _Axis) -> Planned | None:
    if radius is None or not 0 < radius <= axis.most:
        return None
    at = axis.across(radius)
    return Planned(
        text=f"asked about: {size_of(radius)}", at=at, anchor="start" if at <= (_LEFT + _RIGHT) / 2 else "end"
    )


def _up(share: float) -> float:
    return round(_BOTTOM - min(max(share, 0.0), 1.0) * (_BOTTOM - _TOP), 1)
