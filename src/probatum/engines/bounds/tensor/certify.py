# SPDX-License-Identifier: Apache-2.0
"""Prove that no point of a region is answered wrongly: cheap bounds first, sharper ones only for what they leave open.

What is certified is the network as float32 computes it, rounding included (``intervals``). A row that is answered
wrongly as it is, is never certified.
"""

from dataclasses import dataclass, field, replace
from typing import final

import numpy as np
import torch
from torch import Tensor, nn

from probatum.engines.bounds.tensor.backward import Ground, least
from probatum.engines.bounds.tensor.branch import split
from probatum.engines.bounds.tensor.halving import Bounded, Bounding, few_move, halve
from probatum.engines.bounds.tensor.intervals import Ends, forward, overflows
from probatum.engines.bounds.tensor.local import localised
from probatum.engines.bounds.tensor.steps import Step
from probatum.engines.bounds.tensor.tighten import tightened
from probatum.engines.bounds.tensor.trace import Refused, trace
from probatum.engines.bounds.tensor.trial import tried
from probatum.engines.bounds.tensor.windows import Windows
from probatum.engines.evasion.results import Certified, Work
from probatum.engines.evasion.threat import Norm, Region

STAGES = ("intervals", "linear bounds", "sharpened bounds", "split regions", "halved regions")
CELLS = 8_000_000  # float64 cells in one batch of bounds, about 64 MB
TOGETHER = 4_000_000  # float64 cells of one value that are held while margins are carried back
ROOM = 400_000  # float64 cells of one value that are held while cells are carried back: about what caches hold
UNITS = 4000  # a row is not split where more cells of curves bend than this
HOPE = 5.0  # rows are left whose first linear bound lies further below zero than so many times their own margin
NEAR = 2.0  # rows are sharpened whose bound is less than so many times their own margin below zero


def certify(
    module: nn.Module,
    x: np.ndarray,
    y: np.ndarray,
    region: Region,
    *,
    nodes: int = 0,
    skip: np.ndarray | None = None,
) -> Certified:
    """Return which rows are proven.

    Args:
        module: (n, ...) float32 to (n, k) scores; it is traced by torch.fx.
        x: (n, ...) rows.
        y: (n,) index of the right class.
        region: where each row may go.
        nodes: most parts that are bounded for one row; above 0 lines are sharpened too.
        skip: (n,) bool, rows to leave alone.
    """
    n = len(x)
    try:
        proof = _Proof(module, x, y, region)
        open_rows = np.flatnonzero(np.ones(n, dtype=bool) if skip is None else ~skip)
        proof.run(torch.from_numpy(open_rows), nodes=nodes)
    except Refused as why:
        return _refused(n, str(why))
    return Certified(
        certified=proof.margins.numpy() > 0,
        margins=proof.margins.numpy(),
        stage=proof.stage.numpy(),
        stages=STAGES,
        work=Work(bound_rows=proof.bound_rows, nodes=proof.nodes),
    )


def _refused(n: int, why: str) -> Certified:
    return Certified(
        certified=np.zeros(n, dtype=bool),
        margins=np.full(n, -np.inf),
        stage=np.full(n, -1, dtype=np.int8),
        stages=STAGES,
        work=Work(),
        refused=why,
    )


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Rows:
    """Rows that are worked on together."""

    rows: Tensor  # (n,) their places among all
    y: Tensor  # (n,)
    ground: Ground
    own: Tensor  # (n,) margins of the rows as they are
    known: dict[str, Ends] = field(default_factory=dict)

    def take(self, index: Tensor) -> "_Rows":
        known = {name: ends.take(index) for name, ends in self.known.items()}
        return _Rows(
            rows=self.rows[index], y=self.y[index], ground=self.ground.take(index), own=self.own[index], known=known
        )


