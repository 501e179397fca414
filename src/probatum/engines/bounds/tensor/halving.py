# SPDX-License-Identifier: Apache-2.0
"""Halve the regions that linear bounds leave open, where few cells of the input can move: each half is bounded anew.

A row is proven where all parts of its region are. A part is cut through the cell of the input on which its worst margin
leans most: the weight that is carried back to the cell times how far it can move (the smear of Kearfott 1996, section
4.3.2; for networks, Wang et al. 2018, arXiv:1809.08098, section 4). Halves share the plane between them, so none of the
region is left out. Unlike the splitting of ReLUs (``branch``), this helps with curves of any kind.

Parts of many rows are worked on together. What a row may cost is counted in parts; whoever bounds them counts besides
what all of them cost together, and says when that is spent.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import final

import torch
from torch import Tensor

from probatum.engines.bounds.tensor.backward import Ground
from probatum.engines.evasion.results import Ended

MOVING = 10  # cells of a row's region that can move, at most: with more, halves hardly get smaller
TOGETHER = 256  # parts that are bounded at once


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bounded:
    """What linear bounds say of p parts."""

    margins: Tensor  # (p,) the least margin, rounding taken off
    leaning: Tensor  # (p, ...) weights of the input's cells in that margin
    wrong: Tensor  # (p,) bool: the middle of the part is answered wrongly, so there is nothing to prove


Bounding = Callable[[Tensor, Ground], Bounded]  # rows (p,), regions of p parts


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Parts:
    row: Tensor  # (p,)
    low: Tensor  # (p, ...)
    high: Tensor
    place: Tensor  # (p,) of the cell that is cut, in a flat row

    def take(self, index: Tensor | slice) -> "_Parts":
        return _Parts(row=self.row[index], low=self.low[index], high=self.high[index], place=self.place[index])

    def join(self, other: "_Parts") -> "_Parts":
        return _Parts(
            row=torch.cat([self.row, other.row]),
            low=torch.cat([self.low, other.low]),
            high=torch.cat([self.high, other.high]),
            place=torch.cat([self.place, other.place]),
        )


def few_move(ground: Ground) -> Tensor:
    """Return (n,) bool: the region is a box in which few cells move."""
    if ground.radius is not None:
        return torch.zeros(len(ground.low), dtype=torch.bool)
    return (ground.low < ground.high).flatten(1).sum(dim=1) <= MOVING


def halve(bounding: Bounding, ground: Ground, nodes: int, over: Callable[[], bool]) -> tuple[Tensor, Tensor]:
    """Halve until all parts of a row are proven, one cannot be, its parts are used up, or the work of all rows is.

    Args:
        bounding: bounds parts of the rows.
        ground: the regions of r rows, boxes.
        nodes: most parts that are bounded for one row.
        over: says that the work of all rows is spent.

    Returns:
        (r,) int8 how it ended, see ``Ended``; (r,) int64: parts that were bounded.
    """
    rows = len(ground.low)
    used, ended = torch.zeros(rows, dtype=torch.int64), torch.full((rows,), int(Ended.PROVEN), dtype=torch.int8)
    every = torch.arange(rows)
    whole = _Parts(row=every, low=ground.low, high=ground.high, place=torch.zeros_like(every))
    pool = _bounded(bounding, ground, whole, used, ended)
    while len(pool.row):
        # each part that is open costs at least two more
        spent = (used + 2 * torch.bincount(pool.row, minlength=rows) > nodes) | over()
        ended[spent & (ended == int(Ended.PROVEN))] = int(Ended.SPENT)
        pool = pool.take(ended[pool.row] == int(Ended.PROVEN))
        order = torch.argsort(used[pool.row], stable=True)  # easy rows are done before hopeless ones take their time
        now, pool = pool.take(order[: TOGETHER // 2]), pool.take(order[TOGETHER // 2 :])
        pool = pool.join(_bounded(bounding, ground, _halves(now, ended), used, ended))
    return ended, used


def _bounded(bounding: Bounding, ground: Ground, parts: _Parts, used: Tensor, ended: Tensor) -> _Parts:
    """Bound parts; return those that are not proven, with where to cut them."""
    left = parts.take(slice(0, 0))
    for start in range(0, len(parts.row), TOGETHER):
        some = parts.take(slice(start, start + TOGETHER))
        used += torch.bincount(some.row, minlength=len(used))
        found = bounding(some.row, replace(ground.take(some.row), low=some.low, high=some.high))
        ended[some.row[found.wrong]] = int(Ended.BROKEN)
        moves = (some.high > some.low).flatten(1)
        pull = (found.leaning.abs() * (some.high - some.low)).flatten(1)
        some = replace(some, place=torch.where(moves, pull, -1.0).argmax(dim=1))
        left = left.join(some.take((found.margins <= 0) & (ended[some.row] == int(Ended.PROVEN))))
    return left


def _halves(parts: _Parts, ended: Tensor) -> _Parts:
    """Return both halves of each part; of a row with a part that has no middle any more nothing is proven."""
    index = (torch.arange(len(parts.row)), parts.place)
    low, high = parts.low.flatten(1), parts.high.flatten(1)
    middle = low[index] + (high[index] - low[index]) / 2
    thin = (middle <= low[index]) | (middle >= high[index])
    ended[parts.row[thin]] = int(Ended.EXHAUSTED)
    up, down = low.clone(), high.clone()
    up[index], down[index] = middle, middle
    first = replace(parts, high=down.view_as(parts.high)).take(~thin)
    return first.join(replace(parts, low=up.view_as(parts.low)).take(~thin))
