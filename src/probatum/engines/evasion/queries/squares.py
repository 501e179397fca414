# SPDX-License-Identifier: Apache-2.0
"""Try random patches, each cell at one end of what it may become, and keep those that make the right answer less sure.

Needs scores, no gradients, and no luck with them either: it finds what gradients miss where a model hides them.

Source: Andriushchenko, Croce, Flammarion, Hein 2020, arXiv:1912.00049 (Square Attack), algorithms 1 and 2.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import final

import numpy as np

from probatum.engines.evasion.queries.scheduler import Attack

FIRST = 0.3  # share of the cells in the first patch; it halves as the search goes on
HALVES = (0.001, 0.005, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8)  # of all tries: their section 4, over 10,000 tries


@final
@dataclass(slots=True, kw_only=True, eq=False)
class Best:
    """The most promising point for one row so far."""

    point: np.ndarray  # (...) in the row's box
    margin: float = np.inf  # score of the right class minus the highest other
    broken: bool = False


def squares(
    truth: int, best: Best, *, lower: np.ndarray, upper: np.ndarray, rng: np.random.Generator, tries: int
) -> Attack:
    """Search the box of one row for a wrong answer; what is found stands in ``best``.

    Args:
        truth: index of the right class.
        best: starts at the row; changed in place.
        lower: (...) least value of each cell.
        upper: (...) most.
        rng: draws patches and ends.
        tries: most points asked about.
    """
    yield from _ask(np.stack([best.point, stripes(lower, upper, rng)]), truth, best)
    for done in range(tries - 2):
        if best.broken:
            return
        share = FIRST / 2 ** np.searchsorted(HALVES, done / tries)
        yield from _ask(patched(best.point, lower, upper, share, rng)[None], truth, best)


def stripes(lower: np.ndarray, upper: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a first point: whole columns at one end, which networks react to most (their section 4.1)."""
    tall = axes_of(lower.shape)[0] if lower.ndim > 1 else None
    shape = tuple(1 if axis == tall else size for axis, size in enumerate(lower.shape))
    return np.where(rng.random(shape) < 0.5, lower, upper)


def patched(
    point: np.ndarray, lower: np.ndarray, upper: np.ndarray, share: float, rng: np.random.Generator
) -> np.ndarray:
    """Return the point with a patch of about this share of its cells at one end, a colour at a time."""
    new = point.copy()
    if point.ndim == 1:  # no neighbours: any cells; and a tree may turn anywhere between the ends
        cells = rng.permutation(point.size)[: max(1, round(share * point.size))]
        part = np.where(rng.random(len(cells)) < 0.5, rng.integers(2, size=len(cells)), rng.random(len(cells)))
        new[cells] = np.clip(lower[cells] + part * (upper[cells] - lower[cells]), lower[cells], upper[cells])
        return new
    tall, wide = axes_of(point.shape)
    height, width = point.shape[tall], point.shape[wide]
    side = int(np.clip(round(np.sqrt(share * height * width)), 1, min(height, width)))
    where: list[slice] = [slice(None)] * point.ndim
    top, left = int(rng.integers(height - side + 1)), int(rng.integers(width - side + 1))
    where[tall], where[wide] = slice(top, top + side), slice(left, left + side)
    shape = tuple(1 if axis in (tall, wide) else size for axis, size in enumerate(point.shape))
    patch = tuple(where)
    new[patch] = np.where(rng.random(shape) < 0.5, lower[patch], upper[patch])
    return new


def axes_of(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return the axes of height and width: the last two, or those before the colours where these come last."""
    last = len(shape) - 1
    if len(shape) > 2 and shape[-1] <= 4 < shape[-2]:
        return last - 2, last - 1
    return last - 1, last


def _ask(points: np.ndarray, truth: int, best: Best) -> Generator[np.ndarray, np.ndarray, None]:
    scores = yield points
    margins = scores[:, truth] - np.delete(scores, truth, axis=1).max(axis=1)
    first = int(np.argmin(np.where(np.isnan(margins), np.inf, margins)))
    if margins[first] < best.margin:
        best.point, best.margin = points[first], float(margins[first])
        best.broken = best.margin < 0
