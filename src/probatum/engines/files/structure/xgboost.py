# SPDX-License-Identifier: Apache-2.0
"""XGBoost's models, as JSON or UBJSON: counts agree, trees belong to a class that exists, indices are in range.

XGBoost adds each tree to the column of the result that ``tree_info`` names, without looking whether there is one: a
wrong number there writes beyond the buffer, and the predictions of other rows come out shifted.

Source: xgboost, doc/model.schema and src/gbm/gbtree_model.cc, src/tree/io_utils.h, src/learner.cc (3.2).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from probatum.engines.files.structure.parts import (
    StructureError,
    count,
    entry,
    finite,
    numbers,
    require,
    same_length,
    whole_numbers,
    within,
)
from probatum.engines.files.structure.texts import parsed
from probatum.engines.files.structure.ubjson import parse
from probatum.engines.files.structure.xgboost_trees import check_tree
from probatum.facts.input_limits import InputLimits

MOST_GROUPS = 100_000  # classes or targets
UBJSON_NEXT = b"{L"  # an object whose first key has its length before it


def check(content: bytes, limits: InputLimits) -> None:
    """Refuse a model that contradicts itself.

    Raises:
        StructureError: says where.
    """
    whole = parse(content, limits.depth) if content[:2] == UBJSON_NEXT else parsed(content, limits.depth)
    learner = entry(whole, "learner", "the model")
    stated = entry(learner, "learner_model_param", "the learner")
    features = count(entry(stated, "num_feature", "learner_model_param"), "num_feature")
    classes = count(stated.get("num_class", 0), "num_class", most=MOST_GROUPS)
    targets = count(stated.get("num_target", 1), "num_target", least=1, most=MOST_GROUPS)
    groups = max(classes, 1) * targets
    require(groups <= MOST_GROUPS, f"it has more than {MOST_GROUPS:,} classes and targets")
    _check_base_score(stated.get("base_score", "0.5"), groups)
    _check_objective(entry(learner, "objective", "the learner"), classes)
    for name in ("feature_names", "feature_types"):
        listed = learner.get(name, [])
        require(isinstance(listed, list) and all(isinstance(one, str) for one in listed), f"{name} is no list of texts")
        require(len(listed) in (0, features), f"{name} has {len(listed):,} entries; num_feature is {features:,}")
    rounds = _check_booster(entry(learner, "gradient_booster", "the learner"), features, groups, limits)
    _check_attributes(learner.get("attributes", {}), rounds)


def _check_booster(booster: Any, features: int, groups: int, limits: InputLimits) -> int | None:
    """Check trees or weights; return the rounds of boosting, None where they are not stated."""
    name = entry(booster, "name", "gradient_booster")
    require(name in ("gbtree", "dart", "gblinear"), "gradient_booster has no known name")
    if name == "gblinear":
        model = entry(booster, "model", "gradient_booster")
        weights = numbers(entry(model, "weights", "the linear model"), "weights")
        same_length({"weights": weights}, (features + 1) * groups, "the linear model")
        finite(weights, "weights")
        return None
    inner = entry(booster, "gbtree", "gradient_booster") if name == "dart" else booster
    model = entry(inner, "model", "gradient_booster")
    trees = entry(model, "trees", "the model")
    if name == "dart":
        drops = numbers(entry(booster, "weight_drop", "gradient_booster"), "weight_drop")
        same_length({"weight_drop": drops}, len(trees), "the model")
        finite(drops, "weight_drop")
    return _check_trees(model, trees, features, groups, limits)


def _check_trees(model: Mapping[str, Any], trees: Any, features: int, groups: int, limits: InputLimits) -> int | None:
    require(isinstance(trees, list), "trees is no list")
    stated = entry(model, "gbtree_model_param", "the model")
    require(count(entry(stated, "num_trees", "gbtree_model_param"), "num_trees") == len(trees), "num_trees is wrong")
    count(stated.get("num_parallel_tree", 1), "num_parallel_tree", least=0)
    info = whole_numbers(entry(model, "tree_info", "the model"), "tree_info")
    same_length({"tree_info": info}, len(trees), "the model")
    outside = info[(info < 0) | (info >= groups)]
    require(not outside.size, f"tree_info assigns a tree to class {outside[:1].tolist()}; there are {groups:,}")
    for place, tree in enumerate(trees):
        check_tree(tree, f"tree {place:,}", features, groups, limits.depth)
    _check_categories(model.get("cats"), features)
    if "iteration_indptr" not in model:
        return None
    starts = whole_numbers(model["iteration_indptr"], "iteration_indptr")
    require(
        len(starts) > 0 and starts[0] == 0 and starts[-1] == len(trees), "iteration_indptr does not cover the trees"
    )
    require(bool((np.diff(starts) >= 0).all()), "iteration_indptr goes back")
    return len(starts) - 1


def _check_categories(listed: Any, features: int) -> None:
    """Check the names of categories that XGBoost 3.1 and later keep."""
    if not listed:
        return
    encoders = entry(listed, "enc", "cats")
    require(isinstance(encoders, list) and len(encoders) in (0, features), "cats has not one entry a feature")
    sizes = [_categories(encoder) for encoder in encoders]
    segments = whole_numbers(listed.get("feature_segments", []), "feature_segments")
    order = whole_numbers(listed.get("sorted_idx", []), "sorted_idx")
    if encoders:
        require(segments.tolist() == np.cumsum([0, *sizes]).tolist(), "feature_segments does not fit the categories")
    same_length({"sorted_idx": order}, sum(sizes), "cats")
    within(order, 0, max(sizes, default=0), "sorted_idx")


def _categories(encoder: Any) -> int:
    """Return how many categories a feature has."""
    values = numbers(entry(encoder, "values", "cats"), "the categories")
    if "offsets" not in encoder:
        return len(values)
    starts = whole_numbers(encoder["offsets"], "the offsets of categories")
    if not len(starts):
        require(not len(values), "categories lack their offsets")
        return 0
    ordered = starts[0] == 0 and starts[-1] == len(values) and (np.diff(starts) >= 0).all()
    require(ordered, "the offsets of categories do not cover their names")
    return len(starts) - 1


def _check_base_score(stated: Any, groups: int) -> None:
    text = str(stated).strip()
    parts = text[1:-1].split(",") if text.startswith("[") and text.endswith("]") else [text]
    try:
        values = np.asarray([float(part) for part in parts])
    except ValueError as error:
        raise StructureError("base_score is no number") from error
    finite(values, "base_score")
    require(len(values) in (1, groups), f"base_score has {len(values):,} entries; there are {groups:,} classes")


def _check_objective(objective: Any, classes: int) -> None:
    require(isinstance(entry(objective, "name", "objective"), str), "the objective has no name")
    for settings in objective.values():
        if isinstance(settings, Mapping) and "num_class" in settings:
            stated = count(settings["num_class"], "num_class of the objective", most=MOST_GROUPS)
            require(stated == classes, "the objective has another number of classes than the learner")


def _check_attributes(attributes: Any, rounds: int | None) -> None:
    require(isinstance(attributes, Mapping), "attributes is no object")
    require(all(isinstance(value, str) for value in attributes.values()), "an attribute is no text")
    if "best_iteration" in attributes:
        best = count(attributes["best_iteration"], "best_iteration")
        require(rounds is None or best < max(rounds, 1), "best_iteration is beyond the last round")
