# SPDX-License-Identifier: Apache-2.0
"""The region of each row as tensors: how far a step goes, and the way back for what left."""

from dataclasses import dataclass
from typing import final

import numpy as np
import torch
from torch import Tensor

from probatum.engines.evasion.tensor.network import tensor
from probatum.engines.evasion.threat import Norm, Region

HALVINGS = 40  # of the search for a multiplier: float32 has 24 bits
INSIDE = 1 - 1e-6  # of the radius: what float32 rounds up is still inside


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Places:
    """The regions of n rows."""

    x: Tensor  # (n, ...) the rows themselves
    lower: Tensor  # (n, ...)
    upper: Tensor  # (n, ...)
    reach: Tensor  # (n, ...) the most that each cell can move either way
    norm: Norm | None
    radius: Tensor | None  # (n, 1, ...)

    def take(self, index: Tensor) -> "Places":
        """Return the regions of some rows."""
        return Places(
            x=self.x[index],
            lower=self.lower[index],
            upper=self.upper[index],
            reach=self.reach[index],
            norm=self.norm,
            radius=None if self.radius is None else self.radius[index],
        )

    def step(self, gradient: Tensor, size: Tensor) -> Tensor:
        """Return the step against a gradient that lowers it most, at ``size`` (n, 1, ...) parts of the region."""
        if self.norm is None or self.radius is None:
            return -size * self.reach * gradient.sign()
        if self.norm is Norm.L2:
            return -size * self.radius * gradient / _norm(gradient, 2)
        # the cells with the steepest slopes only: Croce and Hein 2021, arXiv:2103.01208, section 3
        flat = gradient.flatten(1).abs()
        few = max(1, flat.shape[1] // 20)
        least = flat.topk(few, dim=1).values[:, -1].view(-1, *([1] * (gradient.dim() - 1)))
        sparse = torch.where(gradient.abs() >= least, gradient.sign(), torch.zeros(()))
        return -size * self.radius * sparse / _norm(sparse, 1)

    def back(self, z: Tensor) -> Tensor:
        """Return the nearest points of the regions.

        For a ball cut with a box the nearest point is the box's after the step was shrunk by a multiplier, which is
        found by bisection: the size falls as the multiplier rises (Boyd and Vandenberghe 2004, section 5.5.3).
        """
        if self.norm is None or self.radius is None:
            return torch.minimum(torch.maximum(z, self.lower), self.upper)
        away = z - self.x
        low, high = torch.zeros_like(self.radius), torch.ones_like(self.radius)
        if self.norm is Norm.L1:
            high = away.flatten(1).abs().amax(dim=1).view_as(self.radius)
        allowed = self.radius * INSIDE
        fits = _norm(self._shrunk(away, low) - self.x, 2 if self.norm is Norm.L2 else 1) <= allowed
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            far = _norm(self._shrunk(away, middle) - self.x, 2 if self.norm is Norm.L2 else 1) > allowed
            low, high = torch.where(far, middle, low), torch.where(far, high, middle)
        return self._shrunk(away, torch.where(fits, torch.zeros_like(high), high))

    def _shrunk(self, away: Tensor, multiplier: Tensor) -> Tensor:
        if self.norm is Norm.L2:
            shorter = away * (1 - multiplier)
        else:
            shorter = away.sign() * (away.abs() - multiplier).clamp(min=0)
        return torch.minimum(torch.maximum(self.x + shorter, self.lower), self.upper)


def places(x: np.ndarray, region: Region) -> Places:
    """Return the regions as float32 tensors; bounds of float64 are rounded inwards."""
    rows, lower, upper = tensor(x), _inward(region.lower, x, up=True), _inward(region.upper, x, up=False)
    radius = None
    if region.radius is not None:
        radius = torch.from_numpy(region.radius.astype(np.float32)).view(-1, *([1] * (rows.dim() - 1)))
    reach = torch.maximum(upper - rows, rows - lower)
    if radius is not None:
        reach = torch.minimum(reach, radius)
    return Places(x=rows, lower=lower, upper=upper, reach=reach, norm=region.norm, radius=radius)


def _inward(bound: np.ndarray, x: np.ndarray, *, up: bool) -> Tensor:
    near = np.asarray(bound, dtype=np.float32)
    out = near < bound if up else near > bound
    near = np.where(out, np.nextafter(near, np.float32(np.inf if up else -np.inf)), near)
    return tensor(np.maximum(near, -3e38) if up else np.minimum(near, 3e38))


def _norm(z: Tensor, order: int) -> Tensor:
    size: Tensor = torch.linalg.vector_norm(z.flatten(1), ord=order, dim=1).clamp(min=1e-30)
    return size.view(-1, *([1] * (z.dim() - 1)))
