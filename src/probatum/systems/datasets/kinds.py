# SPDX-License-Identifier: Apache-2.0
"""What the cells of a column are: as somebody said, else as they look."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from probatum.errors import DataError
from probatum.systems.datasets.rows import Column, Kind, as_frame, dates, plain_numbers, printed
from probatum.systems.datasets.tables import Table, column_names
from probatum.systems.mistakes import visible
from probatum.systems.sections import ColumnsSection

MOST_CATEGORIES = 50  # a text column with more, and mostly distinct ones, is free text
SENTENCE_WORDS = 5  # a text column whose different texts are mostly so long is free text
ALMOST_ALL = 0.9  # a text column with more numbers than this was meant to be one of numbers
MOST_LEVELS_OF_FEW = 10  # of few rows: no column with so few different cells is free text for their number alone
CODE = r"0\d+"  # digits that name something, such as a postcode: no number begins so
PROSE_DISTINCT = 0.1  # of the cells of a column of sentences are different, at least
OFTEN = 10  # a cell's content is named in a note only if so many rows share it


def learn(table: Table, said: ColumnsSection, looked_at: frozenset[str], identity: str | None) -> tuple[Column, ...]:
    """Return the table's columns in its order; those in ``looked_at`` are not given to the model."""
    names = column_names(table.features)
    frame = as_frame(table.features)
    guesses = _array_kinds(table.features)
    columns = []
    for position, name in enumerate(names):
        cells = frame.iloc[:, position]
        known = _said(name, said)
        kind = known or (guesses[position] if guesses else _guessed(cells))
        columns.append(
            Column(
                name=name,
                kind=kind,
                categories=_categories(name, kind, cells, said),
                protected=name in said.protected,
                personal=name in said.personal or name == identity,
                audit_only=name in looked_at,
                immutable=name in said.immutable,
                stated=known is not None,
            )
        )
    return tuple(columns)


def check(table: Table, columns: tuple[Column, ...]) -> None:
    """Refuse a table whose cells are not of their column's kind, with every such column at once.

    Raises:
        DataError: names column, line and count.
    """
    if plain_numbers(table.features):
        return
    frame = as_frame(table.features)
    mistakes = []
    for position, column in enumerate(columns):
        cells = frame.iloc[:, position]
        if column.kind in (Kind.NUMERIC, Kind.INTEGER, Kind.TEXT) and _numbers_or_text(cells, column.kind):
            continue
        wanted, unreadable = _test_of(column)
        bad = np.flatnonzero(unreadable(cells) & cells.notna().to_numpy())
        if bad.size:
            count = "1 cell is" if bad.size == 1 else f"{bad.size:,} cells are"
            mistakes.append(
                f"{_named(column)} of {table.what}: {count} not {wanted}, first in {table.place(int(bad[0]))}"
            )
    if mistakes:
        raise DataError(f"{'; '.join(mistakes)}. Correct them; if they mean missing, list them in [data] missing.")


def _numbers_or_text(cells: pd.Series, kind: Kind) -> bool:
    """Say whether the type of the cells leaves nothing to look at."""
    return kind is Kind.TEXT or pd.api.types.is_numeric_dtype(cells.dtype)


def suspects(table: Table, columns: tuple[Column, ...]) -> list[str]:
    """Return a note for each text column that looks like numbers with an unknown mark for missing."""
    if not isinstance(table.features, pd.DataFrame):
        return []
    notes = []
    for position, column in enumerate(columns):
        cells = table.features.iloc[:, position].dropna()
        if column.kind not in {Kind.CATEGORICAL, Kind.TEXT} or pd.api.types.infer_dtype(cells) != "string":
            continue
        strange = cells[pd.to_numeric(cells, errors="coerce").isna()]
        if 0 < len(strange) < (1 - ALMOST_ALL) * len(cells):
            mark, often = strange.value_counts().index[0], int(strange.value_counts().iloc[0])
            hint = f', mostly "{visible(mark)}"' if often >= OFTEN else ""
            notes.append(
                f"{_named(column)} was taken as text, though all but {len(strange):,} of its cells are numbers"
                f"{hint}; if these mean missing, list them in [data] missing."
            )
    return notes


def unseen(table: Table, columns: tuple[Column, ...]) -> list[str]:
    """Return a note for each categorical column of a test table with values that train lacks; counts only."""
    if plain_numbers(table.features):
        return []
    frame, notes = as_frame(table.features), []
    for position, column in enumerate(columns):
        if column.kind is Kind.CATEGORICAL:
            cells = frame.iloc[:, position].dropna()
            counts = cells.value_counts()
            known = set(column.categories)
            new = sum(int(n) for value, n in counts.items() if printed(value) not in known)
            if new:
                notes.append(f"{_named(column)} of {table.what} holds values unknown to train in {new:,} rows.")
    return notes


