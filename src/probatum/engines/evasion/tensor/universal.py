# SPDX-License-Identifier: Apache-2.0
"""One change for all rows, by gradients.

Source: Shafahi et al. 2020, arXiv:1811.11304, algorithm 1; see ``shared``.
"""

from typing import final

import numpy as np
import torch
from torch import Tensor, nn

from probatum.engines.evasion.tensor.network import Asked, tensor
from probatum.engines.evasion.tensor.places import Places
from probatum.engines.evasion.tensor.shared import Descended, Placed, descend
from probatum.engines.evasion.threat import Region
from probatum.engines.evasion.universal import Span
from probatum.facts.progress import Tell, untold


def universal(
    module: nn.Module, x: np.ndarray, y: np.ndarray, region: Region, span: Span, *, steps: int,
    rng: np.random.Generator, tell: Tell = untold,
) -> Descended:  # fmt: skip
    """Find one change that turns as many rows as it can.

    Args:
        module: the network.
        x: (n, ...) rows.
        y: (n,) right classes.
        region: least and most of each cell of each row; its ball is that of ``span``.
        span: what the one change may be.
        steps: see ``descend``.
        rng: see ``descend``.
        tell: called with the progress.
    """
    return descend(Asked(module, tell=tell), _Change(x, region, span), y, steps=steps, rng=rng)


@final
class _Change:
    """One change, as a tensor (1, ...)."""

    def __init__(self, x: np.ndarray, region: Region, span: Span) -> None:
        self._x, self._lower, self._upper = tensor(x), tensor(region.lower), tensor(region.upper)
        lower, upper = tensor(span.lower[None]), tensor(span.upper[None])
        length = None if span.length is None else torch.full((1, *([1] * (lower.dim() - 1))), span.length)
        reach = torch.maximum(upper, -lower)
        self._where = Places(
            x=torch.zeros_like(lower),
            lower=lower,
            upper=upper,
            reach=reach if length is None else torch.minimum(reach, length),
            norm=span.norm,
            radius=length,
        )
        self._span = span

    def start(self, rng: np.random.Generator) -> Tensor:
        """Return a random change a tenth as large as it may be: at none at all, many networks have no slope to tell."""
        return self._where.back(tensor(0.1 * self._span.corners(1, rng)))

    def placed(self, attack: Tensor, rows: np.ndarray, rng: np.random.Generator) -> Placed:
        """Return rows plus the change, cut to what each cell may be; a cell that is cut has no slope."""
        plain = self._x[rows] + attack
        points = torch.clamp(plain, self._lower[rows], self._upper[rows])
        free = points == plain
        return Placed(points=points, pull=lambda slope: (slope * free).sum(dim=0, keepdim=True))

    def moved(self, attack: Tensor, slope: Tensor, size: float) -> Tensor:
        """Return the change one step on."""
        return self._where.back(attack + self._where.step(slope, size))
