# SPDX-License-Identifier: Apache-2.0
"""What happens to points on their way: spread by a lens or a movement, moved, averaged into larger ones.

Beyond its edge a picture goes on as at the edge.
"""

import math

import numpy as np
from scipy import fft, ndimage

_FINE = 8  # samples a point, each way, by which borders of a disk are smoothed


def disk(radius: float) -> np.ndarray:
    """Return the kernel (k, k) of a disk, k odd: each point's weight is the part of it that the disk covers; sum 1."""
    reach = max(0, math.ceil(radius - 0.5))
    fine = (np.arange((2 * reach + 1) * _FINE) + 0.5) / _FINE - reach - 0.5
    inside = (fine[:, None] ** 2 + fine[None] ** 2) <= radius**2
    side = 2 * reach + 1
    weights = inside.reshape(side, _FINE, side, _FINE).mean(axis=(1, 3))
    return np.asarray(weights / weights.sum()) if weights.any() else np.ones((1, 1))


def streaks(length: float, angles: np.ndarray) -> np.ndarray:
    """Return kernels (n, k, k) of straight lines through the middle, in points and radians; each sums to 1.

    The line is sampled evenly, and each sample is shared among the four points around it.
    """
    reach = math.ceil(length / 2)
    kernels = np.zeros((len(angles), 2 * reach + 3, 2 * reach + 3))
    along = np.linspace(-length / 2, length / 2, 2 * _FINE * (reach + 1) + 1)
    rows = reach + 1 + along[None] * np.sin(angles)[:, None]
    columns = reach + 1 + along[None] * np.cos(angles)[:, None]
    top, left = np.floor(rows).astype(int), np.floor(columns).astype(int)
    which = np.arange(len(angles))[:, None]
    for down in (0, 1):
        for right in (0, 1):
            weight = np.abs(1 - down - (rows - top)) * np.abs(1 - right - (columns - left))
            np.add.at(kernels, (which, top + down, left + right), weight)
    return kernels / len(along)


def smeared(pictures: np.ndarray, kernels: np.ndarray) -> np.ndarray:
    """Return pictures (n, h, w, c), each convolved with its kernel, (n, k, k) or (1, k, k), k odd."""
    height, width = pictures.shape[1:3]
    reach = kernels.shape[1] // 2
    wide = np.pad(pictures, ((0, 0), (reach, reach), (reach, reach), (0, 0)), mode="edge")
    size = [fft.next_fast_len(one + 2 * reach, real=True) for one in wide.shape[1:3]]
    waves = fft.rfft2(wide, size, axes=(1, 2)) * fft.rfft2(kernels, size, axes=(1, 2))[..., None]
    out = fft.irfft2(waves, size, axes=(1, 2))
    return np.asarray(out[:, 2 * reach : 2 * reach + height, 2 * reach : 2 * reach + width])


def moved(pictures: np.ndarray, matrices: np.ndarray, shifts: np.ndarray) -> np.ndarray:
    """Return pictures (n, h, w, c) looked at elsewhere: a point of the new one at p from the middle lies at M p + s.

    Args:
        pictures: (n, h, w, c).
        matrices: (n, 2, 2), M of each; rows first, then columns.
        shifts: (n, 2), s of each, in points.
    """
    middle = (np.array(pictures.shape[1:3]) - 1) / 2
    out = np.empty_like(pictures)
    full = np.eye(3)  # colours stay
    for place, (matrix, shift) in enumerate(zip(matrices, shifts, strict=True)):
        full[:2, :2] = matrix
        offset = np.append(middle - matrix @ middle + shift, 0.0)
        ndimage.affine_transform(pictures[place], full, offset, output=out[place], order=1, mode="nearest")
    return out


def averaged(side: int, left: float) -> np.ndarray:
    """Return the matrix (side, side) that makes each point the mean of the larger one it comes to lie in.

    Args:
        side: points before.
        left: the part of them that is left, 0 to 1; at least one is.
    """
    few = max(1, round(side * left))
    edges = np.linspace(0, side, few + 1)
    points = np.arange(side)
    overlap = np.minimum(points + 1, edges[1:, None]) - np.maximum(points, edges[:-1, None])
    means = np.maximum(overlap, 0) * few / side  # (few, side), each row sums to 1
    nearest = np.minimum(((points + 0.5) * few / side).astype(int), few - 1)
    return np.asarray(means[nearest])
