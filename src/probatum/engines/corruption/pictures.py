# SPDX-License-Identifier: Apache-2.0
"""Pictures damaged by noise, blur, light, storage and the hand that holds the camera.

Source: Hendrycks and Dietterich 2019, arXiv:1903.12261, section 3; our strengths are shares of the picture and of the
range of its points, so that any size and scale will do, and are not theirs to the digit.

All functions take (n, h, w, c) float64 points from 0 to 1, a severity from 1 to 5, and a generator.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from scipy import fft, ndimage

Damage = Callable[[np.ndarray, int, np.random.Generator], np.ndarray]
BLOCK = 8  # cells a side of the blocks of a JPEG


class Corruption(NamedTuple):
    """One way of damage."""

    label: str  # in plain words
    damage: Damage


def gaussian_noise(x: np.ndarray, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Add to every point what a hot sensor adds."""
    return x + rng.normal(scale=(0.04, 0.08, 0.12, 0.18, 0.26)[severity - 1], size=x.shape)


def shot_noise(x: np.ndarray, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Count few photons: the fewer, the grainier."""
    photons = (250.0, 100.0, 50.0, 30.0, 15.0)[severity - 1]
    return np.asarray(rng.poisson(np.clip(x, 0, 1) * photons) / photons)


def impulse_noise(x: np.ndarray, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Make some points black or white."""
    hit = rng.random(x.shape[:3]) < (0.01, 0.03, 0.06, 0.10, 0.17)[severity - 1]
    return np.where(hit[..., None], (rng.random(x.shape[:3]) < 0.5)[..., None].astype(np.float64), x)


def defocus_blur(x: np.ndarray, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Spread each point over a disc."""
    radius = (0.02, 0.03, 0.045, 0.06, 0.08)[severity - 1] * min(x.shape[1:3])
    side = int(np.ceil(radius))
    away = np.hypot(*np.mgrid[-side : side + 1, -side : side + 1])
    disc = np.clip(radius + 0.5 - away, 0, 1)  # softened at its edge, so that half a point counts half
    return np.asarray(ndimage.convolve(x, (disc / disc.sum())[None, :, :, None], mode="nearest"))


def motion_blur(x: np.ndarray, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Smear to the side, as a camera that is moved does."""
    length = max(2, round((0.06, 0.10, 0.14, 0.19, 0.25)[severity - 1] * x.shape[2]))
    return np.asarray(ndimage.uniform_filter1d(x, length, axis=2, mode="nearest"))


def contrast(x: np.ndarray, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Draw all points towards the mean."""
    middle = x.mean(axis=(1, 2), keepdims=True)
    return np.asarray(middle + (0.75, 0.55, 0.40, 0.28, 0.18)[severity - 1] * (x - middle))


def brightness(x: np.ndarray, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Add light."""
    return x + (0.1, 0.2, 0.3, 0.4, 0.5)[severity - 1]


def pixelate(x: np.ndarray, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Keep fewer points, each for several neighbours."""
    share = (0.65, 0.5, 0.4, 0.3, 0.22)[severity - 1]
    places = []
    for side in x.shape[1:3]:
        kept = max(1, round(side * share))
        places.append(((np.arange(side) * kept // side) * side + side // 2) // kept)
    return x[:, np.minimum(places[0], x.shape[1] - 1)][:, :, np.minimum(places[1], x.shape[2] - 1)]


def jpeg(x: np.ndarray, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Round the cosine transform of each block, high frequencies the more: what lossy storage loses."""
    height, width = x.shape[1:3]
    wide = np.pad(x, ((0, 0), (0, -height % BLOCK), (0, -width % BLOCK), (0, 0)), mode="edge")
    shape = wide.shape
    blocks = wide.reshape(shape[0], shape[1] // BLOCK, BLOCK, shape[2] // BLOCK, BLOCK, shape[3])
    step = (0.05, 0.10, 0.18, 0.28, 0.40)[severity - 1] * (1 + np.add.outer(np.arange(BLOCK), np.arange(BLOCK))) / 2
    step = step[None, None, :, None, :, None]
    kept = np.rint(fft.dctn(blocks, axes=(2, 4), norm="ortho") / step) * step
    back = fft.idctn(kept, axes=(2, 4), norm="ortho").reshape(shape)
    return np.asarray(back[:, :height, :width])


def occlusion(x: np.ndarray, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Lay a grey square over a part of each picture."""
    out = x.copy()
    size = np.sqrt((0.03, 0.06, 0.10, 0.16, 0.25)[severity - 1])
    tall, flat = (max(1, round(side * size)) for side in x.shape[1:3])
    tops, lefts = (
        rng.integers(side - length + 1, size=len(x)) for side, length in zip(x.shape[1:3], (tall, flat), strict=True)
    )
    for picture, top, left in zip(out, tops.tolist(), lefts.tolist(), strict=True):
        picture[top : top + tall, left : left + flat] = 0.5
    return out


def rotation(x: np.ndarray, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Turn each picture to the left or the right."""
    angle = (4.0, 8.0, 12.0, 18.0, 25.0)[severity - 1]
    right = rng.random(len(x)) < 0.5
    out = x.copy()
    for some, turn in ((right, angle), (~right, -angle)):
        if some.any():
            out[some] = ndimage.rotate(x[some], turn, axes=(1, 2), reshape=False, order=1, mode="nearest")
    return out


def translation(x: np.ndarray, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Move each picture to one of the four sides; what comes in is the edge."""
    share = (0.03, 0.06, 0.09, 0.13, 0.18)[severity - 1]
    out = x.copy()
    way = rng.integers(4, size=len(x))
    for side in range(4):
        some = way == side
        step = max(1, round(x.shape[1 + side % 2] * share)) * (1 if side < 2 else -1)
        shift = [0, step, 0, 0] if side % 2 == 0 else [0, 0, step, 0]
        if some.any():
            out[some] = ndimage.shift(x[some], shift, order=0, mode="nearest")
    return out


CATALOGUE: Mapping[str, Corruption] = {
    "gaussian_noise": Corruption("random noise", gaussian_noise),
    "shot_noise": Corruption("noise of dim light", shot_noise),
    "impulse_noise": Corruption("black and white specks", impulse_noise),
    "defocus_blur": Corruption("out of focus", defocus_blur),
    "motion_blur": Corruption("smeared by motion", motion_blur),
    "contrast": Corruption("little contrast", contrast),
    "brightness": Corruption("too bright", brightness),
    "pixelate": Corruption("coarse points", pixelate),
    "jpeg": Corruption("lossy storage", jpeg),
    "occlusion": Corruption("a part covered", occlusion),
    "rotation": Corruption("turned a little", rotation),
    "translation": Corruption("moved a little", translation),
}


def corrupted(x: np.ndarray, name: str, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Return pictures (n, h, w, c), points from 0 to 1, damaged in one way."""
    return np.clip(CATALOGUE[name].damage(x, severity, rng), 0.0, 1.0)
