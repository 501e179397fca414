# SPDX-License-Identifier: Apache-2.0
"""The operators of ONNX that are understood, each as the torch layer or function that does the same.

Written after https://onnx.ai/onnx/operators, opset 7 to 23. An operator that is not here, or is used in a way that is
not here, is refused by name: nothing is guessed.
"""

from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor, nn

from probatum.adapters.onnx import windows
from probatum.adapters.onnx.node import Node, NotUnderstood, Run, filled, tensor


class With(nn.Module):
    """A function of two tensors of which one is fixed."""

    def __init__(self, function: Run, constant: np.ndarray, *, first: bool) -> None:
        """Take the function, the fixed tensor, and whether it is the first of the two."""
        super().__init__()
        self.function, self.first = function, first
        self.register_buffer("constant", tensor(constant))

    def forward(self, x: Tensor) -> Tensor:
        """Return the function of both."""
        return self.function(self.constant, x) if self.first else self.function(x, self.constant)


def _gemm(node: Node) -> Run:
    weight, bias = node.constant(1), node.constant(2)
    if weight is None or node.attributes.get("transA", 0):
        raise NotUnderstood("with a first factor laid on its side")
    weight = weight if node.attributes.get("transB", 0) else weight.T
    bias = None if bias is None else np.broadcast_to(bias * node.attributes.get("beta", 1.0), (len(weight),))
    return _linear(weight * node.attributes.get("alpha", 1.0), bias)


def _matmul(node: Node) -> Run:
    if len(node.changing) == 2:
        return torch.matmul
    weight = node.constant(1)
    if weight is None or weight.ndim != 2:
        raise NotUnderstood("with a fixed factor that is not a table of numbers on the right")
    return _linear(weight.T, None)


def _linear(weight: np.ndarray, bias: np.ndarray | None) -> nn.Module:
    layer = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None)
    return filled(layer, weight=weight, bias=bias)


def _batch_norm(node: Node) -> Run:
    scale, shift, mean, variance = (node.constant(place) for place in (1, 2, 3, 4))
    if scale is None or shift is None or mean is None or variance is None:
        raise NotUnderstood("without its numbers")
    if node.attributes.get("training_mode", 0):
        raise NotUnderstood("as if still in training")
    kinds = {2: nn.BatchNorm1d, 3: nn.BatchNorm1d, 4: nn.BatchNorm2d, 5: nn.BatchNorm3d}
    layer = kinds[node.rank()](len(scale), eps=float(node.attributes.get("epsilon", 1e-5)))
    return filled(layer, weight=scale, bias=shift, running_mean=mean, running_var=variance)


def _flatten(node: Node) -> Run:
    if node.attributes.get("axis", 1) != 1:
        raise NotUnderstood("that joins rows with one another")
    return nn.Flatten(1)


def _reshape(node: Node) -> Run:
    """Rows stay rows; the cells of each are laid out anew."""
    shape = node.constant(1)
    if shape is None or not len(shape):
        raise NotUnderstood("without a shape")
    if node.attributes.get("allowzero", 0) and 0 in shape:  # elsewhere a zero means: as many as before
        raise NotUnderstood("into no cells at all")
    first, tail = int(shape[0]), [int(size) for size in shape[1:]]
    if not tail or 0 in tail or tail.count(-1) + (first == -1) > 1 or tail.count(-1) > 1:
        raise NotUnderstood("into a shape that cannot be told")
    if len(tail) == 1:
        return nn.Flatten(1)
    return nn.Sequential(nn.Flatten(1), nn.Unflatten(1, tuple(tail)))


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


def _clip(node: Node) -> Run:
    ends = []
    for name, place in (("min", 1), ("max", 2)):
        given = node.constant(place)
        ends.append(node.attributes.get(name) if given is None else float(given.ravel()[0]))
    least, most = ends
    return lambda x: torch.clamp(x, min=least, max=most)


def _softmax(node: Node) -> Run:
    axis = int(node.attributes.get("axis", -1))
    return (nn.Softmax if node.operator == "Softmax" else nn.LogSoftmax)(dim=axis)


def _mean(node: Node) -> Run:
    axes, keep = node.numbers("axes", 1), bool(node.attributes.get("keepdims", 1))
    if not axes or 0 in axes:
        raise NotUnderstood("over all rows")
    return lambda x: torch.mean(x, dim=axes, keepdim=keep)


def _unsqueeze(node: Node) -> Run:
    axes = node.numbers("axes", 1)
    if not axes or len(axes) > 1:
        raise NotUnderstood("of other than one axis")
    return lambda x: torch.unsqueeze(x, axes[0])


def _squeeze(node: Node) -> Run:
    axes = node.numbers("axes", 1)
    if not axes or len(axes) > 1:
        raise NotUnderstood("of other than one axis")
    return lambda x: torch.squeeze(x, axes[0])


def _cast(node: Node) -> Run:
    if node.attributes["to"] not in (1, 11):  # onnx.TensorProto: FLOAT, DOUBLE
        raise NotUnderstood("to other than decimal numbers")
    return nn.Identity()


def _with(function: Run) -> Callable[[Node], Run]:
    def build(node: Node) -> Run:
        if len(node.changing) == 2:
            return function
        first = node.inputs[0] in node.constants
        return With(function, node.constants[node.inputs[0 if first else 1]], first=first)

    return build


def _always(run: Run) -> Callable[[Node], Run]:
    return lambda node: run  # noqa: ARG005


def _leaky_relu(node: Node) -> Run:
    return nn.LeakyReLU(float(node.attributes.get("alpha", 0.01)))


def _elu(node: Node) -> Run:
    return nn.ELU(float(node.attributes.get("alpha", 1.0)))


def _gelu(node: Node) -> Run:
    return nn.GELU(bytes(node.attributes.get("approximate", b"none")).decode())


OPERATORS: Mapping[str, Callable[[Node], Run]] = {
    "Add": _with(torch.add),
    "AveragePool": windows.average_pool,
    "BatchNormalization": _batch_norm,
    "Cast": _cast,
    "Clip": _clip,
    "Concat": _concat,
    "Conv": windows.convolution,
    "Div": _with(torch.div),
    "Dropout": _always(nn.Identity()),
    "Elu": _elu,
    "Flatten": _flatten,
    "Gelu": _gelu,
    "Gemm": _gemm,
    "GlobalAveragePool": windows.global_average_pool,
    "Identity": _always(nn.Identity()),
    "LeakyRelu": _leaky_relu,
    "LogSoftmax": _softmax,
    "MatMul": _matmul,
    "MaxPool": windows.max_pool,
    "Mul": _with(torch.mul),
    "Neg": _always(torch.neg),
    "Pad": windows.pad,
    "ReduceMean": _mean,
    "Relu": _always(nn.ReLU()),
    "Reshape": _reshape,
    "Sigmoid": _always(nn.Sigmoid()),
    "Slice": _slice,
    "Softmax": _softmax,
    "Squeeze": _squeeze,
    "Sub": _with(torch.sub),
    "Tanh": _always(nn.Tanh()),
    "Transpose": _transpose,
    "Unsqueeze": _unsqueeze,
}
