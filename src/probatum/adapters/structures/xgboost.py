# SPDX-License-Identifier: Apache-2.0
"""XGBoost's trees out of its own JSON: float32 cells, thresholds and sums; left where a cell is below the threshold."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from probatum.adapters.structures.parts import Parts, plain, straight
from probatum.adapters.structures.stack import Tree, stacked
from probatum.systems.datasets import Label

BINARY = ("binary:logistic", "reg:logistic")
MULTI = ("multi:softprob", "multi:softmax")
BLUR = 1e-6  # its probabilities are float32: scores that differ by less may come out as equal ones


def xgboost(booster: Any, classes: tuple[Label, ...], known: Mapping[int, tuple[str, ...]]) -> Parts | str:
    """Take a booster apart.

    Args:
        booster: with the trees that its users' predict takes.
        classes: that it tells apart.
        known: the categories of its columns of codes.
    """
    import xgboost

    learner = json.loads(bytes(booster.save_raw("json")))["learner"]
    objective = str(learner["objective"]["name"])
    why = refused(str(learner["gradient_booster"]["name"]), objective)
    if why is not None:
        return why
    model = learner["gradient_booster"]["model"]
    if any(int(tree["tree_param"].get("size_leaf_vector", "1")) > 1 for tree in model["trees"]):
        return (
            "The leaves of this XGBoost model hold several numbers; only one a leaf is read. Train it with "
            'multi_strategy="one_output_per_tree".'
        )
    if not model["trees"]:
        return "This XGBoost model has no trees."
    width = 1 if objective in BINARY else len(classes)
    columns = int(learner["learner_model_param"]["num_feature"])
    kinds = booster.feature_types
    codes = {place: len(names) for place, names in known.items()}

    def said(x: np.ndarray, one: Any = booster) -> np.ndarray:
        matrix = xgboost.DMatrix(x, feature_names=booster.feature_names, feature_types=kinds, nthread=1)
        return np.asarray(one.predict(matrix, output_margin=True)).reshape(len(x), -1)

    core = stacked(
        [_read(tree, place, width, codes) for tree, place in zip(model["trees"], model["tree_info"], strict=True)],
        columns=columns,
        base=said(np.full((1, columns), np.nan), _emptied(booster))[0],
        strict=True,
        single_inputs=True,
        single_sums=True,
        link="logistic" if width == 1 else "softmax",
        blur=BLUR,
    )
    return Parts(core=core, classes=classes, encode=plain, inputs=straight(columns), said=said, known=known)


def classifier(estimator: Any) -> Parts | str:
    """Take an object of XGBoost's scikit-learn kind apart."""
    if estimator.missing is not None and not np.isnan(estimator.missing):
        return f"The model takes the number {estimator.missing:g} for a missing cell. Train it with missing=nan."
    return xgboost(used(estimator), tuple(np.asarray(estimator.classes_).tolist()), {})


def used(estimator: Any) -> Any:
    """Return the booster with those trees alone that the estimator's predict takes, on one thread."""
    booster = estimator.get_booster()
    best = booster.attr("best_iteration")
    linear = json.loads(booster.save_config())["learner"]["gradient_booster"]["name"] == "gblinear"
    booster = booster.copy() if best is None or linear else booster[: int(best) + 1]
    booster.set_param({"nthread": 1})
    return booster


def refused(kind: str, objective: str) -> str | None:
    """Return why boosters of this kind are not taken apart; None: they are."""
    if kind == "gblinear":
        return 'This XGBoost model is linear (gblinear), and holds no trees. Train it with booster="gbtree".'
    if kind == "dart":
        return (
            "This XGBoost model drops trees (dart), so its sums are weighted; only gbtree is read. Train it with that."
        )
    if kind != "gbtree":
        return f"This XGBoost model is of the kind {kind}; only gbtree is read. Train it with that."
    if objective not in (*BINARY, *MULTI):
        return f"This XGBoost model was trained for {objective}; only {', '.join((*BINARY, *MULTI))} are read."
    return None


def _emptied(booster: Any) -> Any:
    """Return the booster with zeros in its leaves: what it answers is what the sums start from, to the last bit."""
    import xgboost

    whole = json.loads(bytes(booster.save_raw("json")))
    for tree in whole["learner"]["gradient_booster"]["model"]["trees"]:
        leaf = np.asarray(tree["left_children"]) < 0
        tree["split_conditions"] = np.where(leaf, 0.0, tree["split_conditions"]).tolist()
    empty = xgboost.Booster({"nthread": 1})
    empty.load_model(bytearray(json.dumps(whole).encode()))
    return empty


def _read(tree: Mapping[str, Any], place: int, width: int, codes: Mapping[int, int]) -> Tree:
    """Return one of XGBoost's trees; it adds to the score in column ``place``."""
    left = np.asarray(tree["left_children"], dtype=np.int32)
    condition = np.asarray(tree["split_conditions"], dtype=np.float32)
    feature = np.asarray(tree["split_indices"], dtype=np.int64)
    leaf = left < 0
    value = np.zeros((len(left), width), dtype=np.float64)
    value[leaf, place] = condition[leaf]
    subsets = {}
    starts, sizes = tree.get("categories_segments", []), tree.get("categories_sizes", [])
    for node, start, size in zip(tree.get("categories_nodes", []), starts, sizes, strict=True):
        right = np.asarray(tree["categories"][start : start + size], dtype=np.int64)
        goes = np.ones(max(codes.get(int(feature[node]), 0), int(right.max(initial=-1)) + 2), dtype=bool)
        goes[right] = False  # those listed go right, all others left
        subsets[int(node)] = goes
    return Tree(
        feature=np.where(leaf, -1, feature),
        threshold=condition.astype(np.float64),
        left=left,
        right=np.asarray(tree["right_children"], dtype=np.int32),
        missing_left=np.asarray(tree["default_left"]).astype(bool),
        value=value,
        subsets=subsets,
    )
