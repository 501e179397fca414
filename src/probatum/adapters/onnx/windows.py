# SPDX-License-Identifier: Apache-2.0
"""The ONNX operators that look through a window: convolutions and pools, and the cells added at the edges."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from probatum.adapters.onnx.node import Node, NotUnderstood, Run, filled

_CONVOLUTIONS: tuple[Any, ...] = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
_TRANSPOSED: tuple[Any, ...] = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
_LARGEST: tuple[Any, ...] = (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d)
_AVERAGES: tuple[Any, ...] = (nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d)
_WHOLE: tuple[Any, ...] = (nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d)


def convolution(node: Node) -> Run:
    """Return a convolution."""
    weight, bias = node.constant(1), node.constant(2)
    if weight is None or not 3 <= weight.ndim <= 5:
        raise NotUnderstood("over other than one to three axes")
    size, axes = list(weight.shape[2:]), weight.ndim - 2
    strides = node.attributes.get("strides", [1] * axes)
    dilations = node.attributes.get("dilations", [1] * axes)
    groups = int(node.attributes.get("group", 1))
    before, after = _pads(node, [(one - 1) * wide + 1 for one, wide in zip(size, dilations, strict=True)], strides)
    layer = _CONVOLUTIONS[axes - 1](
        weight.shape[1] * groups,
        weight.shape[0],
        size,
        stride=strides,
        padding=before if before == after else 0,
        dilation=dilations,
        groups=groups,
        bias=bias is not None,
    )
    return _padded(filled(layer, weight=weight, bias=bias), before, after, 0.0)


def max_pool(node: Node) -> Run:
    """Return the largest cell of each window."""
    size = list(node.attributes["kernel_shape"])
    axes = len(size)
    strides = list(node.attributes.get("strides", [1] * axes))
    dilations = list(node.attributes.get("dilations", [1] * axes))
    before, after = _pads(node, [(one - 1) * wide + 1 for one, wide in zip(size, dilations, strict=True)], strides)
    even = before == after and all(2 * pad <= one for pad, one in zip(before, size, strict=True))
    layer = _LARGEST[axes - 1](
        size,
        stride=strides,
        padding=before if even else 0,
        dilation=dilations,
        ceil_mode=bool(node.attributes.get("ceil_mode", 0)),
    )
    return layer if even else _padded(layer, before, after, -torch.inf, always=True)


def average_pool(node: Node) -> Run:
    """Return the mean of each window."""
    size = list(node.attributes["kernel_shape"])
    axes = len(size)
    strides = list(node.attributes.get("strides", [1] * axes))
    before, after = _pads(node, size, strides)
    if before != after or any(one != 1 for one in node.attributes.get("dilations", [1])):
        raise NotUnderstood("with uneven edges or gaps")
    options: dict[str, Any] = {
        "stride": strides,
        "padding": before,
        "ceil_mode": bool(node.attributes.get("ceil_mode", 0)),
        "count_include_pad": bool(node.attributes.get("count_include_pad", 0)),
    }
    if axes > 3:
        raise NotUnderstood("over more than three axes")
    layer: nn.Module = _AVERAGES[axes - 1](size, **options)
    return layer


def global_average_pool(node: Node) -> Run:
    """Return the mean of each channel."""
    axes = node.rank() - 2
    layer: nn.Module = _WHOLE[axes - 1](1)
    return layer


def global_max_pool(node: Node) -> Run:
    """Return the largest cell of each channel."""
    axes = list(range(2, node.rank()))
    return lambda x: torch.amax(x, dim=axes, keepdim=True)


def transposed_convolution(node: Node) -> Run:
    """Return a convolution laid on its side."""
    weight, bias = node.constant(1), node.constant(2)
    if weight is None or not 3 <= weight.ndim <= 5 or "output_shape" in node.attributes:
        raise NotUnderstood("over other than one to three axes, or of a stated size")
    size, axes = list(weight.shape[2:]), weight.ndim - 2
    before, after = _pads(node, size, [1] * axes)
    if before != after:
        raise NotUnderstood("with uneven edges")
    groups = int(node.attributes.get("group", 1))
    layer = _TRANSPOSED[axes - 1](
        weight.shape[0],
        weight.shape[1] * groups,
        size,
        stride=node.attributes.get("strides", [1] * axes),
        padding=before,
        output_padding=node.attributes.get("output_padding", [0] * axes),
        dilation=node.attributes.get("dilations", [1] * axes),
        groups=groups,
        bias=bias is not None,
    )
    return filled(layer, weight=weight, bias=bias)


def pad(node: Node) -> Run:
    """Return what adds cells at the edges."""
    if node.attributes.get("mode", b"constant") not in (b"constant", "constant") or len(node.inputs) > 3:
        raise NotUnderstood("other than with a constant")
    pads, value = node.numbers("pads", 1), node.constant(2) if len(node.inputs) > 2 else None
    if pads is None or min(pads) < 0:
        raise NotUnderstood("without its sizes")
    fill = float(node.attributes.get("value", 0.0)) if value is None else float(value.ravel()[0])
    half = len(pads) // 2
    return _padding(pads[:half], pads[half:], fill)


def _pads(node: Node, reach: Sequence[int], strides: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return the cells added before and after on each axis; ``reach`` is how many cells the window spans."""
    how = node.attributes.get("auto_pad", b"NOTSET")
    how = how.decode() if isinstance(how, bytes) else how
    axes = len(reach)
    if how == "NOTSET":
        pads = list(node.attributes.get("pads", [0] * 2 * axes))
        return pads[:axes], pads[axes:]
    if how == "VALID":
        return [0] * axes, [0] * axes
    every = []
    for axis, (span, step) in enumerate(zip(reach, strides, strict=True)):
        size = node.size(axis + 2)
        if step != 1 and size is None:
            raise NotUnderstood(f"with edges ({how}) that depend on the size of the input")
        every.append(span - 1 if step == 1 else max((-(-int(size or 0) // step) - 1) * step + span - int(size or 0), 0))
    less, more = [one // 2 for one in every], [one - one // 2 for one in every]
    return (less, more) if how == "SAME_UPPER" else (more, less)


def _padded(layer: nn.Module, before: list[int], after: list[int], fill: float, *, always: bool = False) -> Run:
    if before == after and not always:
        return layer
    return _Sequence(_padding([0, 0, *before], [0, 0, *after], fill), layer)


def _padding(before: Sequence[int], after: Sequence[int], fill: float) -> Run:
    """Return what adds cells at the ends of each axis; torch wants the last axis first."""
    pairs = [cells for pair in zip(reversed(before), reversed(after), strict=True) for cells in pair]
    return lambda x: nn.functional.pad(x, pairs, value=fill)


class _Sequence(nn.Module):
    def __init__(self, first: Run, second: nn.Module) -> None:
        super().__init__()
        self.first, self.second = first, second

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.second(self.first(x))
        return result
