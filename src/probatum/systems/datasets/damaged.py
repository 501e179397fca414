# SPDX-License-Identifier: Apache-2.0
"""A table some of whose cells came out wrong, in the user's own types.

Protected columns and columns that a person cannot change are among the cells: a slip of the pen spares no column.
Identifiers and columns that are only looked at are not given to the model, so they are left alone. Free text, dates
and numbers with two values (yes or no) can only go missing.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import final

import numpy as np
import pandas as pd

from probatum.systems.datasets.encoded import decode, encode
from probatum.systems.datasets.rows import Column, Kind, Rows, as_frame

DAMAGED = "damaged"  # the name of such rows: never the system's own, so nothing of them is stored


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Damaged:
    """Rows of a table after damage."""

    before: Rows
    after: Rows
    touched: np.ndarray  # (n, p) bool: the cell is another one now; all columns that the model is given

    def alone(self, row: int, column: int) -> Rows:
        """Return one row with nothing but one of its cells damaged."""
        before = self.before.take(np.array([row]))
        frame = as_frame(before.features).copy()
        frame.isetitem(column, as_frame(self.after.features).iloc[[row], column].array)
        return replace(before, features=_like(before, frame))


@final
class Damageable:
    """A table as arrays of what can be damaged, and the way back."""

    def __init__(self, rows: Rows, learned_from: Rows) -> None:
        """Take the rows to be damaged, and those that tell what is usual."""
        given = rows.schema.given
        self._given = given
        self._rows = replace(rows, name=DAMAGED)
        self._frame = as_frame(rows.features)
        self._cells, known = encode(rows), encode(learned_from)
        learned = as_frame(learned_from.features)
        self._numbers = [at for at, one in enumerate(given) if _holds_numbers(one) and _varied(known[:, at])]
        self._categories = [at for at, one in enumerate(given) if _holds_categories(one)]
        self.known = known[:, self._numbers]  # (m, c) what numbers are usual
        self.whole = np.array([given[at].kind is Kind.INTEGER for at in self._numbers], dtype=bool)  # (c,)
        self.sizes = np.array([len(given[at].categories) for at in self._categories], dtype=np.int64)  # (k,)
        self.spelled = any(_are_words(learned.iloc[:, at]).any() for at in self._categories)  # some, as words

    @property
    def numbers(self) -> np.ndarray:
        """(n, c) float64, NaN for missing: the columns of numbers with more than two values."""
        return np.asarray(self._cells[:, self._numbers], dtype=np.float64)

    @property
    def codes(self) -> np.ndarray:
        """(n, k) int32 places in each column's categories, -1 for missing or unknown."""
        return np.asarray(np.nan_to_num(self._cells[:, self._categories], nan=-1.0), dtype=np.int32)

    @cached_property
    def words(self) -> np.ndarray:
        """(n, k) bool: the cell of a column of categories is a word."""
        words = [_are_words(self._frame.iloc[:, at]) for at in self._categories]
        return np.array(words, dtype=bool).reshape(-1, len(self._rows)).T

    @property
    def present(self) -> np.ndarray:
        """(n, p) bool: the cell is there; all columns that the model is given."""
        return self._frame.notna().to_numpy()

    def without(self, gone: np.ndarray) -> Damaged:
        """Return the rows without some cells, (n, p) bool."""
        frame = self._frame.copy()
        for at in np.flatnonzero(gone.any(axis=0)).tolist():
            frame.isetitem(at, frame.iloc[:, at].where(~gone[:, at]).array)
        return self._made(_like(self._rows, frame), gone & self.present)

    def with_numbers(self, new: np.ndarray) -> Damaged:
        """Return the rows with other numbers, (n, c) float64; a column of whole numbers gets whole ones.

        What is missing stays missing, and a number that would no longer be finite stays as it was.
        """
        whole = np.where(self.whole, np.rint(new), new)
        return self._with(self._numbers, np.where(np.isfinite(whole) & ~np.isnan(self.numbers), whole, self.numbers))

    def with_categories(self, new: np.ndarray) -> Damaged:
        """Return the rows with other categories, (n, k) int32 places."""
        return self._with(self._categories, np.where(new < 0, np.nan, new))

    def with_words(self, hit: np.ndarray, spelled: Callable[[str], str]) -> Damaged:
        """Return the rows with some words, (n, k) bool, spelled otherwise, so that they are no category."""
        hit = hit & self.words
        frame, touched = self._frame.copy(), np.zeros(self._frame.shape, dtype=bool)
        for place, at in enumerate(self._categories):
            rows = np.flatnonzero(hit[:, place])
            if rows.size:
                old = frame.iloc[:, at]
                cells = old.to_numpy(dtype=object, copy=True)
                cells[rows] = [_foreign(spelled(word), self._given[at]) for word in cells[rows].tolist()]
                after = pd.Series(cells, dtype=object)
                listed = isinstance(old.dtype, pd.CategoricalDtype)  # the new words are not among its categories
                frame.isetitem(at, (after if listed else after.astype(old.dtype)).array)
                touched[rows, at] = True
        return self._made(_like(self._rows, frame), touched)

    def _with(self, places: list[int], new: np.ndarray) -> Damaged:
        """Return the rows with other cells, encoded, in some columns."""
        cells = self._cells.copy()
        cells[:, places] = new
        touched = (cells != self._cells) & ~np.isnan(self._cells)
        roomy = replace(self._rows, features=_roomy(self._rows.features, cells, touched))
        return self._made(decode(cells, roomy, before=self._cells).features, touched)

    def _made(self, features: pd.DataFrame | np.ndarray, touched: np.ndarray) -> Damaged:
        return Damaged(before=self._rows, after=replace(self._rows, features=features), touched=touched)


