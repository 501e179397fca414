# SPDX-License-Identifier: Apache-2.0
"""Single rows made to be hard work: long words, huge and tiny numbers, nothing but missing cells, mixtures of rows."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import cycle, zip_longest
from typing import final

import numpy as np
import pandas as pd

from probatum.systems.datasets.rows import NUMBERS, Kind, Rows, as_frame

CRAFTED = "crafted"  # the name of such rows: never the system's own, so nothing of them is stored
LOOKED_AT = 2000  # rows from which the range of the numbers is taken
# The least that a float can be without losing digits is about 1e-308, in single precision 1e-38; processors take many
# times as long for what lies below (Andrysco et al. 2015, IEEE Symposium on Security and Privacy).
TINY = (1e-310, 1e-40)
LARGEST_WHOLE = 2**53  # every smaller whole number survives the way through a float


@final
class Workshop:
    """Makes rows out of others; what it writes into a cell is of the cell's own type wherever that can hold it."""

    def __init__(self, rows: Rows) -> None:
        """Learn from the held-out rows which cells are words, and how large the numbers are."""
        some = rows.take(np.arange(min(len(rows), LOOKED_AT)))
        frame = as_frame(some.features)
        plain = isinstance(rows.features, np.ndarray) and rows.features.dtype.kind in "iufb"
        self._words = () if plain else tuple(at for at in range(frame.shape[1]) if _holds_words(frame.iloc[:, at]))
        self._text = any(column.kind is Kind.TEXT for column in rows.schema.given)
        self._numbers = tuple(at for at in range(frame.shape[1]) if _is_number(frame.iloc[:, at]))
        self._floats = tuple(at for at in self._numbers if pd.api.types.is_float_dtype(frame.dtypes.iloc[at]))
        cells = frame.iloc[:, list(self._numbers)].to_numpy(dtype=np.float64, na_value=np.nan)
        cells = np.where(np.isfinite(cells), cells, np.nan)
        filled = np.where(np.isnan(cells).all(axis=0), 0.0, cells)  # a column without any number
        self._largest = np.nanmax(np.abs(filled), axis=0) if self._numbers else np.empty(0)
        self._middle = np.nanmedian(filled, axis=0) if self._numbers else np.empty(0)
        self.cells = frame.shape[1]

    @property
    def has_words(self) -> bool:
        """Whether any cell is a word."""
        return bool(self._words)

    @property
    def has_text(self) -> bool:
        """Whether any cell is free text, rather than one of a list of categories."""
        return self._text

    @property
    def has_numbers(self) -> bool:
        """Whether any cell is a number."""
        return bool(self._numbers)

    @property
    def has_floats(self) -> bool:
        """Whether any cell may hold a fraction."""
        return bool(self._floats)

    def longer(self, row: Rows, patterns: Sequence[Callable[[str, int], str]], length: int) -> Rows:
        """Return one row with ``length`` letters in each cell of words; the patterns take turns over the columns."""
        frame = as_frame(row.features)
        turns = zip(self._words, cycle(patterns))  # endless on one side
        return rewritten(row, {at: pattern(str(frame.iloc[0, at]), length) for at, pattern in turns})

    def huger(self, row: Rows, times: float) -> Rows:
        """Return one row whose numbers are so many times the largest seen in their columns."""
        with np.errstate(over="ignore"):
            values = np.minimum(np.maximum(self._largest, 1.0) * times, np.finfo(np.float64).max / 2)
        return rewritten(row, dict(zip(self._numbers, values.tolist(), strict=True)))

    def tinier(self, row: Rows) -> Rows:
        """Return one row whose numbers lose digits for being so small, in double and in single precision in turn."""
        return rewritten(row, {at: TINY[place % 2] for place, at in enumerate(self._floats)})

    def middling(self, row: Rows) -> Rows:
        """Return one row with the middle of every column of numbers, to which as many as can be are equally near."""
        return rewritten(row, dict(zip(self._numbers, self._middle.tolist(), strict=True)))

    def emptied(self, row: Rows) -> Rows:
        """Return one row with nothing but missing cells."""
        return rewritten(row, dict.fromkeys(range(self.cells), np.nan))


def wider(row: Rows, times: float) -> Rows:
    """Return one row, an array, repeated so often along its last axis; a table stays as it is."""
    if not isinstance(row.features, np.ndarray):
        return row
    return replace(row, features=np.concatenate([row.features] * int(times), axis=-1), name=CRAFTED)


def unusual(rows: Rows, most: int) -> dict[int, str]:
    """Return the places of unusual rows, each with what is unusual about it; every way of being so has its turn."""
    ways = {
        "with a rare category": _rare(rows),
        "with long text": _high(_letters(rows)),
        "with numbers far from the middle": _high(_strangeness(rows)),
        "with missing cells": _high(_missing(rows)),
    }
    found: dict[int, str] = {}
    for turn in zip_longest(*ways.values()):
        for way, place in zip(ways, turn, strict=True):
            if place is not None and len(found) < most:
                found.setdefault(place, way)
    return found


def mixed(first: Rows, second: Rows, take: np.ndarray) -> Rows:
    """Return one row with the cells of ``second`` where ``take`` (d,) bool is true, else those of ``first``.

    Of a longer array (``wider``), the cells that repeat one cell are taken together; the second is repeated as often.
    """
    if isinstance(first.features, np.ndarray) and isinstance(second.features, np.ndarray):
        cells = first.features
        if second.features.shape[:-1] != cells.shape[:-1] or take.size % math.prod(cells.shape[:-1]):
            return first  # no cell has a counterpart
        where, other = (_repeated(one, cells.shape) for one in (take.reshape(*cells.shape[:-1], -1), second.features))
        return replace(first, features=np.where(where, other, cells), name=CRAFTED)
    frames = as_frame(first.features), as_frame(second.features)
    columns = [frames[int(other)].iloc[:, at].reset_index(drop=True) for at, other in enumerate(take.tolist())]
    return replace(first, features=_joined(columns, frames[0]), name=CRAFTED)


