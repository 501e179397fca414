# SPDX-License-Identifier: Apache-2.0
"""Graphs, nodes and attributes of an ONNX model, as spans of its bytes.

Source: onnx.proto, GraphProto, NodeProto and AttributeProto.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import final

import numpy as np

from probatum.engines.files.protobuf import BYTES, VARINT, Span, fields, packed_varints, signed, text, within
from probatum.engines.files.structure.parts import require

FLOAT_KEY, INT_KEY = 0x3D, 0x40  # of the lists floats and ints of an attribute, in version 2 of the language
RUN_OF_INTS = re.compile(rb"(?:\x40[\x80-\xff]{0,9}[\x00-\x7f])+")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One setting of a node."""

    whole: int | None = None
    tensors: tuple[Span, ...] = ()
    graphs: tuple[Span, ...] = ()
    sparse: tuple[Span, ...] = ()
    floats: np.ndarray | None = None  # float32
    ints: np.ndarray | None = None  # int64
    strings: tuple[bytes, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One operator."""

    operator: str
    domain: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Attribute]

    def tensors(self) -> Iterator[Span]:
        """Yield the tensors in its settings."""
        for one in self.attributes.values():
            yield from one.tensors

    def graphs(self) -> Iterator[Span]:
        """Yield the graphs in its settings."""
        for one in self.attributes.values():
            yield from one.graphs

    def sparse(self) -> Iterator[Span]:
        """Yield the sparse tensors in its settings."""
        for one in self.attributes.values():
            yield from one.sparse


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """A graph, whose nodes are read and whose tensors are not."""

    nodes: tuple[Node, ...]
    tensors: tuple[Span, ...]
    sparse: tuple[Span, ...]
    inputs: Mapping[str, int | None]  # in their order; how wide a row is, if that is stated
    outputs: tuple[str, ...]


def graph_of(content: bytes, span: Span) -> Graph:
    """Return a graph; ValueError where the bytes are no protocol buffer."""
    found: dict[int, list[Span]] = {}
    for number, wire, start, end in fields(content, span):
        if wire == BYTES:
            found.setdefault(number, []).append((start, end))
    return Graph(
        nodes=tuple(node_of(content, one) for one in found.get(1, ())),
        tensors=tuple(found.get(5, ())),
        sparse=tuple(found.get(15, ())),
        inputs={_name(content, one): _width(content, one) for one in found.get(11, ())},
        outputs=tuple(_name(content, one) for one in found.get(12, ())),
    )


def node_of(content: bytes, span: Span) -> Node:
    """Return a node; ValueError where the bytes are no protocol buffer."""
    inputs, outputs, operator, domain = [], [], "", ""
    attributes: dict[str, Attribute] = {}
    for number, wire, start, end in fields(content, span):
        if wire != BYTES:
            continue
        if number == 1:
            inputs.append(text(content, (start, end)))
        elif number == 2:
            outputs.append(text(content, (start, end)))
        elif number == 4:
            operator = text(content, (start, end))
        elif number == 7:
            domain = text(content, (start, end))
        elif number == 5:
            name, attribute = _attribute(content, (start, end))
            require(name not in attributes, f"a node {operator} has a setting twice")
            attributes[name] = attribute
    return Node(operator=operator, domain=domain, inputs=tuple(inputs), outputs=tuple(outputs), attributes=attributes)


def _name(content: bytes, span: Span) -> str:
    """Return the name of an input or an output."""
    names = within(content, span, 1, BYTES)
    return text(content, names[-1]) if names else ""


def _width(content: bytes, span: Span) -> int | None:
    """Return the size of the last of two axes of an input, if it is stated."""
    spans = [span]
    for number in (2, 1, 2):  # its type, the type of a tensor, its shape
        spans = [inner for one in spans for inner in within(content, one, number, BYTES)]
    axes = [inner for one in spans for inner in within(content, one, 1, BYTES)]
    sizes = within(content, axes[1], 1, VARINT) if len(axes) == 2 else []
    return signed(content, sizes[-1]) if sizes else None


def _attribute(content: bytes, span: Span) -> tuple[str, Attribute]:
    name, whole = "", None
    spans: dict[int, list[Span]] = {}
    floats: list[np.ndarray] = []
    ints: list[np.ndarray] = []
    at, end = span
    while at < end:
        if content[at] == FLOAT_KEY:
            at = _run_of_floats(content, at, end, floats)
            continue
        if content[at] == INT_KEY:
            at = _run_of_ints(content, at, end, ints)
            continue
        number, wire, start, at = next(fields(content, (at, end)))
        if (number, wire) == (1, BYTES):
            name = text(content, (start, at))
        elif (number, wire) == (3, VARINT):
            whole = signed(content, (start, at))
        elif (number, wire) == (7, BYTES):  # as version 3 of the language writes lists
            floats.append(np.frombuffer(content, dtype="<f4", count=(at - start) // 4, offset=start))
        elif (number, wire) == (8, BYTES):
            ints.append(packed_varints(content, (start, at)))
        elif wire == BYTES:
            spans.setdefault(number, []).append((start, at))
    attribute = Attribute(
        whole=whole,
        tensors=(*spans.get(5, ()), *spans.get(10, ())),
        graphs=(*spans.get(6, ()), *spans.get(11, ())),
        sparse=(*spans.get(22, ()), *spans.get(23, ())),
        floats=np.concatenate(floats) if floats else None,
        ints=np.concatenate(ints) if ints else None,
        strings=tuple(bytes(content[start:stop]) for start, stop in spans.get(9, ())),
    )
    return name, attribute


def _run_of_floats(content: bytes, at: int, end: int, floats: list[np.ndarray]) -> int:
    """Take numbers of which each has a key of its own; return where they end."""
    size = 5  # bytes: key and number
    most = (end - at) // size
    if not most:
        raise ValueError("a field beyond the end")
    rows = np.frombuffer(content, dtype=np.uint8, count=most * size, offset=at).reshape(most, size)
    others = np.flatnonzero(rows[:, 0] != FLOAT_KEY)
    run = int(others[0]) if others.size else most
    floats.append(np.ascontiguousarray(rows[:run, 1:]).view("<f4").reshape(-1))
    return at + run * size


def _run_of_ints(content: bytes, at: int, end: int, ints: list[np.ndarray]) -> int:
    """Take whole numbers of which each has a key of its own; return where they end."""
    found = RUN_OF_INTS.match(content, at, end)
    if found is None:
        raise ValueError("a number without an end")
    raw = np.frombuffer(content, dtype=np.uint8, count=found.end() - at, offset=at)
    last = np.flatnonzero(raw < 0x80)  # a key, the end of its number, the next key, and so on
    keep = np.ones(len(raw), dtype=bool)
    keep[last[::2]] = False
    numbers = raw[keep].tobytes()
    ints.append(packed_varints(numbers, (0, len(numbers))))
    return found.end()
