# SPDX-License-Identifier: Apache-2.0
"""What each kind of damage costs at each of five severities: a table of shaded cells, one row a kind.

Each number stands in its cell, so the shade only helps to find the dark ones. Horizontal places are percentages of
the width, vertical ones are pixels; a kind's name stands above its cells, so that a phone has room for both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap

from markupsafe import Markup

from probatum.facts.finding import Measure, Part
from probatum.report.templates import render
from probatum.report.words import brief, number, visible

LOST, REFUSED = "lost_share", "refused_share"
AT = ("lost_at_1", "lost_at_2", LOST, "lost_at_4", "lost_at_5")  # by severity; what is judged is at 3
OTHERS = tuple(name for name in AT if name != LOST)
HINT = (
    "Each number is how many of 100 right answers this damage turns wrong, from slight damage (1) to severe (5). "
    "Moderate damage (3) is judged. Numbers without a range are rough: the bars below have ranges."
)
_HEADS = ("1, slight", "2", "3, moderate", "4", "5, severe")
_FULL = 0.5  # a share from which on a cell is as dark as it gets
_DARKEST = 0.75  # so that its number can still be read
_GAP = 0.6  # per cent, between cells
_TOP, _LINE, _CELL, _ROW_GAP = 24, 16, 22, 8  # pixels
_LETTERS = 46  # of a name on one line, at 360 pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeCell:
    """One kind at one severity."""

    text: str
    full: str  # read aloud, and shown on hover
    left: float  # per cent
    opacity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeRow:
    """One kind at all severities."""

    label: tuple[str, ...]  # its lines
    cells: tuple[GradeCell, ...]
    y: int  # pixels; of the first line of its name
    top: int  # pixels; of the cells


@dataclass(frozen=True, slots=True, kw_only=True)
class Grades:
    """Everything that the template draws."""

    id: str
    title: str
    description: str
    heads: tuple[tuple[str, float], ...]  # words, and the middle of the column in per cent
    rows: tuple[GradeRow, ...]
    height: int
    width: float = 100 / len(AT) - _GAP  # per cent, of a cell
    cell: int = _CELL


def grades_chart(measures: Mapping[str, Measure], *, id: str, title: str) -> Markup | None:
    """Draw the table; None where there is none to draw."""
    chart = place(measures, id=id, title=title)
    return None if chart is None else Markup(render("grades.svg", chart=chart))  # noqa: S704 - autoescaped


def place(measures: Mapping[str, Measure], *, id: str, title: str) -> Grades | None:
    """Work out where everything goes; pure arithmetic."""
    if any(name not in measures for name in AT) or not measures[LOST].groups:
        return None
    by_kind = [{part.name: part for part in measures[name].groups} for name in AT]
    refused = {part.name: part for part in measures[REFUSED].groups} if REFUSED in measures else {}
    rows: list[GradeRow] = []
    top = _TOP
    for kind in (part.name for part in measures[LOST].groups):
        parts = [found.get(kind) for found in by_kind]
        rows.append(_row(kind, parts, refused.get(kind), top))
        top = rows[-1].top + _CELL + _ROW_GAP
    return Grades(
        id=id,
        title=title,
        description=". ".join(cell.full for row in rows for cell in row.cells) + ".",
        heads=tuple((words, _left(place) + (100 / len(AT) - _GAP) / 2) for place, words in enumerate(_HEADS)),
        rows=tuple(rows),
        height=top,
    )


def _row(kind: str, parts: Sequence[Part | None], refused: Part | None, top: int) -> GradeRow:
    silent = refused.value if refused and refused.value else 0.0
    name = visible(kind) + (f"; {_of_100(silent)} of 100 get no answer at 3" if silent else "")
    label = tuple(wrap(name, _LETTERS)) or ("",)
    cells = tuple(_cell(kind, place, part) for place, part in enumerate(parts))
    return GradeRow(label=label, cells=cells, y=top + 12, top=top + _LINE * len(label) + 2)


def _cell(kind: str, place: int, part: Part | None) -> GradeCell:
    share = part.value if part is not None and part.value is not None else None
    told = "unknown" if part is None else brief(part, 100)
    return GradeCell(
        text="?" if share is None else _of_100(share),
        full=f"{visible(kind)}, severity {place + 1}: {told} of 100",
        left=_left(place),
        opacity=round(_DARKEST * min((share or 0.0) / _FULL, 1.0), 3),
    )


def _left(place: int) -> float:
    return round(place * 100 / len(AT) + _GAP / 2, 2)


def _of_100(share: float) -> str:
    """Return a share as a count out of 100; one that is not none never reads as none."""
    return "<1" if 0 < share < 0.005 else number(100 * share, decimals=0)
