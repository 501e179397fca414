# SPDX-License-Identifier: Apache-2.0
"""What scikit-learn estimators are made of, where that is known: so far, linear models on plain columns of numbers."""

from typing import Any

import numpy as np

from probatum.systems.datasets import Rows, Schema
from probatum.systems.datasets.rows import NUMBERS
from probatum.systems.structures import Input, Linear, Structure


def structure_of(estimator: Any, schema: Schema) -> Structure | str:
    """Return what a fitted estimator is made of, or why that is not known."""
    from sklearn.linear_model._base import LinearClassifierMixin

    kind = type(estimator).__name__
    if not isinstance(estimator, LinearClassifierMixin):
        return f"What a {kind} is made of is not looked into yet, so it is only asked."
    given = schema.given
    if any(column.kind not in NUMBERS or column.categories for column in given):
        return "The model gets columns that are not numbers, so it is only asked."
    names = getattr(estimator, "feature_names_in_", None)
    places = list(range(len(given)))
    if names is not None and not schema.array:
        by_name = {column.name: place for place, column in enumerate(given)}
        places = [by_name[str(name)] for name in names]
    own = [str(label) for label in np.asarray(estimator.classes_).tolist()]
    known = {str(label): place for place, label in enumerate(schema.classes)}
    if any(label not in known for label in own):
        return "The model's classes are spelled otherwise than those of the data, so it is only asked."

    def encode(rows: Rows) -> np.ndarray:
        return rows.numeric()[:, places]

    return Structure(
        core=Linear(
            weights=np.asarray(estimator.coef_, dtype=np.float64),
            bias=np.broadcast_to(np.asarray(estimator.intercept_, dtype=np.float64), (len(estimator.coef_),)),
        ),
        encode=encode,
        inputs=tuple(Input(column=place) for place in places),
        order=tuple(known[label] for label in own),
    )
