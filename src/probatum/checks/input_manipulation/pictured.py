# SPDX-License-Identifier: Apache-2.0
"""Rows that are pictures, as they are shown: which can be, and one as it was beside what became of it."""

from base64 import b64encode

import numpy as np

from probatum.facts.finding import Picture

SHADES = 255.0  # the most that one colour of a point can be, in 8 bits

FEW = 64  # pictures that tell whether points are whole numbers


def drawable(shape: tuple[int, ...]) -> bool:
    """Say whether rows of this shape are pictures: (h, w), (1 or 3, h, w) or (h, w, 1 or 3)."""
    return len(shape) == 2 or (len(shape) == 3 and (shape[0] in (1, 3) or shape[2] in (1, 3)))


def shown(features: object, least: float, unit: float) -> np.ndarray:
    """Return pictures as (n, h, w, c) float64 from 0 to 1."""
    points: np.ndarray = (np.asarray(features, dtype=np.float64) - least) / unit
    if points.ndim == 3:
        return points[..., None]
    return np.ascontiguousarray(np.moveaxis(points, 1, 3)) if points.shape[1] in (1, 3) else points


def read_off(points: np.ndarray, least: float, unit: float, *, whole: bool) -> np.ndarray:
    """Return points as somebody reads them off their picture of 8 bits a colour, float64 in the unit they came in.

    Args:
        points: (...) pictures.
        least: the point that is drawn black.
        unit: from there to the one that is drawn white.
        whole: points are whole numbers, so that the nearest one is read.
    """
    share: np.ndarray = np.clip((np.asarray(points, dtype=np.float64) - least) / unit, 0, 1)
    read = least + unit * (np.rint(share * SHADES) / SHADES)
    return np.asarray(np.rint(read) if whole else read)


def whole_points(features: object) -> bool:
    """Whether points are whole numbers, of whatever type, as a few pictures tell."""
    some: np.ndarray = np.asarray(features)[:FEW]
    return bool((some % 1 == 0).all())


def pair(before: np.ndarray, after: np.ndarray) -> Picture:
    """Return two pictures (h, w, c) with points from 0 to 1 as one before and after; what lies beyond is cut off."""
    height, width, colours = before.shape
    was, became = (
        b64encode(np.rint(np.clip(one, 0, 1) * SHADES).astype(np.uint8).tobytes()) for one in (before, after)
    )
    return Picture(width=width, height=height, colours=colours, before=was.decode(), after=became.decode())
