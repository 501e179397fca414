# SPDX-License-Identifier: Apache-2.0
"""Numbers as people write them: a decimal comma, gaps between thousands. Read only where they can mean one thing.

"1,5" has a decimal comma; "1,234.5" has a comma between thousands; "1,234" alone may be either, and is left as text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import pandas as pd

from probatum.errors import DataError
from probatum.systems.datasets.column_reading import MARKS, Raw, is_text
from probatum.systems.datasets.tables import listed

GAPS = " '’\u00a0\u202f"  # between thousands, beside a point or a comma
DOTTED, COMMAED = (rf"[1-9]\d{{0,2}}(?:[{mark}{GAPS}]\d{{3}})+" for mark in ".,")
COMMA = re.compile(rf"[+-]?(?:{DOTTED}|\d+)(?:,\d+)?")  # a decimal comma, points between thousands
POINT = re.compile(rf"[+-]?(?:{COMMAED}|\d+)(?:\.\d+)?")  # the other way round
SURE_COMMA = re.compile(rf"[+-]?(?:0,\d+|\d+,(?:\d{{1,2}}|\d{{4,}})|\d{{4,}},\d+|{DOTTED},\d+)")
SURE_POINT = re.compile(
    rf"[+-]?(?:0\.\d+|\d+\.(?:\d{{1,2}}|\d{{4,}})|\d{{4,}}\.\d+|{COMMAED}\.\d+|[1-9]\d{{0,2}}(?:,\d{{3}}){{2,}})"
)
EXPONENT = re.compile(r"[+-]?\d+(?:\.\d*)?[eE][+-]?\d+")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """The different cells of a column, as they stand in the file, without what means missing."""

    name: str
    cells: pd.Series  # (n,) text
    words: tuple[str, ...]

    def all_match(self, pattern: re.Pattern[str]) -> bool:
        """Say whether every cell is written so."""
        return bool(self.words) and all(pattern.fullmatch(word) for word in self.words)

    def any_match(self, pattern: re.Pattern[str]) -> bool:
        """Say whether some cell is written so."""
        return any(pattern.fullmatch(word) for word in self.words)


def read_numbers(
    frame: pd.DataFrame,
    raw: Raw,
    words: Sequence[str],
    *,
    stated: str | None,
    missing: Sequence[str],
    name: str,
    notes: list[str],
) -> tuple[pd.DataFrame, str]:
    """Return the frame with numbers in place of texts that can only be numbers, and the decimal mark of the file.

    Args:
        frame: as it was parsed, with a point as decimal mark.
        raw: gives columns as they stand in the file.
        words: columns that stay text whatever they look like.
        stated: the decimal mark, where somebody said it, or the train file has it.
        missing: further marks for a missing cell.
        name: of the file.
        notes: what was read so is added here.

    Raises:
        DataError: one column has decimal commas, another decimal points.
    """
    marks = MARKS | frozenset(missing)
    texts = [column for column in map(str, frame.columns) if column not in words and is_text(frame[column])]
    likely = _columns(raw, texts, marks, frame)
    columns = [column for column in likely if column.all_match(COMMA) or column.all_match(POINT)]
    if stated is None and not columns:
        return frame, "."
    comma = [column.name for column in columns if column.all_match(COMMA) and column.any_match(SURE_COMMA)]
    floats = [column for column in map(str, frame.columns) if column not in words and frame[column].dtype.kind == "f"]
    pointed = _columns(raw, floats, marks, frame) if comma or stated == "," else []
    decimal = stated or ("," if comma else ".")
    if decimal == ",":
        _require_one_mark(name, comma, pointed)
        columns += [column for column in pointed if column.all_match(COMMA) and any("." in one for one in column.words)]
    pattern = COMMA if decimal == "," else POINT
    sure = SURE_COMMA if decimal == "," else SURE_POINT
    certain = stated is not None or decimal == ","
    found = [column for column in columns if column.all_match(pattern) and (certain or column.any_match(sure))]
    unsure = [column.name for column in columns if column not in found]
    if found:
        what = "a decimal comma" if decimal == "," else "gaps or commas between thousands"
        notes.append(f"{name} writes numbers with {what}; read so: {listed([column.name for column in found])}.")
    if unsure:
        notes.append(
            f"{name}: {listed(unsure)} may hold numbers, in which a comma could mean decimals or thousands; read as "
            'text. Say decimal = "," or decimal = "." under [data].'
        )
    return frame.assign(**{column.name: _numbers(column, decimal) for column in found}), decimal


def _require_one_mark(name: str, comma: list[str], pointed: list[Column]) -> None:
    """Refuse a file in which other columns have decimal points."""
    point = [column.name for column in pointed if column.any_match(SURE_POINT) or column.any_match(EXPONENT)]
    if point:
        commas = f"{listed(comma)} has decimal commas" if comma else "decimal commas were stated"
        raise DataError(
            f"{name}: {commas}, and {listed(point)} decimal points. Write all numbers alike, or list what is no "
            'number as text under [data.columns]; decimal = "," or "." under [data] says which mark holds.'
        )


def _columns(raw: Raw, names: Sequence[str], marks: frozenset[str], frame: pd.DataFrame) -> list[Column]:
    """Return columns as they stand in the file; those with a letter in an early cell are left out, as no numbers."""
    likely = [name for name in names if frame[name].dtype.kind == "f" or _may_be_number(frame[name])]
    if not likely:
        return []
    cells = raw(likely)
    return [
        Column(
            name=name,
            cells=cells[name].str.strip(),
            words=tuple(word for word in (str(one).strip() for one in cells[name].unique()) if word not in marks),
        )
        for name in likely
    ]


def _may_be_number(cells: pd.Series) -> bool:
    """Say whether the first cells that are there have a digit and no letter."""
    first = cells.dropna().head(20)
    return len(first) > 0 and all(re.fullmatch(rf"\s*[+-]?[\d.,{GAPS}]+\s*", str(cell)) for cell in first)


def _numbers(column: Column, decimal: str) -> pd.Series:
    """Return the cells as numbers, whole ones where no cell has a fraction and none is missing."""
    marks: dict[str, str | None] = {".": None, ",": "."} if decimal == "," else {",": None}
    table = str.maketrans({**dict.fromkeys(GAPS), **marks})
    plain = {word: word.translate(table) for word in column.words}
    whole = all("." not in text for text in plain.values()) and len(plain) == column.cells.nunique()
    values = {word: int(text) if whole else float(text) for word, text in plain.items()}
    return column.cells.map(values).astype("int64" if whole else "float64")