def _holds_numbers(column: Column) -> bool:
    """Say whether a column is of numbers that are not the names of categories."""
    return column.kind in (Kind.NUMERIC, Kind.INTEGER) and not column.categories


def _holds_categories(column: Column) -> bool:
    return column.kind in (Kind.CATEGORICAL, Kind.ORDINAL) and bool(column.categories)


def _varied(cells: np.ndarray) -> bool:
    """Say whether a column has more than two different numbers: others are a yes or no."""
    return len(np.unique(cells[np.isfinite(cells)])) > 2


def _are_words(cells: pd.Series) -> np.ndarray:
    return np.array([isinstance(cell, str) for cell in cells], dtype=bool)


def _foreign(word: str, column: Column) -> str:
    while word in column.categories:
        word += word[-1:] or "?"
    return word


def _roomy(features: pd.DataFrame | np.ndarray, cells: np.ndarray, touched: np.ndarray) -> pd.DataFrame | np.ndarray:
    """Return the rows in types that hold the new cells: a thousand times a small whole number may not fit."""
    if isinstance(features, np.ndarray):
        return features.astype(_wider(features.dtype, cells[touched])) if features.dtype.kind in "iu" else features
    frame = features.copy()
    for at in np.flatnonzero(touched.any(axis=0)).tolist():
        old = frame.dtypes.iloc[at]
        if pd.api.types.is_integer_dtype(old):
            plain = isinstance(old, np.dtype)  # else a type of pandas, whose cells may be missing
            held = old if plain else old.numpy_dtype
            wide = _wider(held, cells[touched[:, at], at])
            if wide != held:
                name = wide.name if plain else wide.name.capitalize()
                frame.isetitem(at, frame.iloc[:, at].astype(pd.api.types.pandas_dtype(name)).array)
    return frame


def _wider(dtype: np.dtype, values: np.ndarray) -> np.dtype:
    """Return a type of whole numbers, or a wider one, that holds the values."""
    held = np.iinfo(dtype.name)
    if ((values >= held.min) & (values <= held.max)).all():
        return dtype
    return np.dtype(np.int64 if (np.abs(values) < 2.0**62).all() else np.float64)


def _like(rows: Rows, frame: pd.DataFrame) -> pd.DataFrame | np.ndarray:
    """Return the cells as a frame or an array, whichever the user gave."""
    if isinstance(rows.features, pd.DataFrame):
        return frame
    array = frame.to_numpy()  # wider than before where whole numbers went missing or grew
    return array.astype(rows.features.dtype) if rows.features.dtype.kind in "fO" else array
