# SPDX-License-Identifier: Apache-2.0
"""Split what linear bounds leave open: each part holds some ReLUs on one side, and is bounded by itself.

Works on one row at a time, where the network is small (``local``). First the units' own bounds are sharpened, layer by
layer, each with lines of its own (alpha-CROWN: Xu et al. 2021, arXiv:2011.13824, section 3.1). A row is proven where
all parts of all its margins are. What a part knows of its ReLUs enters its bound through multipliers, searched together
with the slopes of the lines: Wang et al. 2021, arXiv:2103.06624 (beta-CROWN), section 3.2; any multiplier from 0 up
gives a bound, so the search need not end well to be sound. Which ReLU is split: the one whose lines leave out most, in
the spirit of Bunel et al. 2020, arXiv:1909.06588, section 4.2.

What a row may cost is counted in parts.
"""

from dataclasses import dataclass, replace
from typing import final

import torch
from torch import Tensor

from probatum.engines.bounds.tensor.local import Local, Sums

ROOM = 400_000  # float64 numbers of one value that are held at once: about what caches hold
SHARPENED = 100  # units of a layer whose own bounds are sharpened
STEPS = 12  # of the search for slopes and multipliers
PACE = (0.25, 0.05)  # of that search: slopes, multipliers
SHRINK = 0.9  # of the pace, from step to step
CANDIDATES = 8  # ReLUs that are looked at for each split
LEAST = 1e-12  # gain of a ReLU that is open: so that it may be split even where it seems to gain nothing


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Split:
    """What became of one row."""

    bound: float  # the least margin before any splitting
    proven: bool
    parts: int  # that were bounded; 0: lines sufficed, or splitting was not begun


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Parts:
    """p parts of the region, each for one margin."""

    margin: Tensor  # (p,) which of the margins
    signs: Tensor  # (p, k) float64, 1: on, -1: off, 0: either
    slopes: Tensor  # (p, k) of the lines below
    forces: Tensor  # (p, k) multipliers of the signs
    bound: Tensor  # (p,)
    arriving: Tensor  # (p, k) weights that arrive at the units

    def take(self, index: Tensor | slice) -> "_Parts":
        return _Parts(
            margin=self.margin[index], signs=self.signs[index], slopes=self.slopes[index], forces=self.forces[index],
            bound=self.bound[index], arriving=self.arriving[index],
        )  # fmt: skip

    def join(self, other: "_Parts") -> "_Parts":
        def both(name: str) -> Tensor:
            return torch.cat([getattr(self, name), getattr(other, name)])

        return _Parts(
            margin=both("margin"), signs=both("signs"), slopes=both("slopes"), forces=both("forces"),
            bound=both("bound"), arriving=both("arriving"),
        )  # fmt: skip


