# SPDX-License-Identifier: Apache-2.0
"""Attack a network with ever costlier searches, each only on the rows that those before it did not break.

A row leaves the work for good as soon as it is broken. An example counts only if it lies in its region, reckoned in
float64, and the user's own path answers it wrongly. Every search starts from what the others found and keeps the best
point, so that more work never makes a network look stronger. What hints at a network that only looks strong is said.

Source of the order: Croce and Hein 2020, arXiv:2003.01690 (gradients, then targets, then patches on what is left);
giving up rows by their own margin, and steps along the gradient between the patches, are ours. Once a network was seen
through, rows broke late only if they had kept little after the first rounds; so each round asks for less.
"""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import final

import numpy as np
import torch
from torch import nn

from probatum.engines.evasion.results import Attacked
from probatum.engines.evasion.tensor.climb import LONG, SHORT, STAGES, Climb, Predict
from probatum.engines.evasion.threat import Region

__all__ = ["DEEP", "LEVELS", "QUICK", "STAGES", "Budget", "Predict", "attack", "begin", "end", "go_on", "pgd", "seeded"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much each rung may do for a row, in counted work."""

    first: int = 3  # gradient steps
    descent: int = 20  # gradient steps
    short: int = 60  # patches
    kept: float = 0.5  # rows that keep more of their margin than this share are given up here; 1: none is
    targets: int = 3  # other classes, those with the highest scores
    target_steps: int = 20  # gradient steps towards each
    restarts: int = 6  # more descents, each from a random point of its own
    rounds: int = 20  # of the long search
    race: float = 0.2  # after round r, rows that keep more of their margin than this share / r are given up
    patches: int = 250  # in each round
    steps: int = 8  # gradient steps after them
    last_steps: int = 40  # from each corner that a proof in vain named, and towards each other class
    last_restarts: int = 3  # of rows that no proof settled


QUICK = Budget(
    descent=10, short=30, targets=1, target_steps=10, restarts=0, rounds=0, last_steps=10, last_restarts=1
)  # fmt: skip
DEEP = Budget(
    descent=50, short=300, kept=1.0, targets=9, target_steps=40, restarts=10, rounds=34, race=math.inf,
    last_steps=100, last_restarts=20,
)  # fmt: skip
EVERY = 1000  # classes: all that there are
LEVELS = {"quick": QUICK, "standard": Budget(), "deep": DEEP}


def attack(
    module: nn.Module,
    x: np.ndarray,
    y: np.ndarray,
    region: Region,
    *,
    rng: np.random.Generator,
    budget: Budget | None = None,
    skip: np.ndarray | None = None,
    predict: Predict | None = None,
) -> Attacked:
    """Search each row's region for a point that the network answers wrongly.

    Args:
        module: (n, ...) float32 to (n, k) scores; with k = 1 the second class is answered where the score is above 0.
        x: (n, ...) rows.
        y: (n,) index of the right class.
        region: where each row may go.
        rng: a seed is drawn; all else follows from it and from the row's own content.
        budget: how much each rung may do; None: the standard one.
        skip: (n,) bool, rows to leave alone: proven already.
        predict: (m, ...) to (m,) labels as the user gets them; None: the network itself.
    """
    budget = budget or Budget()
    with seeded(rng):
        climb = Climb(module, x, y, region, rng, skip, predict)
        begin(climb, budget)
        go_on(climb, budget)
        return climb.result()


def begin(climb: Climb, budget: Budget) -> None:
    """Take the cheap steps."""
    climb.first_steps(budget.first)
    climb.descent(budget.descent)


def go_on(climb: Climb, budget: Budget) -> None:
    """Take the costlier ones."""
    climb.patches(budget.short, SHORT)
    given_up = climb.give_up(budget.kept)
    climb.targets(budget.targets, budget.target_steps)
    climb.restarts(budget.restarts, budget.descent)
    late = 0
    for done in range(budget.rounds):
        begun, total = done * budget.patches, budget.rounds * budget.patches
        climb.patches(budget.patches, LONG, begun=begun, total=total)
        climb.nudge(budget.steps)
        late += climb.give_up(budget.race / (done + 1))
    if given_up:
        climb.notes.append(
            f"Left out of the costlier searches: {_cases(given_up)} whose right answer kept more than "
            f"{100 * budget.kept:g} of 100 parts of its lead through {budget.first + budget.descent} steps and "
            f"{budget.short} random patches."
        )
    if late:
        climb.notes.append(
            f"Left out of later rounds of the long search: {_cases(late)} whose right answer kept more than "
            f"{100 * budget.race:g} of 100 parts of its lead, divided by the number of the round."
        )


def end(climb: Climb, budget: Budget, corners: Mapping[int, np.ndarray], gaps: Mapping[int, float]) -> None:
    """Search again where a proof was sought in vain, also of rows that were given up: longest where least is missing.

    Args:
        climb: the rows.
        budget: how much may be done.
        corners: (c, ...) by row, points where the bounds are least.
        gaps: by row, how far the least margin found lies above the bound; the nearer half gets twice the restarts.
    """
    climb.reopen(np.array(sorted(gaps), dtype=np.int64))
    climb.from_corners(corners, budget.last_steps)
    climb.targets(EVERY, budget.last_steps)
    climb.restarts(budget.last_restarts, budget.last_steps, first=budget.restarts)
    near = np.array(sorted(gaps, key=lambda row: gaps[row])[: (len(gaps) + 1) // 2], dtype=np.int64)
    climb.reopen(np.sort(near))
    climb.restarts(budget.last_restarts, budget.last_steps, first=budget.restarts + budget.last_restarts)


def pgd(
    module: nn.Module,
    x: np.ndarray,
    y: np.ndarray,
    region: Region,
    *,
    steps: int,
    rng: np.random.Generator,
    size: float | None = None,
    predict: Predict | None = None,
) -> Attacked:
    """Only walk up the cross-entropy, from a random point of the region, for some steps of one size.

    Args:
        module: see ``attack``; so with x, y, region and predict.
        x: (n, ...) rows.
        y: (n,) index of the right class.
        region: where each row may go.
        steps: gradient steps.
        rng: draws where to start.
        size: of a step, in parts of the region; None: 2.5 regions in all.
        predict: labels as the user gets them.
    """
    with seeded(rng):
        climb = Climb(module, x, y, region, rng, None, predict)
        climb.plain(steps, 2.5 / max(steps, 1) if size is None else size)
        return climb.result()


@contextmanager
def seeded(rng: np.random.Generator) -> Iterator[None]:
    """Make a network that draws random numbers of its own draw the same ones again; torch's state is put back."""
    seed = int(rng.integers(2**62))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def _cases(count: int) -> str:
    return "1 case" if count == 1 else f"{count:,} cases"
