# SPDX-License-Identifier: Apache-2.0
"""What separates the cells of a text file, and where its table begins and ends."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from typing import final

from probatum.errors import DataError
from probatum.systems.mistakes import visible

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
LOOKED_AT = 50  # rows by which a separator is told
HEAD = 1_000_000  # characters that hold so many rows
TITLES = 20  # lines above a header in which the target is looked for
STATED = re.compile(r"sep=(.)\r?(?:\n|$)", re.IGNORECASE)  # what Excel writes above a table, and hides when it reads it
TOTALS = frozenset(
    (
        *("total", "totals", "grand total", "subtotal", "sum", "sums", "summe", "gesamt", "gesamtsumme", "insgesamt"),
        *("somme", "total général", "totale", "suma", "total general", "totaal", "summa", "razem", "итого", "celkem"),
    )
)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The table in a text file."""

    text: str  # without the line sep=; above it, and without empty rows and a row of totals below it
    separator: str
    first: int  # the line of the file on which it begins
    notes: tuple[str, ...] = ()


def body(text: str, name: str, stated: str | None, target: str | None, names: Sequence[str] | None) -> Body:
    """Return the table in a text, its separator stated, or told by the rows that it makes.

    Raises:
        DataError: the text is empty, or its header stands further below.
    """
    mark = STATED.match(text)
    first = 1
    if mark is not None:
        stated, text, first = stated or mark.group(1), text[mark.end() :], 2
    if not text.strip():
        raise DataError(f"{name} is empty; wanted rows.")
    separator = stated or _told(text, target, names)
    notes = []
    if separator != ",":
        notes.append(f"{name} separates its columns by {SEPARATORS.get(separator, visible(separator))}, not commas.")
    if names is None and target is not None:
        _refuse_titles(text, name, separator, target)
    text, cut = _without_the_end(text, name, separator, first)
    return Body(text=text, separator=separator, first=first, notes=(*notes, *cut))


def _told(text: str, target: str | None, names: Sequence[str] | None) -> str:
    """Return the separator with which the first rows have the target among their names, and equally many cells."""
    rows = {mark: _rows(text, mark, LOOKED_AT) for mark in SEPARATORS}
    first = {mark: [cell.strip() for cell in found[0]] if found else [] for mark, found in rows.items()}
    fits = {mark: int(target is not None and target in cells) for mark, cells in first.items()}
    several = [mark for mark, cells in first.items() if len(cells) > 1]
    if names is not None:  # no row is a header, and the first may be a comment
        fits = {mark: sum(len(row) == len(names) for row in found) for mark, found in rows.items()}
        several = [mark for mark in SEPARATORS if fits[mark] and len(names) > 1] or several
    even = {mark: len({len(row) for row in found}) == 1 for mark, found in rows.items()}
    order = list(SEPARATORS)
    return max(several, key=lambda mark: (fits[mark], even[mark], -order.index(mark)), default=",")


def _rows(text: str, separator: str, most: int) -> list[list[str]]:
    """Return the first rows that hold anything; none where they cannot be read so."""
    head = text[:HEAD]
    try:
        reader = csv.reader(StringIO(head, newline=""), delimiter=separator, skipinitialspace=True)
        found = list(islice((row for row in reader if any(cell.strip() for cell in row)), most + 1))
        return found[: most if len(head) == len(text) else min(most, max(len(found) - 1, 1))]  # the last may be cut off
    except csv.Error:
        return []


def _refuse_titles(text: str, name: str, separator: str, target: str) -> None:
    """Raise where the target is no name in the first row, but one in a row below that is wider."""
    rows = _rows(text, separator, TITLES)
    if not rows or target in [cell.strip() for cell in rows[0]]:
        return
    for place, row in enumerate(rows[1:], start=2):
        if target in [cell.strip() for cell in row] and sum(bool(cell.strip()) for cell in rows[0]) < len(row):
            raise DataError(
                f"{name}: the names of the columns stand in row {place}, not in the first; remove the lines above."
            )


def _without_the_end(text: str, name: str, separator: str, first: int) -> tuple[str, list[str]]:
    """Return the text without empty rows and a row of totals at its end, and notes on them."""
    notes, empty, stop = [], 0, len(text)
    while stop:
        start = text.rfind("\n", 0, stop - 1) + 1
        line = text[start:stop]
        if line.strip(f"{separator} \t\r\n"):
            break
        empty, stop = empty + (separator in line), start
    if empty:
        text = text[:stop]
        notes.append(f"{name} ends with {empty:,} empty row{'s' if empty > 1 else ''}; left out.")
    start = text.rstrip("\r\n").rfind("\n") + 1
    words = [cell.strip() for cell in next(iter(_rows(text[start:], separator, 1)), [])]
    total = next((word for word in words if word.casefold().rstrip(":") in TOTALS), None)
    if total is not None and start and "" in words and f"{total}{separator}" not in text[:start]:
        line_number = first + text.count("\n", 0, start)
        notes.append(f'{name}, line {line_number}: the last row holds totals ("{visible(total)}"); left out.')
        text = text[:start]
    return text, notes