def split(local: Local, nodes: int) -> Split:
    """Prove that all margins of one row are above zero.

    Args:
        local: the network in the row's region.
        nodes: most parts that are bounded, the whole region not counted; below 2 nothing is split.
    """
    whole = _bounded(local, local.margins, _whole(local, local.margins))
    least, pool, used = float(whole.bound.min()), whole.take(whole.bound <= 0), 0
    others = whole.bound[whole.bound > 0]
    if len(pool.margin) and len(local.layers) > 1 and nodes > 1:
        local = _sharpened(local, pool)
        again = _bounded(local, local.margins, _whole(local, local.margins).take(pool.margin))
        least, pool = float(torch.cat([again.bound, others]).min()), again.take(again.bound <= 0)
    together = max(2, ROOM // max(1, len(local.low), local.ground.low.shape[1]))
    while len(pool.margin):
        if used + 2 * len(pool.margin) > nodes:  # each part that is open costs at least two more
            return Split(bound=least, proven=False, parts=used)
        order = torch.argsort(pool.bound, stable=True)
        now, pool = pool.take(order[: together // 2]), pool.take(order[together // 2 :])
        halves = _halves(local, now)
        if halves is None:  # nothing is left to split, and it is still not proven
            return Split(bound=least, proven=False, parts=used)
        used += len(halves.margin)
        halves = _bounded(local, local.margins, halves)
        pool = pool.join(halves.take(halves.bound <= 0))
    return Split(bound=least, proven=True, parts=used)


def _sharpened(local: Local, parts: _Parts) -> Local:
    """Sharpen the bounds of the units that matter most to some parts, in all layers but the first."""
    matters = _left_out(local, parts).amax(dim=0)
    for layer in local.layers[1:]:
        places = torch.arange(layer.start, layer.stop)
        places = places[torch.argsort(matters[layer], descending=True, stable=True)[:SHARPENED]]
        both = local.before.take(places).both_ways()
        low, high = _bounded(local, both, _whole(local, both), settle=False).bound.view(2, -1)
        local = local.narrowed(places, low, -high)
    return local


def _left_out(local: Local, parts: _Parts) -> Tensor:
    """Return (p, k) what the lines of each open ReLU leave out at most, by its weight; others: below 0."""
    may = local.bends & (local.low < 0) & (local.high > 0) & (parts.signs == 0)
    chord = -local.low * local.high / (local.high - local.low).clamp(min=LEAST)
    under = torch.minimum(-local.low * parts.slopes, local.high * (1 - parts.slopes))
    return torch.where(may, parts.arriving.abs() * torch.where(parts.arriving < 0, chord, under) + LEAST, -1.0)


def _whole(local: Local, sums: Sums) -> _Parts:
    """Return one part for each sum, with nothing split, and the better of two usual kinds of lines."""
    count, units = sums.units.shape
    usual = torch.where(local.high > -local.low, 1.0, 0.0).double().expand(count, -1)
    bounds = [local.least(sums, slopes)[0] for slopes in (usual, torch.zeros_like(usual))]
    zeros = torch.zeros(count, units, dtype=torch.float64)
    return _Parts(
        margin=torch.arange(count), signs=zeros, slopes=torch.where((bounds[0] > bounds[1])[:, None], usual, zeros),
        forces=zeros, bound=torch.maximum(*bounds), arriving=zeros,
    )  # fmt: skip


def _bounded(local: Local, sums: Sums, parts: _Parts, *, settle: bool = True) -> _Parts:
    """Search for slopes and multipliers that prove parts, ``settle``: no further than to 0."""
    some = max(1, ROOM // max(1, len(local.low), local.ground.low.shape[1]))
    rough = local.rough()
    done = [
        _searched(local, rough, sums, parts.take(slice(at, at + some)), settle=settle)
        for at in range(0, len(parts.margin), some)
    ]
    whole = done[0]
    for one in done[1:]:
        whole = whole.join(one)
    return whole


def _searched(local: Local, rough: Local, sums: Sums, parts: _Parts, *, settle: bool) -> _Parts:
    """Search in float32, where that is twice as fast; bound what was found in float64."""
    asked = sums.take(parts.margin)
    roughly, signs = asked.rough(), parts.signs.float()
    slopes, forces = parts.slopes.float().requires_grad_(True), parts.forces.float().requires_grad_(True)
    search = torch.optim.Adam([{"params": [slopes], "lr": PACE[0]}, {"params": [forces], "lr": PACE[1]}])
    highest = torch.full((len(signs),), -torch.inf)
    best = slopes.detach().clone(), forces.detach().clone()
    for step in range(STEPS):
        bound, _ = rough.least(roughly, slopes, signs, forces)
        gained = (bound.detach() > highest)[:, None]
        best = torch.where(gained, slopes.detach(), best[0]), torch.where(gained, forces.detach(), best[1])
        highest = torch.maximum(highest, bound.detach())
        if step == STEPS - 1 or not bound.requires_grad or (settle and bool((highest > 0).all())):
            break
        search.zero_grad()
        (-bound.clamp(max=1e6).sum()).backward()  # type: ignore[no-untyped-call]
        search.step()
        with torch.no_grad():
            slopes.clamp_(0.0, 1.0)
            forces.clamp_(0.0, 1e4)
        for group in search.param_groups:
            group["lr"] *= SHRINK
    bound, arriving = local.least(asked, best[0].double(), parts.signs, best[1].double())
    return replace(parts, slopes=best[0].double(), forces=best[1].double(), bound=bound, arriving=arriving)


def _halves(local: Local, parts: _Parts) -> _Parts | None:
    """Return both halves of each part; None where one has no ReLU left that is open.

    Of the ReLUs whose lines leave out most, that one is split whose worse half is bounded best, without a search.
    """
    gain = _left_out(local, parts)
    if not bool((gain > 0).any(dim=1).all()):
        return None
    most, places = gain.topk(min(CANDIDATES, gain.shape[1]), dim=1)
    p, tried = places.shape
    every = torch.arange(p).repeat_interleave(tried)
    wide = parts.take(every)
    on, off = wide.signs.clone(), wide.signs.clone()
    index = (torch.arange(p * tried), places.flatten())
    on[index], off[index] = 1.0, -1.0
    asked = local.margins.take(wide.margin)
    bounds = [local.least(asked, wide.slopes, signs, wide.forces)[0].view(p, tried) for signs in (on, off)]
    worse = torch.where(most > 0, torch.minimum(*bounds) + 1e-3 * torch.maximum(*bounds), -torch.inf)
    best = torch.arange(p) * tried + worse.argmax(dim=1)
    return replace(parts, signs=on[best]).join(replace(parts, signs=off[best]))
