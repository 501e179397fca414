# SPDX-License-Identifier: Apache-2.0
"""Delimited text (csv): looked over once for what a parser would pass over in silence, then parsed by pandas.

pandas renames columns that share a name, takes a surplus column for an index and fills short lines with missing
cells, each without a word. All three are refused here, with the line.
"""

import csv
import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any, final

import numpy as np
import pandas as pd

from probatum.errors import DataError
from probatum.systems.mistakes import first_line

# Before 3.1 pandas reads about 3 floats in 10 not bit for bit unless asked to; since then it does, and warns if asked.
EXACT: dict[str, Any] = (
    {"float_precision": "round_trip"} if tuple(map(int, pd.__version__.split(".")[:2])) < (3, 1) else {}
)

PIECE = 4_000_000  # characters looked at together


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What the text looks like."""

    names: list[str]
    has_header: bool
    separator: str
    lines: Sequence[int]  # on which each row begins
    nameless: frozenset[str]  # what columns are called that have no name in the header
    padded: bool  # blanks stand beside separators
    quoted_late: bool  # quotes stand behind such blanks, and are quotes only if these are left out
    zeros: bool  # some cells begin with a zero and a digit


def scan(text: str, name: str, given: Sequence[str] | None, separator: str = ",", first: int = 1) -> Layout:
    """Find names and the line of each row; refuse lines with too many or too few fields.

    Args:
        text: the table.
        name: of the file.
        given: the names of its columns, where it has no header.
        separator: between its cells.
        first: the line of the file on which it begins.
    """
    names = list(given or ())
    records = _records(text, name, separator, first)
    lines = array("q")
    for begins, fields, width in records:
        if not names:
            names = fields if isinstance(fields, list) else [cell.lstrip(" ") for cell in fields.split(separator)]
        elif width != len(names):
            raise DataError(_ragged(name, begins, width, names, given))
        else:
            lines.append(begins)
    if not lines:
        raise DataError(f"{name} holds a header and no rows; at least one row was wanted.")
    names, nameless = _named(names)
    padded = text.startswith(" ") or any(one in text for one in (f"{separator} ", f" {separator}", "\n ", " \n", " \r"))
    return Layout(
        names=names,
        nameless=nameless,
        has_header=given is None,
        separator=separator,
        lines=lines,
        padded=padded,
        quoted_late=padded and re.search(rf'(?:^|{re.escape(separator)}) +"', text, re.M) is not None,
        zeros=_zeros_in_front(text, separator),
    )


def _records(text: str, name: str, separator: str, first: int) -> Iterator[tuple[int, list[str] | str, int]]:
    """Yield the line on which each record begins, the record, and the number of its cells; empty lines are none."""
    plain = text.replace("\r\n", "\n") if "\r" in text else text
    if '"' not in plain and "\r" not in plain:  # a line is a record: no need to look into it
        for place, line in enumerate(plain.split("\n"), start=first):
            marks = line.count(separator)
            if marks or line.strip():
                yield place, line, marks + 1
        return
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    begins = first
    try:
        for fields in reader:
            if len(fields) > 1 or (fields and fields[0].strip()):
                yield begins, fields, len(fields)
            begins = first + reader.line_num
    except csv.Error as error:
        raise DataError(f"{name} cannot be read as csv in line {begins}: {error}.") from None


def _zeros_in_front(text: str, separator: str) -> bool:
    """Say whether some cell begins with a zero and another digit."""
    for start in range(0, len(text), PIECE):
        cells = np.frombuffer(text[start : start + PIECE + 2].encode("ascii", "replace"), dtype=np.uint8)
        before = np.isin(cells[:-2], np.frombuffer(f'{separator}\n" '.encode("ascii", "replace"), dtype=np.uint8))
        digit = (cells[2:] >= ord("0")) & (cells[2:] <= ord("9"))
        if (before & (cells[1:-1] == ord("0")) & digit).any():
            return True
    return False


def parse(text: str, layout: Layout, name: str, missing: Sequence[str], texts: Sequence[str] | None) -> pd.DataFrame:
    """Parse the text; ``texts`` are columns that stay text whatever they look like."""
    try:
        frame: pd.DataFrame = pd.read_csv(
            StringIO(text, newline=""),
            sep=layout.separator,
            header=0 if layout.has_header else None,
            names=layout.names,
            index_col=False,
            dtype=dict.fromkeys(set(texts or ()) & set(layout.names), str),
            na_values=list(missing),
            skipinitialspace=True,
            low_memory=False,
            **EXACT,
        )
    except (ValueError, OverflowError) as error:  # ParserError and EmptyDataError are ValueErrors
        raise DataError(f"{name} cannot be read as csv: {first_line(error)}") from None
    return frame


def raw(text: str, layout: Layout, columns: Sequence[str]) -> pd.DataFrame:
    """Return some columns as text, exactly as their cells stand in the file, blanks and all."""
    frame: pd.DataFrame = pd.read_csv(
        StringIO(text, newline=""),
        sep=layout.separator,
        header=0 if layout.has_header else None,
        names=layout.names,
        usecols=list(columns),
        index_col=False,
        dtype=str,
        keep_default_na=False,
        na_filter=False,
        skipinitialspace=layout.quoted_late,
    )
    return frame


def _ragged(name: str, line: int, came: int, names: Sequence[str], given: Sequence[str] | None) -> str:
    """Word the error for a line with another number of fields."""
    source = "[data] names lists" if given else "the header has"
    fields = "1 field" if came == 1 else f"{came} fields"
    return (
        f"{name}, line {line}: {fields}, but {source} {len(names)}; correct the line (text with commas wants quotes)."
    )


def _named(names: list[str]) -> tuple[list[str], frozenset[str]]:
    """Name nameless columns as pandas does, since a model trained on such a file knows them so; return these too."""
    nameless = {position: f"Unnamed: {position}" for position, column in enumerate(names) if not column.strip()}
    return [nameless.get(position, column) for position, column in enumerate(names)], frozenset(nameless.values())
