# SPDX-License-Identifier: Apache-2.0
"""Sharper bounds on the values inside a network: where intervals leave room between the lines around a curve.

Each such cell is carried back to the input by itself (``backward``), first those of the earliest curve, whose bounds
then serve the later ones. Which cells are open differs from row to row, so rows with about as many of them are taken
together, and no row pays for what only others need. Source: Zhang et al. 2018, arXiv:1811.00866 (CROWN), section 3.1.

What this may cost a row is counted in multiplications (``work``). Where that does not suffice for all of its cells,
those with the widest bounds come first; the others keep the bounds that intervals give.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor

from probatum.engines.bounds.tensor.backward import Ground, least
from probatum.engines.bounds.tensor.intervals import Ends, follow
from probatum.engines.bounds.tensor.steps import Step
from probatum.engines.bounds.tensor.windows import Windows
from probatum.engines.bounds.tensor.work import BOTH, carrying

WORK = 1 << 23  # numbers that are worked out to carry back the cells of one value of one row, at most


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tightened:
    """What came of it."""

    known: dict[str, Ends]  # bounds on every value, by name
    cells: int  # that were carried back, over all rows
    spent: float  # multiplications, over all rows
    short: Tensor  # (n,) bool: some of the row's cells were not carried back, for want of work


def tightened(
    source: str,
    steps: list[Step],
    known: dict[str, Ends],
    ground: Ground,
    *,
    exact: set[str],
    windows: dict[str, Windows | None],
    room: int,
    most: int = WORK,
    costs: Mapping[str, float] | None = None,
    limit: float = math.inf,
    done: Callable[[int], None] | None = None,
) -> Tightened:
    """Carry every cell back that a curve bends: of a ReLU, those that may lie on either side.

    Args:
        source: name of the input.
        steps: of the network.
        known: interval bounds on every value.
        ground: the regions.
        exact: values on which the intervals are exact already.
        windows: of values that were looked at before, by name; filled.
        room: most float64 cells of one value of the network that are held at a time.
        most: numbers that are worked out to carry back the cells of one value of one row.
        costs: of one sum of each value, by name, see ``carrying``; None: worked out.
        limit: multiplications that each row may take.
        done: called with the number of cells carried back, over all rows, whenever some were.
    """
    if costs is None:
        costs = carrying(source, steps, {name: ends.low.shape[1:] for name, ends in known.items()})
    tight, count, rows = {source: known[source]}, 0, len(known[source].low)
    left, short = torch.full((rows,), limit, dtype=torch.float64), torch.zeros(rows, dtype=torch.bool)
    spent, widest = 0.0, max(one.low[:1].numel() for one in known.values())
    for step in steps:
        if step.relax is not None:
            name = step.inputs[0]
            ends = _meet(tight[name], known[name])
            if name not in exact:
                below, below_shift, above, above_shift = step.relax(ends.low, ends.high)
                wanted = ((below != above) | (below_shift != above_shift)).flatten(1)
                if name not in windows:
                    windows[name] = Windows.of(source, steps, {k: v.low.shape[1:] for k, v in known.items()}, name)
                window = windows[name]
                each = BOTH * (costs[name] if window is None else window.size)
                able = (left / max(each, 1.0)).clamp(max=wanted.shape[1])
                chosen = _widest(wanted, ends, able if window is not None else able.clamp(max=max(1, most // widest)))
                short |= (chosen != wanted).any(dim=1)
                wanted, taken = chosen, each * chosen.sum(dim=1)
                left, spent = left - taken, spent + float(taken.sum())
                count += int(wanted.sum())
                if window is not None:
                    ends = _met(ends, *window.bounds(tight, ground, wanted))
                    if done is not None:
                        done(int(wanted.sum()))
                else:
                    ends = _carried(source, steps, tight, ground, name, ends, wanted, room, done)
            tight[name] = ends
        tight[step.name] = _meet(follow(step, tight), known[step.name])
    return Tightened(known=tight, cells=count, spent=spent, short=short)


def _carried(
    source: str, steps: list[Step], tight: dict[str, Ends], ground: Ground, name: str, ends: Ends, wanted: Tensor,
    room: int, done: Callable[[int], None] | None,
) -> Ends:  # fmt: skip
    """Return bounds on one value, of which the cells ``wanted``, (n, cells) bool, are carried back."""
    counts = wanted.sum(dim=1)
    if not counts.any():
        return ends
    low, high = ends.low.flatten(1).clone(), ends.high.flatten(1).clone()
    cells, width = low.shape[1], max(one.low[:1].numel() for one in tight.values())
    most = max(1, room // (2 * width))  # questions at once, each asked in both directions
    for rows, places in _batches(wanted, counts, most):
        weights = torch.zeros(len(rows), places.shape[1], cells, dtype=torch.float64).scatter_(2, places[:, :, None], 1)
        weights = weights.view(len(rows), -1, *ends.low.shape[1:])
        part = {value: one.take(rows) for value, one in tight.items()}
        here = ground.take(rows)
        both = least(source, steps, part, here, name, torch.cat([weights, -weights], dim=1))
        below, above = both[:, : places.shape[1]], -both[:, places.shape[1] :]
        # a row with fewer open cells than the others asks about one of them several times
        index = (rows[:, None].expand_as(places), places)
        low[index] = torch.maximum(low[index], below)
        high[index] = torch.minimum(high[index], above)
        if done is not None:
            done(places.numel())
    return Ends(low=low.view_as(ends.low), high=high.view_as(ends.high), error=ends.error)


def _widest(wanted: Tensor, ends: Ends, most: Tensor) -> Tensor:
    """Return (n, cells) bool: the cells wanted; where a row wants more than ``most``, (n,), the widest of them."""
    most = most.long()
    if bool((wanted.sum(dim=1) <= most).all()):
        return wanted
    wide = torch.where(wanted, (ends.high - ends.low).flatten(1), -1.0)
    place = torch.argsort(torch.argsort(wide, dim=1, descending=True, stable=True), dim=1)
    return wanted & (place < most[:, None])


def _met(ends: Ends, low: Tensor, high: Tensor) -> Ends:
    low, high = low.view_as(ends.low), high.view_as(ends.high)
    return Ends(low=torch.maximum(ends.low, low), high=torch.minimum(ends.high, high), error=ends.error)


def _batches(wanted: Tensor, counts: Tensor, most: int) -> list[tuple[Tensor, Tensor]]:
    """Return rows, (r,), and places of their cells, (r, m), with about ``most`` questions in each batch."""
    order = torch.argsort(counts, stable=True)
    order = order[counts[order] > 0]
    batches, start = [], 0
    while start < len(order):
        stop = start + 1
        while stop < len(order) and (stop - start + 1) * int(counts[order[stop]]) <= most:
            stop += 1
        rows = order[start:stop]
        m = int(counts[rows[-1]])
        places = torch.argsort((~wanted[rows]).byte(), dim=1, stable=True)[:, :m]
        places = torch.where(torch.arange(m)[None] < counts[rows][:, None], places, places[:, :1])
        batches += [(rows, piece) for piece in torch.split(places, max(1, most // len(rows)), dim=1)]
        start = stop
    return batches


def _meet(one: Ends, other: Ends) -> Ends:
    return Ends(
        low=torch.maximum(one.low, other.low),
        high=torch.minimum(one.high, other.high),
        error=torch.minimum(one.error, other.error),
    )
