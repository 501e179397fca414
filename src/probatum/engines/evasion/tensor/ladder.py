# SPDX-License-Identifier: Apache-2.0
"""Attack a network with ever costlier searches, each only on the rows that those before it did not break.

A row leaves the work for good as soon as it is broken. An example counts only if the user's own path answers it
wrongly. What every rung did is counted, and what hints at a network that only looks robust is said.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import final

import numpy as np
import torch
from torch import Tensor, nn

from probatum.engines.evasion.results import Attacked
from probatum.engines.evasion.tensor.descent import Front, descend
from probatum.engines.evasion.tensor.draws import keys_of, uniform
from probatum.engines.evasion.tensor.network import Asked, margin, tensor
from probatum.engines.evasion.tensor.patches import patch_search
from probatum.engines.evasion.tensor.places import Places, places
from probatum.engines.evasion.threat import Region

Predict = Callable[[np.ndarray], np.ndarray]
STAGES = ("clean", "first steps", "descent", "short patches", "targets", "long patches")
MASKED = 0.1  # share of rows without a gradient, or broken by patches alone, that is told


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much each rung may do for a row, in counted work."""

    first: int = 3  # gradient steps
    descent: int = 20  # gradient steps
    short: int = 150  # patches
    targets: int = 3  # other classes, those with the highest scores
    target_steps: int = 15  # gradient steps towards each
    long: int = 1000  # patches
    race: int = 200  # patches after which the long search gives up rows whose margin no longer falls


QUICK = Budget(descent=10, short=50, targets=1, target_steps=10, long=0)
DEEP = Budget(descent=50, short=300, targets=9, target_steps=40, long=5000, race=500)
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
        module: (n, ...) float32 to (n, k) scores.
        x: (n, ...) rows.
        y: (n,) index of the right class.
        region: where each row may go.
        rng: one key is drawn; all else follows from it and from the row's own content.
        budget: how much each rung may do.
        skip: (n,) bool, rows to leave alone: proven already.
        predict: (m, ...) to (m,) labels as the user gets them; None: the network itself.
    """
    climb = _Climb(module, x, y, region, rng, skip, predict)
    budget = budget or Budget()
    climb.first_steps(budget.first)
    climb.descent(budget.descent)
    if region.norm is None:
        climb.patches(budget.short, 3)
    climb.targets(budget.targets, budget.target_steps)
    if region.norm is None:
        climb.patches(budget.long, 5, race=budget.race)
    return climb.result()


def pgd(
    module: nn.Module,
    x: np.ndarray,
    y: np.ndarray,
    region: Region,
    *,
    steps: int,
    rng: np.random.Generator,
    predict: Predict | None = None,
) -> Attacked:
    """Only walk down the margin, from the row itself, for some steps."""
    climb = _Climb(module, x, y, region, rng, None, predict)
    climb.first_steps(steps, stage=2)
    return climb.result()


@final
class _Climb:
    """All rows on their way up the ladder."""

    def __init__(
        self,
        module: nn.Module,
        x: np.ndarray,
        y: np.ndarray,
        region: Region,
        rng: np.random.Generator,
        skip: np.ndarray | None,
        predict: Predict | None,
    ) -> None:
        self.asked = Asked(module)
        self.x, self.y = tensor(x), torch.from_numpy(np.array(y, dtype=np.int64))
        self.keys = keys_of(self.x.numpy(), rng)
        self.predict = predict or self._own_labels
        self.examples, n = self.x.clone(), len(self.x)
        scores = self.asked.scores(self.x)
        self.margins = margin(scores, self.y)
        wrong = (
            torch.from_numpy(np.asarray(self.predict(self.x.numpy()) != y)) if n else torch.zeros(0, dtype=torch.bool)
        )
        self.broken, self.stage = wrong.clone(), torch.where(wrong, 0, -1).to(torch.int8)
        self.warnings: list[str] = []
        self.deaf = self.by_patches = 0
        again = self.asked.scores(self.x[: self.asked.chunk])
        if not torch.equal(again, scores[: len(again)]):
            self.warnings.append(
                "The network does not answer the same row twice alike; chance may hide how easily it is fooled."
            )
        if torch.isnan(scores).any():
            self.warnings.append("For some rows the network gives scores that are no numbers.")
        idle = np.zeros(n, dtype=bool) if skip is None else skip
        rows = torch.from_numpy(np.flatnonzero(~wrong.numpy() & ~idle))
        self.places = places(x, region)
        self.front = self._front(rows, self.places)
        self.started = len(rows)

    def _front(self, rows: Tensor, where: Places) -> Front:
        # a network may answer otherwise than its user's own path on the row itself, so no margin is believed below 0
        return Front(
            rows=rows,
            where=where.take(rows),
            y=self.y[rows],
            best=self.x[rows],
            margin=self.margins[rows].clamp(min=0.0),
        )

    def first_steps(self, steps: int, stage: int = 1) -> None:
        """Take some plain steps from the row itself: what is weak breaks here."""
        if steps and len(self.front.rows):
            gradient, _ = self.asked.gradients(self.front.best[: self.asked.chunk], self.front.y[: self.asked.chunk])
            self.deaf = int((gradient.flatten(1).abs().amax(dim=1) == 0).sum())
            if self.deaf > MASKED * len(gradient):
                self.warnings.append(
                    "For many rows the gradient is zero, so searches that follow it find nothing; the network may be "
                    "easier to fool than it looks."
                )
            self._descend(self.front.best, steps, stage, first=1.0)

    def descent(self, steps: int) -> None:
        """Walk from a random point of the region, with large steps first."""
        if steps and len(self.front.rows):
            self._descend(self._random_points(0), steps, 2)

    def targets(self, count: int, steps: int) -> None:
        """Walk from the best point so far towards each of the classes with the highest scores."""
        for place in range(count):
            if not steps or not len(self.front.rows):
                return
            scores = self.asked.scores(self.front.best)
            others = scores.scatter(1, self.front.y[:, None], -torch.inf)
            if place >= scores.shape[1] - 1:
                return
            target = others.argsort(dim=1, descending=True)[:, place]
            self._descend(self.front.best, steps, 4, target=target, first=0.5)

    def patches(self, tries: int, stage: int, race: int | None = None) -> None:
        """Try random patches; with ``race``, give up rows that the last so many tries brought nowhere near."""
        if not tries or not len(self.front.rows):
            return
        drop = None if race is None else _Race(self.front, race, tries)
        keys = self.keys[self.front.rows.numpy()] + np.uint64(stage)
        left, broken, dropped = patch_search(self.asked, self.front, keys, tries, drop=drop)
        self.by_patches += sum(len(one.rows) for one in broken)
        self._settle(left, broken, stage, kept=dropped)

    def result(self) -> Attacked:
        """Return what was found."""
        self._remember(self.front)
        if self.by_patches > MASKED * max(self.started, 1):
            self.warnings.append(
                "Random patches broke many rows that gradients did not; the network hides its gradients, and may be "
                "easier to fool than it looks."
            )
        if self.asked.shrunk:
            self.warnings.append(
                f"The network failed on large batches; it was asked {self.asked.chunk} rows at a time."
            )
        return Attacked(
            broken=self.broken.numpy(),
            examples=self.examples.numpy(),
            margins=self.margins.double().numpy(),
            stage=self.stage.numpy(),
            stages=STAGES,
            work=self.asked.work,
            warnings=tuple(self.warnings),
        )

    def _descend(
        self, start: Tensor, steps: int, stage: int, *, target: Tensor | None = None, first: float = 2.0
    ) -> None:
        left, broken = descend(self.asked, self.front, start, steps, target=target, first=first)
        self._settle(left, broken, stage)

    def _random_points(self, counter: int) -> Tensor:
        where, rows = self.front.where, self.front.rows
        cells = self.x[0].numel()
        drawn = torch.from_numpy(uniform(self.keys[rows.numpy()], counter, cells)).view_as(self.front.best)
        return where.back(where.x + (2 * drawn - 1) * where.reach)

    def _settle(self, left: Front, broken: list[Front], stage: int, kept: list[Front] | None = None) -> None:
        """Ask the user's own path about what broke; what it answers rightly goes back into the front."""
        fronts = [left, *(kept or [])]
        for one in broken:
            if not len(one.rows):
                continue
            wrong = torch.from_numpy(np.asarray(self.predict(one.best.numpy()) != one.y.numpy()))
            self._remember(one.take(wrong))
            self.broken[one.rows[wrong]] = True
            self.stage[one.rows[wrong]] = stage
            fronts.append(replace_margin(one.take(~wrong)))
        whole = _joined(fronts)
        self.front = whole.take(torch.argsort(whole.rows))

    def _remember(self, front: Front) -> None:
        self.examples[front.rows] = front.best
        self.margins[front.rows] = front.margin

    def _own_labels(self, points: np.ndarray) -> np.ndarray:
        return self.asked.scores(tensor(points)).argmax(dim=1).numpy()


