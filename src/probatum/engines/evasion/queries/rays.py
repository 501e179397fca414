# SPDX-License-Identifier: Apache-2.0
"""Search a box by labels alone: make the box so large that a wrong answer is in it, then shrink it to its true size.

The point that is asked about is a far goal, cut off at the sides of the box; in a small box all of its cells stand at
one side or the other. Blocks of cells change sides where the box may then be smaller, halves first, single cells last.

Source: Chen, Gu 2020, arXiv:2006.12792 (RayS), algorithms 1 to 3. There the box is a cube; here each side has its own
length, and many blocks are tried at once.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import final

import numpy as np

from probatum.engines.evasion.queries.moves import is_image
from probatum.engines.evasion.queries.scheduler import Attack

TOGETHER = 16  # blocks of cells that are tried at once
SMALLER = 0.98  # of the size so far, at which blocks are tried
IDLE = 2  # passes over all blocks without any help, after which the search ends
HALVINGS = 2  # blocks of the search for the size of a box, after which it is known to 1 part in 64
STEPS = np.array([0.0, 0.25, 0.5, 0.75])  # of the way from the box's true size to the size so far


@final
@dataclass(slots=True, kw_only=True, eq=False)
class Aim:
    """The smallest box in which a wrong answer for one row is known."""

    size: float = np.inf  # of the box, in parts of its true size; inf: none is known
    point: np.ndarray | None = None  # answered wrongly, in the box of this size
    goal: np.ndarray | None = None  # (...) float64, of which the point is the part inside the box


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Box:
    """A box around one row, and the range in which it may grow."""

    row: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    least: np.ndarray  # no larger than ``lower``
    most: np.ndarray

    def cut(self, goal: np.ndarray, size: float) -> np.ndarray:
        """Return the goal, cut off at the sides of the box when it is this large."""
        if size <= 1:
            return np.asarray(np.clip(goal, self.lower, self.upper), dtype=self.row.dtype)
        row = self.row.astype(np.float64)
        grown = np.clip(goal, row - size * (row - self.lower), row + size * (self.upper - row))
        return np.asarray(np.clip(grown, self.least, self.most), dtype=self.row.dtype)

    def reachable(self, goal: np.ndarray) -> np.ndarray:
        """Return the goal with cells put back that the box does not let go that way, however large it is."""
        fixed = np.where(goal > self.row, self.upper == self.row, self.lower == self.row)
        return np.asarray(np.where(fixed, self.row, goal), dtype=np.float64)

    def holds(self, goal: np.ndarray) -> float:
        """Return how large the box must be to hold the goal."""
        row = self.row.astype(np.float64)
        reach = np.where(goal > row, self.upper - row, row - self.lower)
        change = np.abs(goal - row)
        return max(1.0, float(np.max(change[change > 0] / np.maximum(reach[change > 0], 1e-300), initial=0.0)))

    def flipped(self, goal: np.ndarray, cells: np.ndarray) -> np.ndarray:
        """Return the goal with these cells on the other side of the row."""
        new, row = goal.copy().ravel(), self.row.ravel()
        low, high = self.least.ravel()[cells], self.most.ravel()[cells]
        new[cells] = np.where((new[cells] > row[cells]) | (row[cells] >= high), low, high)
        return new.reshape(goal.shape)


def rays(truth: int, aim: Aim, box: Box, goals: np.ndarray, *, rng: np.random.Generator) -> Attack:
    """Shrink the box to its true size, size 1, or until nothing helps any more; what is found stands in ``aim``.

    Args:
        truth: index of the right class.
        aim: nothing found yet; changed in place.
        box: of the row.
        goals: (g, ...) that should be answered wrongly, such as the nearest rows of other classes.
        rng: draws corners where no goal is, and shuffles cells that have no neighbours.
    """
    corners = np.where(rng.random((TOGETHER, *box.row.shape)) < 0.5, box.least, box.most)
    for offered in (goals, corners):  # cells that cannot move may keep every goal from being wrong
        if aim.size == np.inf and len(offered):
            yield from _shrink(truth, aim, box, *_fitted(box, offered))
    cells = np.flatnonzero((box.least < box.most).ravel())
    idle = 0
    while 1 < aim.size < np.inf and idle < IDLE:
        before = aim.size
        for level in range(int(np.ceil(np.log2(max(cells.size, 1)))) + 1):
            order = cells if is_image(box.row.shape) else rng.permutation(cells)
            blocks = np.array_split(order, min(2**level, cells.size))
            for start in range(0, len(blocks), TOGETHER):
                yield from _flip(truth, aim, box, blocks[start : start + TOGETHER])
                if aim.size <= 1:
                    return
        idle = idle + 1 if aim.size == before else 0


def _flip(truth: int, aim: Aim, box: Box, blocks: list[np.ndarray]) -> Attack:
    """Try each block alone on the other side; then the first that helped, and all of them, in smaller boxes."""
    if aim.goal is None:
        return
    size, goal = max(1.0, SMALLER * aim.size), aim.goal
    goals = [box.flipped(goal, block) for block in blocks]
    wrong = yield from _ask(truth, aim, box, goals, np.full(len(goals), size))
    helped = np.flatnonzero(wrong)
    if helped.size and size > 1:
        together = box.flipped(goal, np.concatenate([blocks[place] for place in helped]))
        kept = [goals[helped[0]], together] if helped.size > 1 else [goals[helped[0]]]
        yield from _shrink(truth, aim, box, kept, np.tile(1 + STEPS * (size - 1), (len(kept), 1)))


def _fitted(box: Box, goals: np.ndarray) -> tuple[list[np.ndarray], np.ndarray]:
    """Return the goals with cells put back that cannot move, and the sizes of boxes up to one that holds each."""
    reachable = [box.reachable(goal) for goal in goals]
    steps = np.append(STEPS, 1.0)
    return reachable, np.stack([1 + steps * (box.holds(goal) - 1) for goal in reachable])


def _shrink(truth: int, aim: Aim, box: Box, goals: list[np.ndarray], sizes: np.ndarray) -> Attack:
    """Ask about each goal in boxes of its sizes, (g, s); then search on below the smallest that is wrong."""
    each = [goal for goal, row in zip(goals, sizes, strict=True) for _ in row]
    yield from _ask(truth, aim, box, each, sizes.ravel())
    gap = float(np.diff(sizes, axis=1).max())
    for _ in range(HALVINGS):
        if aim.goal is None or aim.size <= 1:
            return
        low = max(1.0, aim.size - gap)
        tried = low + (aim.size - low) * STEPS[1:]
        yield from _ask(truth, aim, box, [aim.goal] * len(tried), tried)
        gap = (aim.size - low) / 4 if aim.size > tried[-1] else gap / 4


def _ask(
    truth: int, aim: Aim, box: Box, goals: list[np.ndarray], sizes: np.ndarray
) -> Generator[np.ndarray, np.ndarray, np.ndarray]:
    """Ask about goals, cut off at boxes of these sizes; return (m,) bool: answered wrongly. The smallest is kept."""
    points = np.stack([box.cut(goal, size) for goal, size in zip(goals, sizes.tolist(), strict=True)])
    scores = yield points
    others = np.delete(scores, truth, axis=1).max(axis=1)
    wrong = np.asarray(scores[:, truth] < others)
    if wrong.any():
        best = int(np.argmin(np.where(wrong, sizes, np.inf)))
        if sizes[best] < aim.size:
            aim.goal, aim.size, aim.point = goals[best], float(sizes[best]), points[best]
    return wrong
