# SPDX-License-Identifier: Apache-2.0
"""The ONNX operators that only move cells, join values, or take the largest of several cells."""

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor, nn

from probatum.adapters.onnx.node import Node, NotUnderstood, Run


def _axes(node: Node) -> list[int]:
    axes = node.numbers("axes", 1)
    if not axes or any(axis % max(node.rank(), 1) == 0 for axis in axes):
        raise NotUnderstood("over all rows")
    return axes


def reduced(function: Callable[..., Tensor]) -> Callable[[Node], Run]:
    """Return what builds a sum, a mean or the largest along some axes."""

    def build(node: Node) -> Run:
        axes, keep = _axes(node), bool(node.attributes.get("keepdims", 1))
        return lambda x: function(x, dim=axes, keepdim=keep)

    return build


def _split(node: Node) -> list[Run]:
    axis, sizes = int(node.attributes.get("axis", 0)) % node.rank(), node.numbers("split", 1)
    whole = node.size(axis)
    if axis == 0 or (sizes is None and whole is None):
        raise NotUnderstood("over all rows, or of a size that cannot be told")
    if sizes is None:
        count = int(node.attributes.get("num_outputs", node.outputs))
        each = -(-int(whole or 0) // count)
        sizes = [min(each, int(whole or 0) - each * place) for place in range(count)]
    starts = [sum(sizes[:place]) for place in range(len(sizes))]
    return [_narrow(axis, start, size) for start, size in zip(starts, sizes, strict=True)]


def _narrow(axis: int, start: int, size: int) -> Run:
    return lambda x: torch.narrow(x, axis, start, size)


def _gather(node: Node) -> Run:
    places, axis = node.constant(1), int(node.attributes.get("axis", 0)) % node.rank()
    if places is None or axis == 0 or places.ndim > 1:
        raise NotUnderstood("over all rows, or at places that are a table")
    if not places.ndim:
        place = int(places)
        return lambda x: torch.select(x, axis, place)
    index = torch.tensor([int(one) % (node.size(axis) or 1) for one in places])
    return lambda x: torch.index_select(x, axis, index.to(x.device))


def _expand(node: Node) -> Run:
    shape = node.constant(1)
    if shape is None or int(shape[0]) not in (0, 1) or len(shape) > node.rank():
        raise NotUnderstood("into more rows")
    sizes = [-1 if size == 1 else int(size) for size in shape[1:]]
    return lambda x: x.expand(-1, *sizes)


def _tile(node: Node) -> Run:
    times = node.numbers("repeats", 1)
    if not times or times[0] != 1:
        raise NotUnderstood("into more rows")
    return lambda x: x.repeat(times)


def _unsqueeze(node: Node) -> Run:
    axes = node.numbers("axes", 1)
    if not axes:
        raise NotUnderstood("of no axis")
    rank = node.rank() + len(axes)
    places = sorted(axis % rank for axis in axes)
    return _in_turn([lambda x, axis=axis: torch.unsqueeze(x, axis) for axis in places])


def _squeeze(node: Node) -> Run:
    axes = node.numbers("axes", 1)
    if not axes:
        raise NotUnderstood("of no axis in particular")
    places = sorted((axis % node.rank() for axis in axes), reverse=True)
    return _in_turn([lambda x, axis=axis: torch.squeeze(x, axis) for axis in places])


def _in_turn(runs: Sequence[Run]) -> Run:
    def run(x: Tensor) -> Tensor:
        for one in runs:
            x = one(x)
        return x

    return run


def _together(function: Callable[[Tensor, Tensor], Tensor]) -> Callable[[Node], Run]:
    """Return what takes the sum, the largest or the smallest of several values that all change."""

    def build(node: Node) -> Run:
        if len(node.changing) != len(node.inputs):
            raise NotUnderstood("of fixed and changing values")

        def run(first: Tensor, *others: Tensor) -> Tensor:
            for one in others:
                first = function(first, one)
            return first

        return run

    return build


def _blocks(node: Node) -> Run:
    if node.attributes.get("mode", b"DCR") not in (b"CRD", "CRD"):
        raise NotUnderstood("with depth first (mode DCR)")
    return nn.PixelShuffle(int(node.attributes["blocksize"]))


def _transpose(node: Node) -> Run:
    order = tuple(int(axis) for axis in node.attributes["perm"])
    return lambda x: torch.permute(x, order)


def _concat(node: Node) -> Run:
    if len(node.changing) != len(node.inputs):
        raise NotUnderstood("of fixed and changing values")
    axis = int(node.attributes["axis"])
    return lambda *all_of_them: torch.cat(all_of_them, dim=axis)


def _slice(node: Node) -> Run:
    starts, ends = node.numbers("starts", 1), node.numbers("ends", 2)
    if starts is None or ends is None:
        raise NotUnderstood("without its ends")
    axes = node.numbers("axes", 3) or list(range(len(starts)))
    steps = node.numbers("steps", 4) or [1] * len(starts)
    if any(step < 1 for step in steps):
        raise NotUnderstood("backwards")
    cut = [slice(None)] * node.rank()
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
        cut[axis] = slice(start, end, step)
    where = tuple(cut)
    return lambda x: x[where]


MOVES: Mapping[str, Callable[[Node], Run | list[Run]]] = {
    "Concat": _concat,
    "DepthToSpace": _blocks,
    "Expand": _expand,
    "Gather": _gather,
    "Max": _together(torch.maximum),
    "Min": _together(torch.minimum),
    "ReduceMax": reduced(torch.amax),
    "ReduceMean": reduced(torch.mean),
    "ReduceSum": reduced(torch.sum),
    "Slice": _slice,
    "Split": _split,
    "Squeeze": _squeeze,
    "Sum": _together(torch.add),
    "Tile": _tile,
    "Transpose": _transpose,
    "Unsqueeze": _unsqueeze,
}