@final
class _Proof:
    """All rows while they are bounded."""

    def __init__(self, module: nn.Module, x: np.ndarray, y: np.ndarray, region: Region) -> None:
        self.source, self.steps, self.result = trace(module)
        tried(module, self.source, self.steps, self.result, x)
        self.x, self.region = x, region
        self.y = torch.from_numpy(np.array(y, dtype=np.int64))
        self.margins = torch.full((len(x),), -torch.inf, dtype=torch.float64)
        self.stage = torch.full((len(x),), -1, dtype=torch.int8)
        self.bound_rows = self.nodes = 0
        self.exact = _exact_by_intervals(self.source, self.steps) if region.radius is None else {self.source}
        self.windows: dict[str, Windows | None] = {}

    def run(self, rows: Tensor, *, nodes: int) -> None:
        """Bound the rows in batches that fit into memory, those that are open with all that there is."""
        left = [self._first(part) for part in self._batches(rows)]
        for part in self._batches(torch.cat(left) if left else rows):
            self._second(part, nodes=nodes)

    def _batches(self, rows: Tensor) -> list[Tensor]:
        if not len(rows):
            return []
        with torch.no_grad():
            ground = self._ground(rows[:1])
            shapes = forward(self.source, self.steps, ground.low, ground.high)
        cells = sum(one.low.numel() for one in shapes.values())
        return list(torch.split(rows, max(1, CELLS // (4 * cells))))

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

    def _rows(self, rows: Tensor) -> "_Rows":
        """Return rows with interval bounds; what is answered wrongly as it is, is left out: it is never certified."""
        ground, y = self._ground(rows), self.y[rows]
        own = self._margins_at(ground.centre, y)
        work = _Rows(rows=rows, y=y, ground=ground, own=own).take(own > 0)
        if not len(work.rows):
            return work
        work = replace(work, known=forward(self.source, self.steps, work.ground.low, work.ground.high))
        return work.take(~overflows(work.known))

    @torch.no_grad()
    def _first(self, rows: Tensor) -> Tensor:
        """Bound by intervals, then by lines; return the rows that are open and not hopeless."""
        work = self._rows(rows)
        if not len(work.rows):
            return work.rows
        self._note(work.rows, _interval_margins(work.known[self.result], work.y), 0)
        work = work.take(self.margins[work.rows] <= 0)
        if not len(work.rows) or self.result == self.source:
            return work.rows[:0]
        self.bound_rows += len(work.rows)
        bound = self._linear(work)
        self._note(work.rows, bound, 1)
        worst = bound.amin(dim=1)
        return work.rows[(worst <= 0) & (worst > -HOPE * work.own)]

    def _second(self, rows: Tensor, *, nodes: int) -> None:
        """Sharpen the bounds on all values first; then search for better lines, and split."""
        with torch.no_grad():
            work = self._rows(rows)
            if not len(work.rows):
                return
            tight = tightened(
                self.source, self.steps, work.known, work.ground, exact=self.exact, windows=self.windows, room=ROOM
            )
            self.bound_rows += tight.cells
            work = replace(work, known=tight.known)
            self._note(work.rows, self._linear(work), 1)
        work = work.take((self.margins[work.rows] <= 0) & (self.margins[work.rows] > -NEAR * work.own))
        if nodes and len(work.rows):
            self._split(work, nodes)

    def _linear(self, work: "_Rows") -> Tensor:
        """Return (n, m) lower bounds on the margins, by linear bounds, a few rows at a time."""
        weights, most = self._weights(work), max(ends.low[:1].numel() for ends in work.known.values())
        parts = torch.split(torch.arange(len(work.rows)), max(1, TOGETHER // (weights.shape[1] * most)))
        return torch.cat([self._linear_of(work.take(part), weights[part]) for part in parts])

    def _linear_of(self, work: "_Rows", weights: Tensor) -> Tensor:
        return least(self.source, self.steps, work.known, work.ground, self.result, weights)

    def _weights(self, work: "_Rows") -> Tensor:
        return _margin_weights(work.y, work.known[self.result].low.shape[1:])

    def _margins_at(self, x: Tensor, y: Tensor) -> Tensor:
        """Return (n,) the least margin of points, (n, ...), in real numbers."""
        with torch.no_grad():
            known = {self.source: x}
            for step in self.steps:
                known[step.name] = step.run(*(known[name] for name in step.inputs))
        scores = known[self.result]
        still = Ends(low=scores, high=scores, error=torch.zeros_like(scores))
        return _interval_margins(still, y).amin(dim=1)

    def _split(self, work: "_Rows", nodes: int) -> None:
        """Search for better lines; then split regions into parts: where few cells move, by these, else by ReLUs."""
        few, weights = few_move(work.ground), self._weights(work)
        for place in range(len(work.rows)):
            one = torch.tensor([place])
            row = work.take(one)
            with torch.no_grad():
                local = localised(self.source, self.steps, row.known, row.ground, self.result, weights[one], UNITS)
            if local is None:
                continue
            found = split(local, 0 if few[place] else nodes)
            self._note(row.rows, torch.tensor([[found.bound]], dtype=torch.float64), 2)
            if found.proven and found.bound <= 0:
                self._settle(row.rows, 3)
            self.nodes += found.parts
        work = work.take(few & (self.margins[work.rows] <= 0))
        if len(work.rows) and nodes > 1:
            proven, used = halve(self._bounding(work), work.ground, nodes)
            self._settle(work.rows[proven], 4)
            self.nodes += int(used.sum())

    def _bounding(self, work: "_Rows") -> Bounding:
        """Return what bounds parts of the regions of some rows."""

        def bounding(rows: Tensor, ground: Ground) -> Bounded:
            with torch.no_grad():
                known = forward(self.source, self.steps, ground.low, ground.high)
                known = tightened(
                    self.source, self.steps, known, ground, exact=self.exact, windows=self.windows, room=ROOM
                ).known
                part = _Rows(rows=work.rows[rows], y=work.y[rows], ground=ground, own=work.own[rows], known=known)
                seen: dict[str, Tensor] = {}
                weights = self._weights(part)
                bound = least(self.source, self.steps, known, ground, self.result, weights, seen=seen)
                worst, place = bound.min(dim=1)
                leaning = seen[self.source].view(*bound.shape, *ground.low.shape[1:])[torch.arange(len(rows)), place]
                middle = self._margins_at((ground.low + ground.high) / 2, part.y)
            return Bounded(margins=worst, leaning=leaning, wrong=middle <= 0)

        return bounding

    def _settle(self, rows: Tensor, stage: int) -> None:
        """Note rows as proven, by splitting."""
        self.stage[rows] = stage
        self.margins[rows] = torch.finfo(torch.float64).tiny  # above 0; by how much is not worked out

    def _note(self, rows: Tensor, bound: Tensor, stage: int) -> None:
        worst = bound.amin(dim=1)
        better = worst > self.margins[rows]
        proven = (self.margins[rows] <= 0) & (worst > 0)
        self.margins[rows] = torch.where(better, worst, self.margins[rows])
        self.stage[rows[proven]] = stage


def _exact_by_intervals(source: str, steps: list[Step]) -> set[str]:
    """Return the values of which intervals are exact over a box: moved cells of the input, and one sum of these."""
    moved: set[str] = {source}
    sums: set[str] = set()
    for step in steps:
        if step.relax is None and not step.picks and len(step.inputs) == 1 and step.inputs[0] in moved:
            (moved if step.terms == 0 else sums).add(step.name)
    return moved | sums


def _margin_weights(y: Tensor, shape: torch.Size) -> Tensor:
    """Return (n, m, *shape): the right class minus each of the others; of a single score, the score or its negative."""
    cells = shape.numel()
    if cells == 1:
        return (2.0 * y - 1).double().view(-1, 1, *shape)
    eye = torch.eye(cells, dtype=torch.float64)
    every = eye[y][:, None] - eye[None]
    others = torch.stack([torch.cat([torch.arange(c), torch.arange(c + 1, cells)]) for c in range(cells)])[y]
    return every[torch.arange(len(y))[:, None], others].view(len(y), cells - 1, *shape)


def _interval_margins(scores: Ends, y: Tensor) -> Tensor:
    low, high = scores.low.flatten(1), scores.high.flatten(1)
    if low.shape[1] == 1:
        return torch.where(y[:, None] == 1, low, -high)
    right = low.gather(1, y[:, None])
    others = torch.arange(low.shape[1])[None].expand(len(y), -1)
    rest = others[others != y[:, None]].view(len(y), -1)
    return right - high.gather(1, rest)
