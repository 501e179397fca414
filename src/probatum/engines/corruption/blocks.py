# SPDX-License-Identifier: Apache-2.0
"""The loss of a JPEG file: blocks of 8 x 8 points become waves, whose heights are rounded.

Source: ITU-T T.81 (1992), A.3.3 (the transform), A.3.4 (rounding), table K.1 (steps for brightness); the steps for a
quality from 1 to 100 are scaled as the Independent JPEG Group's library does. Each colour is treated as brightness.
"""

import numpy as np
from scipy import fft

SIDE = 8
# T.81, table K.1
STEPS = np.array(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ]
)


def requantised(pictures: np.ndarray, *, quality: int) -> np.ndarray:
    """Return pictures (n, h, w, c) of points from 0 to 1 after storing; the last may lie a little beyond these."""
    n, height, width, colours = pictures.shape
    down, right = -height % SIDE, -width % SIDE
    whole = np.pad(pictures, ((0, 0), (0, down), (0, right), (0, 0)), mode="edge")
    blocks = whole.reshape(n, (height + down) // SIDE, SIDE, (width + right) // SIDE, SIDE, colours)
    waves = fft.dctn(255 * blocks - 128, axes=(2, 4), norm="ortho")  # is the transform of A.3.3
    steps = steps_of(quality)[:, None, :, None]
    back = fft.idctn(np.rint(waves / steps) * steps, axes=(2, 4), norm="ortho")
    return np.asarray(((back + 128) / 255).reshape(whole.shape)[:, :height, :width])


def steps_of(quality: int) -> np.ndarray:
    """Return (8, 8) steps: table K.1 at quality 50, larger below it, smaller above."""
    percent = 5000 // quality if quality < 50 else 200 - 2 * quality
    return np.asarray(np.clip((STEPS * percent + 50) // 100, 1, 255))
