# SPDX-License-Identifier: Apache-2.0
"""Search for the lines, and the multipliers of what splits set, that bound a part of a region best.

Sources: Xu et al. 2021, arXiv:2011.13824, section 3.1 (alpha-CROWN: slopes, also for the bounds of inner layers); Wang
et al. 2021, arXiv:2103.06624, section 3.2 (beta-CROWN: multipliers). Any shares and any multipliers from 0 up give a
bound, so the search need not end well to be sound. It runs in float32; what it found is bounded anew in float64.
"""

from dataclasses import dataclass, fields, replace
from typing import final

import torch
from torch import Tensor

from probatum.engines.bounds.tensor.local import Local, Sums

ROOM = 400_000  # float64 numbers of one value that are held at once: about what caches hold
STEPS = 12  # of a search
BOTH = 3  # a step's way forward and back, in ways forward
PACE = (0.25, 0.05)  # of that search: shares, multipliers
SHRINK = 0.9  # of the pace, from step to step
REFINED = 64  # units whose bounds are worked out anew in each part, at most
SHARPENED = 0.4  # of a row's work, at most, for the bounds of inner layers
EACH = 4  # parts whose work the bounds of inner layers may take, for each part that may follow


@final
class Meter:
    """How much work one row may take, in multiplications, and how much it took."""

    def __init__(self, limit: float) -> None:
        """Take the limit."""
        self.limit, self.spent = limit, 0.0

    @property
    def over(self) -> bool:
        """Whether the limit is reached."""
        return self.spent >= self.limit


@final
class Adam:
    """Moves of one tensor up a slope: Kingma and Ba 2015, arXiv:1412.6980, algorithm 1.

    That of ``torch.optim`` imports torch's compiler at its first use, which takes longer than most searches.
    """

    FIRST, SECOND, LEAST = 0.9, 0.999, 1e-8

    def __init__(self, pace: float) -> None:
        """Take the pace, about the length of a move."""
        self.pace = pace
        self._moves, self._mean, self._square = 0, torch.zeros(()), torch.zeros(())

    def move(self, slope: Tensor) -> Tensor:
        """Return the next move."""
        self._moves += 1
        self._mean = self.FIRST * self._mean + (1 - self.FIRST) * slope
        self._square = self.SECOND * self._square + (1 - self.SECOND) * slope.square()
        size = (self._square / (1 - self.SECOND**self._moves)).sqrt() + self.LEAST
        return self.pace / (1 - self.FIRST**self._moves) * self._mean / size


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parts:
    """p parts of the region, each for one sum that is asked about."""

    asked: Tensor  # (p,) which of the sums
    low: Tensor  # (p, k) what is known of the units
    high: Tensor
    signs: Tensor  # (p, k) see ``Held``
    shares: Tensor  # (p, k) of the lines
    forces: Tensor  # (p, k) multipliers
    bound: Tensor  # (p,)
    arriving: Tensor  # (p, k) weights that arrive at the units
    leaning: Tensor  # (p, d) and at the input

    def take(self, index: Tensor | slice) -> "Parts":
        """Return some of them."""
        return Parts(**{one.name: getattr(self, one.name)[index] for one in fields(self)})

    def join(self, *others: "Parts") -> "Parts":
        """Return these and the others."""
        every = (self, *others)
        return Parts(**{one.name: torch.cat([getattr(part, one.name) for part in every]) for one in fields(self)})


def whole(local: Local, sums: Sums, meter: Meter) -> Parts:
    """Return one part for each sum, with nothing split, and the better of two usual kinds of lines."""
    count, units = sums.units.shape
    held = local.held()
    usual, flat = held.usual.expand(count, -1), torch.zeros(count, units, dtype=torch.float64)
    tried = [(shares, *local.least(sums, shares, held)) for shares in (usual, flat)]
    meter.spent += 2 * count * local.size
    better = (tried[0][1] > tried[1][1])[:, None]
    return Parts(
        asked=torch.arange(count), low=local.low.expand(count, -1), high=local.high.expand(count, -1), signs=flat,
        shares=torch.where(better, usual, flat), forces=flat, bound=torch.maximum(tried[0][1], tried[1][1]),
        arriving=torch.where(better, tried[0][2], tried[1][2]), leaning=torch.where(better, tried[0][3], tried[1][3]),
    )  # fmt: skip


