# SPDX-License-Identifier: Apache-2.0
"""Rows as the libraries of boosted trees take them: in their own types, text as categories; and as numbers, for proofs.

Categories are matched by how they are printed, since a file does not tell 1 from "1".
"""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from probatum.errors import ModelError
from probatum.systems.datasets import Column, Kind
from probatum.systems.datasets.rows import codes

Names = tuple[str, ...]


def typed(
    frame: pd.DataFrame,
    categories: Mapping[int, Names],
    values: Mapping[int, tuple[Any, ...]],
    unnamed: Collection[int],
) -> pd.DataFrame:
    """Return rows in types that the libraries take; what is a number or a category already stays as it came.

    Args:
        frame: the columns that the model was trained on, in its order.
        categories: column: the model's own categories as printed, in the order of their codes.
        values: the same in their own type.
        unnamed: columns of categories that the model does not name.

    Raises:
        ModelError: a column holds text where the model was trained on numbers.
    """
    if not categories and all(_number(kind) for kind in frame.dtypes):
        return frame
    columns = {}
    for place, name in enumerate(frame.columns):
        cells, names = frame.iloc[:, place], categories.get(place)
        category = isinstance(cells.dtype, pd.CategoricalDtype)
        if names is not None and not category:
            cells = _as_category(cells, names, values.get(place, names))
        elif names is None and not _number(cells.dtype) and not (category and place in unnamed):
            cells = pd.Series(coded(cells, None, unnamed=False), index=cells.index, name=name)
        columns[name] = cells
    return pd.DataFrame(columns, index=frame.index)


def coded(cells: pd.Series, names: Names | None, *, unnamed: bool) -> np.ndarray:
    """Return one column as (n,) float64: codes of the model's own categories, NaN for missing or unknown.

    Raises:
        ModelError: it holds text, or codes of categories that the model does not name.
    """
    if names is not None:
        found = codes(cells, _column(names))
        return np.where(found < 0, np.nan, found.astype(np.float64))
    if isinstance(cells.dtype, pd.CategoricalDtype) and unnamed:
        found = cells.cat.codes.to_numpy()
        return np.where(found < 0, np.nan, found.astype(np.float64))
    try:
        return np.asarray(cells.to_numpy(dtype=np.float64, na_value=np.nan))
    except (ValueError, TypeError):
        raise ModelError(
            f'Column "{cells.name}" holds text; the model was trained on numbers there, or does not name its '
            "categories. Give the data the type that it was trained on."
        ) from None


def unknown(frame: pd.DataFrame, categories: Mapping[int, Names]) -> np.ndarray:
    """Return (n,) bool: a cell of text is none of the categories; cells that came as categories are not looked at."""
    found = np.zeros(len(frame), dtype=bool)
    for place, names in categories.items():
        cells = frame.iloc[:, place]
        if not isinstance(cells.dtype, pd.CategoricalDtype):
            found |= (codes(cells, _column(names)) < 0) & cells.notna().to_numpy()
    return found


def in_use(features: Any) -> pd.DataFrame | None:
    """Return rows without the categories that none of them holds; None where there are no such categories."""
    if not isinstance(features, pd.DataFrame):
        return None
    columns, spare = {}, False
    for name, cells in features.items():
        category = isinstance(cells.dtype, pd.CategoricalDtype)
        trimmed = cells.cat.remove_unused_categories() if category else cells
        spare |= category and len(trimmed.cat.categories) < len(cells.cat.categories)
        columns[name] = trimmed
    return pd.DataFrame(columns, index=features.index) if spare else None


def spelled(name: str) -> str:
    """Return a name as LightGBM writes it into its models."""
    return str(name).replace(" ", "_")


def _as_category(cells: pd.Series, names: tuple[str, ...], values: tuple[Any, ...]) -> pd.Series:
    """Return a column as categories: the model's own where they are printed alike, others behind them."""
    found = codes(cells, _column(names))
    strange = (found < 0) & cells.notna().to_numpy()
    others = list(dict.fromkeys(cells[strange].tolist()))
    if others:
        at = {value: len(names) + place for place, value in enumerate(others)}
        found[strange] = [at[value] for value in cells[strange].tolist()]
    listed = pd.Index([*values, *others], dtype=object if others else None)
    return pd.Series(pd.Categorical.from_codes(found, categories=listed), index=cells.index, name=cells.name)


def _column(names: Names) -> Column:
    return Column(name="", kind=Kind.CATEGORICAL, categories=names)


def _number(kind: Any) -> bool:
    return isinstance(kind, np.dtype) and kind.kind in "biuf"