def _repeated(cells: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return an array repeated along its last axis, and cut, until that has the length of the shape's."""
    return np.asarray(np.take(cells, np.arange(shape[-1]) % cells.shape[-1], axis=-1))


def rewritten(row: Rows, cells: Mapping[int, object]) -> Rows:
    """Return one row with some cells exchanged, by their place among the columns that the model is given."""
    if isinstance(row.features, np.ndarray):
        flat: np.ndarray = row.features.copy().reshape(1, -1)
        for at, cell in cells.items():
            if flat.dtype.kind == "O" or _fits(cell, flat.dtype):
                flat[0, at] = _held(cell, flat.dtype)
        return replace(row, features=flat.reshape(row.features.shape), name=CRAFTED)
    frame = row.features.reset_index(drop=True)
    series = [frame.iloc[:, at] for at in range(frame.shape[1])]
    for at, cell in cells.items():
        series[at] = _series(cell, series[at])
    return replace(row, features=_joined(series, frame), name=CRAFTED)


def _joined(series: list[pd.Series], like: pd.DataFrame) -> pd.DataFrame:
    frame = pd.concat(series, axis=1)
    frame.columns = like.columns
    return frame


def _series(cell: object, like: pd.Series) -> pd.Series:
    """Return one cell as a column, of the type that the column had, or else of the one a program would give it."""
    dtype = like.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "iuf" and _fits(cell, dtype):
        return pd.Series(np.asarray([_held(cell, dtype)], dtype=dtype), name=like.name)
    if isinstance(cell, float) and np.isnan(cell):
        return like.where(np.zeros(1, dtype=bool))
    if isinstance(cell, str) and pd.api.types.is_string_dtype(dtype):
        return pd.Series([cell], name=like.name, dtype=dtype)
    return pd.Series([cell], name=like.name, dtype=object if isinstance(cell, str) else None)


def _fits(cell: object, dtype: np.dtype) -> bool:
    if not isinstance(cell, float | int):
        return False
    return dtype.kind == "f" or (dtype.kind in "iu" and bool(np.isfinite(cell)) and abs(cell) >= 1) or cell == 0


def _held(cell: object, dtype: np.dtype) -> object:
    """Return a number as near as the type can hold it."""
    if not isinstance(cell, float | int) or dtype.kind == "O":
        return cell
    if dtype.kind == "f":
        most = float(np.finfo(dtype).max)
        return cell if np.isnan(cell) else min(max(cell, -most), most)
    ends = np.iinfo(dtype)
    return int(min(max(round(cell), ends.min, -LARGEST_WHOLE), ends.max, LARGEST_WHOLE))


def _holds_words(cells: pd.Series) -> bool:
    return any(isinstance(cell, str) for cell in cells.head(100))


def _is_number(cells: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(cells.dtype)) and not pd.api.types.is_bool_dtype(cells.dtype)


def _rare(rows: Rows) -> list[int]:
    """Return the first row of each category, the rarest first."""
    codes = rows.categorical()
    found = []
    for place, column in enumerate(rows.categorical_columns()):
        if not column.audit_only:
            values, first, count = np.unique(codes[:, place], return_index=True, return_counts=True)
            found += [(int(n), int(at)) for value, at, n in zip(values, first, count, strict=True) if value >= 0]
    return [at for _, at in sorted(found)]


def _letters(rows: Rows) -> np.ndarray:
    """Return the letters (n,) of all text in each row."""
    total = np.zeros(len(rows))
    if isinstance(rows.features, pd.DataFrame):
        for at, column in enumerate(rows.schema.given):
            if column.kind is Kind.TEXT:
                total += rows.features.iloc[:, at].map(lambda cell: len(str(cell))).to_numpy(dtype=np.float64)
    return total


def _strangeness(rows: Rows) -> np.ndarray:
    """Return how far (n,) the numbers of each row lie from the middle, in standard deviations, at most."""
    numbers = _some_numbers(rows)
    if not numbers.size:
        return np.zeros(len(numbers))
    spread = np.nanstd(numbers, axis=0)
    away = np.abs(numbers - np.nanmean(numbers, axis=0)) / np.where(spread > 0, spread, np.inf)
    return np.asarray(np.nan_to_num(away).max(axis=1))


def _missing(rows: Rows) -> np.ndarray:
    numbers = _some_numbers(rows)
    return np.asarray(np.isnan(numbers).sum(axis=1), dtype=np.float64)


def _some_numbers(rows: Rows) -> np.ndarray:
    """Return the numbers (m, d) of the first rows; columns without any number are left out."""
    numbers = rows.take(np.arange(min(len(rows), LOOKED_AT))).numeric()
    given = [not column.audit_only and column.kind in NUMBERS for column in rows.numeric_columns()]
    numbers = np.where(np.isfinite(numbers), numbers, np.nan)[:, given]
    return np.asarray(numbers[:, ~np.isnan(numbers).all(axis=0)])


def _high(values: np.ndarray) -> list[int]:
    """Return the places of the highest values, the highest first; none where nothing is above zero."""
    order = np.argsort(-values, kind="stable")[:10]
    return [int(place) for place in order if values[place] > 0]
