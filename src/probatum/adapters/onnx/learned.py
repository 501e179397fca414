# SPDX-License-Identifier: Apache-2.0
"""The operators of ai.onnx.ml that are networks: what scikit-learn's scalers and linear models are exported as."""

from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor, nn

from probatum.adapters.onnx.node import Node, NotUnderstood, Run, filled, tensor


class _Scaled(nn.Module):
    offset: Tensor
    scale: Tensor

    def __init__(self, offset: Tensor, scale: Tensor) -> None:
        super().__init__()
        self.register_buffer("offset", offset)
        self.register_buffer("scale", scale)

    def forward(self, x: Tensor) -> Tensor:
        return (x - self.offset) * self.scale


def _scaler(node: Node) -> Run:
    offset, scale = (np.asarray(node.attributes.get(name, [usual])) for name, usual in (("offset", 0), ("scale", 1)))
    return _Scaled(tensor(offset), tensor(scale))


def _linear(node: Node, intercepts: np.ndarray) -> nn.Module:
    weights = np.asarray(node.attributes["coefficients"], dtype=np.float32).reshape(len(intercepts), -1)
    layer = nn.Linear(weights.shape[1], len(intercepts))
    return filled(layer, weight=weights, bias=intercepts)


def _regressor(node: Node) -> Run:
    if _transform(node) != "NONE":
        raise NotUnderstood(f"with {_transform(node)}")
    targets = int(node.attributes.get("targets", 1))
    return _linear(node, np.asarray(node.attributes.get("intercepts", [0.0] * targets)))


def _classifier(node: Node) -> Run:
    """Scores of all classes; the label, the first output, is not worked out."""
    intercepts, transform = np.asarray(node.attributes.get("intercepts", [])), _transform(node)
    after = {"NONE": None, "SOFTMAX": nn.Softmax(dim=1), "LOGISTIC": nn.Sigmoid()}
    if len(intercepts) < 2 or transform not in after:
        raise NotUnderstood("with a single score" if len(intercepts) < 2 else f"with {transform}")
    last = after[transform]
    return _linear(node, intercepts) if last is None else nn.Sequential(_linear(node, intercepts), last)


def _transform(node: Node) -> str:
    given = node.attributes.get("post_transform", b"NONE")
    return given.decode() if isinstance(given, bytes) else str(given)


def _normalizer(node: Node) -> Run:
    how = node.attributes.get("norm", b"MAX")
    if how not in (b"L1", "L1"):
        raise NotUnderstood("by other than the sum")
    return lambda x: x / torch.abs(x).sum(dim=1, keepdim=True)


LEARNED: Mapping[str, Callable[[Node], Run]] = {
    "LinearClassifier": _classifier,
    "LinearRegressor": _regressor,
    "Normalizer": _normalizer,
    "Scaler": _scaler,
}
