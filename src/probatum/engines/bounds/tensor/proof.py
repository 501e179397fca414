# SPDX-License-Identifier: Apache-2.0
"""The rows of which a proof is sought, with what was tried on each and how it ended.

What is certified is the network as float32 computes it, rounding included (``intervals``). A row that is answered
wrongly as it is, is never certified. A row is given up only when the work that it may take is spent; no guess at how
hopeless it looks enters.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import final

import numpy as np
import torch
from torch import Tensor, nn

from probatum.engines.bounds.tensor.backward import Ground, least
from probatum.engines.bounds.tensor.branch import split
from probatum.engines.bounds.tensor.halving import Bounded, Bounding, few_move, halve
from probatum.engines.bounds.tensor.intervals import Ends, forward, overflows
from probatum.engines.bounds.tensor.localise import localised
from probatum.engines.bounds.tensor.margins import exact_by_intervals, interval_margins, margin_weights
from probatum.engines.bounds.tensor.slopes import Meter
from probatum.engines.bounds.tensor.tighten import WORK, Tightened, tightened
from probatum.engines.bounds.tensor.trial import followed
from probatum.engines.bounds.tensor.windows import Windows
from probatum.engines.bounds.tensor.work import carrying
from probatum.engines.evasion.results import Certified, Ended, Work
from probatum.engines.evasion.threat import Norm, Region
from probatum.facts.progress import Step, Tell, untold

STAGES = ("intervals", "linear bounds", "sharpened bounds", "split regions", "halved regions")
INTERVALS, LINEAR, SHARPENED, SPLIT, HALVED = range(5)
CELLS = 8_000_000  # float64 cells in one batch of bounds, about 64 MB
TOGETHER = 4_000_000  # float64 cells of one value that are held while margins are carried back
ROOM = 400_000  # float64 cells of one value that are held while cells are carried back: about what caches hold
AHEAD = 4  # equal shares of the work left that one row may take
LAYERS = 0.5  # of all work, at most, for the bounds of layers before anything is split
UNITS = 6000  # a row is not split where more cells of curves bend than this: their sums would fill the memory

Probe = Callable[[int, np.ndarray], bool]  # row, points (p, ...) -> whether the row is answered wrongly at one of them


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much may be done, in counted work: for one row, where nothing else is stated."""

    nodes: int = 0  # parts that are bounded; 0: lines are neither searched for nor is anything split
    work: float = 3e11  # multiplications of the search for lines and of the parts
    total: float = math.inf  # of all bounds by lines and all rows together; what rows leave over goes to those after
    inner: int = WORK  # numbers that are worked out for the bounds of the cells of one layer


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Rows:
    """Rows that are worked on together."""

    rows: Tensor  # (n,) their places among all
    y: Tensor  # (n,)
    ground: Ground
    known: dict[str, Ends] = field(default_factory=dict)

    def take(self, index: Tensor) -> "_Rows":
        known = {name: ends.take(index) for name, ends in self.known.items()}
        return _Rows(rows=self.rows[index], y=self.y[index], ground=self.ground.take(index), known=known)

    @property
    def cells(self) -> int:
        return sum(ends.low.numel() for ends in self.known.values())


