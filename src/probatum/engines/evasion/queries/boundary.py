# SPDX-License-Identifier: Apache-2.0
"""Find the nearest wrong answer by labels alone: walk along the border between right and wrong, ever closer to the row.

The walk starts at the nearest row that is answered otherwise, not at noise. It first turns towards the row in planes
through it, which needs few questions (SurFree: Maho, Furon, Le Merrer 2021, CVPR); once that brings little, it asks
about many small steps at once to learn which way the border faces (HopSkipJump: Chen, Jordan, Wainwright 2020,
arXiv:1904.02144, algorithm 2).
"""

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import final

import numpy as np

from probatum.engines.evasion.queries.scheduler import Attack

Halving = Generator[np.ndarray, np.ndarray, np.ndarray]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """Settings of the walk; all counts are questions or steps."""

    planes: int = 4  # directions that are tried at once, each to both sides
    turn: float = np.pi / 6  # radians, the first turn; it shrinks where turns fail
    least_turn: float = np.pi / 180
    precise: int = 3  # blocks of the search for the border, after which it is known to 1 part in 4 ** precise
    until: float = 0.01  # relative gain over the last 100 questions, below which turning ends
    steps: int = 60  # small steps asked about at first, growing with the square root of the round


@final
@dataclass(slots=True, kw_only=True, eq=False)
class Path:
    """What the walk found for one row so far."""

    nearest: np.ndarray  # answered wrongly
    distance: float  # Euclidean, in the units of the row
    asked: int = 0
    history: list[tuple[int, float]] = field(default_factory=list)  # questions so far, distance


def walk(
    row: np.ndarray,
    truth: int,
    path: Path,
    *,
    lower: np.ndarray,
    upper: np.ndarray,
    rng: np.random.Generator,
    settings: Walk,
) -> Attack:
    """Shorten ``path`` until there is nothing more to ask; what is found so far always stands in it.

    Args:
        row: (...) answered rightly.
        truth: index of the right class.
        path: starts at a point that is answered wrongly; changed in place.
        lower: (...) least value of each cell.
        upper: (...) most.
        rng: draws directions.
        settings: of the walk.
    """
    border = _Border(row=row, truth=truth, path=path, lower=lower, upper=upper)
    yield from border.approach(settings.precise + 2)
    yield from _turning(border, rng, settings)
    yield from _climbing(border, rng, settings)


@final
@dataclass(slots=True, kw_only=True, eq=False)
class _Border:
    """The border between right and wrong answers around one row."""

    row: np.ndarray
    truth: int
    path: Path
    lower: np.ndarray
    upper: np.ndarray

    def inside(self, points: np.ndarray) -> np.ndarray:
        """Return the points, clipped to what is allowed, in the type of the row."""
        return np.asarray(np.clip(points, self.lower, self.upper), dtype=self.row.dtype)

    def wrong(self, points: np.ndarray) -> Generator[np.ndarray, np.ndarray, np.ndarray]:
        """Ask about points; return (m,) bool: answered wrongly. The nearest of these is kept."""
        scores = yield points
        self.path.asked += len(points)
        wrong = np.asarray(_margins(scores, self.truth) < 0)
        if wrong.any():
            far = self.distances(points[wrong])
            best = int(far.argmin())
            if far[best] < self.path.distance:
                self.path.nearest, self.path.distance = points[wrong][best], float(far[best])
        self.path.history.append((self.path.asked, self.path.distance))
        return wrong

    def distances(self, points: np.ndarray) -> np.ndarray:
        """Return (m,) Euclidean distances from the row."""
        apart = (points.astype(np.float64) - self.row).reshape(len(points), -1)
        return np.asarray(np.sqrt(np.einsum("ij,ij->i", apart, apart)))

    def approach(self, blocks: int, end: np.ndarray | None = None) -> Attack:
        """Search the line from the row to ``end``, answered wrongly, for the border: 3 points a block, 2 halvings."""
        end = self.path.nearest if end is None else end
        near, far = 0.0, 1.0
        for _ in range(blocks):
            shares = near + (far - near) * np.array([0.25, 0.5, 0.75])
            points = self.inside(self.row + shares.reshape(-1, *([1] * self.row.ndim)) * (end - self.row))
            wrong = yield from self.wrong(points)
            first = int(wrong.argmax()) if wrong.any() else 3
            marks = np.concatenate([[near], shares, [far]])
            near, far = float(marks[first]), float(marks[first + 1])


