# SPDX-License-Identifier: Apache-2.0
"""One tree of an XGBoost model.

Source: xgboost, src/tree/io_utils.h, tree_model.cc and multi_target_tree_model.cc (3.2).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from probatum.engines.files.structure.parts import (
    count,
    entry,
    finite,
    numbers,
    reached,
    require,
    same_length,
    whole_numbers,
    within,
)

MOST_NODES = 2**30
MOST_CATEGORY = 2**24  # beyond, XGBoost itself knows no category: it keeps them as float32
CATEGORIES = ("categories", "categories_nodes", "categories_segments", "categories_sizes")


def check_tree(tree: Any, what: str, features: int, groups: int, deepest: int) -> None:
    """Refuse a tree that contradicts itself.

    Raises:
        StructureError: says where.
    """
    stated = entry(tree, "tree_param", what)
    nodes = count(entry(stated, "num_nodes", f"tree_param of {what}"), f"num_nodes of {what}", least=1, most=MOST_NODES)
    count(stated.get("num_feature", 0), f"num_feature of {what}", most=features)
    count(stated.get("num_deleted", 0), f"num_deleted of {what}", most=nodes - 1)
    width = count(stated.get("size_leaf_vector", 1), f"size_leaf_vector of {what}")
    require(width <= 1 or width == groups, f"{what} has leaves of {width:,} numbers; the model has {groups:,} classes")
    names = ("left_children", "right_children", "parents", "split_indices")
    lists = {name: whole_numbers(entry(tree, name, what), f"{name} of {what}") for name in names}
    lists["default_left"] = whole_numbers(entry(tree, "default_left", what), f"default_left of {what}")
    kinds = whole_numbers(tree.get("split_type", np.zeros(nodes, dtype=np.int64)), f"split_type of {what}")
    conditions = numbers(entry(tree, "split_conditions", what), f"split_conditions of {what}")
    same_length({**lists, "split_type": kinds, "split_conditions": conditions}, nodes, what)
    left, right = lists["left_children"], np.where(lists["left_children"] < 0, -1, lists["right_children"])
    require(bool(((left >= -1) & (right >= -1)).all()), f"the children of {what} hold an index out of range")
    seen = reached(left, right, what, deepest)
    inner = seen & (left >= 0)
    require(bool((right[inner] >= 0).all()), f"a node of {what} has one child")
    within(lists["split_indices"][inner], 0, features, f"split_indices of {what}")
    parents = lists["parents"]
    places = np.flatnonzero(inner)
    require(bool((parents[left[places]] == places).all()), f"parents of {what} are not those of the children")
    require(bool((parents[right[places]] == places).all()), f"parents of {what} are not those of the children")
    within(lists["default_left"], 0, 2, f"default_left of {what}")
    within(kinds, 0, 2, f"split_type of {what}")
    finite(conditions[seen & ((kinds == 0) | ~inner)] if width <= 1 else conditions[inner & (kinds == 0)], what)
    _check_weights(tree, nodes, int((seen & ~inner).sum()), width, what)
    _check_categories(tree, inner & (kinds == 1), nodes, what)


def _check_weights(tree: Mapping[str, Any], nodes: int, leaves: int, width: int, what: str) -> None:
    """Check the lists with a number or a vector a node."""
    size = max(width, 1)
    if "base_weights" in tree:
        same_length({"base_weights": numbers(tree["base_weights"], f"base_weights of {what}")}, nodes * size, what)
    for name in ("loss_changes", "sum_hessian"):
        if name in tree:
            values = numbers(tree[name], f"{name} of {what}")
            require(len(values) in (0, nodes), f"{name} of {what} has {len(values):,} entries, not {nodes:,}")
    if width > 1 and "leaf_weights" in tree:
        weights = numbers(tree["leaf_weights"], f"leaf_weights of {what}")
        same_length({"leaf_weights": weights}, leaves * size, what)
        finite(weights, f"leaf_weights of {what}")


def _check_categories(tree: Mapping[str, Any], by_category: np.ndarray, nodes: int, what: str) -> None:
    """Check the lists of categories: one for each node that splits by them, and no other."""
    lists = {name: whole_numbers(tree.get(name, []), f"{name} of {what}") for name in CATEGORIES}
    owners, starts, sizes = (lists[name] for name in CATEGORIES[1:])
    same_length({"categories_segments": starts, "categories_sizes": sizes}, len(owners), what)
    within(owners, 0, nodes, f"categories_nodes of {what}")
    require(bool((np.diff(owners) > 0).all()), f"categories_nodes of {what} are not in order")
    require(
        set(np.flatnonzero(by_category).tolist()) <= set(owners.tolist()), f"a split of {what} lacks its categories"
    )
    within(lists["categories"], 0, MOST_CATEGORY, f"categories of {what}")
    within(starts, 0, len(lists["categories"]) + 1, f"categories_segments of {what}")
    within(sizes, 0, len(lists["categories"]) + 1, f"categories_sizes of {what}")
    within(starts + sizes, 0, len(lists["categories"]) + 1, f"categories_segments of {what}")