@final
class Proof:
    """All rows while they are bounded."""

    def __init__(self, module: nn.Module, x: np.ndarray, y: np.ndarray, region: Region, limits: Limits) -> None:
        """Follow the network.

        Raises:
            Refused: it cannot be followed.
        """
        self.source, self.steps, self.result = followed(module, x)
        self.x, self.region, self.limits = x, region, limits
        self._tell: Tell = untold
        self._spent = 0.0  # multiplications of all rows
        self._waiting = self._all = 0  # rows that are still to be worked on, and those that were
        self.y = torch.from_numpy(np.array(y, dtype=np.int64))
        n = len(x)
        self.margins = torch.full((n,), -torch.inf, dtype=torch.float64)
        self.stage, self.last = torch.full((n,), -1, dtype=torch.int8), torch.full((n,), -1, dtype=torch.int8)
        self.ended = torch.full((n,), int(Ended.SKIPPED), dtype=torch.int8)
        self.parts = torch.zeros(n, dtype=torch.int64)
        self.corners: dict[int, np.ndarray] = {}  # of rows that were split in vain: where their bounds are least
        self.short = torch.zeros(n, dtype=torch.bool)  # rows of which cells kept rougher bounds, for want of work
        self.bound_rows = 0
        self.exact = exact_by_intervals(self.source, self.steps) if region.radius is None else {self.source}
        self.windows: dict[str, Windows | None] = {}
        self._kept: list[_Rows] = []
        self._costs: dict[str, float] = {}  # multiplications of one sum of each value
        self._cells = 0  # that were carried back so far

    def first(self, rows: np.ndarray, tell: Tell = untold) -> None:
        """Bound rows by intervals, then by lines whose inner layers have interval bounds."""
        self._begin(len(rows), tell)
        for part in self._batches(torch.from_numpy(rows)):
            self._first(part)
            self._done(len(part), "cases bounded")

    def full(self, rows: np.ndarray, tell: Tell = untold) -> None:
        """Bound every layer of open rows by lines: full CROWN."""
        self._begin(len(rows), tell)
        for part in self._batches(torch.from_numpy(rows)):
            work = self._tightened(part, LAYERS * self.limits.total)
            if sum(one.cells for one in (*self._kept, work)) <= CELLS:
                self._kept.append(work)
            self._waiting -= len(part)

    def split(self, rows: np.ndarray, probe: Probe | None = None, tell: Tell = untold) -> None:
        """Search for better lines on open rows, then split: halves where few cells move, else units."""
        self._begin(len(rows), tell)
        todo = torch.from_numpy(rows)
        for kept in self._kept:
            self._split(kept.take(torch.isin(kept.rows, todo) & (self.margins[kept.rows] <= 0)), probe)
        done = torch.cat([one.rows for one in self._kept]) if self._kept else todo[:0]
        for part in self._batches(todo[~torch.isin(todo, done)]):
            self._split(self._tightened(part, self.limits.total), probe)

    def open_rows(self) -> np.ndarray:
        """Return the rows that were looked at and are neither proven nor known to be broken."""
        return np.flatnonzero(self.ended.numpy() == Ended.SPENT)

    def found(self) -> Certified:
        """Return what is proven."""
        proven = self.margins > 0
        return Certified(
            certified=proven.numpy().copy(), margins=self.margins.numpy().copy(), stage=self.stage.numpy().copy(),
            stages=STAGES,
            work=Work(bound_rows=self.bound_rows, nodes=int(self.parts.sum()), multiplications=self._spent),
            last=self.last.numpy().copy(), ended=self.ended.numpy().copy(), parts=self.parts.numpy().copy(),
        )  # fmt: skip

    def _batches(self, rows: Tensor) -> list[Tensor]:
        if not len(rows):
            return []
        with torch.no_grad():
            ground = self._ground(rows[:1])
            shapes = forward(self.source, self.steps, ground.low, ground.high)
        if not self._costs:
            self._costs = carrying(self.source, self.steps, {name: one.low.shape[1:] for name, one in shapes.items()})
        cells = sum(one.low.numel() for one in shapes.values())
        return list(torch.split(rows, max(1, CELLS // (4 * cells))))

    def _begin(self, rows: int, tell: Tell) -> None:
        self._waiting, self._all, self._tell = rows, rows, tell

    def _done(self, rows: int, what: str) -> None:
        self._waiting -= rows
        self._tell(Step(what=what, done=self._all - self._waiting, of=self._all))

    def _carried(self, cells: int) -> None:
        self._cells += cells
        self._tell(Step(what="values inside the network bounded", done=self._cells))

    def _each(self, rows: int, total: float) -> float:
        """Return the multiplications that each of some rows, bounded together, may take of what is left."""
        return max(total - self._spent, 0.0) * min(AHEAD / max(self._waiting, 1), 1 / max(rows, 1))

    def _ground(self, rows: Tensor) -> Ground:
        """Return the regions of some rows, as the network gets them: in float32, which rounds in order.

        Cells without a bound end where float32 does.
        """
        end = np.finfo(np.float32).max
        where, centre = self.region.take(rows.numpy()), self.x[rows.numpy()].astype(np.float64)
        low, high = (one.clip(-end, end).astype(np.float32) for one in (where.lower, where.upper))
        low, high = low.astype(np.float64), high.astype(np.float64)
        return Ground(
            low=torch.from_numpy(low),
            high=torch.from_numpy(high),
            centre=torch.from_numpy(centre),
            radius=None if where.radius is None else torch.from_numpy(where.radius.astype(np.float64)),
            dual=2.0 if where.norm is Norm.L2 else float("inf"),
        )

    def _rows(self, rows: Tensor) -> _Rows:
        """Return rows with interval bounds; what is answered wrongly as it is, is left out: it is never certified."""
        ground, y = self._ground(rows), self.y[rows]
        wrong = self._margins_at(ground.centre, y) <= 0
        self.ended[rows] = torch.where(wrong, int(Ended.BROKEN), int(Ended.SPENT)).to(torch.int8)
        work = _Rows(rows=rows, y=y, ground=ground).take(~wrong)
        if not len(work.rows):
            return work
        work = replace(work, known=forward(self.source, self.steps, work.ground.low, work.ground.high))
        far = overflows(work.known)
        self.ended[work.rows[far]] = int(Ended.UNFOLLOWED)
        return work.take(~far)

    @torch.no_grad()
    def _first(self, rows: Tensor) -> None:
        work = self._rows(rows)
        if not len(work.rows):
            return
        self._note(work.rows, interval_margins(work.known[self.result], work.y), INTERVALS)
        self._bounded(work.take(self.margins[work.rows] <= 0), self.limits.total)

    @torch.no_grad()
    def _tightened(self, rows: Tensor, total: float) -> _Rows:
        """Return the rows that are open when every layer is bounded by lines, as far as work in all allows."""
        work = self._rows(rows)
        if not len(work.rows) or self.result == self.source:
            return work
        tight = self._layers(work.known, work.ground, self._each(len(work.rows), total))
        self.short[work.rows] = tight.short
        return self._bounded(replace(work, known=tight.known), self.limits.total)

    def _layers(self, known: dict[str, Ends], ground: Ground, limit: float) -> Tightened:
        """Bound every layer by lines, of rows that may each take so many multiplications."""
        tight = tightened(
            self.source, self.steps, known, ground, exact=self.exact, windows=self.windows, room=ROOM,
            most=self.limits.inner, costs=self._costs, limit=limit, done=self._carried,
        )  # fmt: skip
        self.bound_rows, self._spent = self.bound_rows + tight.cells, self._spent + tight.spent
        return tight

    def _bounded(self, work: _Rows, total: float) -> _Rows:
        """Bound the margins of rows by lines, where work in all allows; return the rows that are open."""
        if not len(work.rows) or self.result == self.source:
            return work
        cost = self._costs[self.result] * self._weights(work).shape[1]
        if cost > self._each(len(work.rows), total):
            self.short[work.rows] = True
            return work
        self._spent += cost * len(work.rows)
        self.bound_rows += len(work.rows)
        self._note(work.rows, self._linear(work), LINEAR)
        return work.take(self.margins[work.rows] <= 0)

    def _linear(self, work: _Rows) -> Tensor:
        """Return (n, m) lower bounds on the margins, by linear bounds, a few rows at a time."""
        weights, most = self._weights(work), max(ends.low[:1].numel() for ends in work.known.values())
        parts = torch.split(torch.arange(len(work.rows)), max(1, TOGETHER // (weights.shape[1] * most)))
        return torch.cat([self._linear_of(work.take(part), weights[part]) for part in parts])

    def _linear_of(self, work: _Rows, weights: Tensor) -> Tensor:
        return least(self.source, self.steps, work.known, work.ground, self.result, weights)

    def _weights(self, work: _Rows) -> Tensor:
        return margin_weights(work.y, work.known[self.result].low.shape[1:])

    def _margins_at(self, x: Tensor, y: Tensor) -> Tensor:
        """Return (n,) the least margin of points, (n, ...), in real numbers."""
        with torch.no_grad():
            known = {self.source: x}
            for step in self.steps:
                known[step.name] = step.run(*(known[name] for name in step.inputs))
        scores = known[self.result]
        still = Ends(low=scores, high=scores, error=torch.zeros_like(scores))
        return interval_margins(still, y).amin(dim=1)

    def _split(self, work: _Rows, probe: Probe | None) -> None:
        if not len(work.rows) or not self.limits.nodes or self.result == self.source:
            return
        few, weights = few_move(work.ground), self._weights(work)
        for place in range(len(work.rows)):
            one = work.take(torch.tensor([place]))
            self._split_one(one, weights[place : place + 1], bool(few[place]), probe)
            self._done(1, "proofs searched for")
        work = work.take(few & (self.margins[work.rows] <= 0) & (self.ended[work.rows] != int(Ended.BROKEN)))
        if len(work.rows) and self.limits.nodes > 1 and self._spent < self.limits.total:
            limit = self._spent + len(work.rows) * self._each(len(work.rows), self.limits.total)
            ended, used = halve(self._bounding(work), work.ground, self.limits.nodes, lambda: self._spent >= limit)
            self.last[work.rows], self.ended[work.rows] = HALVED, ended
            self.parts[work.rows] += used
            self._settle(work.rows[ended == int(Ended.PROVEN)], HALVED)

    def _split_one(self, row: _Rows, weights: Tensor, few: bool, probe: Probe | None) -> None:
        limit = self._each(1, self.limits.total)
        with torch.no_grad():
            local = localised(
                self.source, self.steps, row.known, row.ground, self.result, weights, UNITS, costs=self._costs,
                limit=limit,
            )  # fmt: skip
        if local is None:
            self.short[row.rows] = True
            return
        meter = Meter(min(self.limits.work, limit - local.cost))
        place, shape = int(row.rows[0]), self.x.shape[1:]

        def probed(points: Tensor) -> bool:
            return probe is not None and probe(place, points.view(-1, *shape).numpy())

        found = split(local, self.limits.nodes, meter, probed, units=not few)
        self._spent += local.cost + meter.spent
        self._note(row.rows, torch.tensor([[found.bound]], dtype=torch.float64), SHARPENED)
        self.ended[place], self.parts[place] = int(found.ended), found.parts
        self.corners[place] = found.corners.view(-1, *shape).numpy()
        if found.parts:
            self.last[place] = SPLIT
        if found.proven and found.bound <= 0:
            self._settle(row.rows, SPLIT)

    def _bounding(self, work: _Rows) -> Bounding:
        """Return what bounds parts of the regions of some rows."""

        def bounding(rows: Tensor, ground: Ground) -> Bounded:
            with torch.no_grad():
                known = forward(self.source, self.steps, ground.low, ground.high)
                known = self._layers(known, ground, self._each(len(rows), self.limits.total)).known
                part = _Rows(rows=work.rows[rows], y=work.y[rows], ground=ground, known=known)
                seen: dict[str, Tensor] = {}
                weights = self._weights(part)
                self._spent += self._costs[self.result] * weights.shape[1] * len(rows)
                bound = least(self.source, self.steps, known, ground, self.result, weights, seen=seen)
                worst, place = bound.min(dim=1)
                leaning = seen[self.source].view(*bound.shape, *ground.low.shape[1:])[torch.arange(len(rows)), place]
                middle = (ground.low + ground.high) / 2
                wrong = self._margins_at(middle, part.y) <= 0
            self.corners |= {int(part.rows[one]): middle[one, None].numpy() for one in torch.nonzero(wrong)[:, 0]}
            return Bounded(margins=worst, leaning=leaning, wrong=wrong)

        return bounding

    def _settle(self, rows: Tensor, stage: int) -> None:
        """Note rows as proven, by splitting."""
        self.stage[rows], self.ended[rows] = stage, int(Ended.PROVEN)
        self.margins[rows] = torch.finfo(torch.float64).tiny  # above 0; by how much is not worked out

    def _note(self, rows: Tensor, bound: Tensor, stage: int) -> None:
        worst = bound.amin(dim=1)
        better = worst > self.margins[rows]
        proven = (self.margins[rows] <= 0) & (worst > 0)
        self.margins[rows] = torch.where(better, worst, self.margins[rows])
        self.stage[rows[proven]] = stage
        self.ended[rows[proven]] = int(Ended.PROVEN)
        self.last[rows] = stage
