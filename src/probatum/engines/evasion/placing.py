# SPDX-License-Identifier: Apache-2.0
"""Lay a square patch on pictures as a camera would see it: anywhere, turned, larger or smaller, brighter or darker.

Source: Brown et al. 2017, arXiv:1712.09665, section 2 (the operator that lays a patch on a picture); Athalye, Engstrom,
Ilyas, Kwok 2018, arXiv:1707.07397 (an attack that is to hold under such changes is sought in their mean). Each point
of a picture takes the colour of the point of the patch that lies on it, unmixed, so that all that looks at it, with
gradients or without, sees the same picture.
"""

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from probatum.engines.evasion.queries.squares import axes_of


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """How different a patch may look from picture to picture."""

    turn: float = 20.0  # degrees, either way
    size: float = 0.2  # share of its side, either way
    light: float = 0.2  # share of its brightness above the least, either way


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Laid:
    """Where a patch lies on each of n pictures, and how bright it looks there."""

    source: np.ndarray  # (n, height * width) int32 place of the patch's point that is seen there; -1: the picture's own
    light: np.ndarray  # (n,) float64, factor on how far a colour lies above the least

    def take(self, index: np.ndarray) -> "Laid":
        """Return where it lies on some of the pictures."""
        return Laid(source=self.source[index], light=self.light[index])


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The pictures and the patch, by their sizes."""

    shape: tuple[int, ...]  # of a picture: (h, w), (colours, h, w) or (h, w, colours)
    tall: int  # axis of the height
    wide: int  # axis of the width
    side: int  # of the patch, in its own points, as many as it has on a picture at its usual size
    length: float  # of its side on a picture at its usual size, in points
    least: float  # of all colours
    most: float

    @property
    def patch(self) -> tuple[int, ...]:
        """The shape of the patch, with its axes in the order of the pictures'."""
        return tuple(self.side if axis in (self.tall, self.wide) else size for axis, size in enumerate(self.shape))

    def draw(self, count: int, looks: Looks, rng: np.random.Generator) -> Laid:
        """Draw where the patch lies on ``count`` pictures; it lies inside wholly where it fits."""
        height, width = self.shape[self.tall], self.shape[self.wide]
        draws = rng.uniform(-1.0, 1.0, (count, 5))
        angle = np.radians(looks.turn) * draws[:, 0]
        half = self.length * (1 + looks.size * draws[:, 1]) / 2  # (n,) points
        room = half * (np.abs(np.cos(angle)) + np.abs(np.sin(angle)))  # of the upright square around the turned one
        top = height / 2 + np.maximum(height / 2 - room, 0.0) * draws[:, 3]
        left = width / 2 + np.maximum(width / 2 - room, 0.0) * draws[:, 4]
        down = (np.arange(height) + 0.5)[None, :, None] - top[:, None, None]
        across = (np.arange(width) + 0.5)[None, None, :] - left[:, None, None]
        cos, sin = np.cos(angle)[:, None, None], np.sin(angle)[:, None, None]
        # back from the picture into the patch, whose side is 1
        own_down = (cos * down - sin * across) / (2 * half[:, None, None]) + 0.5
        own_across = (sin * down + cos * across) / (2 * half[:, None, None]) + 0.5
        inside = (own_down >= 0) & (own_down < 1) & (own_across >= 0) & (own_across < 1)
        row = np.clip((own_down * self.side).astype(np.int32), 0, self.side - 1)
        column = np.clip((own_across * self.side).astype(np.int32), 0, self.side - 1)
        source = np.where(inside, row * self.side + column, -1).astype(np.int32)
        return Laid(source=source.reshape(count, height * width), light=1 + looks.light * draws[:, 2])

    def lay(self, pictures: np.ndarray, patches: np.ndarray, laid: Laid) -> np.ndarray:
        """Return pictures, (n, ...), with patches on them.

        Args:
            pictures: (n, ...).
            patches: (n, ...) one for each, or (1, ...) one for all.
            laid: where they lie.
        """
        flat, own = self._flat(pictures), self._flat(patches)  # (n, points, colours)
        some = np.arange(len(flat))[:, None] if len(own) > 1 else 0
        seen = own[some, np.maximum(laid.source, 0)]
        seen = self.least + (seen - self.least) * laid.light[:, None, None]
        out = np.where(laid.source[:, :, None] >= 0, np.clip(seen, self.least, self.most), flat)
        order = [axis for axis in range(len(self.shape)) if axis not in (self.tall, self.wide)]
        sizes = [self.shape[self.tall], self.shape[self.wide], *(self.shape[axis] for axis in order)]
        moved = out.reshape(len(flat), *sizes)
        back = np.argsort([self.tall, self.wide, *order])
        return np.asarray(moved.transpose(0, *(back + 1)), dtype=pictures.dtype)

    def _flat(self, arrays: np.ndarray) -> np.ndarray:
        """Return (n, points, colours) of pictures or patches."""
        moved = np.moveaxis(arrays, (self.tall + 1, self.wide + 1), (1, 2))
        return moved.reshape(len(arrays), arrays.shape[self.tall + 1] * arrays.shape[self.wide + 1], -1)


def frame(shape: tuple[int, ...], *, area: float, least: float, most: float) -> Frame:
    """Return the frame of a patch that covers a share ``area`` of pictures of this shape."""
    tall, wide = axes_of(shape)
    length = math.sqrt(area * shape[tall] * shape[wide])
    return Frame(shape=shape, tall=tall, wide=wide, side=max(1, round(length)), length=length, least=least, most=most)
