# SPDX-License-Identifier: Apache-2.0
"""LightGBM's trees out of its own dump: float64 throughout, left where a cell is at most the threshold."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from probatum.adapters.structures.parts import Parts, plain, straight
from probatum.adapters.structures.stack import Tree, stacked
from probatum.systems.datasets import Label

ZERO = float(np.float32(1e-35))  # numbers this close to zero are taken for zero
BLUR = 1e-14  # its probabilities are float64: scores that differ by less may come out as equal ones
OBJECTIVES = ("binary", "multiclass")
ZEROS = (
    "This LightGBM model takes zeros for missing cells, and sends them elsewhere than the numbers beside them. Train "
    "it with zero_as_missing=False."
)


def lightgbm(booster: Any, classes: tuple[Label, ...], known: Mapping[int, tuple[str, ...]]) -> Parts | str:
    """Take a booster apart, with the trees that its own predict takes.

    Args:
        booster: LightGBM's.
        classes: that it tells apart.
        known: the categories of its columns of codes.
    """
    dump = booster.dump_model()
    objective = str(dump.get("objective", "")).split(" ")[0]
    if objective not in OBJECTIVES:
        what = objective or "an objective of its own"
        return f"This LightGBM model was trained for {what}; only binary and multiclass are read."
    if dump["average_output"]:
        return 'This LightGBM model is a random forest (rf), whose means are not read. Train it with boosting="gbdt".'
    if not dump["tree_info"]:
        return "This LightGBM model has no trees."
    width, columns = int(dump["num_tree_per_iteration"]), int(dump["max_feature_idx"]) + 1
    trees = []
    for place, info in enumerate(dump["tree_info"]):
        one = _read(info["tree_structure"], place % width, width)
        if isinstance(one, str):
            return one
        trees.append(one)
    core = stacked(
        trees,
        columns=columns,
        base=np.zeros(width),
        strict=False,
        single_inputs=False,
        single_sums=False,
        link="logistic" if width == 1 else "softmax",
        blur=BLUR,
    )
    return Parts(
        core=core,
        classes=classes,
        encode=plain,
        inputs=straight(columns),
        said=lambda x: np.asarray(booster.predict(x, raw_score=True, num_threads=1)).reshape(len(x), -1),
        known=known,
    )


def classifier(estimator: Any) -> Parts | str:
    """Take an object of LightGBM's scikit-learn kind apart."""
    return lightgbm(estimator.booster_, tuple(np.asarray(estimator.classes_).tolist()), {})


def _read(root: Mapping[str, Any], place: int, width: int) -> Tree | str:
    """Return one of LightGBM's trees; it adds to the score in column ``place``."""
    nodes: list[Mapping[str, Any]] = [root]
    left, right = [], []
    for node in nodes:  # grows as it is read
        inner = "split_feature" in node
        left.append(len(nodes) if inner else 0)
        right.append(len(nodes) + 1 if inner else 0)
        nodes += [node["left_child"], node["right_child"]] if inner else []
    if any("leaf_coeff" in node for node in nodes):
        return (
            "The leaves of this LightGBM model are linear functions (linear_tree), which are not read. Train it with "
            "linear_tree=False."
        )
    if any(_sends_zeros_elsewhere(node) for node in nodes):
        return ZEROS
    value = np.zeros((len(nodes), width))
    value[:, place] = [float(node.get("leaf_value", 0.0)) for node in nodes]
    return Tree(
        feature=np.asarray([node.get("split_feature", -1) for node in nodes]),
        threshold=np.asarray([_threshold(node) for node in nodes]),
        left=np.asarray(left),
        right=np.asarray(right),
        missing_left=np.asarray([_missing_left(node) for node in nodes]),
        value=value,
        subsets={
            number: _codes(str(node["threshold"])) for number, node in enumerate(nodes) if _splits_categories(node)
        },
    )


def _splits_categories(node: Mapping[str, Any]) -> bool:
    return node.get("decision_type") == "=="


def _threshold(node: Mapping[str, Any]) -> float:
    """Return the number that cells are compared with; the library takes cells within 1e-35 of zero for zero."""
    threshold = 0.0 if _splits_categories(node) else float(node.get("threshold", 0.0))
    if not -ZERO <= threshold < ZERO:
        return threshold
    return ZERO if threshold >= 0 else float(np.nextafter(-ZERO, -np.inf))


def _missing_left(node: Mapping[str, Any]) -> bool:
    """Return where a missing cell goes: right at splits of categories, as a zero where none was missing in training."""
    if "split_feature" not in node or _splits_categories(node):
        return False
    return _threshold(node) >= 0 if node["missing_type"] == "None" else bool(node["default_left"])


def _sends_zeros_elsewhere(node: Mapping[str, Any]) -> bool:
    """Whether zeros leave the order of numbers here, so that no single threshold describes the split."""
    if node.get("missing_type") != "Zero" or _splits_categories(node):
        return False
    threshold, default = _threshold(node), bool(node["default_left"])
    return not (threshold >= ZERO if default else threshold < -ZERO)


def _codes(listed: str) -> np.ndarray:
    """Return (c,) bool: the codes that go left, listed as "0||2||5"."""
    codes = np.asarray([int(code) for code in listed.split("||")])
    goes = np.zeros(codes.max() + 1, dtype=bool)
    goes[codes] = True
    return goes
