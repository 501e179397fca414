# SPDX-License-Identifier: Apache-2.0
"""Whether what was read out of a model answers exactly as the model does.

Trees are compared bit for bit, on real rows, on rows with cells moved to either side of thresholds by one step of
float64 and of float32, and on rows without some of their cells, where the library takes such rows.
"""

import warnings
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from scipy.special import expit, softmax

from probatum.adapters.structures.parts import Parts
from probatum.engines.trees.predict import leaves, raw
from probatum.systems.datasets import Rows
from probatum.systems.datasets.rows import as_frame, codes, numbers
from probatum.systems.interface import Model
from probatum.systems.mistakes import visible
from probatum.systems.structures import Forest, Linear, Network, Structure
from probatum.systems.system import ask

PROBED = 400  # nodes whose thresholds are tried, five rows each
CLOSE = 1e-9  # of linear scores, beside the size of their terms: sums in another order differ
END = ". Only the model itself can be asked."
MISSING = "without some cells"
BESIDE = "one step beside thresholds"
CLOSE_SINGLE = 1e-4  # of a network, which works in float32


def compared(parts: Parts, structure: Structure, model: Model, rows: Rows) -> Structure | str:
    """Return the structure if it can stand for the model, without its inputs if these are wrong; else why it cannot."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of columns that come without their names, which are known to be right
        why = disagreement(parts, structure, model, rows)
    if why is not None:
        return why
    answered = rows.take(ask(model, rows).given)
    column = mistraced(structure, answered)
    if column is None:
        return structure
    why = (
        f"What was read of how the model encodes {column} gives other numbers than its own steps do on these rows, so "
        "nothing is believed of it. Are there cells that it was not trained on?"
    )
    return replace(structure, inputs=None, untraced=why)


def disagreement(parts: Parts, structure: Structure, model: Model, rows: Rows) -> str | None:
    """Return why what was read cannot stand for the model; None where it can.

    Args:
        parts: what was read.
        structure: the same, as it is given away.
        model: asked for its labels, the way its users ask.
        rows: real ones.
    """
    answers = ask(model, rows)
    if not answers.given.any():
        return "There are no rows that the model answers, so nothing could be compared."
    rows, labels = rows.take(answers.given), answers.labels[answers.given]
    x = structure.encode(rows)
    theirs = parts.said(x)
    ours, slack = scores(structure, x)
    if not alike(structure, ours, theirs, slack):
        return f"What was read out of the model gives other scores than the model itself{END}"
    clear = margins(ours) > 2 * slack.max(axis=1)
    if (np.asarray(structure.order)[choice(ours)] != labels)[clear].any():
        return f"What was read out of the model gives other labels than the model itself{END}"
    return _beside_thresholds(parts, structure.core, x) if isinstance(structure.core, Forest) else None


def _beside_thresholds(parts: Parts, forest: Forest, x: np.ndarray) -> str | None:
    """Return why trees cannot stand for the model, on rows made up so that a mistake would show."""
    for what, probe in probes(forest, x):
        try:
            said = parts.said(probe)
        except ValueError:
            if what == MISSING:  # the library takes no rows with missing cells
                continue
            return "The library refuses rows beside its own thresholds."
        ours = raw(forest, probe)
        if not np.array_equal(ours, said):
            wrong = int((ours != said).any(axis=1).sum())
            return f"What was read out of the model gives other scores in {wrong} of {len(probe)} rows {what}{END}"
    return None


def mistraced(structure: Structure, rows: Rows) -> str | None:
    """Return the column whose inputs say of real rows other than what its encoded columns hold; None: there is none.

    Missing cells are not looked at.
    """
    if structure.inputs is None:
        return None
    x, frame = structure.encode(rows), as_frame(rows.features)
    if len(structure.inputs) != x.shape[1]:
        return "its columns"
    for one, encoded in zip(structure.inputs, x.T, strict=True):
        column, cells = rows.schema.given[one.column], frame.iloc[:, one.column]
        if one.category is None and one.codes is None:
            wanted = (numbers(cells, column) - one.shift) * one.scale
        else:
            place = codes(cells, column)
            table = one.codes or np.where(np.arange(len(column.categories)) == one.category, one.on, one.off)
            wanted = np.where(place < 0, np.nan, np.append(table, np.nan)[place])
        there = ~(np.isnan(wanted) | np.isnan(encoded))
        near = np.abs(wanted - encoded) <= CLOSE * (1 + np.abs(encoded) + abs(one.shift * one.scale))
        if not near[there].all():
            return f"the column “{visible(column.name)}”"
    return None


def scores(structure: Structure, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the core's (n, w) scores of encoded rows, and by how much each may be off for rounding."""
    core = structure.core
    if isinstance(core, Forest):
        ours = raw(core, x)
        return ours, np.full(ours.shape, float(core.blur))
    if isinstance(core, Linear):
        size = np.abs(x) @ np.abs(core.weights.T) + np.abs(core.bias)
        return x @ core.weights.T + core.bias, CLOSE * size
    import torch

    with torch.inference_mode():
        ours = core.module(torch.from_numpy(np.asarray(x, dtype=np.float32))).numpy().astype(np.float64)
    return np.asarray(ours), CLOSE_SINGLE * (1 + np.abs(ours))


