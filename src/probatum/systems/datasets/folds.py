# SPDX-License-Identifier: Apache-2.0
"""Split the training rows into parts, so that each can be left out of training once and then asked about."""

import numpy as np
import pandas as pd

from probatum.errors import DataError, InsufficientDataError, UsageError
from probatum.facts.threats import Task
from probatum.systems.datasets.rows import Rows, as_frame

LEVELS = 10  # into which a numeric truth is cut where whole groups are dealt out


def folds(rows: Rows, groups: np.ndarray | None, parts: int, rng: np.random.Generator) -> np.ndarray:
    """Return (n,) int32, the part of each row, from 1 to ``parts``; draws which rows go together.

    Laws: every part is used. Without groups the sizes of two parts, and the counts of a class in them, differ by at
    most one row, and a numeric truth is spread evenly. With groups, (n,) from 0, a group lies in one part as a whole,
    and sizes and classes are as even as dealing out whole groups, the largest first, makes them.

    Raises:
        UsageError: fewer than 2 parts are wanted.
        InsufficientDataError: there are fewer rows, or fewer groups, than parts.
    """
    if parts < 2:
        raise UsageError(f"Wanted at least 2 parts, one to leave out and one to train on; {parts} came.")
    units = len(rows) if groups is None else int(groups.max(initial=-1)) + 1
    if units < parts:
        what = "rows" if groups is None else "groups of rows that belong together"
        raise InsufficientDataError(
            f"Wanted at least {parts} {what} to train on, so that each of {parts} parts can be left out once; "
            f"{units} came. Give more rows, or ask for fewer parts."
        )
    if groups is not None:
        return _whole_groups(groups, _levels(rows), parts, rng)
    dealt = np.arange(len(rows)) % parts
    if rows.schema.task is Task.REGRESSION:  # else the first part would hold the lowest of every neighbourhood
        dealt = np.concatenate([rng.permutation(parts) for _ in range(0, len(rows), parts)])[: len(rows)]
    order = np.lexsort((rng.permutation(len(rows)), rows.truth))
    part: np.ndarray = np.empty(len(rows), dtype=np.int32)
    part[order] = dealt + 1
    return part


def group_codes(rows: Rows) -> np.ndarray | None:
    """Return (n,) int64, the group of each row, from 0; None where no column names groups.

    A row whose cell is missing is a group of its own.
    """
    name = rows.schema.group
    if name is None:
        return None
    names = [column.name for column in rows.schema.columns]
    if name not in names:
        raise DataError(f"Wanted the column “{name}”, which says what belongs together ([data] group); it is absent.")
    features, place = as_frame(rows.features), names.index(name)
    width = features.shape[1]
    cells = features.iloc[:, place] if place < width or rows.audit is None else rows.audit.iloc[:, place - width]
    codes, values = pd.factorize(cells)
    missing = codes < 0
    return np.asarray(np.where(missing, len(values) + np.cumsum(missing) - 1, codes), dtype=np.int64)


def _levels(rows: Rows) -> np.ndarray:
    """Return (n,) classes, or a numeric truth cut at its quantiles."""
    if rows.schema.task is not Task.REGRESSION:
        return rows.truth
    edges = np.quantile(rows.truth, np.arange(1, LEVELS) / LEVELS)
    return np.searchsorted(edges, rows.truth, side="right")


def _whole_groups(groups: np.ndarray, levels: np.ndarray, parts: int, rng: np.random.Generator) -> np.ndarray:
    """Deal out groups, the largest first, each to the part that so far has least of what the group brings."""
    units, kinds = int(groups.max()) + 1, int(levels.max()) + 1
    counts: np.ndarray = np.zeros((units, kinds + 1))
    np.add.at(counts, (groups, levels), 1)
    counts[:, kinds] = counts[:, :kinds].sum(axis=1)  # rows, whatever their class
    weights = counts / np.maximum(counts.sum(axis=0), 1)  # so that a rare class counts as much as a frequent one
    held: np.ndarray = np.zeros((parts, kinds + 1))
    chosen: np.ndarray = np.empty(units, dtype=np.int32)
    for place, unit in enumerate(np.lexsort((rng.permutation(units), -counts[:, kinds])).tolist()):
        # the first ones go to different parts, so that none stays empty
        part = place if place < parts else int((held @ weights[unit]).argmin())
        held[part] += counts[unit]
        chosen[unit] = part
    return np.asarray(chosen[groups] + 1, dtype=np.int32)
