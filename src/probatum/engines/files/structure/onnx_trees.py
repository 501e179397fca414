# SPDX-License-Identifier: Apache-2.0
"""Trees in an ONNX model: lists of one length, children that exist, no loops, votes for classes that exist.

Source: the operators TreeEnsembleClassifier and TreeEnsembleRegressor of ai.onnx.ml, versions 1 to 3.
"""

import numpy as np

from probatum.engines.files.structure.onnx_nodes import Node
from probatum.engines.files.structure.parts import MOST_COUNT, reached, require, same_length, within

ENSEMBLES = {"TreeEnsembleClassifier": "class", "TreeEnsembleRegressor": "target"}
LEAF = b"LEAF"
LABELS = ("classlabels_int64s", "classlabels_strings")
MOST_TARGETS = 100_000


def check_ensemble(node: Node, deepest: int, width: int | None) -> None:
    """Refuse trees that contradict themselves.

    Args:
        node: holds the trees.
        deepest: levels that one may have.
        width: of the rows that they get, if it is stated.

    Raises:
        StructureError: says where.
    """
    votes = ENSEMBLES[node.operator]
    names = ("nodes_treeids", "nodes_nodeids", "nodes_featureids", "nodes_truenodeids", "nodes_falsenodeids")
    lists = {name: _ints(node, name) for name in names}
    modes = np.asarray(node.attributes["nodes_modes"].strings if "nodes_modes" in node.attributes else (), dtype=object)
    trees, ids, features, yes, no = lists.values()
    same_length({**lists, "nodes_modes": modes}, len(trees), node.operator)
    places = _places(trees, ids, node.operator)
    leaf = modes == LEAF
    left, right = (np.where(leaf, -1, _found(places, trees, children)) for children in (yes, no))
    require(bool(((left >= 0) & (right >= 0))[~leaf].all()), f"a node of {node.operator} has a child that is not there")
    within(features[~leaf], 0, width or MOST_COUNT, f"nodes_featureids of {node.operator}")
    roots = np.setdiff1d(np.arange(len(left)), np.concatenate([left, right]))
    seen = reached(left, right, f"a tree of {node.operator}", deepest, roots)
    require(bool(seen.all()), f"a node of {node.operator} is its own ancestor")
    _check_votes(node, votes, places)


def _check_votes(node: Node, votes: str, places: dict[tuple[int, int], int]) -> None:
    """Check what the leaves vote for."""
    names = (f"{votes}_treeids", f"{votes}_nodeids", f"{votes}_ids")
    lists = {name: _ints(node, name) for name in names}
    trees, ids, targets = lists.values()
    same_length(lists, len(trees), node.operator)
    there = all(pair in places for pair in zip(trees.tolist(), ids.tolist(), strict=True))
    require(there, f"a vote of {node.operator} belongs to a leaf that is not there")
    if votes == "target":
        stated = node.attributes.get("n_targets")
        most = MOST_TARGETS if stated is None or stated.whole is None else stated.whole
    else:
        labels = [node.attributes[name] for name in LABELS if name in node.attributes]
        most = sum(len(one.strings) + (0 if one.ints is None else len(one.ints)) for one in labels)
    require(most <= MOST_TARGETS, f"{node.operator} has more than {MOST_TARGETS:,} classes or targets")
    within(targets, 0, max(most, 1), f"{votes}_ids of {node.operator}")


def _ints(node: Node, name: str) -> np.ndarray:
    attribute = node.attributes.get(name)
    return np.zeros(0, dtype=np.int64) if attribute is None or attribute.ints is None else attribute.ints


def _places(trees: np.ndarray, ids: np.ndarray, what: str) -> dict[tuple[int, int], int]:
    places = {pair: place for place, pair in enumerate(zip(trees.tolist(), ids.tolist(), strict=True))}
    require(len(places) == len(trees), f"two nodes of a tree of {what} have one number")
    return places


def _found(places: dict[tuple[int, int], int], trees: np.ndarray, ids: np.ndarray) -> np.ndarray:
    pairs = zip(trees.tolist(), ids.tolist(), strict=True)
    return np.fromiter((places.get(pair, -1) for pair in pairs), dtype=np.int64, count=len(trees))
