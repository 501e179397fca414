# SPDX-License-Identifier: Apache-2.0
"""The scores and answers of a tree ensemble, bit for bit as the library that grew it gives them."""

import numpy as np

from probatum.engines.trees.compiled import compiled
from probatum.systems.structures import Forest

CHUNK = 1 << 20  # cells of the table of rows and trees that are held at a time


def leaves(forest: Forest, x: np.ndarray) -> np.ndarray:
    """Return the node at which each row ends in each tree, (n, t) int32.

    Args:
        forest: the ensemble.
        x: (n, d) float64 rows; NaN is a missing cell.
    """
    cells, loops = rounded(forest, x), compiled()
    if loops is not None and forest.subset is None:
        return loops.leaves(
            forest.feature,
            forest.threshold,
            forest.left,
            forest.right,
            forest.missing_left,
            forest.roots,
            forest.strict,
            cells,
        )
    place = np.tile(forest.roots, len(cells))
    at = np.flatnonzero(forest.feature[place] >= 0)  # where the walk goes on
    node, begin = place[at], at // max(1, len(forest.roots)) * forest.columns  # of each row in all cells
    while len(at):
        left = goes_left(forest, node, cells.ravel()[begin + forest.feature[node]])
        node = np.where(left, forest.left[node], forest.right[node])
        place[at] = node
        inner = forest.feature[node] >= 0
        at, node, begin = at[inner], node[inner], begin[inner]
    return place.reshape(len(cells), len(forest.roots))


def raw(forest: Forest, x: np.ndarray) -> np.ndarray:
    """Return the raw scores of rows, (n, w) in the type in which the library sums."""
    kind = np.float32 if forest.single_sums else np.float64
    scores = np.empty((len(x), len(forest.base)), dtype=kind)
    step = max(1, CHUNK // max(1, len(forest.roots)))
    for start in range(0, len(x), step):
        scores[start : start + step] = total(forest, leaves(forest, x[start : start + step]))
    return np.asarray(scores)


def total(forest: Forest, places: np.ndarray) -> np.ndarray:
    """Return the raw scores of rows that end in these leaves, (n, t) to (n, w), summed in the library's order."""
    kind = np.float32 if forest.single_sums else np.float64
    terms = np.empty((len(forest.roots) + 1, len(places), len(forest.base)), dtype=kind)
    terms[0] = forest.base
    terms[1:] = forest.value[places.T]
    scores = np.asarray(np.add.accumulate(terms, axis=0)[-1])  # one after another: another order rounds otherwise
    if forest.mean:
        scores /= kind(len(forest.roots))
    return scores


def answers(scores: np.ndarray) -> np.ndarray:
    """Return the class answered for raw scores (n, w): of one score, the second class above 0; else the first best."""
    if scores.shape[1] == 1:
        return np.asarray(scores[:, 0] > 0, dtype=np.intp)
    return np.asarray(np.argmax(scores, axis=1))


def labels(forest: Forest, x: np.ndarray) -> np.ndarray:
    """Return the class that the ensemble answers for each row, (n,)."""
    return answers(raw(forest, x))


def surely(forest: Forest, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return (n,) bool: the class ``y`` (n,) is answered, and by more than the blur of the library's probabilities."""
    scores = raw(forest, x)
    sure = answers(scores) == y
    return np.asarray(sure & (_lead(scores, y) > forest.blur) if forest.blur else sure)


def margins(forest: Forest, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return (n,) float64 the raw score of the class ``y`` minus the highest other; of a single score: the score."""
    return _lead(raw(forest, x), y)


def _lead(scores: np.ndarray, y: np.ndarray) -> np.ndarray:
    wide = scores.astype(np.float64)
    if wide.shape[1] == 1:
        return np.where(y == 1, wide[:, 0], -wide[:, 0])
    own = np.take_along_axis(wide, y[:, None], axis=1)[:, 0]
    np.put_along_axis(wide, y[:, None], -np.inf, axis=1)
    return np.asarray(own - wide.max(axis=1))


def rounded(forest: Forest, x: np.ndarray) -> np.ndarray:
    """Return rows (n, d) as float64 numbers that the library compares with its thresholds."""
    x = np.asarray(x, dtype=np.float64)
    if not forest.single_inputs:
        return x
    with np.errstate(over="ignore"):  # a cell beyond float32 becomes infinite, as in the library
        return np.asarray(x.astype(np.float32), dtype=np.float64)


def goes_left(forest: Forest, node: np.ndarray, cell: np.ndarray) -> np.ndarray:
    """Return whether these cells (k,), as rounded, go left at these inner nodes (k,)."""
    threshold = forest.threshold[node]
    left = cell < threshold if forest.strict else cell <= threshold
    default = forest.missing_left[node]
    if forest.subset is not None and forest.goes_left is not None:
        subset = forest.subset[node]
        left = np.where(subset >= 0, _in_subset(forest.goes_left, subset, cell, default), left)
    return np.asarray(np.where(np.isnan(cell), default, left))


def _in_subset(table: np.ndarray, subset: np.ndarray, cell: np.ndarray, default: np.ndarray) -> np.ndarray:
    """Return whether cells that hold codes of categories go left."""
    if not table.size:
        return default
    known = (cell > -1) & (cell < table.shape[1])  # false for NaN; the libraries cut off what is behind the point
    code = np.where(known, cell, 0).astype(np.intp)
    return np.where(known, table[np.maximum(subset, 0), code], default)
