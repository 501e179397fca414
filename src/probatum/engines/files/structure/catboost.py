# SPDX-License-Identifier: Apache-2.0
"""CatBoost's models: trees cover their splits, splits exist, leaves have values.

Features of text and embeddings are computed by parts of the file that are not read here; then only what does not
depend on them is compared.

Source: catboost/libs/model/flatbuffers/model.fbs and catboost/libs/model/model.cpp (1.2).
"""

import numpy as np

from probatum.engines.files.structure.flatbuffers import Table, table_at
from probatum.engines.files.structure.parts import finite, require, same_length, within
from probatum.facts.input_limits import InputLimits

FRONT = 8  # bytes: four letters and the size of the core
TREES = 1  # field of the core
DIMENSION, SPLITS, SIZES, STARTS, FLOATS, ONE_HOT, CTRS, LEAVES, WEIGHTS = 0, 1, 2, 3, 5, 6, 7, 8, 9  # fields of trees
STEPS, LEAF_OF_NODE, TEXTS, ESTIMATED, BINS = 10, 11, 12, 13, 17
FLOAT_BORDERS, ONE_HOT_VALUES, CTR_BORDERS = 3, 1, 1  # fields of features
MOST_DIMENSION = 100_000
MOST_DEPTH = 30
A_BIN = 254  # borders of one feature that share a column of bytes


def check(content: bytes, limits: InputLimits) -> None:
    """Refuse a model that contradicts itself.

    Raises:
        StructureError: says where.
    """
    require(len(content) >= FRONT, "the file is cut off")
    size = int.from_bytes(content[4:FRONT], "little")
    require(FRONT + size <= len(content), "the file is cut off")
    trees = table_at(content[FRONT : FRONT + size], 0).table(TREES)
    if trees is None:
        return
    dimension = trees.whole(DIMENSION, 1)
    require(1 <= dimension <= MOST_DIMENSION, "it gives no sensible number of answers")
    splits, sizes, starts = (trees.numbers(field, "<i4").astype(np.int64) for field in (SPLITS, SIZES, STARTS))
    require(bool((sizes >= 0).all()), "a tree has a size below 0")
    require(np.array_equal(starts, np.cumsum([0, *sizes])[:-1]), "the starts of the trees do not fit their sizes")
    require(int(sizes.sum()) == len(splits), "the trees do not cover the splits")
    _check_splits(trees, splits)
    leaves = trees.numbers(LEAVES, "<f8")
    finite(leaves, "the values of the leaves")
    steps = trees.numbers(STEPS, "<u4").astype(np.int64)  # two numbers of 16 bits each
    if len(steps):
        _check_steps(trees, steps, starts, sizes, len(leaves), dimension)
    else:
        require(not len(sizes) or int(sizes.max()) <= MOST_DEPTH, f"a tree is more than {MOST_DEPTH} levels deep")
        wanted = int((2**sizes).sum()) * dimension
        require(len(leaves) == wanted, f"it has {len(leaves):,} values of leaves, not {wanted:,}")


def _check_splits(trees: Table, splits: np.ndarray) -> None:
    """Check that splits compare features that exist."""
    kinds = ((FLOATS, FLOAT_BORDERS, "<f4"), (ONE_HOT, ONE_HOT_VALUES, "<i4"), (CTRS, CTR_BORDERS, "<f4"))
    counts = [len(one.numbers(field, kind)) for listed, field, kind in kinds for one in trees.tables(listed)]
    bins = trees.numbers(BINS, "<u4")
    same_length({"the packed splits": bins}, len(splits) if len(bins) else 0, "the trees")
    if trees.tables(TEXTS) or trees.tables(ESTIMATED):
        return
    within(splits, 0, sum(counts), "the splits")
    columns = sum(-(-count // A_BIN) for count in counts)
    within((bins & 0xFFFF).astype(np.int64), 0, columns, "the packed splits")


def _check_steps(
    trees: Table, steps: np.ndarray, starts: np.ndarray, sizes: np.ndarray, leaves: int, dimension: int
) -> None:
    """Check trees of which each node says how far ahead its two children stand; 0: there is none."""
    nodes = int(sizes.sum())
    same_length({"the steps": steps}, nodes, "the trees")
    of_nodes = trees.numbers(LEAF_OF_NODE, "<u4").astype(np.int64)
    same_length({"the leaves of nodes": of_nodes}, nodes, "the trees")
    ends = np.repeat(starts + sizes, sizes)
    pairs = np.column_stack([steps & 0xFFFF, steps >> 16])
    require(bool((np.arange(nodes) + pairs.max(axis=1, initial=0) < ends).all()), "a child lies beyond its tree")
    last = (pairs == 0).any(axis=1)  # a way ends here
    within(of_nodes[last], 0, leaves - dimension + 1, "the leaves of nodes")
