# SPDX-License-Identifier: Apache-2.0
"""What a model knows of the cells that it was trained on, so that they are read as it knows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import final

Value = str | int | float | bool


class Wanted(StrEnum):
    """What the cells of a column were when the model was trained."""

    TEXT = "text"  # words, as they stand
    NUMBER = "numbers"
    TRUTH = "true or false"
    FREE_TEXT = "free text"  # split into words by the model
    MIXED = "text and numbers"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class KnownColumn:
    """What a model knows of one column."""

    wanted: Wanted
    values: tuple[Value, ...] = ()  # all that it was trained on; empty: it does not list them
    part: str = "the model"  # what in the model knows it, for messages


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCells:
    """What a model knows of its columns and of its labels."""

    columns: Mapping[str, KnownColumn] = field(default_factory=dict)  # by name
    places: Mapping[int, KnownColumn] = field(default_factory=dict)  # by place, where the model knows no names
    lists: tuple[KnownColumn, ...] = ()  # of columns that it does not name, in the order of the columns
    names: tuple[str, ...] = ()  # of all its columns, where it knows them
    width: int | None = None  # how many columns it was trained on, where it says so
    labels: tuple[Value, ...] | None = None
    single_text: bool = False  # it wants a sequence of texts, not a table

    def of(self, given: Sequence[str]) -> dict[str, KnownColumn]:
        """Return what is known, by name of column; ``given`` are the names that the model is given, in order."""
        if self.single_text:
            return dict.fromkeys(given, self.places[0]) if len(given) == 1 else {}
        placed = self.places if self.width in (None, len(given)) else {}
        by_place = {given[place]: column for place, column in placed.items() if place < len(given)}
        spelled = {**{name.replace(" ", "_"): name for name in given}, **{name: name for name in given}}  # LightGBM's
        return {**by_place, **{spelled[name]: column for name, column in self.columns.items() if name in spelled}}

    def with_labels(self, labels: tuple[Value, ...] | None) -> "KnownCells":
        """Return the same with other labels, where there are some."""
        return self if labels is None else replace(self, labels=labels)


NOTHING = KnownCells()
