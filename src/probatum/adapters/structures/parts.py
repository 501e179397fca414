# SPDX-License-Identifier: Apache-2.0
"""An estimator taken apart, together with the library's own answers to compare with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, final

import numpy as np
import pandas as pd

from probatum.adapters.knowledge import wants_texts
from probatum.errors import ModelError
from probatum.systems.datasets import Column, Kind, Label, Rows, Schema
from probatum.systems.structures import Forest, Input, Linear, Network


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parts:
    """The core of an estimator, and its own way from encoded numbers to scores."""

    core: Linear | Forest | Network
    classes: tuple[Label, ...]  # in the order of the core
    encode: Callable[[Any], np.ndarray]  # features as the estimator is given them to (n, d) numbers
    inputs: tuple[Input, ...] | None  # of each encoded column, among the columns that the estimator is given
    said: Callable[[np.ndarray], np.ndarray]  # (n, d) encoded rows to (n, w) raw scores, worked out by the library
    untraced: str | None = None  # where there are no inputs: why, and what would help
    known: Mapping[int, tuple[str, ...]] = field(default_factory=dict)  # encoded column: the categories of its codes


def plain(features: Any) -> np.ndarray:
    """Return features that are all numbers as (n, d) float64, in the order of their columns."""
    cells = features if isinstance(features, np.ndarray) else features.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.ascontiguousarray(cells, dtype=np.float64)


def straight(columns: int) -> tuple[Input, ...]:
    """Return the inputs of a model that is given its columns as they are."""
    return tuple(Input(column=place) for place in range(columns))


def name_of(estimator: Any) -> str:
    """Return what kind of estimator this is."""
    return type(estimator).__name__


def given(estimator: Any, rows: Rows) -> Any:
    """Return what an estimator was trained on: named columns where it knows names, one text a row, else an array."""
    if wants_texts(estimator):
        return _texts(rows)
    names = getattr(estimator, "feature_names_in_", None)
    if isinstance(rows.features, np.ndarray):
        flat = rows.features.ndim > 2 and getattr(estimator, "n_features_in_", None) == rows.features[0].size
        return rows.features.reshape(len(rows), -1) if len(rows) and flat else rows.features
    if names is not None:
        return rows.features[list(names)]
    return rows.features.to_numpy() if hasattr(estimator, "n_features_in_") else rows.features


def _texts(rows: Rows) -> Any:
    """Return the texts of a model that begins with a vectoriser, one a row; it would read a table's names instead.

    Raises:
        ModelError: it cannot be told which column they stand in.
    """
    columns = rows.schema.given
    texts = [place for place, column in enumerate(columns) if column.kind is Kind.TEXT]
    words = [place for place, column in enumerate(columns) if column.kind is Kind.CATEGORICAL]
    places = [0] if len(columns) == 1 else texts or words
    if len(places) != 1:
        raise ModelError(
            f"The model reads one text a row; the data give it {len(columns)} columns, {len(texts or words)} of them "
            'text. Name the one with the texts: features = ["COLUMN"] under [data].'
        )
    features = rows.features
    return features.iloc[:, places[0]] if isinstance(features, pd.DataFrame) else features.reshape(len(rows), -1)[:, 0]


def columns_of(estimator: Any, schema: Schema) -> tuple[Column, ...]:
    """Return the columns that an estimator is given, in its order."""
    names = getattr(estimator, "feature_names_in_", None)
    if names is None or schema.array:
        return schema.given
    by_name = {column.name: column for column in schema.given}
    return tuple(by_name[str(name)] for name in names if str(name) in by_name)
