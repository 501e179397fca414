# SPDX-License-Identifier: Apache-2.0
"""The rows on their way up the ladder: which are broken, by what, and which a costlier search is still worth."""

from collections.abc import Callable, Mapping
from typing import final

import numpy as np
import torch
from torch import Tensor, nn

from probatum.engines.evasion.results import Attacked
from probatum.engines.evasion.tensor.descent import descend
from probatum.engines.evasion.tensor.draws import keys_of, uniform
from probatum.engines.evasion.tensor.front import Front, Outcome, joined, searched
from probatum.engines.evasion.tensor.network import REPEATS, Asked, margin, tensor
from probatum.engines.evasion.tensor.patches import patch_search
from probatum.engines.evasion.tensor.places import places, within
from probatum.engines.evasion.tensor.plain import silent, walk
from probatum.engines.evasion.threat import Region
from probatum.facts.progress import Tell, untold

Predict = Callable[[np.ndarray], np.ndarray]
STAGES = ("clean", "first steps", "descent", "short patches", "targets", "long patches", "starts from bounds")
CLEAN, FIRST_STEPS, DESCENT, SHORT, TARGETS, LONG, CORNERS = range(7)
MASKED = 0.1  # share of rows without a gradient, or broken by patches alone, that is told

DICE = (
    f"The network does not answer the same row twice alike; the mean of {REPEATS} answers was taken, and chance may "
    "still hide how easily it is fooled."
)
NO_NUMBERS = (
    "For some rows the network gives scores that are no numbers; such an answer never counts as an attack's success, "
    "and of the row itself the label decides."
)
SILENT = (
    "For many rows the gradient is zero, so searches that follow it find nothing; the network may be easier to fool "
    "than it looks."
)
UPHILL = (
    "For many rows no step along the gradient made the right answer less sure; the gradient may mislead, and the "
    "network may be easier to fool than it looks."
)
BY_PATCHES = (
    "Random patches broke many rows that gradients did not; the network hides its gradients, and may be easier to fool "
    "than it looks."
)


