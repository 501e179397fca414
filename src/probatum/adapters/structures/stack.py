# SPDX-License-Identifier: Apache-2.0
"""Trees of any library, stacked into one set of arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from probatum.systems.structures import Forest


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tree:
    """One tree of m nodes, its root first, in any order otherwise."""

    feature: np.ndarray  # (m,) -1: a leaf
    threshold: np.ndarray  # (m,)
    left: np.ndarray  # (m,) places in this tree
    right: np.ndarray  # (m,)
    missing_left: np.ndarray  # (m,) bool
    value: np.ndarray  # (m, w), of leaves
    subsets: Mapping[int, np.ndarray]  # for a node that splits categories: (c,) bool, which codes go left


def stacked(trees: Sequence[Tree], *, columns: int, base: np.ndarray, **said: Any) -> Forest:
    """Return the trees as one forest; children lie behind their parents, and nodes that no row can reach are gone.

    Args:
        trees: in the order in which the library sums.
        columns: d.
        base: (w,) what the sum starts from.
        said: the fields of ``Forest`` that say how the library compares and sums.
    """
    orders = [_order(tree) for tree in trees]
    roots = np.cumsum([0, *(len(order) for order in orders)])
    left, right = [], []
    subset: list[int] = []
    rows: list[np.ndarray] = []
    for tree, order, root in zip(trees, orders, roots[:-1], strict=True):
        place = np.zeros(len(tree.feature), dtype=np.int32)
        place[order] = np.arange(len(order)) + root
        inner = tree.feature[order] >= 0
        left.append(np.where(inner, place[np.where(inner, tree.left[order], 0)], 0))
        right.append(np.where(inner, place[np.where(inner, tree.right[order], 0)], 0))
        for node in order:
            subset.append(len(rows) if int(node) in tree.subsets else -1)
            rows.extend([tree.subsets[int(node)]] if int(node) in tree.subsets else [])
    feature = np.concatenate([tree.feature[order] for tree, order in zip(trees, orders, strict=True)]).astype(np.int32)
    value = np.concatenate([tree.value[order] for tree, order in zip(trees, orders, strict=True)]).astype(np.float64)
    missing = np.concatenate([tree.missing_left[order] for tree, order in zip(trees, orders, strict=True)])
    threshold = np.concatenate([tree.threshold[order] for tree, order in zip(trees, orders, strict=True)])
    value[feature >= 0] = 0.0
    places = np.asarray(subset, dtype=np.int32)
    return Forest(
        columns=columns,
        feature=np.maximum(feature, -1),
        threshold=np.where(feature >= 0, threshold, 0.0).astype(np.float64),
        left=np.concatenate(left).astype(np.int32),
        right=np.concatenate(right).astype(np.int32),
        missing_left=missing.astype(bool),
        value=value,
        roots=roots[:-1].astype(np.int32),
        base=np.asarray(base, dtype=np.float64).reshape(-1),
        subset=places if rows else None,
        goes_left=_table(rows, missing.astype(bool)[places >= 0]) if rows else None,
        **said,
    )


def _order(tree: Tree) -> np.ndarray:
    """Return the nodes that can be reached from the root, level by level."""
    levels = [np.zeros(1, dtype=np.intp)]
    while len(levels[-1]):
        inner = levels[-1][tree.feature[levels[-1]] >= 0]
        levels.append(np.column_stack([tree.left[inner], tree.right[inner]]).reshape(-1).astype(np.intp))
    return np.concatenate(levels)


def _table(rows: Sequence[np.ndarray], missing_left: np.ndarray) -> np.ndarray:
    """Return the subsets as one table; a code that a subset does not reach goes where a missing cell goes."""
    width = max(len(row) for row in rows)
    table = np.repeat(missing_left[:, None], width, axis=1)
    for place, row in enumerate(rows):
        table[place, : len(row)] = row
    return table
