# SPDX-License-Identifier: Apache-2.0
"""Rows that are pictures, as they are shown: which can be, and one as it was beside what became of it."""

from base64 import b64encode

import numpy as np

from probatum.facts.finding import Picture

BYTES = 255.0  # of one colour of a picture


def drawable(shape: tuple[int, ...]) -> bool:
    """Say whether rows of this shape are pictures: (h, w), (1 or 3, h, w) or (h, w, 1 or 3)."""
    return len(shape) == 2 or (len(shape) == 3 and (shape[0] in (1, 3) or shape[2] in (1, 3)))


def shown(features: object, least: float, unit: float) -> np.ndarray:
    """Return pictures as (n, h, w, c) float64 from 0 to 1."""
    points: np.ndarray = (np.asarray(features, dtype=np.float64) - least) / unit
    if points.ndim == 3:
        return points[..., None]
    return np.ascontiguousarray(np.moveaxis(points, 1, 3)) if points.shape[1] in (1, 3) else points


def pair(before: np.ndarray, after: np.ndarray) -> Picture:
    """Return two pictures (h, w, c) with points from 0 to 1 as one before and after; what lies beyond is cut off."""
    height, width, colours = before.shape
    was, became = (b64encode(np.rint(np.clip(one, 0, 1) * BYTES).astype(np.uint8).tobytes()) for one in (before, after))
    return Picture(width=width, height=height, colours=colours, before=was.decode(), after=became.decode())
