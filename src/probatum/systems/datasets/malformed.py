# SPDX-License-Identifier: Apache-2.0
"""Rows broken on purpose, in the ways that forms, sensors and other programs break them, each beside its repairs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np
import pandas as pd

from probatum.systems.datasets.rows import NUMBERS, Column, Kind, Rows, as_frame, numbers

HUGE = 1e300  # a number no measurement ever gives, and still a number
BEYOND = np.uint64(2**63)  # the first whole number that does not fit where most programs keep whole numbers
NEVER_SEEN = "never seen before"
NO_CATEGORY = 314159  # a number that no list of categories holds
NO_DATE = "2026-13-45"
SPARE = "a column too many"
MISTYPED = "numbers or true and false in place of categories"

Cells = tuple[str, pd.Series, tuple[pd.Series, ...]]  # the kind, the broken cells, what they could be repaired to


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Probe:
    """Some rows broken in one way, beside what they could be repaired to; the rows as they were are one way more."""

    kind: str  # in plain words
    column: Column | None  # the one that was broken; None: the rows as a whole
    broken: Rows
    repaired: tuple[Rows, ...]
    touched: np.ndarray  # (n,) bool: the rows that differ from what they were


def probes(rows: Rows, learned_from: Rows, rng: np.random.Generator, *, columns: int) -> Iterator[Probe]:
    """Break the rows in every way that fits their columns.

    Args:
        rows: the few rows to break.
        learned_from: the rows from which the range of a number is taken.
        rng: draws the columns, where there are more than ``columns``.
        columns: the most columns that are broken one by one.
    """
    given = rows.schema.given
    frame, known = as_frame(rows.features), as_frame(learned_from.features)
    chosen = sorted(rng.permutation(len(given))[:columns].tolist())
    for place in chosen:
        yield from _broken_column(rows, frame, known.iloc[:, place], place)
    if isinstance(rows.features, pd.DataFrame):
        yield from _broken_tables(rows, frame, chosen)
    else:
        yield from _broken_arrays(rows, rows.features)
    emptied = _like(rows, frame.apply(_missing))
    yield _whole("nothing but missing cells", emptied, emptied)
    yield _whole("no rows at all", rows.take(np.empty(0, dtype=np.int64)))


def _broken_column(rows: Rows, frame: pd.DataFrame, known: pd.Series, place: int) -> Iterator[Probe]:
    """Break one column; a repair that serves several kinds is the same object in each of them."""
    column, cells = rows.schema.given[place], frame.iloc[:, place]
    made: list[tuple[pd.Series, Rows]] = []

    def mended(good: pd.Series) -> Rows:
        for before, whole in made:
            if before is good:
                return whole
        made.append((good, _exchanged(rows, frame, place, good)))
        return made[-1][1]

    for kind, broken, repaired in _broken_cells(cells, known, column):
        touched = _differ(broken, cells)
        if touched.any():
            good = tuple(mended(one) for one in repaired)
            broken_rows = _exchanged(rows, frame, place, broken)
            yield Probe(kind=kind, column=column, broken=broken_rows, repaired=good, touched=touched)


def _broken_cells(cells: pd.Series, known: pd.Series, column: Column) -> Iterator[Cells]:
    """Break the cells of one column in every way that fits its kind."""
    missing = _missing(cells)
    yield "missing cells", missing, (missing,)
    if column.kind is Kind.DATE:
        yield "dates that do not exist", _all(cells, NO_DATE), (missing,)
    elif column.kind is Kind.TEXT:  # any text will do here, empty text too
        yield "numbers in place of text", _all(cells, NO_CATEGORY), (_all(cells, str(NO_CATEGORY)), missing)
    elif column.kind in NUMBERS and not column.categories:
        yield from _broken_numbers(cells, missing, _range(known, column))
    else:
        words = any(isinstance(cell, str) for cell in known)
        yield from _broken_categories(cells, missing, column, words=words)


def _broken_numbers(cells: pd.Series, missing: pd.Series, ends: tuple[float, float]) -> Iterator[Cells]:
    least, most = (_all(cells, end) for end in ends)
    for kind, value in (("infinite numbers", np.inf), ("huge numbers", HUGE)):
        yield kind, _all(cells, value), (most, missing)
        yield kind, _all(cells, -value), (least, missing)
    yield "huge numbers", _all(cells, BEYOND), (most, missing)
    yield "numbers written as text", _each(cells, str), (missing,)
    yield "numbers written as text", _each(cells, lambda cell: f" {cell} "), (missing,)
    yield "numbers with a decimal comma", _each(cells, lambda cell: str(float(cell)).replace(".", ",")), (missing,)
    yield "words in place of numbers", _all(cells, "abc"), (missing,)
    yield "empty text in place of numbers", _all(cells, ""), (missing,)


def _broken_categories(cells: pd.Series, missing: pd.Series, column: Column, *, words: bool) -> Iterator[Cells]:
    """Break categories, words or numbers; what happens to be another category is left as it was."""

    def spelled(change: Callable[[str], str]) -> pd.Series:
        return _each(cells, lambda cell: cell if change(str(cell)) in column.categories else change(str(cell)))

    yield "categories never seen before", _all(cells, NEVER_SEEN), (missing,)
    if "" not in column.categories:
        yield "empty text in place of categories", _all(cells, ""), (missing,)
    if not words:  # a number is what such a column may well get; the word above is often refused for its type alone
        yield "categories never seen before", _all(cells, float(NO_CATEGORY)), (missing,)
    else:
        yield MISTYPED, _all(cells, NO_CATEGORY), (missing,)
        if str(True) not in column.categories:
            yield MISTYPED, _all(cells, True), (missing,)
        yield "categories with blanks around them", spelled(lambda word: f" {word} "), (missing,)
        yield "categories in other letters", spelled(str.swapcase), (missing,)


def _broken_tables(rows: Rows, frame: pd.DataFrame, chosen: list[int]) -> Iterator[Probe]:
    """Break the table as a whole: its columns."""
    for place in chosen:
        absent = replace(rows, features=frame.drop(columns=frame.columns[place]))
        emptied = _exchanged(rows, frame, place, _missing(frame.iloc[:, place]))
        yield replace(_whole("a column that is not there", absent, emptied), column=rows.schema.given[place])
    if SPARE not in frame:
        yield _whole(SPARE, replace(rows, features=frame.assign(**{SPARE: 1.0})))
    if frame.shape[1] > 1:
        turned = replace(rows, features=frame[frame.columns[::-1]])
        yield _whole("columns in another order", turned)


def _broken_arrays(rows: Rows, array: np.ndarray) -> Iterator[Probe]:
    """Break the array as a whole: its shape and its type."""
    for kind, changed in (
        ("a column that is not there", array[..., :-1]),
        (SPARE, np.concatenate([array, array[..., :1]], axis=-1)),
        ("an axis too many", array[..., np.newaxis]),
        ("numbers kept as objects", array.astype(object)),
    ):
        yield _whole(kind, replace(rows, features=changed))


def _whole(kind: str, broken: Rows, *repaired: Rows) -> Probe:
    """Return a probe of rows that are broken as a whole."""
    return Probe(kind=kind, column=None, broken=broken, repaired=repaired, touched=np.ones(len(broken), dtype=bool))


def _exchanged(rows: Rows, frame: pd.DataFrame, place: int, cells: pd.Series) -> Rows:
    """Return the rows with one column exchanged."""
    changed = frame.copy()
    changed.isetitem(place, cells.array)
    return _like(rows, changed)


def _like(rows: Rows, frame: pd.DataFrame) -> Rows:
    """Return the rows with these cells, as a frame or an array, whichever the user gave."""
    if isinstance(rows.features, pd.DataFrame):
        return replace(rows, features=frame)
    array = frame.to_numpy(dtype=object if rows.features.dtype.kind == "O" else None)
    return replace(rows, features=array.reshape(rows.features.shape))


def _missing(cells: pd.Series) -> pd.Series:
    """Return the cells, all missing, of the same type where that type knows missing cells."""
    return cells.where(np.zeros(len(cells), dtype=bool))


def _all(cells: pd.Series, value: object) -> pd.Series:
    """Return the cells with one value in all of them, of the type that a program would give them."""
    dtype = object if isinstance(value, str | int) else np.asarray(value).dtype
    return pd.Series([value] * len(cells), index=cells.index, name=cells.name, dtype=dtype)


def _each(cells: pd.Series, change: Callable[[Any], object]) -> pd.Series:
    """Return the cells changed one by one; missing ones stay."""
    changed = [cell if pd.isna(cell) else change(cell) for cell in cells.tolist()]
    return pd.Series(changed, index=cells.index, name=cells.name, dtype=object)


def _differ(broken: pd.Series, cells: pd.Series) -> np.ndarray:
    """Return (n,) bool: the cell is another one now; a missing one that still is missing is not."""
    pairs = zip(broken.tolist(), cells.tolist(), strict=True)
    changed = np.array([_unlike(new, old) for new, old in pairs], dtype=bool)
    return np.asarray(changed & ~(broken.isna() & cells.isna()).to_numpy())


def _range(known: pd.Series, column: Column) -> tuple[float, float]:
    """Return the least and the largest number of a column; zeros where it holds none."""
    values = numbers(known, column)
    values = values[np.isfinite(values)]
    return (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)


def _unlike(new: object, old: object) -> bool:
    """Say whether a cell is another one now; two missing cells are alike, and pandas' own mark compares to nothing."""
    if new is pd.NA or old is pd.NA:
        return new is not old
    return type(new) is not type(old) or bool(new != old)
