# SPDX-License-Identifier: Apache-2.0
"""The cells of some rows; words become whole numbers that are equal exactly where the words are."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np

MISSING = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """The cells of some rows, and which rows are equal."""

    numbers: np.ndarray  # (n, d) float64, NaN for missing
    codes: np.ndarray  # (n, c) int64, -1 for missing
    ids: np.ndarray  # (n,) int64, equal where rows are; the same numbers in train and test


def joint_codes(
    parts: Sequence[tuple[np.ndarray, np.ndarray]], printed: Callable[[object], str]
) -> tuple[np.ndarray, ...]:
    """Return for each part (n,) int64 codes; equal words have equal codes in all parts, and -1 is missing.

    Args:
        parts: of one column, the cells (n,) of any type and which of them are missing (n,) bool.
        printed: how a cell reads; cells that read the same are the same.
    """
    codes: dict[str, int] = {}
    known: dict[Hashable, int] = {}  # by the cell itself, so that each different one is printed once
    found = []
    for cells, missing in parts:
        out: np.ndarray = np.full(len(cells), MISSING, dtype=np.int64)
        for place in np.flatnonzero(~missing).tolist():
            cell = cells[place]
            code = known.get(cell)
            if code is None:
                code = known[cell] = codes.setdefault(printed(cell), len(codes))
            out[place] = code
        found.append(out)
    return tuple(found)
