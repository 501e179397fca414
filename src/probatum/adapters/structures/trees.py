# SPDX-License-Identifier: Apache-2.0
"""scikit-learn's trees, forests and gradient boosting: float32 cells against float64 thresholds, sums in float64."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from probatum.adapters.structures.parts import Parts, name_of, plain, straight
from probatum.adapters.structures.stack import Tree, stacked
from probatum.systems.structures import Forest

COMPARED = {"strict": False, "single_inputs": True, "single_sums": False}


def tree(estimator: Any) -> Parts | str:
    """Take a single tree apart."""
    return _averaged(estimator, [estimator], mean=False)


def forest(estimator: Any) -> Parts | str:
    """Take a forest apart: the mean of its trees' shares."""
    return _averaged(estimator, estimator.estimators_, mean=True)


def boosting(estimator: Any) -> Parts | str:
    """Take gradient boosting apart: the first guess, then each tree times the learning rate."""
    classes = tuple(np.asarray(estimator.classes_).tolist())
    if estimator.loss != "log_loss":
        return (
            f"This GradientBoostingClassifier was trained on the {estimator.loss} loss; only log_loss is read. Train "
            "it with that."
        )
    if estimator.init_ != "zero" and name_of(estimator.init_) != "DummyClassifier":
        return (
            f"This GradientBoostingClassifier starts from another model ({name_of(estimator.init_)}). Train it without "
            "init."
        )
    columns, width = int(estimator.n_features_in_), estimator.estimators_.shape[1]
    base = estimator._raw_predict_init(np.zeros((1, columns), dtype=np.float32))[0]
    trees = [
        _read(one.tree_, _placed(estimator.learning_rate * one.tree_.value[:, 0, 0], place, width))
        for row in estimator.estimators_
        for place, one in enumerate(row)
    ]
    link = "logistic" if width == 1 else "softmax"
    core = stacked(trees, columns=columns, base=base, link=link, **COMPARED)
    return _parts(core, classes, estimator.decision_function)


def _averaged(estimator: Any, members: Sequence[Any], *, mean: bool) -> Parts | str:
    if getattr(estimator, "n_outputs_", 1) != 1:
        return f"This {name_of(estimator)} answers several questions at once. Give one model for each."
    classes = tuple(np.asarray(estimator.classes_).tolist())
    trees = [_read(member.tree_, member.tree_.value[:, 0, : len(classes)]) for member in members]
    core = stacked(trees, columns=int(estimator.n_features_in_), base=np.zeros(len(classes)), mean=mean, **COMPARED)
    return _parts(core, classes, estimator.predict_proba)


def _parts(core: Forest, classes: tuple[Any, ...], said: Any) -> Parts:
    return Parts(
        core=core,
        classes=classes,
        encode=plain,
        inputs=straight(core.columns),
        said=lambda x: np.asarray(said(x), dtype=np.float64).reshape(len(x), -1),
    )


def _read(inside: Any, value: np.ndarray) -> Tree:
    """Return one of scikit-learn's trees with what its nodes add."""
    leaf = inside.children_left < 0
    return Tree(
        feature=np.where(leaf, -1, inside.feature),
        threshold=inside.threshold,
        left=inside.children_left,
        right=inside.children_right,
        missing_left=inside.__getstate__()["nodes"]["missing_go_to_left"].astype(bool),
        value=value,
        subsets={},
    )


def _placed(value: np.ndarray, place: int, width: int) -> np.ndarray:
    """Return (m, width) zeros with the values of a tree in the column of its class."""
    out = np.zeros((len(value), width))
    out[:, place] = value
    return out
