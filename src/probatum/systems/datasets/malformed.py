# SPDX-License-Identifier: Apache-2.0
"""Rows broken on purpose, in the ways that forms, sensors and other programs break them, each beside its repair."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np
import pandas as pd

from probatum.systems.datasets.rows import NUMBERS, Column, Kind, Rows, numbers

HUGE = 1e300  # a number no measurement ever gives, and still a number
NEVER_SEEN = "never seen before"
MOST_CELLS = 4  # cells of an image that are broken one by one


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Probe:
    """Some rows broken in one way, beside what they should have been read as."""

    kind: str  # in plain words
    column: str | None  # which one was broken; None: the rows as a whole
    broken: Rows
    repaired: tuple[Rows, ...]  # what a careful reader would make of them; more than one where there are two ways


def probes(rows: Rows, learned_from: Rows, rng: np.random.Generator, *, columns: int) -> Iterator[Probe]:
    """Break the rows in every way that fits their columns.

    Args:
        rows: the few rows to break.
        learned_from: from which the range of a number is taken.
        rng: draws the columns where there are more than ``columns``.
        columns: the most columns that are broken one by one.
    """
    given = rows.schema.given
    chosen = sorted(rng.permutation(len(given))[:columns].tolist())
    frame = rows.features if isinstance(rows.features, pd.DataFrame) else None
    if frame is None:
        yield from _broken_arrays(rows, learned_from, rng)
        return
    for place in chosen:
        repairs: dict[int, Rows] = {}  # the same repair of several kinds is one object, so that it is asked about once
        for kind, cells, good in list(_broken_cells(frame, place, given[place], learned_from)):
            for one in good:
                repairs.setdefault(id(one), _with(rows, place, one))
            repaired = tuple(repairs[id(one)] for one in good)
            yield Probe(kind=kind, column=given[place].name, broken=_with(rows, place, cells), repaired=repaired)
    yield from _broken_tables(rows, frame, chosen)


Broken = tuple[str, pd.Series, tuple[pd.Series, ...]]  # kind, cells, what they should be read as


def _broken_cells(frame: pd.DataFrame, place: int, column: Column, learned_from: Rows) -> Iterator[Broken]:
    cells = frame.iloc[:, place]
    missing = _all_of(cells, np.nan)
    yield "missing cells", missing, (missing,)
    if column.kind in NUMBERS and column.kind is not Kind.DATE and not column.categories:
        yield from _broken_numbers(cells, missing, _span(learned_from, place, column))
    elif column.kind is Kind.DATE:
        yield "dates that do not exist", _all_of(cells, "2026-13-45"), (missing,)
    else:
        yield from _broken_categories(cells, missing)


def _broken_numbers(cells: pd.Series, missing: pd.Series, span: tuple[float, float]) -> Iterator[Broken]:
    least, most = (_all_of(cells, end) for end in span)
    yield "infinite numbers", _all_of(cells, np.inf), (most, missing)
    yield "infinite numbers", _all_of(cells, -np.inf), (least, missing)
    yield "huge numbers", _all_of(cells, HUGE), (most, missing)
    yield "huge numbers", _all_of(cells, -HUGE), (least, missing)
    yield "numbers written as text", _each(cells, str), (cells,)
    yield "numbers with a decimal comma", _each(cells, lambda cell: str(float(cell)).replace(".", ",")), (cells,)
    yield "words in place of numbers", _all_of(cells, "abc"), (missing,)
    yield "empty text in place of numbers", _all_of(cells, ""), (missing,)


def _broken_categories(cells: pd.Series, missing: pd.Series) -> Iterator[Broken]:
    yield "categories never seen before", _all_of(cells, NEVER_SEEN), (missing,)
    yield "numbers in place of categories", _all_of(cells, 7), (missing,)
    yield "empty text in place of categories", _all_of(cells, ""), (missing,)
    if any(isinstance(cell, str) for cell in cells):
        yield "categories with blanks around them", _each(cells, lambda cell: f" {cell} "), (cells, missing)
        yield "categories in other letters", _each(cells, lambda cell: str(cell).swapcase()), (cells, missing)


def _broken_tables(rows: Rows, frame: pd.DataFrame, chosen: list[int]) -> Iterator[Probe]:
    for place in chosen:
        absent = replace(rows, features=frame.drop(columns=frame.columns[place]))
        emptied = _with(rows, place, _all_of(frame.iloc[:, place], np.nan))
        name = str(frame.columns[place])
        yield Probe(kind="a column that is not there", column=name, broken=absent, repaired=(emptied,))
    more = frame.assign(**{"a column too many": 1})
    yield Probe(kind="a column too many", column=None, broken=replace(rows, features=more), repaired=(rows,))
    turned = frame[frame.columns[::-1]]
    yield Probe(kind="columns in another order", column=None, broken=replace(rows, features=turned), repaired=(rows,))
    emptied = replace(rows, features=frame.apply(lambda cells: _all_of(cells, np.nan)))
    yield Probe(kind="nothing but missing cells", column=None, broken=emptied, repaired=(emptied,))
    yield Probe(kind="no rows at all", column=None, broken=rows.take(np.empty(0, dtype=np.int64)), repaired=())


def _broken_arrays(rows: Rows, learned_from: Rows, rng: np.random.Generator) -> Iterator[Probe]:
    array = np.asarray(rows.features)
    flat = array.reshape(len(array), -1)
    known = np.asarray(learned_from.features).reshape(len(learned_from), -1)

    def with_cells(place: int, value: Any, dtype: Any = np.float64) -> Rows:
        changed = flat.astype(dtype)
        changed[:, place] = value
        return replace(rows, features=changed.reshape(array.shape))

    for place in sorted(rng.permutation(flat.shape[1])[:MOST_CELLS].tolist()):
        least, most = float(np.nanmin(known[:, place])), float(np.nanmax(known[:, place]))
        name = rows.schema.columns[place].name
        missing = with_cells(place, np.nan)
        for kind, value, good in (
            ("missing cells", np.nan, (missing,)),
            ("infinite numbers", np.inf, (with_cells(place, most), missing)),
            ("infinite numbers", -np.inf, (with_cells(place, least), missing)),
            ("huge numbers", HUGE, (with_cells(place, most), missing)),
            ("huge numbers", -HUGE, (with_cells(place, least), missing)),
        ):
            yield Probe(kind=kind, column=name, broken=with_cells(place, value), repaired=good)
        words = with_cells(place, "abc", dtype=object)
        yield Probe(kind="words in place of numbers", column=name, broken=words, repaired=(missing,))
    if array.ndim == 2:
        narrow, wide = array[:, :-1], np.hstack([array, array[:, :1]])
        yield Probe(kind="a column that is not there", column=None, broken=replace(rows, features=narrow), repaired=())
        yield Probe(kind="a column too many", column=None, broken=replace(rows, features=wide), repaired=(rows,))
    deep = replace(rows, features=array[..., np.newaxis])
    yield Probe(kind="an axis too many", column=None, broken=deep, repaired=(rows,))
    emptied = replace(rows, features=np.full(array.shape, np.nan))
    yield Probe(kind="nothing but missing cells", column=None, broken=emptied, repaired=(emptied,))
    yield Probe(kind="no rows at all", column=None, broken=rows.take(np.empty(0, dtype=np.int64)), repaired=())


def _with(rows: Rows, place: int, cells: pd.Series) -> Rows:
    """Return the rows with one column exchanged."""
    frame = rows.features
    if not isinstance(frame, pd.DataFrame):
        return rows
    columns = [frame.iloc[:, position] for position in range(frame.shape[1])]
    columns[place] = cells
    return replace(rows, features=pd.concat(columns, axis=1))


def _all_of(cells: pd.Series, value: object) -> pd.Series:
    """Return the cells with one value in all of them, of the type that a program would give them."""
    if isinstance(value, float) and pd.api.types.is_numeric_dtype(cells.dtype):
        return pd.Series(value, index=cells.index, name=cells.name, dtype=np.float64)
    return pd.Series([value] * len(cells), index=cells.index, name=cells.name, dtype=object)


def _each(cells: pd.Series, change: Callable[[Any], object]) -> pd.Series:
    """Return the cells changed one by one; missing ones stay."""
    changed = [cell if pd.isna(cell) else change(cell) for cell in cells.tolist()]
    return pd.Series(changed, index=cells.index, name=cells.name, dtype=object)


def _span(rows: Rows, place: int, column: Column) -> tuple[float, float]:
    """Return the least and the largest number of a column."""
    frame = rows.features
    cells = frame.iloc[:, place] if isinstance(frame, pd.DataFrame) else pd.Series(dtype=np.float64)
    values = numbers(cells, column)
    known = values[np.isfinite(values)]
    return (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
