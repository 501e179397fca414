# SPDX-License-Identifier: Apache-2.0
"""The nouns of a data set: columns, the schema they form, and rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import final

import numpy as np
import pandas as pd

from probatum.facts.threats import Task
from probatum.systems.datasets.known import NOTHING, KnownCells

Label = str | int | float | bool


class Kind(StrEnum):
    """What the cells of a column are."""

    NUMERIC = "numeric"
    INTEGER = "integer"
    ORDINAL = "ordinal"  # an order without distances
    CATEGORICAL = "categorical"
    TEXT = "text"  # free text and identifiers: neither a number nor a category
    DATE = "date"


NUMBERS = frozenset({Kind.NUMERIC, Kind.INTEGER, Kind.ORDINAL, Kind.DATE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column, besides the target."""

    name: str
    kind: Kind
    categories: tuple[str, ...] = ()  # as printed, sorted; of an ordinal column of words: in their order
    protected: bool = False  # such as sex or race: whether it matters is looked at
    personal: bool = False  # can tell who somebody is: masked wherever it would be shown
    audit_only: bool = False  # looked at, never given to the model
    immutable: bool = False  # the person cannot change it
    stated: bool = False  # somebody said what kind it is, so that the kind is no guess from the rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """What train and test have in common."""

    columns: tuple[Column, ...]  # what the model is given, in its order, then what is only looked at
    target: str
    task: Task
    classes: tuple[Label, ...]  # in the order of the scores; empty for regression
    array: bool  # the user gave arrays, so the model gets arrays
    positive: int | None = None  # binary: the index of the class that is looked for
    texts: bool = False  # the user gave a sequence of texts, so a function gets one
    group: str | None = None  # the column whose equal cells belong together: one person's visits, one family
    favourable: int | None = None  # the index of the class that is good for the person, where somebody said which
    truth_known: bool = True  # False: only decisions are known, and every row's truth is -1

    @property
    def given(self) -> tuple[Column, ...]:
        """The columns that the model is given, in its order."""
        return tuple(column for column in self.columns if not column.audit_only)


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Said:
    """What a system said about some rows long ago, where a table of cases stands for a model."""

    labels: np.ndarray  # (n,) int32 index into the classes, -1: none; regression: (n,) float64, NaN: none
    scores: np.ndarray | None = None  # (n, k) probabilities in the order of the classes
    ranks: np.ndarray | None = None  # (n,) float64, higher is more of the positive class; no probability

    def take(self, where: np.ndarray) -> "Said":
        """Return what was said about the rows at these positions."""
        return Said(
            labels=self.labels[where],
            scores=None if self.scores is None else self.scores[where],
            ranks=None if self.ranks is None else self.ranks[where],
        )


