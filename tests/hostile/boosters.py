# SPDX-License-Identifier: Apache-2.0
"""Models of XGBoost and LightGBM with one impossible entry each, made from real ones; none of them holds code."""

import copy
import json
import re
from collections.abc import Callable
from typing import Any

Edit = Callable[[dict[str, Any]], None]


def _model(whole: dict[str, Any]) -> dict[str, Any]:
    return whole["learner"]["gradient_booster"]["model"]


def _tree(whole: dict[str, Any], place: int = 0) -> dict[str, Any]:
    return _model(whole)["trees"][place]


def _set(place: Callable[[dict[str, Any]], Any], key: Any, value: Any) -> Edit:
    def edit(whole: dict[str, Any]) -> None:
        place(whole)[key] = value

    return edit


def _shortened(name: str) -> Edit:
    def edit(whole: dict[str, Any]) -> None:
        _tree(whole)[name] = _tree(whole)[name][:-1]

    return edit


def _nested(whole: dict[str, Any]) -> None:
    deep: Any = 0
    for _ in range(900):
        deep = [deep]
    whole["learner"]["deep"] = deep


# name: the edit of the JSON of a model of three classes, and the words of the refusal
XGBOOST: dict[str, tuple[Edit, str]] = {
    "a tree of class 1,000": (_set(lambda w: _model(w)["tree_info"], 0, 1_000), "tree_info assigns a tree to class"),
    "a tree of a class just beyond": (_set(lambda w: _model(w)["tree_info"], 0, 3), "tree_info assigns a tree"),
    "a tree of class -1": (_set(lambda w: _model(w)["tree_info"], 0, -1), "tree_info assigns a tree to class"),
    "too few entries in tree_info": (lambda w: _model(w)["tree_info"].pop(), "tree_info of the model has"),
    "more trees stated than there are": (
        _set(lambda w: _model(w)["gbtree_model_param"], "num_trees", "99"),
        "num_trees is wrong",
    ),
    "rounds beyond the trees": (_set(lambda w: _model(w)["iteration_indptr"], -1, 99), "iteration_indptr"),
    "a child out of range": (_set(lambda w: _tree(w)["left_children"], 0, 9_999), "an index out of range"),
    "a child far below 0": (_set(lambda w: _tree(w)["right_children"], 0, -7), "an index out of range"),
    "a node that is its own child": (_set(lambda w: _tree(w)["left_children"], 1, 1), "two parents"),
    "a loop to the root": (_set(lambda w: _tree(w)["left_children"], 1, 0), "a root of tree 0 is a child"),
    "a node with one child": (_set(lambda w: _tree(w)["right_children"], 0, -1), "one child"),
    "another parent": (_set(lambda w: _tree(w)["parents"], 1, 2), "parents of tree 0"),
    "a feature out of range": (_set(lambda w: _tree(w)["split_indices"], 0, 4_000), "split_indices of tree 0"),
    "too few thresholds": (_shortened("split_conditions"), "split_conditions of tree 0 has"),
    "too few default directions": (_shortened("default_left"), "default_left of tree 0 has"),
    "a threshold of NaN": (_set(lambda w: _tree(w)["split_conditions"], 0, float("nan")), "not finite"),
    "an endless leaf": (_set(lambda w: _tree(w)["split_conditions"], -1, 1e400), "not finite"),
    "more nodes stated": (_set(lambda w: _tree(w)["tree_param"], "num_nodes", "1000000000"), "entries, not"),
    "fewer features stated": (_set(lambda w: w["learner"]["learner_model_param"], "num_feature", "1"), "tree 0"),
    "fewer classes stated": (_set(lambda w: w["learner"]["learner_model_param"], "num_class", "2"), "base_score has"),
    "an objective of more classes": (
        _set(lambda w: w["learner"]["objective"]["softmax_multiclass_param"], "num_class", "300"),
        "the objective has another number of classes",
    ),
    "leaves of a thousand numbers": (_set(lambda w: _tree(w)["tree_param"], "size_leaf_vector", "1000"), "leaves of"),
    "a split by category without categories": (_set(lambda w: _tree(w)["split_type"], 0, 1), "lacks its categories"),
    "categories of no node": (
        lambda w: _tree(w).update(
            categories=[0], categories_nodes=[99_999], categories_segments=[0], categories_sizes=[1]
        ),
        "categories_nodes",
    ),
    "categories beyond their list": (
        lambda w: _tree(w).update(categories=[0], categories_nodes=[0], categories_segments=[0], categories_sizes=[99]),
        "categories_sizes",
    ),
    "a category of 2 to the 31": (
        lambda w: _tree(w).update(
            categories=[2**31 - 1], categories_nodes=[0], categories_segments=[0], categories_sizes=[1]
        ),
        "categories of tree 0",
    ),
    "text for a number": (_set(lambda w: _tree(w)["left_children"], 0, "x"), "more than whole numbers"),
    "no trees at all": (lambda w: _model(w).pop("trees"), "has no trees"),
    "a score that is none": (_set(lambda w: w["learner"]["learner_model_param"], "base_score", "x"), "base_score"),
    "very deep nesting": (_nested, "nested"),
}


