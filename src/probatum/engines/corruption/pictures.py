# SPDX-License-Identifier: Apache-2.0
"""Pictures damaged as cameras, wires and storage damage them.

Every kind takes pictures (n, h, w, c) of floats from 0 (the least point there is) to 1 (the most), a severity from 1 to
5 and a generator, and returns new pictures alike; each picture has draws of its own. Lengths are parts of the shorter
side, so that a kind means the same at every size.

Source: the kinds are those of Hendrycks and Dietterich 2019, arXiv:1903.12261, section 3 and appendix A, without
weather; occlusion after DeVries and Taylor 2017, arXiv:1708.04552; small turns and shifts after Engstrom et al. 2019,
arXiv:1712.02779. Strengths lie between those published for pictures of 32 and of 224 points a side (their code's
CIFAR-10-C and ImageNet-C); they are our choice where the paper has no such kind.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from probatum.engines.corruption.blocks import requantised
from probatum.engines.corruption.optics import averaged, disk, moved, smeared, streaks
from probatum.engines.corruption.severity import graded

Damage = Callable[[np.ndarray, int, np.random.Generator], np.ndarray]


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureDamage:
    """One kind of damage."""

    name: str  # of the field
    words: str  # for a lay person, with the field's name
    apply: Damage


def gaussian_noise(pictures: np.ndarray, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Add noise of the same spread everywhere, as in poor light; draws one number a point."""
    spread = graded((0.04, 0.08, 0.12, 0.18, 0.26), severity)
    return _within(pictures + rng.normal(0.0, spread, pictures.shape))


