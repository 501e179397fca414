# SPDX-License-Identifier: Apache-2.0
"""The region of each row as tensors: how far a step goes, and the way back for what left."""

import math
from dataclasses import dataclass
from typing import final

import numpy as np
import torch
from torch import Tensor

from probatum.engines.evasion.tensor.network import tensor
from probatum.engines.evasion.threat import Norm, Region

HALVINGS = 24  # of the search for a multiplier: float32 has 24 bits
CLOSE = 1e-4  # of the radius: a point so near to the edge is there
INSIDE = 1 - 1e-5  # of the radius: what float32 rounds up is still inside
FEW = 0.2  # share of the cells that a first step in L1 moves: Croce and Hein 2021, arXiv:2103.01208, section 3.2
FARTHEST = 3e38  # about the largest number of float32
ORDER = {Norm.LINF: float("inf"), Norm.L2: 2.0, Norm.L1: 1.0}


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Places:
    """The regions of n rows."""

    x: Tensor  # (n, ...) the rows themselves
    lower: Tensor  # (n, ...)
    upper: Tensor  # (n, ...)
    reach: Tensor  # (n, ...) the most that each cell can move either way
    norm: Norm | None  # L2 or L1; None: all of the box
    radius: Tensor | None  # (n, 1, ...)

    def take(self, index: Tensor | slice) -> "Places":
        """Return the regions of some rows."""
        return Places(
            x=self.x[index],
            lower=self.lower[index],
            upper=self.upper[index],
            reach=self.reach[index],
            norm=self.norm,
            radius=None if self.radius is None else self.radius[index],
        )

    def step(self, gradient: Tensor, size: Tensor | float, few: Tensor | None = None) -> Tensor:
        """Return the step against a gradient that lowers the margin most.

        Args:
            gradient: (n, ...) of the margin.
            size: (n, 1, ...) or one number, in parts of the region.
            few: (n,) share of the cells to be moved in L1; None: a fifth.
        """
        if self.norm is None or self.radius is None:
            return -size * self.reach * gradient.sign()
        if self.norm is Norm.L2:
            return -size * self.radius * gradient / length(gradient, Norm.L2)
        sparse = steepest(gradient, torch.full((len(gradient),), FEW) if few is None else few)
        return -size * self.radius * sparse / length(sparse, Norm.L1)

    def back(self, z: Tensor) -> Tensor:
        """Return points of the regions for points that may have left them.

        For a ball cut with a box the nearest point is the box's after the change was shrunk by a multiplier, and its
        size falls as the multiplier rises, so that the multiplier is found by bisection: Boyd and Vandenberghe 2004,
        section 5.5.3; for L1 also Croce and Hein 2021, arXiv:2103.01208, proposition 2.2.
        """
        if self.norm is None or self.radius is None:
            return torch.clamp(z, self.lower, self.upper)
        boxed = torch.clamp(z, self.lower, self.upper)
        allowed = self.radius * INSIDE
        far = (length(boxed - self.x, self.norm) > allowed).flatten()
        if not far.any():
            return boxed
        some = self.take(far)
        boxed[far] = some._shrunk_to_fit(z[far] - some.x, allowed[far])
        return boxed

    def _shrunk_to_fit(self, away: Tensor, allowed: Tensor) -> Tensor:
        """Return the points of changes that are too long; the end of the bracket that fits is what is returned."""
        norm = self.norm or Norm.L2
        size = length(away, norm)
        if norm is Norm.L2:  # the length without the box is known, and the box makes it no longer
            fits, too_far = allowed / size, torch.ones_like(size)
        else:
            fits, too_far = away.flatten(1).abs().amax(dim=1).view_as(size), torch.zeros_like(size)
        for _ in range(HALVINGS):
            made = self._shrunk(away, fits, norm)
            if bool((length(made - self.x, norm) >= allowed * (1 - CLOSE)).all()):
                return made
            middle = (fits + too_far) / 2
            far = length(self._shrunk(away, middle, norm) - self.x, norm) > allowed
            fits, too_far = torch.where(far, fits, middle), torch.where(far, middle, too_far)
        return self._shrunk(away, fits, norm)

    def _shrunk(self, away: Tensor, multiplier: Tensor, norm: Norm) -> Tensor:
        shorter = away * multiplier if norm is Norm.L2 else away.sign() * (away.abs() - multiplier).clamp(min=0)
        return torch.clamp(self.x + shorter, self.lower, self.upper)


def places(x: np.ndarray, region: Region) -> Places:
    """Return the regions as float32 tensors; bounds of float64 are rounded inwards."""
    rows, lower, upper = tensor(x), _inward(region.lower, up=True), _inward(region.upper, up=False)
    radius = None
    if region.radius is not None:
        radius = torch.from_numpy(region.radius.astype(np.float32)).view(-1, *([1] * (rows.dim() - 1)))
    reach = torch.maximum(upper - rows, rows - lower)
    if radius is not None:
        reach = torch.minimum(reach, radius)
    return Places(x=rows, lower=lower, upper=upper, reach=reach, norm=region.norm, radius=radius)


def within(points: np.ndarray, x: np.ndarray, region: Region) -> np.ndarray:
    """Return (n,) bool: these points lie in the regions of these rows, reckoned in float64, without any tolerance."""
    wide = points.astype(np.float64)
    inside = ((region.lower <= wide) & (wide <= region.upper)).reshape(len(x), math.prod(x.shape[1:])).all(axis=1)
    if region.norm is None or region.radius is None:
        return np.asarray(inside)
    return np.asarray(inside & (distance(points, x, region.norm) <= region.radius))


def distance(points: np.ndarray, x: np.ndarray, norm: Norm) -> np.ndarray:
    """Return (n,) float64 distances between points and rows."""
    away = (points.astype(np.float64) - x).reshape(len(x), math.prod(x.shape[1:]))
    return np.asarray(np.linalg.norm(away, ord=ORDER[norm], axis=1))


def length(z: Tensor, norm: Norm) -> Tensor:
    """Return (n, 1, ...) lengths, none of them zero, so that they can be divided by."""
    size: Tensor = torch.linalg.vector_norm(z.flatten(1), ord=ORDER[norm], dim=1).clamp(min=1e-30)
    return size.view(-1, *([1] * (z.dim() - 1)))


def steepest(gradient: Tensor, few: Tensor) -> Tensor:
    """Return (n, ...) signs of the cells with the steepest slopes, a share ``few`` (n,) of them, and 0 elsewhere."""
    if not gradient.numel():
        return gradient
    flat = gradient.flatten(1)
    size = flat.abs()
    count = (few * flat.shape[1]).long().clamp(min=1, max=flat.shape[1])
    most = size.topk(int(count.max()), dim=1).values
    least = most.gather(1, count[:, None] - 1)
    return torch.where(size >= least, flat.sign(), torch.zeros(())).view_as(gradient)


def _inward(bound: np.ndarray, *, up: bool) -> Tensor:
    with np.errstate(over="ignore"):  # bounds beyond what float32 holds bind nothing
        near = np.asarray(bound, dtype=np.float32)
    out = near < bound if up else near > bound
    if out.any():
        near = np.where(out, np.nextafter(near, np.float32(np.inf if up else -np.inf)), near)
    return tensor(np.maximum(near, -FARTHEST) if up else np.minimum(near, FARTHEST))
