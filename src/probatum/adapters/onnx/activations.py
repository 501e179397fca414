# SPDX-License-Identifier: Apache-2.0
"""The ONNX operators that are curves of one number."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from probatum.adapters.onnx.node import Node, NotUnderstood, Run, tensor


def _always(run: Run) -> Callable[[Node], Run]:
    return lambda node: run  # noqa: ARG005


def _number(node: Node, name: str, usual: float) -> float:
    return float(node.attributes.get(name, usual))


def _leaky_relu(node: Node) -> Run:
    return nn.LeakyReLU(_number(node, "alpha", 0.01))


def _elu(node: Node) -> Run:
    return nn.ELU(_number(node, "alpha", 1.0))


def _celu(node: Node) -> Run:
    return nn.CELU(_number(node, "alpha", 1.0))


def _selu(node: Node) -> Run:
    alpha, gamma = _number(node, "alpha", 1.6732632), _number(node, "gamma", 1.0507010)
    if abs(alpha - 1.6732632) > 1e-6 or abs(gamma - 1.0507010) > 1e-6:
        raise NotUnderstood("with numbers of its own")
    return nn.SELU()


def _gelu(node: Node) -> Run:
    return nn.GELU(bytes(node.attributes.get("approximate", b"none")).decode())


def _hard_sigmoid(node: Node) -> Run:
    alpha, beta = _number(node, "alpha", 0.2), _number(node, "beta", 0.5)
    return lambda x: torch.clamp(x * alpha + beta, min=0.0, max=1.0)


def _swish(node: Node) -> Run:
    alpha = _number(node, "alpha", 1.0)
    return nn.SiLU() if alpha == 1 else lambda x: functional.silu(x * alpha) / alpha


def _clip(node: Node) -> Run:
    ends = []
    for name, place in (("min", 1), ("max", 2)):
        given = node.constant(place)
        ends.append(node.attributes.get(name) if given is None else float(given.ravel()[0]))
    least, most = ends
    return lambda x: torch.clamp(x, min=least, max=most)


def _power(node: Node) -> Run:
    exponent = node.constant(1)
    if exponent is None or exponent.size != 1 or float(exponent.ravel()[0]) != 2:
        raise NotUnderstood("to another power than 2")
    return torch.square


class _Leak(nn.Module):
    slope: Tensor

    def __init__(self, slope: Tensor) -> None:
        super().__init__()
        self.register_buffer("slope", slope)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x) - self.slope * torch.relu(-x)


def _parametric(node: Node) -> Run:
    slope = node.constant(1)
    if slope is None:
        raise NotUnderstood("without its slopes")
    return _Leak(tensor(slope))


ACTIVATIONS: Mapping[str, Callable[[Node], Run]] = {
    "Abs": _always(torch.abs),
    "Celu": _celu,
    "Clip": _clip,
    "Elu": _elu,
    "Erf": _always(torch.erf),
    "Exp": _always(torch.exp),
    "Gelu": _gelu,
    "HardSigmoid": _hard_sigmoid,
    "HardSwish": _always(nn.Hardswish()),
    "LeakyRelu": _leaky_relu,
    "Mish": _always(nn.Mish()),
    "Neg": _always(torch.neg),
    "PRelu": _parametric,
    "Pow": _power,
    "Relu": _always(nn.ReLU()),
    "Selu": _selu,
    "Sigmoid": _always(nn.Sigmoid()),
    "Softplus": _always(nn.Softplus()),
    "Softsign": _always(nn.Softsign()),
    "Swish": _swish,
    "Tanh": _always(nn.Tanh()),
}