@final
class _Race:
    """Gives up rows of a long search: those that would not get there if they went on as in the last round."""

    def __init__(self, front: Front, every: int, tries: int) -> None:
        self.every, self.tries = every, tries
        self.before = dict(zip(front.rows.tolist(), front.margin.tolist(), strict=True))

    def __call__(self, done: int, front: Front) -> Tensor:
        """Return (a,) bool: to be given up now."""
        if (done + 1) % self.every:
            return torch.zeros(len(front.rows), dtype=torch.bool)
        before = torch.tensor([self.before[row] for row in front.rows.tolist()])
        self.before = dict(zip(front.rows.tolist(), front.margin.tolist(), strict=True))
        rounds = (self.tries - done - 1) / self.every
        return front.margin > (before - front.margin) * rounds


def replace_margin(front: Front) -> Front:
    """Return the front with no margin below 0: the user's own path answered these points rightly."""
    return replace(front, margin=front.margin.clamp(min=0.0))


def _joined(fronts: list[Front]) -> Front:
    first = fronts[0].where
    return Front(
        rows=torch.cat([one.rows for one in fronts]),
        where=Places(
            x=torch.cat([one.where.x for one in fronts]),
            lower=torch.cat([one.where.lower for one in fronts]),
            upper=torch.cat([one.where.upper for one in fronts]),
            reach=torch.cat([one.where.reach for one in fronts]),
            norm=first.norm,
            radius=None
            if first.radius is None
            else torch.cat([one.where.radius for one in fronts if one.where.radius is not None]),
        ),
        y=torch.cat([one.y for one in fronts]),
        best=torch.cat([one.best for one in fronts]),
        margin=torch.cat([one.margin for one in fronts]),
    )
