# SPDX-License-Identifier: Apache-2.0
"""Numbers that a graph works out of the shape of a value, such as ``x.view(x.size(0), -1)`` leaves behind.

How many rows there are is not known beforehand: 0 stands for it, which in a Reshape means "as many as before".
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from probatum.adapters.onnx.node import NotUnderstood

ROWS = 0


def shapes(model: Any) -> dict[str, tuple[int, ...]]:
    """Return the sizes of every value, as far as ONNX can work them out; the first is ``ROWS``, an unknown one -1."""
    from onnx import shape_inference

    graph = shape_inference.infer_shapes(model).graph
    return {
        value.name: tuple(
            ROWS if place == 0 else (dim.dim_value if dim.HasField("dim_value") else -1)
            for place, dim in enumerate(value.type.tensor_type.shape.dim)
        )
        for value in (*graph.input, *graph.value_info, *graph.output)
        if value.type.tensor_type.HasField("shape")
    }


def worked_out(
    node: Any,
    attributes: Mapping[str, Any],
    constants: Mapping[str, np.ndarray],
    sizes: Mapping[str, tuple[int, ...]],
) -> np.ndarray | None:
    """Return what a node gives whatever the rows are; None where it depends on them, or is not known here."""
    if node.op_type == "Shape":
        shape = sizes.get(node.input[0]) if node.input[0] not in constants else constants[node.input[0]].shape
        return None if shape is None or -1 in shape or len(attributes) else np.asarray(shape, dtype=np.int64)
    given = [constants.get(name) for name in node.input]
    if node.op_type not in FOLDED or any(one is None for one in given):
        return None
    return np.asarray(FOLDED[node.op_type](given, attributes))


def _axes(given: Sequence[Any], attributes: Mapping[str, Any]) -> tuple[int, ...]:
    """Return axes that older versions give as an attribute and newer ones as an input."""
    axes = attributes["axes"] if "axes" in attributes else given[1]
    return tuple(int(axis) for axis in axes)


def _slice(given: Sequence[Any], attributes: Mapping[str, Any]) -> np.ndarray:
    """Return a part of a list of sizes."""
    names = ("starts", "ends", "axes", "steps")
    start, end, axis, step = (
        attributes.get(name, given[place + 1] if len(given) > place + 1 else [usual])
        for place, (name, usual) in enumerate(zip(names, (0, 0, 0, 1), strict=True))
    )
    if len(axis) != 1 or int(axis[0]):
        raise NotUnderstood("of a table of sizes")
    return np.asarray(given[0][int(start[0]) : int(end[0]) : int(step[0])])


FOLDED: Mapping[str, Callable[[Sequence[Any], Mapping[str, Any]], Any]] = {
    "Cast": lambda given, attributes: given[0],  # noqa: ARG005
    "Concat": lambda given, attributes: np.concatenate(given, axis=int(attributes["axis"])),
    "Gather": lambda given, attributes: np.take(given[0], given[1], axis=int(attributes.get("axis", 0))),
    "Identity": lambda given, attributes: given[0],  # noqa: ARG005
    "Reshape": lambda given, attributes: np.reshape(given[0], given[1]),  # noqa: ARG005
    "Slice": lambda given, attributes: _slice(given, attributes),
    "Squeeze": lambda given, attributes: np.squeeze(
        given[0], _axes(given, attributes) if len(given) > 1 or "axes" in attributes else None
    ),
    "Unsqueeze": lambda given, attributes: np.expand_dims(given[0], _axes(given, attributes)),
}
