# SPDX-License-Identifier: Apache-2.0
"""An ONNX graph as a torch network, so that it has gradients and bounds."""

from collections.abc import Iterator
from typing import Any, final

import numpy as np
from torch import Tensor, nn

from probatum.adapters.onnx.node import Node, NotUnderstood, Run
from probatum.adapters.onnx.operators import OPERATORS
from probatum.adapters.onnx.shapes import shapes, worked_out
from probatum.errors import ModelError

SIZED = ("Reshape", "Expand")  # the operators that are told sizes
SECOND = {"LinearClassifier": 1}  # the first output is the label


@final
class Graph(nn.Module):
    """The steps of a graph in their order. Written so that torch.fx can follow it."""

    def __init__(self, source: str, steps: list[tuple[Run, tuple[str, ...], str]], result: str) -> None:
        """Take the name of the input, the steps (what to do, with which values, under which name), and the result."""
        super().__init__()
        self._source, self._result = source, result
        self._order = [(inputs, name) for _, inputs, name in steps]
        self._plain = {place: run for place, (run, _, _) in enumerate(steps) if not isinstance(run, nn.Module)}
        layers = {str(place): run for place, (run, _, _) in enumerate(steps) if isinstance(run, nn.Module)}
        self.layers = nn.ModuleDict(layers)

    def forward(self, x: Tensor) -> Tensor:
        """Return the result for rows (n, ...)."""
        values = {self._source: x}
        for place, (inputs, name) in enumerate(self._order):
            run = self._plain[place] if place in self._plain else self.layers[str(place)]
            values[name] = run(*(values[one] for one in inputs))
        return values[self._result]


def network(model: Any, result: str) -> nn.Module:
    """Return the graph of an ``onnx.ModelProto`` up to ``result``, in evaluation mode.

    Raises:
        ModelError: names the operator that is not understood.
    """
    from onnx import numpy_helper

    graph = model.graph
    constants = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    sources = [one.name for one in graph.input if one.name not in constants]
    if len(sources) != 1:
        raise ModelError(f"Wanted an ONNX model with one input, for gradients; this one has {len(sources)}.")
    counted: dict[str, np.ndarray] = {}  # numbers worked out of shapes, which mean something in a Reshape only
    sizes, steps = shapes(model), []
    for proto in _needed(graph, result):
        attributes = _attributes(proto)
        if proto.op_type == "Constant":
            constants[proto.output[0]] = _constant(attributes)
            continue
        fixed = worked_out(proto, attributes, constants | counted, sizes)
        if fixed is not None:
            of_rows = proto.op_type == "Shape" or not counted.keys().isdisjoint(proto.input)
            (counted if of_rows else constants)[proto.output[0]] = fixed
            continue
        steps += _steps(proto, attributes, constants, counted, sizes)
    return Graph(sources[0], steps, result).eval()


def _steps(
    proto: Any,
    attributes: dict[str, Any],
    constants: dict[str, np.ndarray],
    counted: dict[str, np.ndarray],
    sizes: dict[str, tuple[int, ...]],
) -> list[tuple[Run, tuple[str, ...], str]]:
    """Return what a node does, with which values, and the name of what comes out; of several, each by itself."""
    operator = proto.op_type
    if proto.domain not in ("", "ai.onnx", "ai.onnx.ml") or operator not in OPERATORS:
        raise _refusal(operator)
    fixed = constants | counted if operator in SIZED else constants
    node = Node(
        operator=operator,
        inputs=tuple(proto.input),
        attributes=attributes,
        constants=fixed,
        ranks={name: len(shape) for name, shape in sizes.items()},
        sizes=sizes,
        outputs=len(proto.output),
    )
    if not counted.keys().isdisjoint(node.changing):
        raise _refusal(f"{operator} on sizes of arrays")
    try:
        runs = OPERATORS[operator](node)
    except NotUnderstood as how:
        raise _refusal(f"{operator} {how}") from None
    if isinstance(runs, list):
        return [(run, node.changing, name) for run, name in zip(runs, proto.output, strict=True)]
    # of those with further outputs, such as labels or places, only the scores or values are worked out
    return [(runs, node.changing, proto.output[SECOND.get(operator, 0)])]


def _refusal(what: str) -> ModelError:
    return ModelError(f"The ONNX operator {what} is not understood here, so there are no gradients.")


def _needed(graph: Any, result: str) -> Iterator[Any]:
    """Yield the nodes that the result depends on, in their order; labels and the like are left out."""
    wanted, kept = {result}, []
    for node in reversed(graph.node):
        if wanted & set(node.output):
            kept.append(node)
            wanted |= set(node.input)
    yield from reversed(kept)


def _attributes(node: Any) -> dict[str, Any]:
    from onnx import helper

    return {one.name: helper.get_attribute_value(one) for one in node.attribute}


def _constant(attributes: dict[str, Any]) -> np.ndarray:
    from onnx import numpy_helper

    value = next(iter(attributes.values()))
    return numpy_helper.to_array(value) if hasattr(value, "raw_data") else np.asarray(value)