def shot_noise(pictures: np.ndarray, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Count so few particles of light that chance shows; draws one number a point."""
    most = graded((250, 100, 50, 25, 12), severity)  # particles at a point of full brightness
    return _within(rng.poisson(_within(pictures) * most) / most)


def impulse_noise(pictures: np.ndarray, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Set single points to the least or the most; draws which, and to which."""
    share = graded((0.01, 0.03, 0.06, 0.10, 0.17), severity)
    struck = rng.random(pictures.shape[:3]) < share
    white = rng.random(pictures.shape[:3]) < 0.5
    return np.where(struck[..., None], white[..., None].astype(np.float64), pictures)


def defocus_blur(pictures: np.ndarray, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Spread each point over a disk, as a lens out of focus does; draws nothing."""
    part = graded((0.02, 0.03, 0.045, 0.06, 0.08), severity)
    kernel = disk(part * _side(pictures))
    return _within(smeared(pictures, kernel[None]))


def motion_blur(pictures: np.ndarray, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Spread each point over a straight line, as a moving camera does; draws each picture's direction."""
    part = graded((0.05, 0.08, 0.12, 0.16, 0.22), severity)
    return _within(smeared(pictures, streaks(part * _side(pictures), rng.uniform(0, math.pi, len(pictures)))))


def contrast(pictures: np.ndarray, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Draw all points towards the picture's mean; draws nothing."""
    left = graded((0.75, 0.6, 0.45, 0.3, 0.15), severity)
    means = pictures.mean(axis=(1, 2), keepdims=True)
    return _within(means + left * (pictures - means))


def brightness(pictures: np.ndarray, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Make each picture lighter or darker; draws which."""
    change = graded((0.05, 0.1, 0.2, 0.3, 0.4), severity)
    return _within(pictures + change * _signs(pictures, rng))


def pixelate(pictures: np.ndarray, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Make it of fewer, larger points; draws nothing."""
    left = graded((0.8, 0.7, 0.55, 0.45, 0.35), severity)
    height, width = pictures.shape[1:3]
    tall, wide = averaged(height, left), averaged(width, left)
    return np.asarray(np.einsum("ij,njkc,lk->nilc", tall, pictures, wide, optimize=True))


def jpeg(pictures: np.ndarray, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Round the waves in blocks of 8 x 8 points, as a small JPEG file does; draws nothing."""
    return _within(requantised(pictures, quality=int(graded((50, 30, 20, 12, 7), severity))))


def occlusion(pictures: np.ndarray, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Cover a rectangle of the picture's own shape with one grey; draws its place and its grey."""
    edge = math.sqrt(graded((0.02, 0.04, 0.08, 0.14, 0.2), severity))
    height, width = pictures.shape[1:3]
    tall, wide = max(1, round(edge * height)), max(1, round(edge * width))
    top = rng.integers(0, height - tall + 1, len(pictures))[:, None]
    left = rng.integers(0, width - wide + 1, len(pictures))[:, None]
    rows, columns = np.arange(height)[None], np.arange(width)[None]
    down = (rows >= top) & (rows < top + tall)
    across = (columns >= left) & (columns < left + wide)
    covered = (down[:, :, None] & across[:, None, :])[..., None]
    return np.where(covered, rng.random(len(pictures))[:, None, None, None], pictures)


def rotation(pictures: np.ndarray, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Turn each picture a little; draws to which side."""
    angle = math.radians(graded((3, 6, 10, 15, 20), severity)) * _signs(pictures, rng).reshape(-1)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return moved(pictures, np.moveaxis(turn, 2, 0), np.zeros((len(pictures), 2)))


def shift(pictures: np.ndarray, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Move each picture a little; draws each one's direction."""
    far = graded((0.02, 0.04, 0.07, 0.1, 0.14), severity) * _side(pictures)
    angle = rng.uniform(0, 2 * math.pi, len(pictures))
    still = np.broadcast_to(np.eye(2), (len(pictures), 2, 2))
    return moved(pictures, still, far * np.column_stack([np.sin(angle), np.cos(angle)]))


def scale(pictures: np.ndarray, severity: int, rng: np.random.Generator) -> np.ndarray:
    """Make each picture a little larger or smaller; draws which."""
    change = 1 + graded((0.05, 0.1, 0.15, 0.2, 0.3), severity)
    factors = change ** _signs(pictures, rng).reshape(-1)
    return moved(pictures, factors[:, None, None] * np.eye(2), np.zeros((len(pictures), 2)))


PICTURE_DAMAGES = (
    PictureDamage(name="gaussian_noise", words="grain everywhere (Gaussian noise)", apply=gaussian_noise),
    PictureDamage(name="shot_noise", words="grain of too little light (shot noise)", apply=shot_noise),
    PictureDamage(name="impulse_noise", words="single black and white points (impulse noise)", apply=impulse_noise),
    PictureDamage(name="defocus_blur", words="out of focus (defocus blur)", apply=defocus_blur),
    PictureDamage(name="motion_blur", words="shaken (motion blur)", apply=motion_blur),
    PictureDamage(name="contrast", words="too little contrast", apply=contrast),
    PictureDamage(name="brightness", words="too light or too dark (brightness)", apply=brightness),
    PictureDamage(name="pixelate", words="coarse points (pixelate)", apply=pixelate),
    PictureDamage(name="jpeg", words="stored too small (JPEG)", apply=jpeg),
    PictureDamage(name="occlusion", words="partly covered (occlusion)", apply=occlusion),
    PictureDamage(name="rotation", words="turned a little (rotation)", apply=rotation),
    PictureDamage(name="shift", words="moved a little (shift)", apply=shift),
    PictureDamage(name="scale", words="a little larger or smaller (scale)", apply=scale),
)


def _side(pictures: np.ndarray) -> int:
    """Return the shorter side, in points."""
    return int(min(pictures.shape[1:3]))


def _signs(pictures: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw 1 or -1 for each picture, (n, 1, 1, 1)."""
    return rng.choice([-1.0, 1.0], len(pictures))[:, None, None, None]


def _within(pictures: np.ndarray) -> np.ndarray:
    return np.asarray(np.clip(pictures, 0.0, 1.0))