def _turning(border: _Border, rng: np.random.Generator, settings: Walk) -> Attack:
    """Turn towards the row in random planes through it, as long as that shortens the way.

    The points of a circle whose diameter runs from the row to the border point: turned by an angle, the distance
    shrinks by its cosine (Maho et al. 2021, section 4).
    """
    path, turn = border.path, settings.turn
    mark = (path.asked, path.distance)
    while True:
        away, size = _direction(path.nearest - border.row)
        if size == 0:
            return
        sides = _across(away, rng, settings.planes)
        angles = np.repeat(turn * np.array([1.0, -1.0]), len(sides))
        points = _turned(border, away, np.concatenate([sides, sides]), angles, size)
        wrong = yield from border.wrong(points)
        if wrong.any():
            best = int(wrong.argmax())
            yield from _further(border, away, sides[best % len(sides)], float(angles[best]), size)
            turn = min(turn * 1.2, np.pi / 3)
        else:
            turn = max(turn * 0.85, settings.least_turn)
        if path.asked - mark[0] >= 100:
            if path.distance > (1 - settings.until) * mark[1]:
                return
            mark = (path.asked, path.distance)


def _further(border: _Border, away: np.ndarray, side: np.ndarray, angle: float, size: float) -> Attack:
    """Turn further in a plane that worked, and search for the border between the last two."""
    known, failed = angle, np.sign(angle) * np.pi / 2
    for _ in range(2):
        angles = known + (failed - known) * np.array([0.25, 0.5, 0.75])
        points = _turned(border, away, np.repeat(side[None], 3, axis=0), angles, size)
        wrong = yield from border.wrong(points)
        last = int(np.flatnonzero(wrong).max()) if wrong.any() else -1
        marks = np.concatenate([[known], angles, [failed]])
        known, failed = float(marks[last + 1]), float(marks[last + 2])


def _climbing(border: _Border, rng: np.random.Generator, settings: Walk) -> Attack:
    """Learn which way the border faces from many small steps, step that way, and return to the border."""
    path, turns = border.path, 0
    while path.distance > 0:
        turns += 1
        before = path.distance
        yield from border.approach(settings.precise)
        point = path.nearest
        count = int(settings.steps * np.sqrt(turns))
        reach = path.distance / np.sqrt(border.row.size)  # of a small step: Chen et al. 2020, section 3.3
        drawn = rng.standard_normal((count, *border.row.shape))
        drawn /= _sizes(drawn)
        points = border.inside(point + reach * drawn)
        wrong = yield from border.wrong(points)
        steps = (points.astype(np.float64) - point) / max(reach, 1e-300)
        weights = np.where(wrong, 1.0, -1.0)
        if not (wrong.all() or not wrong.any()):
            weights = weights - weights.mean()  # their equation 16: fewer questions for the same precision
        outward, size = _direction(np.tensordot(weights, steps, axes=1))
        if size == 0:
            return
        far = path.distance / np.sqrt(turns) * np.array([1.0, 0.5, 0.25, 0.125])
        points = border.inside(point + far.reshape(-1, *([1] * border.row.ndim)) * outward)
        wrong = yield from border.wrong(points)
        if wrong.any():
            yield from border.approach(settings.precise + 1, points[int(wrong.argmax())])
        if path.distance > before * (1 - 1e-4) and turns > 40:
            return


def _turned(border: _Border, away: np.ndarray, sides: np.ndarray, angles: np.ndarray, size: float) -> np.ndarray:
    """Return the points of the circle over the way to the border point, turned by ``angles`` towards ``sides``."""
    angles = angles.reshape(-1, *([1] * away.ndim))
    return border.inside(border.row + size * np.cos(angles) * (np.cos(angles) * away + np.sin(angles) * sides))


def _across(away: np.ndarray, rng: np.random.Generator, count: int) -> np.ndarray:
    """Draw directions at right angles to ``away``; images get coarse ones, in which their classes differ most."""
    drawn = _smooth(rng.standard_normal((count, *away.shape)))
    drawn -= np.tensordot(drawn, away, axes=away.ndim).reshape(-1, *([1] * away.ndim)) * away
    return np.asarray(drawn / _sizes(drawn))


def _smooth(drawn: np.ndarray) -> np.ndarray:
    """Return the directions with each value spread over its neighbours, where the last two axes are an image's."""
    if drawn.ndim < 3 or min(drawn.shape[-2:]) < 8:
        return drawn
    for axis in (-2, -1):
        for _ in range(2):
            drawn = drawn + np.roll(drawn, 1, axis) + np.roll(drawn, -1, axis)
    return drawn


def _sizes(directions: np.ndarray) -> np.ndarray:
    flat = directions.reshape(len(directions), -1)
    sizes = np.maximum(np.linalg.norm(flat, axis=1), 1e-300)
    return np.asarray(sizes.reshape(-1, *([1] * (directions.ndim - 1))))


def _direction(step: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the step at length 1 (float64), and its length."""
    step = step.astype(np.float64)
    size = float(np.linalg.norm(step))
    return step / max(size, 1e-300), size


def _margins(scores: np.ndarray, truth: int) -> np.ndarray:
    others = np.delete(scores, truth, axis=1)
    return np.asarray(scores[:, truth] - others.max(axis=1))
