# SPDX-License-Identifier: Apache-2.0
"""What the outputs of an ONNX model are: scores, labels, and the list of labels that the file itself states.

Converters of scikit-learn, LightGBM and XGBoost write the labels into the operators (``classlabels_int64s`` and the
like), give the label as an output of its own, and may give scores as one map a row, from label to score (ZipMap).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from probatum.adapters.interface import places
from probatum.errors import ModelError
from probatum.systems.datasets import Label

LISTS = ("classlabels_int64s", "classlabels_ints", "classlabels_strings")
REGRESSORS = ("TreeEnsembleRegressor", "LinearRegressor", "SVMRegressor")
DECIMAL = ("tensor(float)", "tensor(double)", "tensor(float16)")
WHOLE = ("tensor(int64)", "tensor(int32)", "tensor(string)", "tensor(bool)")
LEAST_AGREEING = 0.99  # of the rows without a tie, the label must be that of the highest score
CLOSE = 1e-6  # scores that differ by less are a tie


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """Which output is what."""

    answers: str  # the one that is read: scores or amounts, else labels
    scored: bool  # whether it holds numbers rather than labels
    maps: bool  # whether it is a list of maps from label to score
    labels: str | None  # another one, that holds labels
    stated: tuple[Label, ...] | None  # the labels that the file lists, in its order
    regressor: bool  # its last operator of machine learning gives amounts


def outputs(session: Any, graph: Any) -> Outputs:
    """Return what the outputs of a model are.

    Args:
        session: of onnxruntime.
        graph: the same model, as read.

    Raises:
        ModelError: none of them can be read.
    """
    listed = session.get_outputs()
    plain = [one.name for one in listed if one.type in DECIMAL]
    maps = [one.name for one in listed if one.type.startswith("seq(map(") and "float" in one.type]
    whole = [one.name for one in listed if one.type in WHOLE]
    nodes = list(graph.node)
    if not (plain or maps or whole):
        others = ", ".join(f"{one.name}: {one.type}" for one in listed)
        raise ModelError(
            f"Wanted an output of numbers or labels; the ONNX model gives {others}. Where it was converted from "
            "scikit-learn, convert it again with zipmap=False."
        )
    scored = bool(plain or maps)
    return Outputs(
        answers=str((plain or maps or whole)[-1]),
        scored=scored,
        maps=not plain and bool(maps),
        labels=str(whole[0]) if scored and whole else None,
        stated=next(filter(None, map(_listed, reversed(nodes))), None),
        regressor=any(node.op_type in REGRESSORS for node in nodes),
    )


def table(said: Any, keys: Sequence[Label]) -> np.ndarray:
    """Return (n, k) scores out of one map a row, in the order of ``keys``."""
    rows = list(said)
    return np.asarray([[row[key] for key in keys] for row in rows], dtype=np.float64).reshape(len(rows), len(keys))


def keys_of(said: Any, stated: tuple[Label, ...] | None) -> tuple[Label, ...]:
    """Return the labels of maps: in the order that the file states, since the runtime sorts them, else as they come."""
    found = tuple(said[0]) if len(said) else ()
    return stated if stated is not None and set(stated) == set(found) else found


def order(
    found: Outputs, scores: np.ndarray, labels: np.ndarray | None, keys: Sequence[Label] | None
) -> tuple[Label, ...] | None:
    """Return the labels in the order of the scores; None where the file does not say.

    Args:
        found: what the outputs are.
        scores: (n, k) about some rows.
        labels: (n,) about the same rows, where the model gives labels.
        keys: of the maps, where the scores come as such.

    Raises:
        ModelError: the labels that the model gives are not those of its highest scores in the stated order.
    """
    width = scores.shape[1]
    stated = tuple(keys) if keys else found.stated
    if width == 1:
        return stated if stated is not None and len(stated) == 2 else None
    if stated is not None and len(stated) != width:
        stated = None
    if labels is None:
        return stated
    winner = scores.argmax(axis=1)
    if stated is None:
        counted = labels.dtype.kind in "iu" and bool((labels == winner).all())
        return tuple(range(width)) if counted else None
    top = np.sort(scores, axis=1)
    clear = top[:, -1] - top[:, -2] > CLOSE
    agreeing = float((places(labels, stated) == winner)[clear].mean()) if clear.any() else 1.0
    if agreeing < LEAST_AGREEING:
        raise ModelError(
            f"The ONNX file lists the labels {', '.join(map(str, stated[:6]))}; in this order the label that it gives "
            f"is that of the highest score in only {agreeing:.0%} of {len(labels)} rows. List the labels in the order "
            "of the scores under [model] classes (--classes)."
        )
    return stated


def _listed(node: Any) -> tuple[Label, ...]:
    """Return the labels that an operator lists; none where it lists none."""
    return next(filter(None, (_values(one) for one in node.attribute if one.name in LISTS)), ())


def _values(attribute: Any) -> tuple[Label, ...]:
    return tuple(attribute.ints) or tuple(_texts(attribute))


def _texts(attribute: Any) -> Iterator[str]:
    for text in attribute.strings:
        yield text.decode(errors="replace")
