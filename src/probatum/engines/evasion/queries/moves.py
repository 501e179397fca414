# SPDX-License-Identifier: Apache-2.0
"""Moves that bring a point at the border nearer to the row: climb, turn, and shrink the change cell by cell.

``Climb`` asks about many small steps at once to learn which way the border faces (HopSkipJump: Chen, Jordan, Wainwright
2020, arXiv:1904.02144, algorithm 2), and then turns that way on a circle through the row. Ours differs in four points:
the steps are drawn across the way to the row, since the circle needs no other; they start from a point lifted off the
border by as much as the border bends, so that about half of them end on either side; what earlier rounds learnt is kept
and fades; and in images the steps are coarse at first, then every other time. ``Turn`` turns in random planes (SurFree:
Maho, Furon, Le Merrer 2021, CVPR), ``Shrink`` puts cells back, which suits trees: they look at few cells, and at steps,
not slopes.
"""

from dataclasses import dataclass
from typing import Protocol, final

import numpy as np

from probatum.engines.evasion.queries.border import Border, column, direction
from probatum.engines.evasion.queries.scheduler import Attack
from probatum.engines.evasion.queries.squares import axes_of

LADDER = np.array([2.0, 1.0, 0.5, 0.25])  # turns tried at once, in parts of the last one that worked
SHARES = (0.0, 0.5, 0.75, 0.9, 0.97)  # of its change that a cell keeps, sweep after sweep
COARSE = 5  # rounds of climbing with coarse steps only
ALONE = 32  # cells, the most changed, that are tried alone; the others in as many groups at most


class Move(Protocol):
    """One way to come nearer; it keeps what it learnt from its earlier tries."""

    def step(self, border: Border, rng: np.random.Generator) -> Attack:
        """Try once: a few blocks of questions."""


@final
@dataclass(slots=True, kw_only=True, eq=False)
class Climb:
    """Learn which way the border faces from many small steps, and turn that way."""

    steps: int  # asked about in the first round, growing with the square root of the round
    keep: float = 0.8  # of what was learnt in earlier rounds
    reach: float = 3.0  # of a step, in distances over the root of the number of cells; Chen et al. take 1
    lift: float = 0.0  # away from the row, of the point that steps start from; in steps
    angle: float = np.pi / 8  # last turn that worked
    rounds: int = 0
    learnt: np.ndarray | None = None

    def step(self, border: Border, rng: np.random.Generator) -> Attack:
        """Do a round."""
        yield from border.tighten()
        away, size = border.way()
        if size == 0:
            return
        self.rounds += 1
        coarse = self.rounds <= COARSE or self.rounds % 2 == 1
        drawn = across(border, away, rng, int(self.steps * np.sqrt(self.rounds)), coarse=coarse)
        reach = self.reach * size / np.sqrt(border.row.size)
        yield from self._learn(border, reach, drawn, away)
        away, size = border.way()
        learnt = np.zeros_like(away) if self.learnt is None else self.learnt
        side, length = direction(learnt - np.sum(learnt * away) * away)
        if length == 0:
            return
        angles = np.minimum(self.angle * LADDER, np.pi / 2.1)
        wrong = yield from border.wrong(border.turned(away, np.repeat(side[None], len(angles), axis=0), angles, size))
        if not wrong.any():
            self.angle = max(self.angle / 4, 1e-4)
            return
        first = int(wrong.argmax())
        self.angle = max(float(angles[first]), 1e-3)
        failed = float(angles[first - 1]) if first else min(2 * self.angle, np.pi / 2)
        yield from border.further(away, side, size, float(angles[first]), failed, 1)

    def _learn(self, border: Border, reach: float, drawn: np.ndarray, away: np.ndarray) -> Attack:
        point = border.nearest
        points = border.inside(point + reach * (drawn + self.lift * away))
        wrong = yield from border.wrong(points)
        share = float(wrong.mean())
        # steps that all end on one side tell nothing: too short where all are wrong, and around a bend where all are
        # right; the less is left to gain, the smaller the slope across the way is beside the bend
        self.reach = self.reach * 1.5 if share > 0.9 else max(0.95 * self.reach, 0.1)
        self.lift = float(np.clip(self.lift + 2 * (0.5 - share) / np.sqrt(point.size), -0.3, 0.3))
        if not 0 < share < 1:
            self.learnt = None if self.learnt is None else self.keep * self.learnt
            return
        weights = np.where(wrong, 1.0, -1.0)
        weights = weights - weights.mean()  # their equation 16: fewer questions for the same precision
        learnt = np.tensordot(weights, (points.astype(np.float64) - point) / reach, axes=1)
        self.learnt = learnt if self.learnt is None else self.keep * self.learnt + learnt


