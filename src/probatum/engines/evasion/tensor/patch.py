# SPDX-License-Identifier: Apache-2.0
"""Search for a patch that can be printed, by gradients, in the mean over all the ways it may be laid.

Source: Brown et al. 2017, arXiv:1712.09665, equation 1; Athalye et al. 2018, arXiv:1707.07397, equation 3.
"""

from typing import final

import numpy as np
import torch
from torch import Tensor, nn

from probatum.engines.evasion.placing import Frame, Looks
from probatum.engines.evasion.tensor.network import Asked, tensor
from probatum.engines.evasion.tensor.shared import Descended, Placed, descend
from probatum.facts.progress import Tell, untold


def patch(
    module: nn.Module, x: np.ndarray, y: np.ndarray, frame: Frame, looks: Looks, *, steps: int,
    rng: np.random.Generator, tell: Tell = untold,
) -> Descended:  # fmt: skip
    """Find one patch that turns as many pictures as it can.

    Args:
        module: the network.
        x: (n, ...) pictures.
        y: (n,) right classes.
        frame: the sizes.
        looks: how different the patch may look.
        steps: see ``descend``.
        rng: see ``descend``.
        tell: called with the progress.
    """
    return descend(Asked(module, tell=tell), _Patch(x, frame, looks), y, steps=steps, rng=rng)


@final
class _Patch:
    """One patch, as a tensor of its own shape."""

    def __init__(self, x: np.ndarray, frame: Frame, looks: Looks) -> None:
        self._x, self._frame, self._looks = x, frame, looks

    def start(self, rng: np.random.Generator) -> Tensor:
        """Return noise around the middle colour."""
        part = 0.5 + 0.2 * (rng.random(self._frame.patch) - 0.5)
        return tensor(self._frame.least + (self._frame.most - self._frame.least) * part)

    def placed(self, attack: Tensor, rows: np.ndarray, rng: np.random.Generator) -> Placed:
        """Return pictures with the patch in random places; the slope of a point seen many times is their sum."""
        frame = self._frame
        laid = frame.draw(len(rows), self._looks, rng)
        points = frame.lay(self._x[rows], attack.numpy()[None], laid)
        light = torch.from_numpy(laid.light.astype(np.float32)).view(-1, 1, 1)
        seen = torch.from_numpy(laid.source.astype(np.int64))

        def pull(slope: Tensor) -> Tensor:
            flat = slope.movedim((frame.tall + 1, frame.wide + 1), (1, 2))
            flat = (flat.reshape(len(rows), seen.shape[1], -1) * light).flatten(0, 1)
            on = seen.flatten() >= 0
            total = torch.zeros(frame.side**2, flat.shape[1])
            total.index_add_(0, seen.flatten()[on], flat[on])
            others = [size for axis, size in enumerate(frame.shape) if axis not in (frame.tall, frame.wide)]
            return total.view(frame.side, frame.side, *others).movedim((0, 1), (frame.tall, frame.wide))

        return Placed(points=tensor(points), pull=pull)

    def moved(self, attack: Tensor, slope: Tensor, size: float) -> Tensor:
        """Return the patch one step on, its colours within those that can be printed."""
        least, most = self._frame.least, self._frame.most
        return (attack - size * (most - least) * slope.sign()).clamp(least, most)
