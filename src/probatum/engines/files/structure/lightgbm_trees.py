# SPDX-License-Identifier: Apache-2.0
"""One tree of a LightGBM model.

Source: LightGBM, src/io/tree.cpp, Tree::Tree(const char*, size_t*) and Tree::ToString (4.7).
"""

import re
from collections.abc import Mapping

import numpy as np

from probatum.engines.files.structure.parts import (
    StructureError,
    count,
    finite,
    reached,
    require,
    same_length,
    whole_numbers,
    within,
)

WHOLE = re.compile(rb"[-0-9 ]*")
DECIMAL = re.compile(rb"[-+0-9.eEinfaN ]*")
BY_CATEGORY = 1  # bit of decision_type; the others: where missing cells go, and which cells are missing
MOST_DECISION = 16


def check_tree(fields: Mapping[bytes, bytes], what: str, features: int, deepest: int) -> None:
    """Refuse a tree that contradicts itself.

    Raises:
        StructureError: says where.
    """
    leaves = count(_text(fields, b"num_leaves", what), f"num_leaves of {what}", least=1)
    values = _decimals(fields, b"leaf_value", what)
    same_length({"leaf_value": values}, leaves, what)
    finite(values, f"leaf_value of {what}")
    categories = count(_text(fields, b"num_cat", what), f"num_cat of {what}", most=leaves - 1)
    _check_splits(fields, what, leaves, categories, features, deepest)
    for name in (b"leaf_weight", b"leaf_count"):
        require(len(_decimals(fields, name, what)) in (0, leaves), f"{name.decode()} of {what} has not an entry a leaf")
    for name in (b"split_gain", b"internal_value", b"internal_weight", b"internal_count"):
        entries = len(_decimals(fields, name, what))
        require(entries in (0, leaves - 1), f"{name.decode()} of {what} has not one entry a split")
    if fields.get(b"is_linear", b"0") != b"0":
        _check_linear(fields, what, leaves, features)


def _check_splits(
    fields: Mapping[bytes, bytes], what: str, leaves: int, categories: int, features: int, deepest: int
) -> None:
    names = (b"split_feature", b"left_child", b"right_child", b"decision_type")
    split, left, right, decisions = (_wholes(fields, name, what) for name in names)
    thresholds = _decimals(fields, b"threshold", what)
    if not len(decisions):  # versions before 2.0 wrote none
        decisions = np.zeros(leaves - 1, dtype=np.int64)
    lists = {"split_feature": split, "left_child": left, "right_child": right, "threshold": thresholds}
    same_length({**lists, "decision_type": decisions}, leaves - 1, what)
    within(split, 0, features, f"split_feature of {what}")
    within(decisions, 0, MOST_DECISION, f"decision_type of {what}")
    finite(thresholds, f"threshold of {what}")
    children = np.concatenate([left, right])
    within(children, -leaves, max(leaves - 1, 0), f"the children of {what}")
    ends = -1 - children[children < 0]  # leaf 0 is written as -1
    require(
        np.array_equal(np.sort(ends), np.arange(leaves if leaves > 1 else 0)), f"a leaf of {what} is lost or shared"
    )
    require(bool(reached(left, right, what, deepest).all()), f"a node of {what} cannot be reached")
    by_category = (decisions & BY_CATEGORY) > 0
    require(
        bool((thresholds[by_category] == np.floor(thresholds[by_category])).all()), f"threshold of {what} is no place"
    )
    within(thresholds[by_category].astype(np.int64), 0, categories, f"threshold of {what}")
    if categories:
        starts, bits = _wholes(fields, b"cat_boundaries", what), _wholes(fields, b"cat_threshold", what)
        same_length({"cat_boundaries": starts}, categories + 1, what)
        ordered = starts[0] == 0 and bool((np.diff(starts) >= 0).all()) and starts[-1] == len(bits)
        require(ordered, f"cat_boundaries of {what} do not cover cat_threshold")
        within(bits, 0, 2**32, f"cat_threshold of {what}")


def _check_linear(fields: Mapping[bytes, bytes], what: str, leaves: int, features: int) -> None:
    """Check the linear models in the leaves."""
    constants, counts = _decimals(fields, b"leaf_const", what), _wholes(fields, b"num_features", what)
    same_length({"leaf_const": constants, "num_features": counts}, leaves, what)
    require(bool((counts >= 0).all()), f"num_features of {what} holds a number below 0")
    used, weights = _wholes(fields, b"leaf_features", what), _decimals(fields, b"leaf_coeff", what)
    same_length({"leaf_features": used, "leaf_coeff": weights}, int(counts.sum()), what)
    within(used, 0, features, f"leaf_features of {what}")
    finite(constants, f"leaf_const of {what}")
    finite(weights, f"leaf_coeff of {what}")


def _text(fields: Mapping[bytes, bytes], name: bytes, what: str) -> str:
    require(name in fields, f"{what} has no {name.decode()}")
    return fields[name].decode("utf-8", "replace")


def _wholes(fields: Mapping[bytes, bytes], name: bytes, what: str) -> np.ndarray:
    line = fields.get(name, b"")
    require(WHOLE.fullmatch(line), f"{name.decode()} of {what} holds more than whole numbers")
    try:
        return whole_numbers(np.array(line.split(), dtype=np.int64), f"{name.decode()} of {what}")
    except (ValueError, OverflowError) as error:
        raise StructureError(f"{name.decode()} of {what} holds more than whole numbers") from error


def _decimals(fields: Mapping[bytes, bytes], name: bytes, what: str) -> np.ndarray:
    line = fields.get(name, b"")
    require(DECIMAL.fullmatch(line), f"{name.decode()} of {what} holds more than numbers")
    try:
        return np.array(line.split(), dtype=np.float64)
    except ValueError as error:
        raise StructureError(f"{name.decode()} of {what} holds more than numbers") from error
