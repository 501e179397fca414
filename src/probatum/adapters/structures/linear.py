# SPDX-License-Identifier: Apache-2.0
"""scikit-learn's linear classifiers: one score for two classes, else one a class."""

from typing import Any

import numpy as np

from probatum.adapters.structures.parts import Parts, name_of, plain, straight
from probatum.systems.structures import Linear


def linear(estimator: Any) -> Parts | str:
    """Take a fitted linear classifier apart."""
    weights, bias = np.atleast_2d(estimator.coef_), np.atleast_1d(estimator.intercept_)
    classes = tuple(np.asarray(estimator.classes_).tolist())
    if weights.shape[0] != (1 if len(classes) == 2 else len(classes)):
        return f"This {name_of(estimator)} does not have one row of weights for each class."
    if weights.dtype == np.float32:
        return (
            f"This {name_of(estimator)} holds its weights in float32, and its sums of float32 rows are rounded more "
            "coarsely than a proof allows for. Train it on float64 numbers (X.astype(float)) to have proofs."
        )
    core = Linear(
        weights=np.ascontiguousarray(weights, dtype=np.float64),
        bias=np.broadcast_to(bias, (len(weights),)).astype(np.float64),
    )
    return Parts(
        core=core,
        classes=classes,
        encode=plain,
        inputs=straight(weights.shape[1]),
        said=lambda x: np.asarray(estimator.decision_function(x), dtype=np.float64).reshape(len(x), -1),
    )
