# SPDX-License-Identifier: Apache-2.0
"""Small ensembles, and slow and simple ways to answer with them: one row, one node at a time."""

import itertools

import numpy as np
from hypothesis import strategies as st

from probatum.systems.structures import Forest


def forest(
    trees, *, columns, base=(0.0,), strict=False, single_inputs=False, single_sums=False, mean=False, tables=None
):
    """Build a Forest of nested tuples: a leaf is a tuple of values, a split (column, threshold, left, right, missing).

    A threshold that is a set is one of categories that go left.
    """
    rows, subsets = [], []
    codes = 4

    def add(tree):
        at = len(rows)
        rows.append(None)
        if isinstance(tree, list):
            rows[at] = (-1, 0.0, 0, 0, False, tree, -1)
            return at
        column, threshold, left, right, missing = tree
        subset = -1
        if isinstance(threshold, frozenset):
            subset = len(subsets)
            subsets.append([code in threshold for code in range(codes)])
            threshold = 0.0
        rows[at] = (column, threshold, add(left), add(right), missing, [0.0] * len(base), subset)
        return at

    roots = [add(tree) for tree in trees]
    feature, threshold, left, right, missing, value, subset = zip(*rows, strict=True)
    return Forest(
        columns=columns,
        feature=np.array(feature, dtype=np.int32),
        threshold=np.array(threshold, dtype=np.float64),
        left=np.array(left, dtype=np.int32),
        right=np.array(right, dtype=np.int32),
        missing_left=np.array(missing),
        value=np.array(value, dtype=np.float64),
        roots=np.array(roots, dtype=np.int32),
        base=np.array(base, dtype=np.float64),
        strict=strict,
        single_inputs=single_inputs,
        single_sums=single_sums,
        mean=mean,
        subset=np.array(subset, dtype=np.int32) if subsets else None,
        goes_left=np.array(subsets) if subsets else None,
    )


def answer(model, row):
    """Return the class that the ensemble answers for one row."""
    kind = np.float32 if model.single_sums else np.float64
    score = [kind(b) for b in model.base]
    for root in model.roots:
        node = root
        while model.feature[node] >= 0:
            node = model.left[node] if _left(model, node, row[model.feature[node]]) else model.right[node]
        score = [s + kind(v) for s, v in zip(score, model.value[node], strict=True)]
    if model.mean:
        score = [s / kind(len(model.roots)) for s in score]
    return int(score[0] > 0) if len(score) == 1 else int(np.argmax(score))


def _left(model, node, cell):
    if np.isnan(cell):
        return model.missing_left[node]
    if model.subset is not None and model.subset[node] >= 0:
        table = model.goes_left[model.subset[node]]
        return table[int(cell)] if -1 < cell < len(table) else model.missing_left[node]
    cell = np.float64(np.float32(cell)) if model.single_inputs else cell
    return cell < model.threshold[node] if model.strict else cell <= model.threshold[node]


def places(model, row, lower, upper, reach):
    """Return, for each column, every number next to a threshold that may be taken, nearest to the row first."""
    found = []
    for column, cell in enumerate(row):
        numbers = {cell}
        if not np.isnan(cell) and reach[column] > 0:
            for threshold in model.threshold[model.feature == column]:
                numbers |= set(_beside(threshold, model.single_inputs))
            numbers = {n for n in numbers if lower[column] <= n <= upper[column]}
        found.append(sorted(numbers))
    return found


def _beside(threshold, single):
    """Return the numbers at which the side of a threshold can change, whatever the kind of comparison."""
    around = [np.nextafter(threshold, -np.inf), threshold, np.nextafter(threshold, np.inf)]
    if single:
        middle = np.float32(threshold)
        below, above = (np.float64(np.nextafter(middle, np.float32(end))) for end in (-np.inf, np.inf))
        for half in ((below + np.float64(middle)) / 2, (above + np.float64(middle)) / 2):
            around += [np.nextafter(half, -np.inf), half, np.nextafter(half, np.inf)]
    return around


def true_radius(model, row, y, lower, upper, reach):
    """Return the distance of the nearest point that is answered otherwise, by trying them all."""
    best = np.inf
    for point in itertools.product(*places(model, row, lower, upper, reach)):
        moved = [0.0 if np.isnan(p) or p == c else abs(p - c) / r for p, c, r in zip(point, row, reach, strict=True)]
        if max(moved) < best and answer(model, point) != y:
            best = max(moved)
    return best


COLUMNS = 3
THRESHOLDS = st.sampled_from([0.1, 0.25, 0.3, 0.5, 0.7, 0.75])
CELLS = st.sampled_from([0.0, 0.1, 0.2, 0.25, 0.3, 0.45, 0.5, 0.7, 0.75, 1.0])


def trees(scores):
    """Draw a tree of up to seven leaves; its values are short numbers, so that sums tie now and then."""
    value = st.sampled_from([-1.0, -0.5, -0.1, 0.0, 0.1, 0.3, 0.5, 1.0])
    leaf = st.lists(value, min_size=scores, max_size=scores)
    split = lambda inner: st.tuples(  # noqa: E731
        st.integers(0, COLUMNS - 1), THRESHOLDS, inner, inner, st.booleans()
    )
    return st.recursive(leaf, split, max_leaves=7)


@st.composite
def ensembles(draw, scores=None):
    """Draw an ensemble of one to four trees, of any kind of comparison and sum."""
    width = draw(st.sampled_from([1, 2, 3])) if scores is None else scores
    single_sums = draw(st.booleans())
    model = draw(st.lists(trees(width), min_size=1, max_size=4))
    return forest(
        model,
        columns=COLUMNS,
        base=[0.0] * width,
        strict=draw(st.booleans()),
        single_inputs=draw(st.booleans()),
        single_sums=single_sums,
        mean=draw(st.booleans()),
    )


def rows(missing=True):
    """Draw a row; cells may be missing."""
    cell = st.one_of(CELLS, st.just(np.nan)) if missing else CELLS
    return st.lists(cell, min_size=COLUMNS, max_size=COLUMNS).map(np.array)
