# SPDX-License-Identifier: Apache-2.0
"""Rows with some of their numbers changed, in the user's own types; every other cell keeps its bits."""

from dataclasses import replace

import numpy as np
import pandas as pd

from probatum.systems.datasets.rows import Rows

CHANGED = "changed"  # the name of such rows: never the system's own, so nothing of them is stored


def changed(rows: Rows, which: np.ndarray, columns: np.ndarray, values: np.ndarray) -> Rows:
    """Return m rows, each one of ``rows`` with some numbers changed.

    Args:
        rows: where they come from.
        which: (m,) position in ``rows`` of each.
        columns: (c,) places among the columns that the model is given; all of them hold numbers.
        values: (m, c) float64; NaN: the cell stays as it is. Columns of whole numbers get whole numbers.
    """
    taken = replace(rows.take(which), name=CHANGED)
    if isinstance(taken.features, np.ndarray):
        features: np.ndarray = taken.features.copy()
        for place, column in enumerate(columns.tolist()):
            new = ~np.isnan(values[:, place])
            features[new, column] = _typed(values[new, place], features.dtype)
        return replace(taken, features=features)
    frame = taken.features.reset_index(drop=True)
    series = {name: frame.iloc[:, at] for at, name in enumerate(range(frame.shape[1]))}
    for place, column in enumerate(columns.tolist()):
        cells = series[column]
        new = ~np.isnan(values[:, place])
        if new.any():
            series[column] = _written(cells, new, values[:, place])
    out = pd.concat([series[at] for at in range(frame.shape[1])], axis=1)
    out.columns = frame.columns
    return replace(taken, features=out)


def _written(cells: pd.Series, new: np.ndarray, values: np.ndarray) -> pd.Series:
    """Return the cells with some of them replaced, in the type they had."""
    dtype = cells.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "iuf":
        content: np.ndarray = cells.to_numpy(copy=True)
        content[new] = _typed(values[new], dtype)
        return pd.Series(content, index=cells.index, name=cells.name)
    whole = pd.api.types.is_integer_dtype(dtype)
    content = cells.to_numpy(dtype=object, copy=True)
    content[new] = [round(value) if whole else float(value) for value in values[new].tolist()]
    return pd.Series(content, index=cells.index, name=cells.name).astype(dtype)


def _typed(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    return np.asarray(np.rint(values) if dtype.kind in "iub" else values, dtype=dtype)