@final
@dataclass(frozen=True, slots=True, weakref_slot=True, kw_only=True, eq=False)
class Rows:
    """Some rows with their true answers."""

    features: pd.DataFrame | np.ndarray  # what the model is given, in the user's own types; arrays may have any shape
    truth: np.ndarray  # (n,) int32 index into the classes, -1 if the truth is not known; regression: (n,) float64
    schema: Schema
    name: str  # "train" or "test"
    audit: pd.DataFrame | None = None  # what is only looked at
    said: Said | None = None  # by a system of which only this table is left

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.truth)

    @property
    def pictures(self) -> bool:
        """Whether each row is an array of its own, such as a picture, rather than cells of named columns."""
        return isinstance(self.features, np.ndarray) and self.features.ndim > 2

    def take(self, index: np.ndarray) -> "Rows":
        """Return the rows at ``index``, positions or a (n,) bool, in that order."""
        where = np.flatnonzero(index) if index.dtype == bool else index
        features = self.features.iloc[where] if isinstance(self.features, pd.DataFrame) else self.features[where]
        audit = None if self.audit is None else self.audit.iloc[where]
        said = None if self.said is None else self.said.take(where)
        return replace(self, features=features, truth=self.truth[where], audit=audit, said=said)

    @property
    def as_given(self) -> pd.DataFrame | pd.Series | np.ndarray:
        """What a function of the user's own gets: rows in the form in which they were given."""
        if self.schema.texts and isinstance(self.features, pd.DataFrame):
            return self.features.iloc[:, 0]
        return self.features

    def contents(self, row: int) -> dict[str, str]:
        """Return the cells of one row as printed, by column."""
        frames = [as_frame(self.features)] if self.audit is None else [as_frame(self.features), self.audit]
        # one by one: a whole row would be brought to one type, and float32 to the many digits of float64
        cells = [printed(frame.iat[row, at]) for frame in frames for at in range(frame.shape[1])]
        return {column.name: cell for column, cell in zip(self.schema.columns, cells, strict=True)}

    def numeric_columns(self) -> tuple[Column, ...]:
        """Return the columns of ``numeric()``, in its order."""
        return tuple(column for column in self.schema.columns if column.kind in NUMBERS)

    def categorical_columns(self) -> tuple[Column, ...]:
        """Return the columns of ``categorical()``, in its order."""
        return tuple(column for column in self.schema.columns if column.kind is Kind.CATEGORICAL)

    def numeric(self) -> np.ndarray:
        """Return (n, d) float64, NaN for missing; dates as days since 1970, ordered words as 0, 1, 2 ..."""
        if (
            plain_numbers(self.features)
            and self.audit is None
            and len(self.numeric_columns()) == len(self.schema.columns)
        ):
            return np.asarray(self.features, dtype=np.float64).reshape(len(self), -1)
        return self._stack(self.numeric_columns(), numbers, np.float64)

    def categorical(self, *, unseen: bool = False) -> np.ndarray:
        """Return (n, c) int32 positions in each column's categories, -1 for missing or never seen in train.

        With ``unseen``, the position after the last category stands for what was never seen in train, and -1 for
        missing alone.
        """
        return self._stack(self.categorical_columns(), codes_with_unseen if unseen else codes, np.int32)

    def _stack(
        self, columns: tuple[Column, ...], encode: "Callable[[pd.Series, Column], np.ndarray]", dtype: type
    ) -> np.ndarray:
        """Encode each of ``columns`` into one column of an array."""
        place = {column.name: position for position, column in enumerate(self.schema.columns)}
        frames = [as_frame(self.features)] if self.audit is None else [as_frame(self.features), self.audit]
        out: np.ndarray = np.empty((len(self), len(columns)), dtype=dtype)
        for position, column in enumerate(columns):
            at = place[column.name]
            width = frames[0].shape[1]
            cells = frames[0].iloc[:, at] if at < width else frames[1].iloc[:, at - width]
            out[:, position] = encode(cells, column)
        return out


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dataset:
    """Everything that was read, and what had to be repaired or assumed on the way in."""

    train: Rows | None
    test: Rows
    digests: Mapping[str, str]  # "train", "test": "sha256:" and hex
    notes: tuple[str, ...] = ()
    assumed: str | None = None  # the note that tells how the task was guessed from the target; None: it was stated
    known: KnownCells = NOTHING  # what the model knew of the cells, by which they were read


def plain_numbers(features: pd.DataFrame | np.ndarray) -> bool:
    """Say whether these are an array of numbers, so that no column needs a look of its own."""
    return isinstance(features, np.ndarray) and features.dtype.kind in "iuf"


def as_frame(features: pd.DataFrame | np.ndarray) -> pd.DataFrame:
    """Return a frame; an array of more than two axes is laid out flat."""
    if isinstance(features, pd.DataFrame):
        return features
    frame = pd.DataFrame(features.reshape(len(features), -1) if len(features) else features.reshape(0, -1))
    return frame.infer_objects() if features.dtype.kind == "O" else frame


def printed(value: object) -> str:
    """Return a cell, category or label as shown; a whole number reads the same whether it came as 1 or 1.0."""
    return number_in_full(value) if isinstance(value, float | np.floating) else str(value)


def number_in_full(value: float | np.floating) -> str:
    """Return a number in decimals without an exponent, as few as give the same number when they are read again."""
    if not np.isfinite(value):
        return str(value)
    return str(int(value)) if float(value).is_integer() else np.format_float_positional(value, trim="-")


def numbers(cells: pd.Series, column: Column) -> np.ndarray:
    """Return (n,) float64 of a numeric, integer, ordinal or date column."""
    if column.kind is Kind.DATE:
        moments = dates(cells)
        return np.asarray((moments - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(days=1), dtype=np.float64)
    if column.categories:
        places = codes(cells, column).astype(np.float64)
        return np.where(places < 0, np.nan, places)
    return np.asarray(pd.to_numeric(cells, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan))


def dates(cells: pd.Series) -> pd.Series:
    """Return moments in UTC; what cannot be read as an ISO 8601 date is missing."""
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        return pd.to_datetime(cells, utc=True)
    return pd.to_datetime(cells, utc=True, errors="coerce", format="ISO8601")


def codes(cells: pd.Series, column: Column) -> np.ndarray:
    """Return (n,) int32 positions in the column's categories, -1 for missing or unknown."""
    place = {category: position for position, category in enumerate(column.categories)}
    found, values = pd.factorize(cells)  # -1 for missing
    lookup = np.array([*(place.get(printed(value), -1) for value in values), -1], dtype=np.int32)
    return lookup[found]


def codes_with_unseen(cells: pd.Series, column: Column) -> np.ndarray:
    """Return (n,) int32 positions in the column's categories, their number for unknown, -1 for missing."""
    found = codes(cells, column)
    return np.where((found < 0) & cells.notna().to_numpy(), len(column.categories), found).astype(np.int32)
