# SPDX-License-Identifier: Apache-2.0
"""The training and test rows as the model is given them, side by side."""

from dataclasses import dataclass

import numpy as np

from probatum.engines.leakage.cells import Cells, joint_codes
from probatum.engines.leakage.copies import joint_ids, row_names
from probatum.systems.datasets import Rows
from probatum.systems.datasets.rows import NUMBERS, as_frame, printed


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """What the model is given, as arrays."""

    names: tuple[str, ...]  # of columns, those of numbers first
    train: Cells
    test: Cells


def table_of(train: Rows, test: Rows) -> Table:
    """Return the cells of the columns that the model is given; what is only looked at tells it nothing."""
    given = train.schema.given
    kept = [not column.audit_only for column in train.numeric_columns()]
    numbers = [rows.numeric() if all(kept) else rows.numeric()[:, kept] for rows in (train, test)]
    words = [place for place, column in enumerate(given) if column.kind not in NUMBERS]
    codes = [np.empty((len(rows), len(words)), dtype=np.int64) for rows in (train, test)]
    frames = [as_frame(rows.features) for rows in (train, test)] if words else []
    for at, place in enumerate(words):
        cells = [frame.iloc[:, place] for frame in frames]
        parts = [(cell.to_numpy(dtype=object), cell.isna().to_numpy()) for cell in cells]
        for side, found in zip(codes, joint_codes(parts, printed), strict=True):
            side[:, at] = found
    ids = joint_ids([row_names(number, code) for number, code in zip(numbers, codes, strict=True)])
    sides = [Cells(numbers=n, codes=c, ids=i) for n, c, i in zip(numbers, codes, ids, strict=True)]
    names = [column.name for column in given if column.kind in NUMBERS] + [given[place].name for place in words]
    return Table(names=tuple(names), train=sides[0], test=sides[1])
