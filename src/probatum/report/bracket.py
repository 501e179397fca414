# SPDX-License-Identifier: Apache-2.0
"""The bracket as one bar of all cases: proven safe, not known, shown broken, wrong from the start.

Its three borders are the certified robust accuracy, the empirical robust accuracy and the clean accuracy: each has a
range of its own. A text of one line draws the same bar for a terminal.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from probatum.facts.finding import Measure
from probatum.report.templates import render
from probatum.report.words import brief, number, whole_for

CLEAN, EMPIRICAL, CERTIFIED = "clean_accuracy", "empirical_robust_accuracy", "certified_robust_accuracy"
HINT = (
    "A bracket holds the true number between two borders. The certified robust accuracy is the share proven safe: no "
    "allowed change turns these answers wrong. The empirical robust accuracy is the share that no attack turned wrong. "
    "The true share lies between the two. Nobody knows where."
)
_LEFT, _RIGHT = 0.5, 99.5  # per cent
_INSIDE = 0.09  # a part this wide has room for its number
_BAR_TOP, _BAR, _LINE, _RULER = 22, 36, 22, 38  # pixels
_PARTS = (  # key for style sheets and patterns, sign in a terminal, words
    ("proven", "=", "proven safe"),
    ("open", "?", "not known"),
    ("broken", "x", "shown broken (such a change was found)"),
    ("wrong", ".", "wrong from the start"),
)
_BORDERS = {
    CERTIFIED: "certified robust accuracy",
    EMPIRICAL: "empirical robust accuracy",
    CLEAN: "clean accuracy, nothing changed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One part of the bar."""

    key: str
    sign: str
    words: str
    share: float  # of all cases
    count: str  # of the whole that all parts are told of
    left: float  # per cent
    width: float
    y: int  # pixels; of its line in the legend

    @property
    def roomy(self) -> bool:
        """Whether its number fits into it."""
        return self.share >= _INSIDE


@dataclass(frozen=True, slots=True, kw_only=True)
class Border:
    """Where one part ends and the next begins, with its range."""

    text: str
    at: float  # per cent
    lower: float
    upper: float
    y: int  # pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class Bracket:
    """Everything that the template draws."""

    id: str
    title: str
    description: str
    segments: tuple[Segment, ...]
    borders: tuple[Border, ...]
    whole: int
    height: int
    bar_top: int = _BAR_TOP
    bar: int = _BAR
    left: float = _LEFT


def bracket_chart(measures: Mapping[str, Measure], *, id: str, title: str) -> Markup | None:
    """Draw the bracket; None where it is not known how many answers are right and hold."""
    chart = place(measures, id=id, title=title)
    return None if chart is None else Markup(render("bracket.svg", chart=chart))  # noqa: S704 - autoescaped


def text_bar(measures: Mapping[str, Measure], *, width: int) -> tuple[str, str] | None:
    """Return the bar as ``===???xx..`` of so many characters, and what its signs mean."""
    chart = place(measures, id="", title="")
    if chart is None:
        return None
    lengths = apportioned([segment.share for segment in chart.segments], width)
    bar = "".join(segment.sign * length for segment, length in zip(chart.segments, lengths, strict=True))
    legend = ", ".join(f"{one.sign} {one.count} {one.words.partition(' (')[0]}" for one in chart.segments)
    return f"[{bar}]", f"Of {chart.whole:,} cases: {legend}."


def place(measures: Mapping[str, Measure], *, id: str, title: str) -> Bracket | None:
    """Work out where everything goes; pure arithmetic."""
    clean, held, proven = (_value(measures, name) for name in (CLEAN, EMPIRICAL, CERTIFIED))
    if clean is None or held is None:
        return None
    ends = sorted((proven or 0.0, held, clean))  # a bracket that is not in this order was no bracket
    shares = [ends[0], ends[1] - ends[0], ends[2] - ends[1], 1 - ends[2]]
    whole = whole_for(*shares)
    segments = _segments(shares, whole)
    first = segments[-1].y + _LINE
    known = [(name, words) for name, words in _BORDERS.items() if _value(measures, name) is not None]
    borders = tuple(
        _border(measures[name], words, whole, y=first + _RULER * place) for place, (name, words) in enumerate(known)
    )
    told = "; ".join(f"{one.words.partition(' (')[0]}: {one.count}" for one in segments)
    return Bracket(
        id=id,
        title=title,
        description=f"Of {whole:,} cases: {told}. {'. '.join(_capital(one.text) for one in borders)}.",
        segments=segments,
        borders=borders,
        whole=whole,
        height=borders[-1].y + _RULER - 6,
    )


def apportioned(shares: Sequence[float], total: int) -> tuple[int, ...]:
    """Return whole numbers in proportion that add up to the total; what is not none gets at least one.

    By largest remainders (Hamilton's method); what is lifted to one is taken from the largest.
    """
    exact = [max(share, 0.0) * total for share in shares]
    counts = [math.floor(one + 1e-9) for one in exact]
    by_remainder = sorted(range(len(exact)), key=lambda index: counts[index] - exact[index])
    for index in by_remainder[: max(0, total - sum(counts))]:
        counts[index] += 1
    for index, one in enumerate(exact):
        if one > 1e-9 and counts[index] == 0:
            counts[index] += 1
            counts[counts.index(max(counts))] -= 1
    return tuple(counts)


def _segments(shares: Sequence[float], whole: int) -> tuple[Segment, ...]:
    segments: list[Segment] = []
    before = 0.0
    for line, (share, count) in enumerate(zip(shares, apportioned(shares, whole), strict=True)):
        key, sign, words = _PARTS[line]
        left = _across(before)
        before += share
        segments.append(
            Segment(
                key=key,
                sign=sign,
                words=words,
                share=share,
                count=number(count, decimals=0),
                left=left,
                width=round(_across(before) - left, 2),
                y=_BAR_TOP + _BAR + 12 + _LINE * line,
            )
        )
    return tuple(segments)


def _border(measure: Measure, words: str, whole: int, *, y: int) -> Border:
    value = measure.value or 0.0
    interval = measure.interval
    lower = interval.lower if interval and interval.lower is not None else value
    upper = interval.upper if interval and interval.upper is not None else value
    return Border(
        text=f"{words}: {brief(measure, whole, decimals=0)}",
        at=_across(value),
        lower=_across(lower),
        upper=_across(upper),
        y=y,
    )


def _value(measures: Mapping[str, Measure], name: str) -> float | None:
    measure = measures.get(name)
    return None if measure is None else measure.value


def _across(share: float) -> float:
    return round(_LEFT + min(max(share, 0.0), 1.0) * (_RIGHT - _LEFT), 2)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
