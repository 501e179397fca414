# SPDX-License-Identifier: Apache-2.0
"""A table on its way in, and what is done to make the test table fit the train table."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np
import pandas as pd

from probatum.errors import DataError
from probatum.systems.datasets.column_reading import Blanks, Reading
from probatum.systems.mistakes import visible

SHOWN = 12  # names listed in a message


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """What one file, or one pair of arrays, holds."""

    features: pd.DataFrame | np.ndarray  # every column besides the target
    truth: pd.Series  # (n,) as it came
    what: str  # how messages name it: a file's name, or "the test rows"
    digest: str
    lines: Sequence[int] | None = None  # the line of the file on which each row begins
    texts: bool = False  # it came as a sequence of texts, not as a table
    reading: Reading | None = None  # how its columns were read, where it came from a text file

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.truth)

    def place(self, row: int) -> str:
        """Name a row so that a person finds it."""
        return f"row {row + 1}" if self.lines is None else f"line {self.lines[row]}"

    def keep(self, rows: np.ndarray) -> "Table":
        """Return the rows at the given positions, counted anew from 0."""
        old = self.features
        features = old.iloc[rows].reset_index(drop=True) if isinstance(old, pd.DataFrame) else old[rows]
        lines = None if self.lines is None else [self.lines[row] for row in rows]
        return replace(self, features=features, truth=self.truth.iloc[rows].reset_index(drop=True), lines=lines)


def column_names(features: pd.DataFrame | np.ndarray) -> list[str]:
    """Return a name for each column; those of arrays are counted from 1, or by position where they have more axes."""
    if isinstance(features, pd.DataFrame):
        return [str(name) for name in features.columns]
    if features.ndim == 2:
        return [f"column {position + 1}" for position in range(features.shape[1])]
    return [f"cell {','.join(map(str, position))}" for position in np.ndindex(*features.shape[1:])]


def answered(table: Table, notes: list[str]) -> Table:
    """Strip the labels and drop the rows that have none; the number dropped goes into the notes."""
    if not len(table):
        raise DataError(f"{table.what} holds no rows; at least one was wanted.")
    reading = None if table.reading is None else table.reading.texts.get(str(table.truth.name))
    exact = reading is not None and reading.blanks is Blanks.NONE
    truth = table.truth if exact else _stripped(table.truth)
    rows = np.flatnonzero(truth.notna())
    table = replace(table, truth=truth)
    dropped = len(table) - len(rows)
    if dropped == len(table):
        raise DataError(f"No row of {table.what} has a true answer (the target is empty); at least one was wanted.")
    if dropped:
        were = "row has" if dropped == 1 else "rows have"
        notes.append(f"{dropped:,} {were} no true answer in {table.what}; left out.")
    return table.keep(rows)


def aligned(train: Table, test: Table, notes: list[str]) -> Table:
    """Give the test table the columns of the train table, matched by name.

    Raises:
        DataError: the test table lacks columns, or is of another shape.
    """
    known, came = train.features, test.features
    if isinstance(known, pd.DataFrame) and isinstance(came, pd.DataFrame):
        return _matched(train, known, test, came, notes)
    if isinstance(known, pd.DataFrame) or isinstance(came, pd.DataFrame):
        raise DataError(f"Of {train.what} and {test.what}, one is an array and one a table; wanted two of a kind.")
    if known.shape[1:] != came.shape[1:]:
        raise DataError(
            f"A row of {train.what} has the shape {known.shape[1:]}, a row of {test.what} {came.shape[1:]}; "
            "wanted equal shapes."
        )
    return test


def _matched(train: Table, known: pd.DataFrame, test: Table, came: pd.DataFrame, notes: list[str]) -> Table:
    """Return the test table with the columns that the train table has, in its order."""
    missing = [name for name in known.columns if name not in came.columns]
    if missing:
        raise DataError(f"{test.what} lacks {listed(missing)}, which {train.what} has; add what is missing.")
    extra = [name for name in came.columns if name not in known.columns]
    if extra:
        notes.append(f"{test.what} has {listed(extra)}, which {train.what} lacks; left out.")
    if [name for name in came.columns if name in known.columns] != list(known.columns):
        notes.append("The columns of the test file were in another order; they were matched by name.")
    return replace(test, features=came[list(known.columns)])


def listed(names: Sequence[object]) -> str:
    """Return names for a message: the first few, and how many more."""
    shown = ", ".join(f'"{visible(str(name))}"' for name in names[:SHOWN])
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"the column{'' if len(names) == 1 else 's'} {shown}{more}"


def _stripped(truth: pd.Series) -> pd.Series:
    """Return the labels without blanks around them; a label of blanks alone is missing."""
    if pd.api.types.is_numeric_dtype(truth.dtype):
        return truth
    cells = truth.astype(object)
    found, different = pd.factorize(cells)  # -1 for missing
    clean = np.empty(len(different) + 1, dtype=object)
    clean[: len(different)] = [cell.strip() or None if isinstance(cell, str) else cell for cell in different]
    return pd.Series(clean[found], dtype=object, name=truth.name).infer_objects()
