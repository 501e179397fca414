# SPDX-License-Identifier: Apache-2.0
"""One operator of an ONNX graph, with everything that is fixed about it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import torch
from torch import Tensor, nn

Run = Callable[..., Tensor]


class NotUnderstood(Exception):  # noqa: N818  # told to the user as a sentence, by ``convert``
    """An operator is used in a way that is not understood; carries how."""


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Node:
    """One operator of the graph with everything that is fixed about it."""

    operator: str
    inputs: tuple[str, ...]  # names; empty where an optional one is absent
    attributes: Mapping[str, Any]
    constants: Mapping[str, np.ndarray]  # all constants of the graph, by name
    ranks: Mapping[str, int]  # number of axes of each value, the batch's among them, as far as it is known
    sizes: Mapping[str, tuple[int, ...]]  # of each value, as far as they are known; see ``shapes``
    outputs: int = 1  # how many values come out

    def constant(self, place: int) -> np.ndarray | None:
        """Return the constant input at ``place``; None where there is none."""
        name = self.inputs[place] if place < len(self.inputs) else ""
        if not name:
            return None
        if name not in self.constants:
            raise NotUnderstood(f"with an input ({name}) that is not fixed")
        return self.constants[name]

    def numbers(self, attribute: str, place: int) -> list[int] | None:
        """Return whole numbers that older versions give as an attribute and newer ones as an input."""
        if attribute in self.attributes:
            return [int(one) for one in self.attributes[attribute]]
        given = self.constant(place)
        return None if given is None else [int(one) for one in given.ravel()]

    @property
    def changing(self) -> tuple[str, ...]:
        """The inputs that are not constants."""
        return tuple(name for name in self.inputs if name and name not in self.constants)

    def size(self, axis: int) -> int | None:
        """Return the size of the first input along an axis other than the rows'; None where it cannot be told."""
        sizes = self.sizes.get(self.inputs[0], ())
        return sizes[axis] if 0 < axis < len(sizes) and sizes[axis] > 0 else None

    def rank(self) -> int:
        """Return the number of axes of the first input."""
        if self.inputs[0] not in self.ranks:
            raise NotUnderstood("on values whose number of axes cannot be told")
        return self.ranks[self.inputs[0]]


def tensor(array: np.ndarray) -> Tensor:
    """Return a float32 copy."""
    return torch.from_numpy(np.array(array, dtype=np.float32))


def filled(layer: nn.Module, **values: np.ndarray | None) -> nn.Module:
    """Put numbers into a layer and return it."""
    with torch.no_grad():
        for name, value in values.items():
            if value is not None:
                getattr(layer, name).copy_(tensor(value))
    return layer