def guessed_alone(cells: pd.Series) -> Kind:
    """Guess a kind from these cells as if no others were known.

    Cells that came as text since those of another table are text are numbers where all of them can be read as such.
    Words of which most are different, or that are whole sentences, are free text.
    """
    there = cells.dropna()
    if not len(there):
        return Kind.TEXT  # nothing tells anybody apart
    if pd.api.types.infer_dtype(there) == "string":
        read = pd.to_numeric(there, errors="coerce")
        words = read.isna().any() or there.str.fullmatch(CODE).any()
        kind = _guessed(there) if words else _guessed(read)
        return Kind.TEXT if kind is Kind.CATEGORICAL and _is_prose(there) else kind
    return _guessed(cells)


def _is_prose(words: pd.Series) -> bool:
    """Say whether most cells are different, or many are and each is a sentence."""
    distinct = words.nunique()
    return (distinct > MOST_LEVELS_OF_FEW and distinct > len(words) / 2) or _repeats_sentences(words, distinct)


def _repeats_sentences(cells: pd.Series, distinct: int) -> bool:
    """Say whether there are many different cells, and most of these are sentences."""
    many = distinct > MOST_CATEGORIES or distinct > max(MOST_LEVELS_OF_FEW, len(cells) * PROSE_DISTINCT)
    return many and _are_sentences(cells)


def _named(column: Column) -> str:
    """Name a column in a message."""
    return f'Column "{visible(column.name)}"'


def _said(name: str, said: ColumnsSection) -> Kind | None:
    """Return the kind that somebody stated."""
    lists = {
        Kind.CATEGORICAL: said.categorical,
        Kind.TEXT: said.text,
        Kind.ORDINAL: said.ordinal,
        Kind.INTEGER: said.integer,
        Kind.DATE: said.date,
    }
    return next((kind for kind, names in lists.items() if name in names), None)


def _categories(name: str, kind: Kind, cells: pd.Series, said: ColumnsSection) -> tuple[str, ...]:
    """Return the categories of a column, in the order that was given for them, else sorted."""
    if kind is Kind.ORDINAL and isinstance(said.ordinal, dict):
        return said.ordinal.get(name, ())
    if kind is not Kind.CATEGORICAL:
        return ()
    return tuple(sorted({printed(value) for value in cells.dropna().unique()}))


def _guessed(cells: pd.Series) -> Kind:
    """Guess the kind of a column from its type and its cells."""
    cells = cells.infer_objects()
    types = pd.api.types
    if types.is_bool_dtype(cells.dtype) or isinstance(cells.dtype, pd.CategoricalDtype):
        return Kind.CATEGORICAL
    if types.is_datetime64_any_dtype(cells.dtype):
        return Kind.DATE
    if types.is_numeric_dtype(cells.dtype):
        values = cells.to_numpy(dtype=np.float64, na_value=np.nan)
        return Kind.INTEGER if _whole(values) else Kind.NUMERIC
    if types.infer_dtype(cells, skipna=True) in ("date", "datetime"):  # objects of Python's own
        return Kind.DATE
    try:
        distinct = cells.nunique()
    except TypeError:  # lists and the like
        return Kind.TEXT
    free = (distinct > MOST_CATEGORIES and distinct > len(cells) / 2) or _repeats_sentences(cells, distinct)
    return Kind.TEXT if free else Kind.CATEGORICAL


def _are_sentences(cells: pd.Series) -> bool:
    """Say whether the different texts of a column are mostly sentences, whose repetition makes no category of them."""
    words = [len(value.split()) for value in cells.dropna().unique() if isinstance(value, str)]
    return bool(words) and float(np.median(words)) >= SENTENCE_WORDS


def _array_kinds(features: pd.DataFrame | np.ndarray) -> list[Kind]:
    """Return the kinds of the columns of an array of numbers, none for what needs a look column by column."""
    if not isinstance(features, np.ndarray) or not plain_numbers(features):
        return []
    flat = features.reshape(len(features), -1)
    if features.dtype.kind in "iu":
        return [Kind.INTEGER] * flat.shape[1]
    return [Kind.INTEGER if _whole(flat[:, position]) else Kind.NUMERIC for position in range(flat.shape[1])]


def _whole(values: np.ndarray) -> bool:
    """Say whether there is a number, and every number is a whole one."""
    there = values[~np.isnan(values)]
    return bool(there.size and np.all(np.isfinite(there)) and np.all(there == np.floor(there)))


def _test_of(column: Column) -> tuple[str, "Callable[[pd.Series], np.ndarray]"]:
    """Return what a cell of this column should be, and which cells cannot be read as that."""
    if column.kind is Kind.DATE:
        return "a date such as 2027-03-01", lambda cells: dates(cells).isna().to_numpy()
    if column.kind is Kind.ORDINAL and column.categories:
        known = set(column.categories)
        return "in the order given for it", lambda cells: np.array([printed(cell) not in known for cell in cells])
    if column.kind in {Kind.NUMERIC, Kind.INTEGER, Kind.ORDINAL}:
        return "a number", lambda cells: pd.to_numeric(cells, errors="coerce").isna().to_numpy()
    return "readable", lambda cells: np.zeros(len(cells), dtype=bool)
