# SPDX-License-Identifier: Apache-2.0
"""An ONNX graph as a torch network, so that it has gradients and bounds."""

from collections.abc import Iterator
from typing import Any, final

import numpy as np
from torch import Tensor, nn

from probatum.adapters.onnx.node import Node, NotUnderstood, Run
from probatum.adapters.onnx.operators import OPERATORS
from probatum.errors import ModelError

FIXED = frozenset({"Constant"})


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
    ranks, steps = _ranks(model), []
    for proto in _needed(graph, result):
        attributes = _attributes(proto)
        if proto.op_type in FIXED:
            constants[proto.output[0]] = _constant(attributes)
            continue
        if proto.domain not in ("", "ai.onnx") or proto.op_type not in OPERATORS:
            raise ModelError(f"The ONNX operator {proto.op_type} is not understood here, so there are no gradients.")
        node = Node(
            operator=proto.op_type, inputs=tuple(proto.input), attributes=attributes, constants=constants, ranks=ranks
        )
        try:
            run = OPERATORS[proto.op_type](node)
        except NotUnderstood as how:
            raise ModelError(
                f"The ONNX operator {proto.op_type} {how} is not understood here, so there are no gradients."
            ) from None
        steps.append((run, node.changing, proto.output[0]))
    return Graph(sources[0], steps, result).eval()


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


def _ranks(model: Any) -> dict[str, int]:
    """Return the number of axes of every value, as far as ONNX can work it out."""
    from onnx import shape_inference

    graph = shape_inference.infer_shapes(model).graph
    return {
        value.name: len(value.type.tensor_type.shape.dim)
        for value in (*graph.input, *graph.value_info, *graph.output)
        if value.type.tensor_type.HasField("shape")
    }