def alike(structure: Structure, ours: np.ndarray, theirs: np.ndarray, slack: np.ndarray) -> bool:
    """Whether scores are equal: those of trees bit for bit."""
    if ours.shape != theirs.shape:
        return False
    if isinstance(structure.core, Forest):
        return bool(np.array_equal(ours, theirs))
    if isinstance(structure.core, Network):  # the library gives probabilities
        ours = expit(ours) if ours.shape[1] == 1 else softmax(ours, axis=1)
        slack = np.full(ours.shape, CLOSE_SINGLE)
    return bool((np.abs(ours - theirs) <= slack).all())


def choice(ours: np.ndarray) -> np.ndarray:
    """Return the class of the core that (n, w) scores answer."""
    return np.asarray(ours[:, 0] > 0, dtype=np.intp) if ours.shape[1] == 1 else ours.argmax(axis=1)


def margins(ours: np.ndarray) -> np.ndarray:
    """Return how far (n, w) scores are from another answer."""
    if ours.shape[1] == 1:
        return np.asarray(np.abs(ours[:, 0]))
    top = np.sort(ours, axis=1)
    return np.asarray(top[:, -1] - top[:, -2])


def probes(forest: Forest, x: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Yield rows on which a mistake in reading would show, made of encoded rows ``x``."""
    numbers = (forest.feature >= 0) & (forest.subset < 0 if forest.subset is not None else True)
    nodes = np.flatnonzero(numbers)
    if len(nodes):
        nodes = nodes[np.unique(np.linspace(0, len(nodes) - 1, PROBED).astype(np.intp))]
        base = x[np.arange(len(nodes)) % len(x)]
        yield BESIDE, _finite(_moved(base, forest.feature[nodes], forest.threshold[nodes]))
        last = _parents(forest, leaves(forest, x[:PROBED]), numbers)
        row, node = np.nonzero(last >= 0)
        row, node = row[:PROBED], last[row, node][:PROBED]
        yield BESIDE, _finite(_moved(x[row], forest.feature[node], forest.threshold[node]))
    split = np.unique(forest.feature[forest.feature >= 0])
    holed = x[np.arange(2 * len(split)) % len(x)].copy()
    holed[np.arange(len(split)), split] = np.nan
    holed[len(split) :, split] = np.nan  # all cells that matter
    if len(split):
        yield MISSING, holed


def _parents(forest: Forest, ends: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Return the nodes above leaves (n, t), where they compare numbers; else -1."""
    above = np.full(len(forest.feature), -1, dtype=np.intp)
    inner = np.flatnonzero(numbers)
    above[forest.left[inner]] = inner
    above[forest.right[inner]] = inner
    return np.asarray(above[ends])


def _moved(base: np.ndarray, feature: np.ndarray, threshold: np.ndarray) -> np.ndarray:
    """Return (5 k, d) rows: one cell of each row at the threshold, and one step of float64 and float32 beside it."""
    with np.errstate(over="ignore"):
        single = threshold.astype(np.float32)
        values = [threshold, *(np.nextafter(threshold, way) for way in (-np.inf, np.inf))]
        values += [np.nextafter(single, np.float32(way)).astype(np.float64) for way in (-np.inf, np.inf)]
    out = np.tile(base, (len(values), 1)).astype(np.float64)
    out[np.arange(len(out)), np.tile(feature, len(values))] = np.concatenate(values)
    return out


def _finite(x: np.ndarray) -> np.ndarray:
    """Return the rows that hold no number beyond float32, which libraries refuse."""
    with np.errstate(over="ignore"):
        return np.asarray(x[~np.isinf(x.astype(np.float32)).any(axis=1)])
