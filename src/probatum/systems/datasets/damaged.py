# SPDX-License-Identifier: Apache-2.0
"""Rows whose cells were damaged, in the user's own types; cells that became NaN are left empty."""

from dataclasses import replace

import numpy as np
import pandas as pd

from probatum.systems.datasets.encoded import decode
from probatum.systems.datasets.rows import Rows

DAMAGED = "damaged"  # the name of such rows: never the system's own, so nothing of them is stored


def damaged(values: np.ndarray, like: Rows, before: np.ndarray) -> Rows | None:
    """Return the rows with the cells that differ written anew; None where their array has no way to leave cells empty.

    Args:
        values: (n, d) float64 as ``encode`` returns them, NaN: left empty.
        like: the rows as they were.
        before: ``encode(like)``.
    """
    empty = np.isnan(values) & ~np.isnan(before)
    rows = replace(decode(np.where(empty, before, values), like, before=before), name=DAMAGED)
    if not empty.any():
        return rows
    if isinstance(rows.features, np.ndarray):
        if rows.features.dtype.kind != "f":
            return None
        return replace(rows, features=np.where(empty.reshape(rows.features.shape), np.nan, rows.features))
    frame = rows.features.copy()
    for place in np.flatnonzero(empty.any(axis=0)).tolist():
        cells = frame.iloc[:, place]
        if isinstance(cells.dtype, np.dtype) and cells.dtype.kind in "iub":  # types that have no empty cell
            cells = cells.astype(np.float64 if cells.dtype.kind in "iu" else object)
        frame.isetitem(place, pd.Series(cells.mask(empty[:, place])).array)
    return replace(rows, features=frame)
