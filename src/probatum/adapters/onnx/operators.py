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
from probatum.adapters.onnx.activations import ACTIVATIONS
from probatum.adapters.onnx.learned import LEARNED
from probatum.adapters.onnx.moves import MOVES
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
    if node.inputs[0] in node.constants:
        return With(torch.matmul, node.constants[node.inputs[0]], first=True)
    weight = node.constant(1)
    if weight is not None and weight.ndim == 2:
        return _linear(weight.T, None)
    return With(torch.matmul, node.constants[node.inputs[1]], first=False)


class _Einsum(nn.Module):
    def __init__(self, equation: str, constants: dict[int, np.ndarray]) -> None:
        super().__init__()
        self.equation, self.places = equation, sorted(constants)
        for place, constant in constants.items():
            self.register_buffer(f"constant_{place}", tensor(constant))

    def forward(self, *given: Tensor) -> Tensor:
        parts = list(given)
        for place in self.places:
            parts.insert(place, getattr(self, f"constant_{place}"))
        return torch.einsum(self.equation, *parts)


def _einsum(node: Node) -> Run:
    fixed = {place: node.constants[name] for place, name in enumerate(node.inputs) if name in node.constants}
    return _Einsum(bytes(node.attributes["equation"]).decode(), fixed)


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


def _softmax(node: Node) -> Run:
    axis = int(node.attributes.get("axis", -1))
    return (nn.Softmax if node.operator == "Softmax" else nn.LogSoftmax)(dim=axis)


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


OPERATORS: Mapping[str, Callable[[Node], Run | list[Run]]] = {
    **ACTIVATIONS,
    **LEARNED,
    **MOVES,
    "Add": _with(torch.add),
    "AveragePool": windows.average_pool,
    "BatchNormalization": _batch_norm,
    "Cast": _cast,
    "Conv": windows.convolution,
    "ConvTranspose": windows.transposed_convolution,
    "Div": _with(torch.div),
    "Dropout": _always(nn.Identity()),
    "Einsum": _einsum,
    "Flatten": _flatten,
    "Gemm": _gemm,
    "GlobalAveragePool": windows.global_average_pool,
    "GlobalMaxPool": windows.global_max_pool,
    "Identity": _always(nn.Identity()),
    "LogSoftmax": _softmax,
    "MatMul": _matmul,
    "MaxPool": windows.max_pool,
    "Mul": _with(torch.mul),
    "Pad": windows.pad,
    "Reshape": _reshape,
    "Softmax": _softmax,
    "Sub": _with(torch.sub),
}
