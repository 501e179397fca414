# SPDX-License-Identifier: Apache-2.0
"""scikit-learn's histogram gradient boosting: float64, and categories by its own encoding, their columns first."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from probatum.adapters.structures.parts import Parts, plain, straight
from probatum.adapters.structures.stack import Tree, stacked
from probatum.systems.datasets.rows import printed
from probatum.systems.structures import Input


def histograms(estimator: Any) -> Parts | str:
    """Take histogram gradient boosting apart."""
    width = int(estimator.n_trees_per_iteration_)
    known = _known(estimator)
    trees = [
        _read(predictor, place, width, known) for row in estimator._predictors for place, predictor in enumerate(row)
    ]
    core = stacked(
        trees,
        columns=int(estimator.n_features_in_),
        base=np.asarray(estimator._baseline_prediction).reshape(-1),
        strict=False,
        single_inputs=False,
        single_sums=False,
        link="logistic" if width == 1 else "softmax",
    )

    def encode(features: Any) -> np.ndarray:
        return np.ascontiguousarray(estimator._preprocess_X(features, reset=False), dtype=np.float64)

    def said(x: np.ndarray) -> np.ndarray:
        """Sum by the library's own loop, which begins where its encoding ends."""
        scores = np.zeros((len(x), width), order="F")
        scores += estimator._baseline_prediction
        estimator._predict_iterations(np.ascontiguousarray(x), estimator._predictors, scores, False, 1)
        return scores

    mixed = estimator._preprocessor is not None
    return Parts(
        core=core,
        classes=tuple(np.asarray(estimator.classes_).tolist()),
        encode=encode if mixed else plain,
        inputs=_inputs(estimator) if mixed else straight(core.columns),
        said=said,
        known=_names(estimator) if mixed else {},
    )


def _read(predictor: Any, place: int, width: int, known: Mapping[int, np.ndarray]) -> Tree:
    nodes = predictor.nodes
    leaf = nodes["is_leaf"].astype(bool)
    value = np.zeros((len(nodes), width))
    value[:, place] = nodes["value"]
    split = np.flatnonzero(nodes["is_categorical"].astype(bool) & ~leaf)
    return Tree(
        feature=np.where(leaf, -1, nodes["feature_idx"].astype(np.int64)),
        threshold=nodes["num_threshold"],
        left=nodes["left"],
        right=nodes["right"],
        missing_left=nodes["missing_go_to_left"].astype(bool),
        value=value,
        subsets={int(node): _subset(predictor, nodes[node], known) for node in split},
    )


def _subset(predictor: Any, node: np.void, known: Mapping[int, np.ndarray]) -> np.ndarray:
    """Return which codes go left; those that the model never saw go where a missing cell goes."""
    left = _bits(predictor.raw_left_cat_bitsets[node["bitset_idx"]])
    return np.where(known[int(node["feature_idx"])], left, bool(node["missing_go_to_left"]))


def _known(estimator: Any) -> Mapping[int, np.ndarray]:
    """Return (256,) bool for each column of categories: the codes that it was trained on."""
    if estimator.is_categorical_ is None:
        return {}
    words, place = estimator._bin_mapper.make_known_categories_bitsets()
    return {
        int(column): _bits(words[place[column]]) for column in np.flatnonzero(estimator._bin_mapper.is_categorical_)
    }


def _bits(words: np.ndarray) -> np.ndarray:
    """Return (256,) bool of eight words of 32 bits."""
    return np.unpackbits(np.asarray(words, dtype="<u4").view(np.uint8), bitorder="little").astype(bool)


def _inputs(estimator: Any) -> tuple[Input, ...]:
    """Return where the columns come from, once those of categories have been put first."""
    mask = _mask(estimator)
    return tuple(Input(column=int(column)) for column in (*np.flatnonzero(mask), *np.flatnonzero(~mask)))


def _mask(estimator: Any) -> np.ndarray:
    """Return (d,) bool: the columns that hold categories, in the order in which the model is given them."""
    return np.asarray(estimator._preprocessor.transformers_[0][2], dtype=bool)


def _names(estimator: Any) -> Mapping[int, tuple[str, ...]]:
    """Return the categories of each encoded column of them, in the order of their codes."""
    encoder = estimator._preprocessor.named_transformers_["encoder"]
    return {
        place: tuple(printed(category) for category in known if not pd.isna(category))
        for place, known in enumerate(encoder.categories_)
    }