def searched(local: Local, sums: Sums, parts: Parts, meter: Meter, *, settle: bool = True, steps: int = STEPS) -> Parts:
    """Search for shares and multipliers.

    Args:
        local: the network in the region.
        sums: what is asked about.
        parts: of the region; at least one.
        meter: counts the work.
        settle: search no further than to 0.
        steps: of the search, at most.
    """
    some, rough = max(1, ROOM // max(1, *local.before.inputs.shape)), local.rough()
    starts = range(0, len(parts.asked), some)
    done = [_searched(local, rough, sums, parts.take(slice(at, at + some)), meter, settle, steps) for at in starts]
    return done[0].join(*done[1:]) if len(done) > 1 else done[0]


def _searched(local: Local, rough: Local, sums: Sums, parts: Parts, meter: Meter, settle: bool, steps: int) -> Parts:
    asked = sums.take(parts.asked)
    roughly, split = asked.rough(), bool(parts.signs.any())
    # parts that know the same of the units share its lines
    same = not split
    low, high = (parts.low[0], parts.high[0]) if same else (parts.low, parts.high)
    held = rough.held(low.float(), high.float(), None if same else parts.signs.float())
    shares, forces = parts.shares.float().requires_grad_(True), parts.forces.float().requires_grad_(split)
    sought = [(shares, Adam(PACE[0]), 1.0), *([(forces, Adam(PACE[1]), 1e4)] * split)]  # each from 0 to its most
    highest = torch.full((len(asked.shift),), -torch.inf)
    best = shares.detach().clone(), forces.detach().clone()
    for step in range(steps):
        bound = rough.least(roughly, shares, held, forces if split else None)[0]
        gained = (bound.detach() > highest)[:, None]
        best = torch.where(gained, shares.detach(), best[0]), torch.where(gained, forces.detach(), best[1])
        highest = torch.maximum(highest, bound.detach())
        meter.spent += BOTH * len(highest) * local.size
        if step == steps - 1 or not bound.requires_grad or (settle and bool((highest > 0).all())):
            break
        slopes = torch.autograd.grad(bound.clamp(max=1e6).sum(), [values for values, *_ in sought], allow_unused=True)
        with torch.no_grad():
            for (values, search, most), slope in zip(sought, slopes, strict=True):
                if slope is not None:
                    values.add_(search.move(slope)).clamp_(0.0, most)
                search.pace *= SHRINK
    exactly = local.held(low, high, None if same else parts.signs)
    shares, forces = best[0].double(), best[1].double()
    bound, arriving, leaning = local.least(asked, shares, exactly, forces if split else None)
    meter.spent += len(highest) * local.size
    return replace(parts, shares=shares, forces=forces, bound=bound, arriving=arriving, leaning=leaning)


def sharpened(local: Local, parts: Parts, meter: Meter, nodes: int) -> Local:
    """Sharpen the bounds of the units that matter most to some parts, layer by layer, each with lines of its own.

    Args:
        local: the network in the region.
        parts: of which a proof is sought.
        meter: counts the work.
        nodes: parts that may follow; the fewer, the less is done before them.
    """
    held = local.held()
    matters = torch.where(held.bent, held.left_out(parts.shares, parts.arriving), 0.0).amax(dim=0)
    limit = min(SHARPENED * meter.limit, meter.limit - meter.spent, EACH * nodes * BOTH * STEPS * local.size)
    costs = [until.size for until in (local.until(place) for place in range(len(local.layers)))]
    counts = [int((matters[layer] > 0).sum()) for layer in local.layers]
    wanted = sum(count * cost for count, cost in zip(counts[1:], costs[1:], strict=True)) * 2 * (BOTH * STEPS + 3)
    share = min(1.0, limit / max(1.0, wanted))
    for place, layer in enumerate(local.layers):
        count = int(share * counts[place])
        if place == 0 or not count:
            continue
        places = torch.arange(layer.start, layer.stop)
        places = places[torch.argsort(matters[layer], descending=True, stable=True)[:count]]
        before = local.until(place)
        both = local.before.take(places).both_ways().until(layer.start)
        low, high = searched(before, both, whole(before, both, meter), meter, settle=False).bound.view(2, -1)
        local = local.narrowed(places, low, -high)
    return local


def refined(local: Local, parts: Parts, meter: Meter) -> Parts:
    """Bound the units of inner layers anew in each part, those that matter most to it, by what the part knows.

    A part of which bounds contradict one another is empty: its bound is infinite.
    """
    if len(local.layers) < 2 or not REFINED:
        return parts
    held, first = local.held(parts.low, parts.high, parts.signs), local.layers[1].start
    matters = torch.where(held.bent, held.left_out(parts.shares, parts.arriving), 0.0)
    matters[:, :first] = 0.0
    most = min(REFINED, matters.shape[1])
    places = matters.topk(most, dim=1).indices
    wanted = torch.zeros_like(matters, dtype=torch.bool).scatter_(1, places, True) & (matters > 0)
    low, high = parts.low.clone(), parts.high.clone()
    for place, layer in enumerate(local.layers[1:], start=1):
        rows, units = torch.nonzero(wanted[:, layer], as_tuple=True)
        if not len(rows):
            continue
        before, units = local.until(place), units + layer.start
        some = max(1, ROOM // max(1, *local.before.inputs.shape))
        for at in range(0, len(rows), some):
            row, unit = rows[at : at + some], units[at : at + some]
            index = (torch.cat([row, row])[:, None], torch.arange(layer.start)[None])
            known = before.held(low[index], high[index], torch.zeros(2 * len(row), layer.start, dtype=torch.float64))
            both = local.before.take(unit).both_ways().until(layer.start)
            bound = before.least(both, known.usual, known)[0].view(2, -1)
            meter.spent += 2 * len(row) * before.size
            low[row, unit] = torch.maximum(low[row, unit], bound[0])
            high[row, unit] = torch.minimum(high[row, unit], -bound[1])
    return replace(parts, low=low, high=high)
