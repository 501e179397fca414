# SPDX-License-Identifier: Apache-2.0
"""Rows as Python holds them: tables, arrays, sequences of texts, sparse matrices; each column of a kind that is known.

What has no meaning as a cell (lists, complex numbers) is refused by the column's name, with what to do about it.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from probatum.errors import DataError
from probatum.systems.datasets.tables import SHOWN, column_names
from probatum.systems.mistakes import visible

DENSE_CELLS = 200_000_000  # 1.6 GB; a sparse matrix that would be larger is refused
TEXT_COLUMN = "text"  # the name of a sequence of texts that has none


def taken(rows: Any, what: str) -> tuple[pd.DataFrame | np.ndarray, bool]:
    """Return rows as a frame or an array of two or more axes, and whether they came as a sequence of texts.

    Raises:
        DataError: they are of a form, or hold cells of a kind, that has no meaning here.
    """
    if isinstance(rows, pd.DataFrame):
        return whole(rows.reset_index(drop=True), what), False
    if _is_sparse(rows):
        return _dense(rows, what), False
    cells = rows.to_numpy() if isinstance(rows, pd.Series) else np.asarray(rows)
    if cells.ndim == 1 and _texts(cells):
        name = rows.name if isinstance(rows, pd.Series) and rows.name is not None else TEXT_COLUMN
        return pd.DataFrame({str(name): pd.Series(cells, dtype=object)}), True
    if cells.ndim < 2:
        raise DataError(
            f"Wanted {what} as a table, an array of two or more axes, or a sequence of texts; the shape {cells.shape} "
            "came. One column of numbers wants two axes as well: X.reshape(-1, 1), or a data frame."
        )
    if cells.dtype.kind in "cmMVSO":
        _refuse_cells(pd.DataFrame(cells.reshape(len(cells), -1), columns=column_names(cells)).infer_objects(), what)
    return cells, False


def whole(frame: pd.DataFrame, what: str) -> pd.DataFrame:
    """Return a frame whose columns can all be worked with; those of sparse cells are laid out in full.

    Raises:
        DataError: a name stands twice, or cells are of a kind that has no meaning here.
    """
    names = [str(name) for name in frame.columns]
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1] if len(set(names)) < len(names) else []
    if twice:
        shown = ", ".join(f'"{visible(name)}"' for name in twice[:SHOWN])
        raise DataError(f"{what} has more than once the column {shown}; give each column a name of its own.")
    if isinstance(frame.columns, pd.MultiIndex):
        raise DataError(f"{what} has names of several levels; give each column one name: X.columns = [...].")
    sparse = {name: kind.subtype for name, kind in frame.dtypes.items() if isinstance(kind, pd.SparseDtype)}
    frame = frame.astype(sparse) if sparse else frame
    _refuse_cells(frame, what)
    decimals = [name for name in frame.columns if _are_decimals(frame[name])]
    return frame.astype(dict.fromkeys(decimals, np.float64)) if decimals else frame


def _are_decimals(cells: pd.Series) -> bool:
    """Say whether a column holds decimal numbers of Python's or pyarrow's own, which models take as floats."""
    if str(cells.dtype).startswith("decimal"):
        return True
    return cells.dtype == object and pd.api.types.infer_dtype(cells, skipna=True) == "decimal"


def _is_sparse(rows: Any) -> bool:
    """Say whether this is one of scipy's sparse matrices, without importing any of it."""
    return type(rows).__module__.startswith("scipy.sparse") and hasattr(rows, "toarray")


def _dense(rows: Any, what: str) -> np.ndarray:
    """Lay a sparse matrix out in full."""
    if len(rows.shape) != 2:
        raise DataError(f"Wanted {what} as a sparse matrix of two axes; the shape {rows.shape} came.")
    if rows.shape[0] * rows.shape[1] > DENSE_CELLS:
        raise DataError(
            f"{what} are a sparse matrix of {rows.shape[0]:,} rows and {rows.shape[1]:,} columns, too large to be laid "
            "out in full. Give fewer rows; or the texts themselves, with the vectoriser as first step of the model."
        )
    return np.asarray(rows.toarray())