@final
@dataclass(slots=True, kw_only=True, eq=False)
class Turn:
    """Turn towards the row in random planes through it, each to both sides."""

    planes: int
    angle: float = np.pi / 6  # shrinks where turns fail
    least: float = np.pi / 180

    def step(self, border: Border, rng: np.random.Generator) -> Attack:
        """Try some planes, and search the best of them further."""
        away, size = border.way()
        sides = across(border, away, rng, self.planes)
        sides = np.concatenate([sides, -sides])
        angle = self.angle
        wrong = yield from border.wrong(border.turned(away, sides, np.full(len(sides), angle), size))
        self.angle = min(angle * 1.2, np.pi / 3) if wrong.any() else max(angle * 0.85, self.least)
        if wrong.any():
            yield from border.further(away, sides[int(wrong.argmax())], size, angle, np.pi / 2, 2)


@final
@dataclass(slots=True, kw_only=True, eq=False)
class Shrink:
    """Take back part of the change of each cell alone; then of as many of them together as the answer allows."""

    sweeps: int = 0

    def step(self, border: Border, rng: np.random.Generator) -> Attack:
        """Sweep over all changed cells once."""
        share = SHARES[self.sweeps % len(SHARES)]
        self.sweeps += 1
        base = border.nearest
        goal = border.inside(border.row + share * (base.astype(np.float64) - border.row)).ravel()
        change = np.abs(base.astype(np.float64) - border.row).ravel()
        order = np.argsort(-change, kind="stable")[: int(np.count_nonzero(change))]
        groups = [*order[:ALONE, None], *np.array_split(order[ALONE:], min(ALONE, max(len(order) - ALONE, 1)))]
        groups = [group for group in groups if group.size]
        if not groups:
            return
        wrong = yield from border.wrong(_put(base, goal, groups))
        free = [group for group, fine in zip(groups, wrong.tolist(), strict=True) if fine]
        known, most = 1, len(free)
        while known < most:  # so many of them together are wrong; more than ``most`` are not
            tried = np.unique(np.linspace(known, most, min(8, most - known + 1)).round().astype(int))[1:]
            wrong = yield from border.wrong(_put(base, goal, [np.concatenate(free[:count]) for count in tried]))
            first = int((~wrong).argmax()) if not wrong.all() else len(tried)
            known, most = (
                (int(tried[first - 1]) if first else known),
                (int(tried[first]) - 1 if first < len(tried) else known),
            )


def across(
    border: Border, away: np.ndarray, rng: np.random.Generator, count: int, *, coarse: bool = True
) -> np.ndarray:
    """Draw directions at right angles to ``away``; in images coarse ones, in which their classes differ most."""
    drawn = rng.standard_normal((count, *away.shape))
    drawn = (_smooth(drawn) if coarse else drawn) * (border.lower < border.upper)
    drawn -= column(np.tensordot(drawn, away, axes=away.ndim), away) * away
    sizes = np.linalg.norm(drawn.reshape(count, -1), axis=1)
    return np.asarray(drawn / column(np.maximum(sizes, 1e-300), away))


def is_image(shape: tuple[int, ...]) -> bool:
    """Whether neighbours among the cells of a row may belong together."""
    return len(shape) > 1 and min(shape[axis] for axis in axes_of(shape)) >= 8


def _smooth(drawn: np.ndarray) -> np.ndarray:
    """Return the directions with each value spread over its neighbours, in images."""
    if is_image(drawn.shape[1:]):
        for axis in axes_of(drawn.shape[1:]):
            drawn = drawn + np.roll(drawn, 1, axis + 1) + np.roll(drawn, -1, axis + 1)
    return drawn


def _put(base: np.ndarray, goal: np.ndarray, groups: list[np.ndarray]) -> np.ndarray:
    """Return one point a group of cells: the base, with these cells as in the goal, (cells,)."""
    points = np.repeat(base[None], len(groups), axis=0)
    flat = points.reshape(len(groups), -1)
    for point, cells in zip(flat, groups, strict=True):
        point[cells] = goal[cells]
    return points
