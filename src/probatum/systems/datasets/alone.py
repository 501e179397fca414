# SPDX-License-Identifier: Apache-2.0
"""Rows with their columns read from themselves alone, whatever else is known of other rows.

A check that uses the held-out rows only must find the same in them whether or not the training rows were given too.
What the schema says of a column may come from those: its kind, its categories and the order of them. Here everything
but what somebody stated is learned again from the rows themselves.
"""

from dataclasses import replace

import pandas as pd

from probatum.systems.datasets.kinds import guessed_alone
from probatum.systems.datasets.rows import Column, Kind, Rows, as_frame, plain_numbers, printed


def alone(rows: Rows) -> Rows:
    """Return the same rows under a schema that is learned from them and from what was stated."""
    if plain_numbers(rows.features) and rows.audit is None:
        return rows  # numbers are numbers, whatever others there are
    columns = tuple(_seen(column, cells_of(rows, place)) for place, column in enumerate(rows.schema.columns))
    return replace(rows, schema=replace(rows.schema, columns=columns))


def cells_of(rows: Rows, place: int) -> pd.Series:
    """Return the cells of the column at this place in the schema."""
    given = as_frame(rows.features)
    if place < given.shape[1]:
        return given.iloc[:, place]
    if rows.audit is None:
        return pd.Series([None] * len(rows), dtype=object)  # the schema names a column that these rows lack
    return rows.audit.iloc[:, place - given.shape[1]]


def _seen(column: Column, cells: pd.Series) -> Column:
    kind = column.kind if column.stated else guessed_alone(cells)
    if kind is Kind.ORDINAL and column.categories:
        return column  # words in an order that somebody gave
    found = tuple(sorted({printed(value) for value in cells.dropna().unique()})) if kind is Kind.CATEGORICAL else ()
    return replace(column, kind=kind, categories=found)