def _texts(cells: np.ndarray) -> bool:
    """Say whether all cells that are there are texts."""
    there = [cell for cell in cells.tolist() if not (cell is None or cell is pd.NA or cell != cell)]
    return bool(there) and all(isinstance(cell, str) for cell in there)


def _refuse_cells(frame: pd.DataFrame, what: str) -> None:
    """Raise, with every such column at once, where cells are of a kind that no check and no model can work with."""
    mistakes = [
        f'"{visible(str(frame.columns[place]))}" holds {found[0]}: {found[1]}'
        for place in range(frame.shape[1])
        if (found := _strange(frame.iloc[:, place])) is not None
    ]
    if mistakes:
        more = f"; and {len(mistakes) - SHOWN} columns more" if len(mistakes) > SHOWN else ""
        noun = "a column" if len(mistakes) == 1 else "columns"
        raise DataError(f"{what}: {noun} of a kind that cannot be read. {'; '.join(mistakes[:SHOWN])}{more}.")


def _strange(cells: pd.Series) -> tuple[str, str] | None:
    """Return what is strange about the cells of a column, and what to do; None if nothing is."""
    dtype = cells.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "cmV":
        return {"c": COMPLEX, "m": DURATION, "V": RECORD}[dtype.kind]
    for kind, strange in PANDAS_KINDS.items():
        if isinstance(dtype, kind):
            return strange
    if isinstance(dtype, pd.CategoricalDtype):
        return _strange(pd.Series(dtype.categories))
    if not (isinstance(dtype, np.dtype) and dtype.kind == "O"):
        return _arrow(str(dtype))
    kinds = {type(cell) for cell in cells.tolist()}
    for kind in kinds:
        for base, strange in PYTHON_KINDS.items():
            if issubclass(kind, base):
                return strange
    return None


def _arrow(dtype: str) -> tuple[str, str] | None:
    """Return what is strange about one of pyarrow's own kinds."""
    for word, strange in {"list": LISTS, "struct": LISTS, "map": LISTS, "duration": DURATION, "binary": BYTES}.items():
        if "[pyarrow]" in dtype and dtype.startswith((word, f"large_{word}", f"fixed_size_{word}")):
            return strange
    return None


Strange = tuple[str, str]  # what it is, what to do
COMPLEX: Strange = ("complex numbers", "give their real and imaginary parts as two columns")
DURATION: Strange = ("lengths of time", "give them as numbers, say of days: column / pandas.Timedelta(days=1)")
RECORD: Strange = ("records", "give each of their fields as a column")
LISTS: Strange = ("lists", "give each of their parts as a column, or leave it out")
BYTES: Strange = ("bytes", 'decode them, as in column.str.decode("utf-8"), or leave it out')
PERIOD: Strange = ("periods", "give them as dates: column.dt.to_timestamp()")
INTERVAL: Strange = ("intervals", "give their ends as two columns, or their names: column.astype(str)")
PANDAS_KINDS: Mapping[type, Strange] = {pd.PeriodDtype: PERIOD, pd.IntervalDtype: INTERVAL}
PYTHON_KINDS: Mapping[type, Strange] = {
    complex: COMPLEX,
    np.complexfloating: COMPLEX,
    pd.Timedelta: DURATION,
    np.timedelta64: DURATION,
    bytes: BYTES,
    bytearray: BYTES,
    pd.Period: PERIOD,
    pd.Interval: INTERVAL,
    list: LISTS,
    tuple: LISTS,
    set: LISTS,
    frozenset: LISTS,
    dict: LISTS,
    np.ndarray: LISTS,
    pd.Series: LISTS,
    pd.DataFrame: LISTS,
}
