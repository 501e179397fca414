# SPDX-License-Identifier: Apache-2.0
"""One attack for many rows, by gradients: steps against the mean slope of the margins, over a few rows at a time.

Source: Shafahi, Najibi, Xu, Dickerson, Davis, Goldstein 2020, arXiv:1811.11304, algorithm 1 (batches, sign steps, and
a loss that a row already turned no longer moves). Ours starts once for any wrong answer and once for each of a few
classes as the wrong answer, goes a short way with each, and all the way with the best. Momentum: Dong et al. 2018,
arXiv:1710.06081, equation 6.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, final

import numpy as np
import torch
from torch import Tensor

from probatum.engines.evasion.results import Work
from probatum.engines.evasion.tensor.network import Asked

BATCH = 128  # rows a step
PROBE = 0.15  # share of all steps that each start goes before the best is chosen
TARGETS = 9  # classes that are tried as the wrong answer, the likeliest ones first
FIRST, LAST = 0.2, 0.02  # size of the first and the last step, in parts of what an attack may be
MOMENTUM = 0.75
ENOUGH = 1.0  # a row turned by so many usual margins pulls no longer


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Placed:
    """Rows under an attack."""

    points: Tensor  # (b, ...)
    pull: Callable[[Tensor], Tensor]  # slopes by the points (b, ...) -> their sum as the slope by the attack


class Bearer(Protocol):
    """What an attack is, and how it is laid on rows."""

    def start(self, rng: np.random.Generator) -> Tensor:
        """Return a first attack."""

    def placed(self, attack: Tensor, rows: np.ndarray, rng: np.random.Generator) -> Placed:
        """Return some rows under an attack; draws where it lies, if that is not fixed."""

    def moved(self, attack: Tensor, slope: Tensor, size: float) -> Tensor:
        """Return the attack one step against the slope, and back to what it may be."""


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Descended:
    """What the steps came to."""

    attack: np.ndarray
    left: float  # share of the rows that stay right under it, on the rows it was found on
    work: Work


def descend(asked: Asked, bearer: Bearer, y: np.ndarray, *, steps: int, rng: np.random.Generator) -> Descended:
    """Find one attack that turns as many of n rows as it can.

    Args:
        asked: the network.
        bearer: lays attacks on the rows.
        y: (n,) right classes, which the network answers.
        steps: gradient steps of the start that wins; each start goes ``PROBE`` of them first.
        rng: draws rows, starts and places.
    """
    truth = torch.from_numpy(np.asarray(y, dtype=np.int64))
    every = np.arange(len(y))
    scores = asked.scores(bearer.placed(bearer.start(rng), every, rng).points)
    walks = [_Walk(asked, bearer, truth, target, bearer.start(rng)) for target in (None, *_targets(scores, truth))]
    trial = int(rng.integers(2**63))  # all are compared under the same draws
    probe = max(1, round(PROBE * steps))
    for walk in walks:
        walk.go(probe, rng, sizes(probe))
    kept = [min(walks, key=lambda walk: walk.left(every, np.random.default_rng(trial)))]
    best, left = kept[0].attack, kept[0].left(every, np.random.default_rng(trial))
    for part in np.array_split(sizes(steps), 4):
        kept[0].go(len(part), rng, part)
        now = kept[0].left(every, np.random.default_rng(trial))
        if now <= left:
            best, left = kept[0].attack, now
    return Descended(attack=best.numpy(), left=left, work=asked.work)


@final
class _Walk:
    """One attack on its way."""

    def __init__(self, asked: Asked, bearer: Bearer, truth: Tensor, target: int | None, start: Tensor) -> None:
        self._asked, self._bearer, self._truth, self._target = asked, bearer, truth, target
        self.attack, self._speed = start, torch.zeros_like(start)
        # a row whose right answer is the target cannot be turned to it
        able = np.arange(len(truth)) if target is None else np.flatnonzero((truth != target).numpy())
        self._able = able if able.size else np.arange(len(truth))

    def go(self, steps: int, rng: np.random.Generator, sizes: np.ndarray) -> None:
        """Go some steps, each of its size."""
        for size in sizes[:steps].tolist():
            rows = rng.permutation(self._able)[:BATCH]
            placed, truth = self._bearer.placed(self.attack, rows, rng), self._truth[rows]
            wanted = None if self._target is None else torch.full_like(truth, self._target)
            gradient, margins = self._asked.gradients(placed.points, truth, wanted)
            usual = max(float(margins.abs().median()), 1e-12)
            pulls = (margins > -ENOUGH * usual).float()
            slope = placed.pull(gradient * pulls.view(-1, *([1] * (gradient.dim() - 1))))
            self._speed = MOMENTUM * self._speed + slope / slope.abs().mean().clamp(min=1e-30)
            self.attack = self._bearer.moved(self.attack, self._speed, size)

    def left(self, rows: np.ndarray, rng: np.random.Generator) -> float:
        """Return the share of rows that stay right."""
        right = 0
        for start in range(0, len(rows), BATCH):
            some = rows[start : start + BATCH]
            points = self._bearer.placed(self.attack, some, rng).points
            right += int((self._asked.margins(points, self._truth[some]) >= 0).sum())
        return right / len(rows)


def sizes(steps: int) -> np.ndarray:
    """Return (steps,) sizes of steps, falling from the first to the last along half a wave."""
    wave = np.cos(np.linspace(0.0, math.pi, steps)) if steps > 1 else np.ones(steps)
    return np.asarray(LAST + (FIRST - LAST) * (1 + wave) / 2)


def _targets(scores: Tensor, truth: Tensor) -> list[int]:
    """Return the classes that come second most often; of two classes both."""
    second = scores.scatter(1, truth[:, None], -torch.inf).argmax(dim=1)
    counts = torch.bincount(second, minlength=scores.shape[1])
    return [int(one) for one in counts.argsort(descending=True, stable=True)[:TARGETS]]
