# SPDX-License-Identifier: Apache-2.0
"""Rows of a table as rows of numbers, and back again in the user's own types.

Every column that the model is given is one number: numbers as they are, dates as days since 1970, ordered words and
categories as their place in the column's list, and NaN for what is missing, was never seen in train, or is free text.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from probatum.errors import DataError
from probatum.systems.datasets.rows import NUMBERS, Column, Kind, Rows, as_frame, codes, numbers, printed
from probatum.systems.mistakes import visible

_DAY = pd.Timedelta(days=1)
_EPOCH = pd.Timestamp(0, tz="UTC")
_BARE_DATE = len("2027-03-01")  # a date written without a time of day


def encode(rows: Rows) -> np.ndarray:
    """Return (n, d) float64, one cell for each column that the model is given."""
    given = rows.schema.given
    if isinstance(rows.features, np.ndarray) and rows.features.dtype.kind in "iuf" and _only_numbers(given):
        return np.array(rows.features.reshape(len(rows), -1), dtype=np.float64)
    frame = as_frame(rows.features)
    out = np.full((len(rows), len(given)), np.nan)
    for place, column in enumerate(given):
        if column.kind in NUMBERS:
            out[:, place] = numbers(frame.iloc[:, place], column)
        elif column.kind is Kind.CATEGORICAL:
            found = codes(frame.iloc[:, place], column)
            out[:, place] = np.where(found < 0, np.nan, found)
    return out


def decode(values: np.ndarray, like: Rows, *, before: np.ndarray | None = None) -> Rows:
    """Return the rows with the cells that differ written anew, in the types of the cells that stood there.

    Args:
        values: (n, d) float64 as ``encode`` returns them.
        like: the rows as they were, one for each row of values; untouched cells keep their bits.
        before: ``encode(like)``, if it is at hand.

    Raises:
        DataError: a category is wanted that the column's own type does not know.
    """
    known = encode(like) if before is None else before
    changed = ~((values == known) | (np.isnan(values) & np.isnan(known)))
    if not changed.any():
        return like
    if isinstance(like.features, np.ndarray) and like.features.dtype.kind in "iuf" and _only_numbers(like.schema.given):
        flat = like.features.reshape(len(like), -1).copy()
        flat[changed] = values[changed].astype(flat.dtype)
        return _with(like, flat.reshape(like.features.shape))
    frame = as_frame(like.features).copy()
    for place in np.flatnonzero(changed.any(axis=0)).tolist():
        rows = np.flatnonzero(changed[:, place])
        cells = _written(frame.iloc[:, place], rows, values[rows, place], like.schema.given[place])
        frame.isetitem(place, cells.array)
    if isinstance(like.features, pd.DataFrame):
        return _with(like, frame)
    return _with(like, frame.to_numpy(dtype=like.features.dtype).reshape(like.features.shape))


def _only_numbers(given: tuple[Column, ...]) -> bool:
    return all(column.kind in NUMBERS and not column.categories for column in given)


def _with(like: Rows, features: pd.DataFrame | np.ndarray) -> Rows:
    return Rows(features=features, truth=like.truth, schema=like.schema, name="changed", audit=like.audit, said=None)


def _written(cells: pd.Series, rows: np.ndarray, values: np.ndarray, column: Column) -> pd.Series:
    """Return the cells of one column with some of them written anew."""
    if isinstance(cells.dtype, pd.CategoricalDtype):
        return _recoded(cells, rows, values, column)
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        return _dated(cells, rows, values)
    plain = not column.categories and isinstance(cells.dtype, np.dtype) and cells.dtype.kind in "iuf"
    out = cells.copy()
    if plain:
        array = cells.to_numpy(copy=True)
        array[rows] = values.astype(array.dtype)
        return pd.Series(array, index=cells.index, name=cells.name)
    originals = cells.iloc[rows].tolist()
    objects = cells.dtype == object or not isinstance(cells.dtype, np.dtype | pd.StringDtype)
    own = _own_cells(cells) if column.categories and objects else {}
    fresh = [
        own[column.categories[int(value)]]
        if own and column.categories[int(value)] in own
        else _spelled(value, original, column)
        for value, original in zip(values.tolist(), originals, strict=True)
    ]
    if cells.dtype == object:
        array = cells.to_numpy(dtype=object, copy=True)
        array[rows] = np.fromiter(fresh, dtype=object, count=len(fresh))
        return pd.Series(array, index=cells.index, name=cells.name, dtype=object)
    out.iloc[rows] = fresh  # text and nullable types of pandas
    return out


def _own_cells(cells: pd.Series) -> dict[str, object]:
    """Return what stands for each category in a column of objects or of nullable cells; of words alone, nothing."""
    there = cells.dropna().unique().tolist()
    return {} if all(type(cell) is str for cell in there) else {printed(cell): cell for cell in there}


def _spelled(value: float, original: object, column: Column) -> object:
    """Return a number or the place of a category as the kind of thing that stood in the cell."""
    if column.kind is Kind.DATE:
        moment = _EPOCH + value * _DAY
        if isinstance(original, str):
            return moment.date().isoformat() if len(original.strip()) == _BARE_DATE else moment.isoformat()
        return moment if getattr(original, "tzinfo", None) else moment.tz_localize(None)
    if column.categories:
        word = column.categories[int(value)]
        if isinstance(original, str):
            return word
        if isinstance(original, bool | np.bool_):
            return word == str(True)
        return _like_number(float(word), original) if _reads_as_number(word) else word
    return printed(value) if isinstance(original, str) else _like_number(value, original)


def _reads_as_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _like_number(value: float, original: object) -> object:
    """Return a number of the type of the one that stood there; a fraction is never cut off."""
    kind: Callable[..., object] = type(original)
    if isinstance(original, int | np.integer):
        return kind(int(value)) if value.is_integer() else value
    return kind(value) if isinstance(original, float | np.floating) else value


def _recoded(cells: pd.Series, rows: np.ndarray, values: np.ndarray, column: Column) -> pd.Series:
    """Write cells of pandas' own categories, by their codes."""
    place = {printed(category): code for code, category in enumerate(cells.cat.categories)}
    wanted = [printed(value) if not column.categories else column.categories[int(value)] for value in values.tolist()]
    unknown = sorted({word for word in wanted if word not in place})
    if unknown:
        raise DataError(
            f'Wanted "{visible(unknown[0])}" in column "{visible(column.name)}", which its own list of categories '
            "lacks. Give train and test the same list."
        )
    out = cells.copy()
    out.iloc[rows] = cells.cat.categories[[place[word] for word in wanted]].to_numpy()
    return out


def _dated(cells: pd.Series, rows: np.ndarray, values: np.ndarray) -> pd.Series:
    """Write dates, in the zone and the precision that the column has."""
    moments = pd.Series(_EPOCH + pd.to_timedelta(values, unit="D"))
    zone = cells.dt.tz
    moments = moments.dt.tz_localize(None) if zone is None else moments.dt.tz_convert(zone)
    out = cells.copy()
    out.iloc[rows] = moments.astype(cells.dtype).array
    return out
