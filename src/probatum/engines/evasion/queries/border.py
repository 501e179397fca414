# SPDX-License-Identifier: Apache-2.0
"""The border between right and wrong answers around one row, and the ways to ask where it runs.

All distances are Euclidean, in the units of the row. A line or an arc is searched by blocks of points asked at once:
three points bring as much as two questions after each other, in half the calls.
"""

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import final

import numpy as np

from probatum.engines.evasion.queries.scheduler import Attack

QUARTERS = np.array([0.25, 0.5, 0.75])
NEARER = 1 - 4.0 ** -np.arange(1, 6)  # shares of the way to a point near the border: the gap shrinks to 1 part in 1,024


@final
@dataclass(slots=True, kw_only=True)
class Path:
    """What the walk found for one row so far."""

    nearest: np.ndarray  # answered wrongly
    distance: float  # inf: not even the start was answered wrongly
    asked: int = 0
    history: list[tuple[int, float]] = field(default_factory=list)  # questions so far, distance


@final
@dataclass(slots=True, kw_only=True, eq=False)
class Border:
    """Where one leg of the walk stands at the border; what it finds is kept in the path if it is the nearest so far."""

    row: np.ndarray
    truth: int
    path: Path
    lower: np.ndarray
    upper: np.ndarray
    nearest: np.ndarray = field(init=False)  # of this leg
    distance: float = field(init=False)

    def __post_init__(self) -> None:
        """Stand where the path got to."""
        self.nearest, self.distance = self.path.nearest, self.path.distance

    def inside(self, points: np.ndarray) -> np.ndarray:
        """Return the points, clipped to what is allowed, in the type of the row."""
        return np.asarray(np.clip(points, self.lower, self.upper), dtype=self.row.dtype)

    def wrong(self, points: np.ndarray) -> Generator[np.ndarray, np.ndarray, np.ndarray]:
        """Ask about points; return (m,) bool: answered wrongly. The nearest of these is kept."""
        scores = yield points
        wrong = np.asarray(_margins(scores, self.truth) < 0)
        if wrong.any():
            apart = (points[wrong].astype(np.float64) - self.row).reshape(int(wrong.sum()), -1)
            far = np.sqrt(np.einsum("ij,ij->i", apart, apart))
            best = int(far.argmin())
            if far[best] < self.distance:
                self.nearest, self.distance = points[wrong][best], float(far[best])
        path = self.path
        path.asked += len(points)
        if self.distance < path.distance:
            path.nearest, path.distance = self.nearest, self.distance
        path.history.append((path.asked, path.distance))
        return wrong

    def way(self) -> tuple[np.ndarray, float]:
        """Return the direction from the row to where the leg stands, and the distance."""
        return direction(self.nearest - self.row)

    def begin(self, blocks: int) -> Attack:
        """Ask about where the leg stands and the line to it; the distance is infinite if all of that is right."""
        end, self.distance, self.path.distance = self.nearest, np.inf, np.inf
        wrong = yield from self.wrong(self._between(np.append(QUARTERS, 1.0), end))
        if wrong.any():
            marks = np.concatenate([[0.0], QUARTERS, [1.0]])
            first = int(wrong.argmax())
            yield from self.halve(end, float(marks[first]), float(marks[first + 1]), blocks - 1)

    def tighten(self) -> Attack:
        """Search the line to where the leg stands for the border, most closely at its far end, where it should be."""
        end = self.nearest
        wrong = yield from self.wrong(self._between(NEARER, end))
        marks = np.concatenate([[0.0], NEARER, [1.0]])
        first = int(wrong.argmax()) if wrong.any() else len(NEARER)
        yield from self.halve(end, float(marks[first]), float(marks[first + 1]), 1)

    def halve(self, end: np.ndarray, near: float, far: float, blocks: int) -> Attack:
        """Search the line to ``end`` between two shares of it, the first right and the second wrong."""
        for _ in range(blocks):
            marks = near + (far - near) * np.array([0.0, *QUARTERS, 1.0])
            wrong = yield from self.wrong(self._between(marks[1:-1], end))
            first = int(wrong.argmax()) if wrong.any() else len(QUARTERS)
            near, far = float(marks[first]), float(marks[first + 1])

    def _between(self, shares: np.ndarray, end: np.ndarray) -> np.ndarray:
        return self.inside(self.row + column(shares, self.row) * (end.astype(np.float64) - self.row))

    def turned(self, away: np.ndarray, sides: np.ndarray, angles: np.ndarray, size: float) -> np.ndarray:
        """Return the points of the circle whose diameter is the way, turned by ``angles`` towards ``sides``.

        Turned by an angle, the distance shrinks by its cosine (Maho et al. 2021, section 4).
        """
        angles = column(angles, away)
        return self.inside(self.row + size * np.cos(angles) * (np.cos(angles) * away + np.sin(angles) * sides))

    def further(
        self, away: np.ndarray, side: np.ndarray, size: float, known: float, failed: float, blocks: int
    ) -> Attack:
        """Turn further towards a side than a ``known`` angle that is wrong, up to one that ``failed``."""
        for _ in range(blocks):
            marks = known + (failed - known) * np.array([0.0, *QUARTERS, 1.0])
            sides = np.repeat(side[None], len(QUARTERS), axis=0)
            wrong = yield from self.wrong(self.turned(away, sides, marks[1:-1], size))
            last = int(np.flatnonzero(wrong).max()) + 1 if wrong.any() else 0
            known, failed = float(marks[last]), float(marks[last + 1])


def column(values: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Return (m,) values as (m, 1, ...), to be multiplied with rows."""
    return values.reshape(-1, *([1] * row.ndim))


def direction(step: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the step at length 1 (float64), and its length."""
    step = step.astype(np.float64)
    size = float(np.linalg.norm(step))
    return step / max(size, 1e-300), size


def _margins(scores: np.ndarray, truth: int) -> np.ndarray:
    others = np.delete(scores, truth, axis=1)
    return np.asarray(scores[:, truth] - others.max(axis=1))
