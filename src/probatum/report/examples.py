# SPDX-License-Identifier: Apache-2.0
"""The examples of a finding: rows as they are, and rows that were changed on purpose, in pictures or in words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from probatum.facts.finding import Example
from probatum.report.pictures import Strip, strip
from probatum.report.words import quoted, size_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCell:
    """One column's content in an example row."""

    content: str
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRow:
    """One line of the table of rows as they are."""

    row: int
    truth: str
    answer: str
    score: str
    group: str
    cells: tuple[ShownCell, ...]  # one a column


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A row that was changed on purpose."""

    row: int
    told: str  # what became of the answer
    changes: tuple[str, ...]  # in words
    strip: Strip | None  # where the row is a picture
    cells: tuple[ShownCell, ...]  # as they were; one a column


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """All examples of a finding."""

    rows: tuple[ShownRow, ...]
    changed: tuple[Changed, ...]
    columns: tuple[str, ...]  # whose cells are shown


def shown(examples: Sequence[Example]) -> Examples:
    """Return what the page shows of the examples; a picture that cannot be drawn is told in words alone."""
    columns = tuple(dict.fromkeys(cell.column for example in examples for cell in example.cells))
    changed = [bool(one.changes or one.picture or one.before is not None) for one in examples]
    return Examples(
        rows=tuple(_row(one, columns) for one, turned in zip(examples, changed, strict=True) if not turned),
        changed=tuple(_changed(one, columns) for one, turned in zip(examples, changed, strict=True) if turned),
        columns=columns,
    )


def changed_columns(changes: Sequence[str], columns: Sequence[str]) -> frozenset[str]:
    """Return the columns that the changes name; of "age" and "age of car", "raise age of car by 1" names the second."""
    longest_first = sorted((column for column in columns if column), key=len, reverse=True)
    named: set[str] = set()
    for change in changes:
        left = change
        for column in longest_first:
            whole_name = rf"(?<![\w-]){re.escape(column)}(?![\w-])"
            left, times = re.subn(whole_name, "\0", left)
            named |= {column} if times else set()
    return frozenset(named)


def _row(example: Example, columns: Sequence[str]) -> ShownRow:
    return ShownRow(
        row=example.row,
        truth=example.truth,
        answer=example.answer,
        score="none" if example.score is None else f"{example.score:.2f}",
        group=example.group or "",
        cells=_cells(example, columns),
    )


def _changed(example: Example, columns: Sequence[str]) -> Changed:
    before = example.truth if example.before is None else example.before
    size = "" if example.size is None else f" Size of the change: {size_of(example.size)}."
    right = "" if example.truth == before else f" Right is {quoted(example.truth)}."
    return Changed(
        row=example.row,
        told=f"Said {quoted(before)}{_sure(example.score_before)}, now says {quoted(example.answer)}"
        f"{_sure(example.score)}.{right}{size}",
        changes=example.changes,
        strip=None if example.picture is None else strip(example.picture),
        cells=_cells(example, columns),
    )


def _sure(score: float | None) -> str:
    """Return in words how sure an answer was; rounded down, so that nothing sounds surer than it was."""
    return "" if score is None else f" ({int(100 * score + 1e-9)} of 100 sure)"


def _cells(example: Example, columns: Sequence[str]) -> tuple[ShownCell, ...]:
    contents = {cell.column: cell.content for cell in example.cells}
    changed = changed_columns(example.changes, columns)
    return tuple(ShownCell(content=contents.get(column, ""), changed=column in changed) for column in columns)
