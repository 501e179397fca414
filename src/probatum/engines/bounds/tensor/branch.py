# SPDX-License-Identifier: Apache-2.0
"""Split what linear bounds leave open: each part knows of some curves on which side they are, and is bounded by itself.

Works on one row at a time, where the network is small (``local``). First lines are searched for the margins, then for
the units' own bounds, layer by layer (``slopes``). A row is proven where all parts of all its margins are. Which unit
is split: of those whose lines leave out most, the one whose worse half is bounded best without a search: Bunel et al.
2020, arXiv:1909.06588, section 4.2; De Palma et al. 2021, arXiv:2104.06718 (filtered smart branching).

What a row may cost is counted in parts, and in multiplications.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import final

import torch
from torch import Tensor

from probatum.engines.bounds.tensor.local import Local
from probatum.engines.bounds.tensor.slopes import ROOM, Meter, Parts, refined, searched, sharpened, whole
from probatum.engines.evasion.results import Ended

CANDIDATES = 8  # units that are looked at for each split
PROBED = 4  # points where the worst parts are least, that are asked about after each round
LEAST = 1e-12  # gain of a unit that is open: so that it may be split even where it seems to gain nothing

Probe = Callable[[Tensor], bool]  # points (p, d) of the region -> whether the row is answered wrongly at one of them


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Split:
    """What became of one row."""

    bound: float  # the least margin before any splitting
    proven: bool
    parts: int  # that were bounded; 0: lines sufficed, or splitting was not begun
    ended: Ended
    corners: Tensor  # (c, d) points where the bounds of the worst open parts are least


def split(local: Local, nodes: int, meter: Meter, probe: Probe | None = None, *, units: bool = True) -> Split:
    """Prove that all margins of one row are above zero.

    Args:
        local: the network in the row's region.
        nodes: most parts that are bounded, the whole region not counted; below 2 nothing is split.
        meter: most work, and what was done.
        probe: asks about points where bounds are least.
        units: split them here; else the region is halved afterwards, in as many parts.
    """
    start = whole(local, local.margins, meter)
    open_margins, least = start.take(start.bound <= 0), float(start.bound.min())
    if len(open_margins.asked) and not meter.over:
        others = start.bound[start.bound > 0]
        pool = searched(local, local.margins, open_margins, meter)
        if bool((pool.bound <= 0).any()) and len(local.layers) > 1:
            local = sharpened(local, pool.take(pool.bound <= 0), meter, nodes)
            again = _narrowed(whole(local, local.margins, meter).take(pool.asked), pool)
            pool = searched(local, local.margins, again, meter)
        least = float(torch.cat([pool.bound, others]).min())
        open_margins = pool.take(pool.bound <= 0)
    return _searching(local, nodes if units else 0, meter, probe, open_margins, least)


def _narrowed(fresh: Parts, searched_before: Parts) -> Parts:
    """Return parts with the bounds that were sharpened, and the lines that were found before."""
    return replace(fresh, shares=searched_before.shares)


def _searching(
    local: Local, nodes: int, meter: Meter, probe: Probe | None, pool: Parts, least: float
) -> Split:  # fmt: skip
    together, used, ended = max(2, ROOM // max(1, *local.before.inputs.shape)), 0, Ended.PROVEN
    while len(pool.asked):
        order = torch.argsort(pool.bound, stable=True)
        if probe is not None and probe(local.ground.corner(pool.leaning[order[:PROBED]])):
            ended = Ended.BROKEN
            break
        if used + 2 * len(pool.asked) > nodes or meter.over:  # each part that is open costs at least two more
            ended = Ended.SPENT
            break
        now, pool = pool.take(order[: together // 2]), pool.take(order[together // 2 :])
        halves = _halves(local, now, meter)
        if halves is None:
            ended, pool = Ended.EXHAUSTED, now
            break
        used += len(halves.asked)
        halves = refined(local, halves, meter)
        halves = halves.take(~(halves.low > halves.high).any(dim=1))  # the others are empty
        if len(halves.asked):
            halves = searched(local, local.margins, halves, meter)
        pool = pool.join(halves.take(halves.bound <= 0))
    worst = pool.take(torch.argsort(pool.bound, stable=True)[:PROBED])
    return Split(
        bound=least, proven=ended is Ended.PROVEN, parts=used, ended=ended, corners=local.ground.corner(worst.leaning)
    )


def _halves(local: Local, parts: Parts, meter: Meter) -> Parts | None:
    """Return both halves of each part; None where one has no unit left that can be split."""
    held = local.held(parts.low, parts.high, parts.signs)
    gain = torch.where(held.bent, held.left_out(parts.shares, parts.arriving) + LEAST, -1.0)
    if not bool((gain > 0).any(dim=1).all()):
        return None
    most, places = gain.topk(min(CANDIDATES, gain.shape[1]), dim=1)
    p, tried = places.shape
    wide = parts.take(torch.arange(p).repeat_interleave(tried))
    index, asked = (torch.arange(p * tried), places.flatten()), local.margins.take(wide.asked)
    cuts = held.cut.gather(1, places).flatten()
    sides, bounds = list[Parts](), list[Tensor]()
    for sign in (1.0, -1.0):
        low, high, signs = wide.low.clone(), wide.high.clone(), wide.signs.clone()
        (low if sign > 0 else high)[index] = cuts
        signs[index] = sign
        forces = wide.forces.clone()
        forces[index] = 0.0
        sides.append(replace(wide, low=low, high=high, signs=signs, forces=forces))
        bounds.append(local.least(asked, wide.shares, local.held(low, high, signs), forces)[0].view(p, tried))
        meter.spent += p * tried * local.size
    worse = torch.where(most > 0, torch.minimum(*bounds) + 1e-3 * torch.maximum(*bounds), -torch.inf)
    best = torch.arange(p) * tried + worse.argmax(dim=1)
    return sides[0].take(best).join(sides[1].take(best))