@final
class Climb:
    """All rows, and the front of those still unbroken."""

    def __init__(
        self,
        module: nn.Module,
        x: np.ndarray,
        y: np.ndarray,
        region: Region,
        rng: np.random.Generator,
        skip: np.ndarray | None,
        predict: Predict | None,
        tell: Tell = untold,
    ) -> None:
        """Ask about the rows themselves; those answered wrongly are broken already."""
        self.asked = Asked(module, tell=tell)
        self.given, self.region = np.asarray(x), region
        self.x, self.y = tensor(self.given), torch.from_numpy(np.array(y, dtype=np.int64))
        self.keys = keys_of(self.x.numpy(), rng)
        self.predict = predict or (lambda points: self.asked.labels(tensor(points)).numpy())
        self.warnings: list[str] = []
        self.notes: list[str] = []
        self.aside: list[Front] = []  # rows that were given up
        self.by_patches = 0
        self.margins = self._first_margins()
        self.clean = self.margins.clone()
        self.by_gradient = torch.zeros(len(self.x))  # by how much gradients lowered the margin
        self.hidden = torch.zeros(len(self.x), dtype=torch.bool)  # rows where patches lowered it by more
        self.examples = self.x.clone()
        self.broken = torch.from_numpy(self._wrong(self.x, self.y))
        self.stage = torch.where(self.broken, CLEAN, -1).to(torch.int8)
        idle = np.zeros(len(x), dtype=bool) if skip is None else skip
        rows = torch.from_numpy(np.flatnonzero(~self.broken.numpy() & ~idle))
        # a network may answer otherwise than its user's own path on the row itself, so no margin is believed below 0
        self.front = Front(
            rows=rows, where=places(x, region).take(rows), y=self.y[rows], best=self.x[rows], margin=self.clean[rows]
        ).unbelieved()
        self.started = len(rows)

    def first_steps(self, steps: int) -> None:
        """Take some plain steps from the row itself."""
        if not steps or not len(self.front.rows):
            return
        some = min(self.asked.chunk, len(self.front.rows))
        if silent(self.asked, self.front, some) > MASKED * some:
            self.warnings.append(SILENT)
        self._search(FIRST_STEPS, lambda block: walk(self.asked, block, block.best, steps, size=1.0))

    def plain(self, steps: int, size: float) -> None:
        """Take plain steps up the cross-entropy from a random point, and nothing else."""

        def walked(block: Front) -> Outcome:
            return walk(self.asked, block, self._random(block, 0), steps, size=size, soft=True)

        if len(self.front.rows):
            self._search(DESCENT, walked)

    def descent(self, steps: int) -> None:
        """Walk from a random point of the region, with large steps first."""
        if steps and len(self.front.rows):
            self._search(DESCENT, lambda block: descend(self.asked, block, self._random(block, 0), steps))
        rows = self.front.rows
        self.by_gradient[rows] = gained = self.clean[rows] - self.front.margin
        self.hidden[rows] = gained <= 0
        can_move = self.front.where.reach.flatten(1).amax(dim=1) > 0 if len(rows) else torch.zeros(0, dtype=torch.bool)
        if steps and int(((gained <= 0) & can_move).sum()) > MASKED * max(self.started, 1):
            self.warnings += [UPHILL] if SILENT not in self.warnings else []

    def restarts(self, count: int, steps: int, *, first: int = 0) -> None:
        """Walk again from other random points, up the cross-entropy and down the margin in turns."""
        for number in range(first + 1, first + count + 1):
            if not steps or not len(self.front.rows):
                return

            def again(block: Front, number: int = number) -> Outcome:
                return descend(self.asked, block, self._random(block, number), steps, soft=number % 2 == 1)

            self._search(DESCENT, again)

    def targets(self, count: int, steps: int) -> None:
        """Walk from the row itself towards each of the classes that have the highest scores at its best point."""
        for place in range(count):
            if not steps or not len(self.front.rows):
                return
            scores = self.asked.scores(self.front.best)
            if place >= scores.shape[1] - 1:
                return
            others = scores.scatter(1, self.front.y[:, None], -torch.inf).argsort(dim=1, descending=True)
            target = torch.zeros(len(self.x), dtype=torch.int64).scatter_(0, self.front.rows, others[:, place])

            def towards(block: Front, target: Tensor = target) -> Outcome:
                return descend(self.asked, block, block.where.x, steps, target=target[block.rows], first=1.0)

            self._search(TARGETS, towards)

    def from_corners(self, corners: Mapping[int, np.ndarray], steps: int) -> None:
        """Walk from points that bounds named, (c, ...) by row; a row without so many starts at its best point."""
        for place in range(max((len(points) for points in corners.values()), default=0)):
            if not steps or not len(self.front.rows):
                return
            starts = self.examples.clone()
            starts[self.front.rows] = self.front.best
            for row, points in corners.items():
                if place < len(points):
                    starts[row] = tensor(points[place])

            def walked(block: Front, starts: Tensor = starts) -> Outcome:
                return descend(self.asked, block, block.where.back(starts[block.rows]), steps, first=0.5)

            self._search(CORNERS, walked)

    def breaks(self, row: int, points: np.ndarray) -> bool:
        """Ask about points, (p, ...), of one row's region; return whether one of them is answered wrongly."""
        if self.broken[row]:
            return True
        rows = torch.full((len(points),), row)
        where = places(self.given[rows.numpy()], self.region.take(rows.numpy()))
        inside = where.back(tensor(points))
        margins = self.asked.margins(inside, self.y[rows])
        worst = int(margins.argmin()) if len(points) else 0
        if not len(points) or not margins[worst] < 0:
            return False
        one = slice(worst, worst + 1)
        front = Front(rows=rows[one], where=where.take(one), y=self.y[rows[one]], best=inside[one], margin=margins[one])
        self._believe(CORNERS, front)
        return bool(self.broken[row])

    def reopen(self, rows: np.ndarray) -> None:
        """Go on with these rows, also where they were given up; the others are set aside."""
        whole = joined([self.front, *self.aside])
        chosen = torch.isin(whole.rows, torch.from_numpy(rows)) & ~self.broken[whole.rows]
        self.front, self.aside = whole.take(chosen), [whole.take(~chosen & ~self.broken[whole.rows])]

    def lowest(self) -> Tensor:
        """Return (n,) the least margin found of each row so far."""
        margins = self.margins.clone()
        for front in (self.front, *self.aside):
            margins[front.rows] = front.margin
        return margins

    def nudge(self, steps: int) -> None:
        """Walk from the best points so far, with small steps."""
        if steps and len(self.front.rows):
            self._search(LONG, lambda block: descend(self.asked, block, block.best, steps, first=0.3))

    def patches(self, tries: int, stage: int, *, begun: int = 0, total: int | None = None) -> None:
        """Try random patches."""
        if not tries or not len(self.front.rows):
            return
        before = int(self.broken.sum())

        def patched(block: Front) -> Outcome:
            keys = self.keys[block.rows.numpy()] + np.uint64(stage)
            return patch_search(self.asked, block, keys, tries, begun=begun, total=total)

        self._search(stage, patched)
        self.by_patches += int(self.broken.sum()) - before
        if stage == SHORT:
            rows = self.front.rows
            by_gradient = self.by_gradient[rows]
            self.hidden[rows] = self.clean[rows] - self.front.margin - by_gradient >= by_gradient

    def give_up(self, kept: float) -> int:
        """Set aside the rows that keep more than this share of the margin they began with; return how many.

        Rows where short patches went further than gradients are never set aside, since there the gradient may be
        hidden. The rule looks at a row alone, so no other row decides what becomes of it.
        """
        rows = self.front.rows
        hopeless = (self.front.margin > kept * self.clean[rows]) & ~self.hidden[rows]
        if hopeless.any():
            self.aside.append(self.front.take(hopeless))
            self.front = self.front.take(~hopeless)
        return int(hopeless.sum())

    def result(self) -> Attacked:
        """Return what was found."""
        for front in (self.front, *self.aside):
            self._remember(front)
        # in a ball hardly wider than the steps of float32, what was only tried may lie outside; it is not shown
        outside = torch.from_numpy(~within(self.examples.numpy(), self.given, self.region))
        self.examples[outside], self.margins[outside] = self.x[outside], self.clean[outside]
        if self.by_patches > MASKED * max(self.started, 1):
            self.warnings.append(BY_PATCHES)
        if self.asked.shrunk:
            self.notes.append(f"The network failed on large batches; it was asked {self.asked.chunk} rows at a time.")
        return Attacked(
            broken=self.broken.numpy(),
            examples=self.examples.numpy(),
            margins=self.margins.double().numpy(),
            stage=self.stage.numpy(),
            stages=STAGES,
            work=self.asked.work,
            warnings=tuple(self.warnings),
            notes=tuple(self.notes),
        )

    def _first_margins(self) -> Tensor:
        scores = self.asked.scores(self.x)
        again = self.asked.scores(self.x[: self.asked.chunk])
        if not torch.equal(torch.nan_to_num(again), torch.nan_to_num(scores[: len(again)])):
            self.warnings.append(DICE)
            self.asked.repeats = REPEATS
            scores = self.asked.scores(self.x)
        if torch.isnan(scores).any():
            self.notes.append(NO_NUMBERS)
        return torch.nan_to_num(margin(scores, self.y), nan=torch.inf, posinf=torch.inf, neginf=-torch.inf)

    def _random(self, front: Front, counter: int) -> Tensor:
        where = front.where
        drawn = torch.from_numpy(uniform(self.keys[front.rows.numpy()], counter, self.x[0].numel()))
        return where.back(where.x + (2 * drawn.view_as(where.x) - 1) * where.reach)

    def _search(self, stage: int, search: Callable[[Front], Outcome]) -> None:
        """Search, then ask the user's own path about what broke; what it answers rightly goes back into the front."""
        found = searched(self.front, self.asked.chunk, search)
        self.front = found.left
        if not found.broken:
            return
        doubted = self._believe(stage, joined(found.broken))
        if len(doubted.rows):
            self.front = joined([found.left, doubted])

    def _believe(self, stage: int, broken: Front) -> Front:
        """Note the rows whose points the user's own path answers wrongly; return the others."""
        rows = broken.rows
        points = broken.best.numpy()
        inside = within(points, self.given[rows.numpy()], self.region.take(rows.numpy()))
        sure = torch.from_numpy(inside & self._wrong(broken.best, broken.y))
        self._remember(broken.take(sure))
        self.broken[rows[sure]] = True
        self.stage[rows[sure]] = stage
        return broken.take(~sure).unbelieved()

    def _wrong(self, points: Tensor, y: Tensor) -> np.ndarray:
        return np.asarray(self.predict(points.numpy()) != y.numpy()) if len(points) else np.zeros(0, dtype=bool)

    def _remember(self, front: Front) -> None:
        self.examples[front.rows] = front.best
        self.margins[front.rows] = front.margin
