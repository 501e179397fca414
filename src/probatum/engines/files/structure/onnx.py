# SPDX-License-Identifier: Apache-2.0
"""ONNX models: tensors hold what they promise, nothing lies in other files, loops end, functions do not multiply.

Source: onnx.proto (ModelProto, GraphProto, NodeProto, AttributeProto, FunctionProto), onnx 1.23; the operators Loop, If
and Scan. protobuf itself reads at most 100 levels, so that graphs within graphs are a few dozen deep.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import final

from probatum.engines.files.protobuf import BYTES, Span, fields, text
from probatum.engines.files.structure.onnx_loops import Constants, check_loop
from probatum.engines.files.structure.onnx_nodes import Graph, Node, graph_of, node_of
from probatum.engines.files.structure.onnx_tensors import check_sparse, check_tensor
from probatum.engines.files.structure.onnx_trees import ENSEMBLES, check_ensemble
from probatum.engines.files.structure.parts import StructureError, require
from probatum.facts.input_limits import InputLimits

MODEL_GRAPH, MODEL_FUNCTION = 7, 25
FUNCTION_NAME, FUNCTION_NODE, FUNCTION_DOMAIN = 1, 7, 10
MOST_NODES = 10_000_000  # after functions are written out in each place where they are called
Called = Mapping[tuple[str, str], tuple[Node, ...]]  # domain and name of a function, its nodes


def check(content: bytes, limits: InputLimits) -> None:
    """Refuse a model that contradicts itself, or that need not end.

    Raises:
        StructureError: says where.
    """
    try:
        outermost = list(fields(content))
    except ValueError as error:
        raise StructureError("it is no whole protocol buffer") from error
    graphs = [(start, end) for number, wire, start, end in outermost if (number, wire) == (MODEL_GRAPH, BYTES)]
    require(len(graphs) == 1, "it does not hold exactly one graph")
    functions = dict(
        _function(content, (start, end))
        for number, wire, start, end in outermost
        if (number, wire) == (MODEL_FUNCTION, BYTES)
    )
    walk = _Walk(content=content, limits=limits)
    try:
        walk.graph(graph_of(content, graphs[0]), {}, 1)
        for nodes in functions.values():
            walk.nodes(nodes, {}, 1)
    except StructureError:
        raise
    except ValueError as error:
        raise StructureError("a part of it is no whole protocol buffer") from error
    _check_functions(functions, walk.called)


def _function(content: bytes, span: Span) -> tuple[tuple[str, str], tuple[Node, ...]]:
    name = domain = ""
    nodes = []
    for number, wire, start, end in fields(content, span):
        if (number, wire) == (FUNCTION_NAME, BYTES):
            name = text(content, (start, end))
        elif (number, wire) == (FUNCTION_DOMAIN, BYTES):
            domain = text(content, (start, end))
        elif (number, wire) == (FUNCTION_NODE, BYTES):
            nodes.append(node_of(content, (start, end)))
    return (domain, name), tuple(nodes)


@final
@dataclass(slots=True, kw_only=True)
class _Walk:
    """Goes through the graphs of a model."""

    content: bytes
    limits: InputLimits
    called: list[tuple[str, str]] = field(default_factory=list)  # by the outermost nodes

    def graph(self, graph: Graph, outer: Constants, depth: int) -> None:
        require(depth <= self.limits.depth, f"its graphs are nested more than {self.limits.depth:,} levels deep")
        known = dict(outer)
        for span in graph.tensors:
            tensor = check_tensor(self.content, span)
            known |= {} if tensor.whole is None else {tensor.name: tensor.whole}
        for span in graph.sparse:
            check_sparse(self.content, span, self.limits.file_bytes)
        self.nodes(graph.nodes, known, depth, graph.inputs)

    def nodes(
        self,
        nodes: tuple[Node, ...],
        known: dict[str, int | None],
        depth: int,
        widths: Mapping[str, int | None] = MappingProxyType({}),
    ) -> None:
        for node in nodes:
            for span in node.tensors():
                tensor = check_tensor(self.content, span)
                if node.operator == "Constant" and len(node.outputs) == 1:
                    known[node.outputs[0]] = tensor.whole
            for span in node.sparse():
                check_sparse(self.content, span, self.limits.file_bytes)
            whole = node.attributes.get("value_int")
            if node.operator == "Constant" and whole is not None and node.outputs:
                known[node.outputs[0]] = whole.whole
            self.called.append((node.domain, node.operator))
            inner = [graph_of(self.content, span) for span in node.graphs()]
            if node.operator == "Loop" and len(inner) == 1:
                check_loop(node, inner[0], known)
            if node.operator in ENSEMBLES:
                check_ensemble(node, self.limits.depth, widths.get("".join(node.inputs[:1])))
            for graph in inner:
                self.graph(graph, known, depth + 1)


def _check_functions(functions: Called, called: list[tuple[str, str]]) -> None:
    """Refuse functions that call themselves, or of which few lines become very many nodes."""
    sizes: dict[tuple[str, str], int] = {}
    for name in functions:
        _measure(name, functions, sizes)
    total = sum(sizes.get(name, 1) for name in called)
    require(total <= MOST_NODES, f"its functions write out to more than {MOST_NODES:,} nodes")


def _measure(start: tuple[str, str], functions: Called, sizes: dict[tuple[str, str], int]) -> None:
    """Count the nodes of a function and of all that it calls, without calling ourselves."""
    open_now: dict[tuple[str, str], Iterator[Node]] = {}
    counts: dict[tuple[str, str], int] = {}
    stack = [start] if start not in sizes else []
    while stack:
        name = stack[-1]
        if name not in open_now:
            open_now[name], counts[name] = iter(functions[name]), 0
        callee = next(((node.domain, node.operator) for node in open_now[name]), None)
        if callee is None:
            sizes[name] = counts[name]
            del open_now[name]
            stack.pop()
            if stack:
                counts[stack[-1]] = min(counts[stack[-1]] + sizes[name], MOST_NODES + 1)
        elif callee in open_now:
            raise StructureError("a function calls itself")
        elif callee in functions and callee not in sizes:
            stack.append(callee)
        else:
            counts[name] = min(counts[name] + sizes.get(callee, 1), MOST_NODES + 1)