def xgboost_variant(model: bytes, name: str) -> bytes:
    """Return the JSON of a model with the edit of this name."""
    whole = copy.deepcopy(json.loads(model))
    XGBOOST[name][0](whole)
    return json.dumps(whole).encode()


def _line(name: str, value: str | Callable[[list[str]], list[str]]) -> Callable[[str], str]:
    """Return an edit of the first line of this name that keeps tree_sizes true."""

    def edit(text: str) -> str:
        found = re.search(rf"^{name}=(.*)$", text, re.M)
        assert found is not None
        new = value if isinstance(value, str) else " ".join(value(found[1].split(" ")))
        edited = text[: found.start(1)] + new + text[found.end(1) :]
        return with_true_sizes(edited)

    return edit


def with_true_sizes(text: str) -> str:
    """Return the text of a LightGBM model whose tree_sizes fit its trees."""
    body = text.partition("\nend of trees")[0]
    starts = [found.start() + 1 for found in re.finditer(r"\nTree=", body)]
    ends = [*starts[1:], len(body) + 1]
    sizes = " ".join(str(end - start) for start, end in zip(starts, ends, strict=True))
    return re.sub(r"^tree_sizes=.*$", f"tree_sizes={sizes}", text, count=1, flags=re.M)


def _first(value: str) -> Callable[[list[str]], list[str]]:
    return lambda words: [value, *words[1:]]


LIGHTGBM: dict[str, tuple[Callable[[str], str], str]] = {
    "half of the text": (lambda text: text[: len(text) // 2], "cut off"),
    "cut in the last tree": (lambda text: text[: text.rindex("Tree=") + 60], "cut off"),
    "cut, with its last line kept": (
        lambda text: text[: text.rindex("Tree=") + 60] + "\n\nend of trees\n",
        "does not lie where tree_sizes",
    ),
    "sizes beyond the text": (
        lambda text: re.sub(r"^tree_sizes=\d+", "tree_sizes=99999999", text, flags=re.M),
        "does not lie where tree_sizes",
    ),
    "a size of 0": (lambda text: re.sub(r"^tree_sizes=\d+", "tree_sizes=0", text, flags=re.M), "tree_sizes"),
    "a size below 0": (lambda text: re.sub(r"^tree_sizes=\d+", "tree_sizes=-5", text, flags=re.M), "tree_sizes"),
    "too few sizes": (lambda text: re.sub(r"^tree_sizes=\d+ ", "tree_sizes=", text, flags=re.M), "tree_sizes"),
    "a child out of range": (_line("left_child", _first("9999")), "children"),
    "a leaf out of range": (_line("left_child", _first("-9999")), "children"),
    "a node that is its own child": (_line("left_child", _first("0")), "a root of tree 0 is a child"),
    "a loop": (_line("right_child", lambda words: [*words[:-1], "0"]), "children|lost|two parents|reached"),
    "a feature out of range": (_line("split_feature", _first("4000")), "split_feature"),
    "a feature below 0": (_line("split_feature", _first("-1")), "split_feature"),
    "too few leaves": (_line("leaf_value", lambda words: words[:-1]), "leaf_value"),
    "more leaves stated": (_line("num_leaves", "100000000"), "leaf_value"),
    "no leaves stated": (_line("num_leaves", "0"), "num_leaves"),
    "a threshold of NaN": (_line("threshold", _first("nan")), "threshold"),
    "an endless leaf": (_line("leaf_value", _first("1e999")), "leaf_value"),
    "a decision by categories that are not there": (_line("decision_type", _first("1")), "threshold"),
    "more categories stated": (_line("num_cat", "2"), "threshold|cat_boundaries"),
    "an odd decision": (_line("decision_type", _first("255")), "decision_type"),
    "a linear tree without its models": (_line("is_linear", "1"), "leaf_const"),
    "an objective of more classes": (
        lambda text: text.replace("objective=multiclass num_class:3", "objective=multiclass num_class:300"),
        "objective",
    ),
    "fewer trees a round": (_line("num_tree_per_iteration", "2"), "objective|num_tree_per_iteration"),
    "more features stated": (_line("max_feature_idx", "100000"), "feature_names"),
    "a line twice": (
        lambda text: with_true_sizes(text.replace("num_leaves=", "num_leaves=3\nnum_leaves=", 1)),
        "twice",
    ),
    "words for numbers": (_line("left_child", _first("x")), "left_child"),
    "a setting without a value": (lambda text: text.replace("[two_round: 0]", "[two_round 0]"), "no name and value"),
    "a zero byte": (lambda text: text.replace("[two_round: 0]", "[two\0round: 0]"), "a zero byte"),
    "a setting of one letter": (lambda text: text.replace("[two_round: 0]", "["), "no name and value"),
    "settings cut off": (lambda text: text[: text.index("[two_round: 0]")], "cut off"),
    "deep categories": (
        lambda text: re.sub(r"^pandas_categorical:.*$", "pandas_categorical:" + "[" * 5000, text, flags=re.M),
        "pandas_categorical",
    ),
}


def lightgbm_variant(model: str, name: str) -> bytes:
    """Return the text of a model with the edit of this name."""
    return LIGHTGBM[name][0](model).encode()
