# SPDX-License-Identifier: Apache-2.0
"""Split what linear bounds leave open: each part holds some ReLUs on one side, and is bounded by itself.

A row is proven where all its parts are. What a part knows of its ReLUs enters its bound through multipliers, searched
together with the slopes of the lines: Wang et al. 2021, arXiv:2103.06624 (beta-CROWN), section 3.2; any multiplier from
0 up gives a bound, so the search need not end well to be sound. Which ReLU is split: the one whose lines leave out
most, in the spirit of Bunel et al. 2020, arXiv:1909.06588, section 4.2.

Parts of many rows are worked on together. What a row may cost is counted in parts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import final

import torch
from torch import Tensor

from probatum.engines.bounds.tensor.backward import Ground, least
from probatum.engines.bounds.tensor.intervals import Ends
from probatum.engines.bounds.tensor.steps import Step, relu_lines

TOGETHER = 512  # parts that are bounded at once, at most
STEPS = 12  # of the search for slopes and multipliers of a part
PACE = (0.25, 0.05)  # of that search: slopes, multipliers
LEAST = 1e-12  # gain of a ReLU that is open: so that it may be split even where it seems to gain nothing
SHRINK = 0.9  # of the pace, from step to step


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """What is to be proven of r rows: that m margins are above 0, of which some are not proven yet."""

    source: str
    steps: list[Step]
    result: str
    known: Mapping[str, Ends]  # of r rows
    ground: Ground  # of r rows
    weights: Tensor  # (r, m, *shape of the result): the margins
    slack: Tensor  # (r, m) what rounding may take off each
    open: Tensor  # (r, m) bool: the margins that are not proven yet

    @property
    def bends(self) -> dict[str, str]:
        """Names of the values that ReLUs are applied to, by the names of these steps."""
        return {step.name: step.inputs[0] for step in self.steps if step.relax is relu_lines}


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Parts:
    """p parts of the regions of some rows."""

    row: Tensor  # (p,)
    margin: Tensor  # (p,) which of the m
    signs: dict[str, Tensor]  # by step: (p, ...) int8, 1: on, -1: off, 0: either
    slopes: dict[str, Tensor]  # by step: (p, ...) of the lines below
    forces: dict[str, Tensor]  # by step: (p, ...) multipliers of the signs
    gain: dict[str, Tensor]  # by step: (p, ...) what splitting there may gain, roughly

    def __len__(self) -> int:
        return len(self.row)

    def take(self, index: Tensor | slice) -> "_Parts":
        return _Parts(
            row=self.row[index],
            margin=self.margin[index],
            signs={name: one[index] for name, one in self.signs.items()},
            slopes={name: one[index] for name, one in self.slopes.items()},
            forces={name: one[index] for name, one in self.forces.items()},
            gain={name: one[index] for name, one in self.gain.items()},
        )

    def join(self, other: "_Parts") -> "_Parts":
        def both(name: str) -> dict[str, Tensor]:
            mine, theirs = getattr(self, name), getattr(other, name)
            return {step: torch.cat([mine[step], theirs[step]]) for step in mine}

        return _Parts(
            row=torch.cat([self.row, other.row]),
            margin=torch.cat([self.margin, other.margin]),
            signs=both("signs"),
            slopes=both("slopes"),
            forces=both("forces"),
            gain=both("gain"),
        )


def split(problem: Problem, nodes: int, cells: int) -> tuple[Tensor, Tensor]:
    """Split until all parts of a row are proven, or its parts are used up.

    Args:
        problem: the rows.
        nodes: most parts that are bounded for one row.
        cells: most float64 cells of one value of the network that are held at a time.

    Returns:
        (r,) bool: proven; (r,) int64: parts that were bounded.
    """
    return _Search(problem, nodes, cells).run()


@final
class _Search:
    """All parts that are still open."""

    def __init__(self, problem: Problem, nodes: int, cells: int) -> None:
        self.problem, self.nodes = problem, nodes
        self.used = torch.zeros(len(problem.slack), dtype=torch.int64)
        self.lost = torch.zeros(len(problem.slack), dtype=torch.bool)  # given up
        most = max(ends.low[:1].numel() for ends in problem.known.values())
        self.together = max(2, min(TOGETHER, cells // (4 * most)))

    def run(self) -> tuple[Tensor, Tensor]:
        bends = self.problem.bends
        if not bends:
            return torch.zeros_like(self.lost), self.used
        row, margin = torch.nonzero(self.problem.open, as_tuple=True)
        pool = self._bounded(self._fresh(row, margin))
        while len(pool):
            # rows that used least go first, so that easy ones are done before hopeless ones take their time
            order = torch.argsort(self.used[pool.row], stable=True)
            now, pool = pool.take(order[: self.together // 2]), pool.take(order[self.together // 2 :])
            now, later = self._within_limit(now)
            pool = pool.join(later)
            halves, whole = self._halves(now)
            self.lost[whole] = True  # nothing is left to split, and it is still not proven
            pool = pool.join(self._bounded(halves)) if len(halves) else pool
            self.lost[pool.row[self.used[pool.row] + 2 > self.nodes]] = True
            pool = pool.take(~self.lost[pool.row])
        return ~self.lost & self.problem.open.any(dim=1), self.used

    def _within_limit(self, parts: _Parts) -> tuple[_Parts, _Parts]:
        """Return the parts whose halves their rows may still bound, and the others."""
        turn = (parts.row[:, None] == parts.row[None, :]).tril().sum(dim=1)  # 1 for the first part of each row
        may = self.used[parts.row] + 2 * turn <= self.nodes
        return parts.take(may), parts.take(~may)

    def _fresh(self, row: Tensor, margin: Tensor) -> _Parts:
        slopes, signs = {}, {}
        for step, value in self.problem.bends.items():
            ends = self.problem.known[value]
            slopes[step] = torch.where(ends.high > -ends.low, 1.0, 0.0)[row].double()
            signs[step] = torch.zeros_like(slopes[step], dtype=torch.int8)
        zeros = {step: torch.zeros_like(one) for step, one in slopes.items()}
        return _Parts(row=row, margin=margin, signs=signs, slopes=slopes, forces=zeros, gain=zeros)

    def _bounded(self, parts: _Parts) -> _Parts:
        """Bound parts, and return those that are not proven."""
        left = []
        for start in range(0, len(parts), self.together):
            some = parts.take(slice(start, start + self.together))
            self.used += torch.bincount(some.row, minlength=len(self.used))
            left.append(self._improved(some))
        whole = left[0]
        for one in left[1:]:
            whole = whole.join(one)
        return whole

    def _improved(self, parts: _Parts) -> _Parts:
        """Search for slopes and multipliers that prove parts; return those that stay open, with what was found."""
        slopes = {name: one.clone().requires_grad_(True) for name, one in parts.slopes.items()}
        forces = {name: one.clone().requires_grad_(True) for name, one in parts.forces.items()}
        known, ground = self._known(parts), self.problem.ground.take(parts.row)
        weights = self.problem.weights[parts.row, parts.margin].unsqueeze(1)
        slack = self.problem.slack[parts.row, parts.margin]
        best = torch.full((len(parts),), -torch.inf, dtype=torch.float64)
        kept = parts
        search = torch.optim.Adam(
            [{"params": list(slopes.values()), "lr": PACE[0]}, {"params": list(forces.values()), "lr": PACE[1]}]
        )
        for step in range(STEPS):
            extra = {
                value: -(parts.signs[bend] * forces[bend]).unsqueeze(1) for bend, value in self.problem.bends.items()
            }
            seen: dict[str, Tensor] = {}
            bound = least(
                self.problem.source, self.problem.steps, known, ground, self.problem.result, weights, slopes,
                extra=extra, seen=seen,
            )[:, 0] - slack  # fmt: skip
            better = bound.detach() > best
            best = torch.where(better, bound.detach(), best)
            kept = _remembered(kept, better, slopes, forces)
            if bool((best > 0).all()) or step == STEPS - 1:
                break
            search.zero_grad()
            (-bound.clamp(max=1e6).sum()).backward()  # type: ignore[no-untyped-call]
            search.step()
            with torch.no_grad():
                for name in slopes:
                    slopes[name].clamp_(0.0, 1.0)
                    forces[name].clamp_(0.0, 1e4)
            for group in search.param_groups:
                group["lr"] *= SHRINK
        left = best <= 0
        return self._weighed(kept.take(left), known, {name: one.detach() for name, one in seen.items()}, left)

    def _known(self, parts: _Parts) -> dict[str, Ends]:
        """Return the bounds that hold in each part."""
        known = {name: ends.take(parts.row) for name, ends in self.problem.known.items()}
        for bend, value in self.problem.bends.items():
            ends, signs = known[value], parts.signs[bend]
            known[value] = Ends(
                low=torch.where(signs > 0, ends.low.clamp(min=0.0), ends.low),
                high=torch.where(signs < 0, ends.high.clamp(max=0.0), ends.high),
                error=ends.error,
            )
        return known

    def _weighed(self, parts: _Parts, known: dict[str, Ends], seen: dict[str, Tensor], left: Tensor) -> _Parts:
        """Return the parts with what splitting each ReLU may gain: the weight times what its lines leave out."""
        gain = {}
        for bend, value in self.problem.bends.items():
            low, high, asked = known[value].low[left], known[value].high[left], seen[bend][left]
            chord = -low * high / (high - low).clamp(min=1e-12)
            slope = parts.slopes[bend]
            out = torch.where(asked < 0, chord, torch.minimum(-low * slope, high * (1 - slope)))
            gain[bend] = torch.where((low < 0) & (high > 0), asked.abs() * out + LEAST, 0.0)
        return replace(parts, gain=gain)

    def _halves(self, parts: _Parts) -> tuple[_Parts, Tensor]:
        """Return both halves of each part, and the rows of parts in which no ReLU is open."""
        names = list(parts.gain)
        flat = torch.cat([parts.gain[name].flatten(1) for name in names], dim=1)
        most, place = flat.max(dim=1)
        splits = most > 0
        whole, parts, place = parts.row[~splits], parts.take(splits), place[splits]
        on = {name: one.clone() for name, one in parts.signs.items()}
        off = {name: one.clone() for name, one in parts.signs.items()}
        start = 0
        for name in names:
            count = parts.gain[name][:1].numel() if len(parts) else 0
            here = torch.nonzero((place >= start) & (place < start + count))[:, 0]
            on[name].flatten(1)[here, place[here] - start] = 1
            off[name].flatten(1)[here, place[here] - start] = -1
            start += count
        return replace(parts, signs=on).join(replace(parts, signs=off)), whole


def _remembered(parts: _Parts, better: Tensor, slopes: dict[str, Tensor], forces: dict[str, Tensor]) -> _Parts:
    """Return the parts with the slopes and multipliers of their best bound."""

    def chosen(new: Tensor, old: Tensor) -> Tensor:
        return torch.where(better.view(-1, *([1] * (old.dim() - 1))), new.detach(), old)

    return replace(
        parts,
        slopes={name: chosen(slopes[name], parts.slopes[name]) for name in slopes},
        forces={name: chosen(forces[name], parts.forces[name]) for name in forces},
    )
