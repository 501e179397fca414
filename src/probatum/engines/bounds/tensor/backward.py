# SPDX-License-Identifier: Apache-2.0
"""Linear bounds on what a network computes, carried back from the result to the input.

Each curve is replaced by a line below and a line above; what is asked of the result then is a sum over the input's
cells, whose least value over a box or ball is known exactly. Rounding errors (``intervals``) are carried back like an
input that nobody controls: what a layer adds is weighted by what is asked of it, not by what later layers could make of
it at worst. Source: Zhang et al. 2018, arXiv:1811.00866 (CROWN); Xu et
al. 2020, arXiv:2002.12920, section 3.1, for networks that part and join.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor
from torch.nn import functional

from probatum.engines.bounds.tensor.intervals import Ends
from probatum.engines.bounds.tensor.steps import Step


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ground:
    """The regions of n rows, float64."""

    low: Tensor  # (n, ...)
    high: Tensor  # (n, ...)
    centre: Tensor  # (n, ...) the rows themselves
    radius: Tensor | None  # (n,), of a ball around the row; None: all of the box
    dual: float = 2.0  # norm that is dual to the ball's: 2 for L2, infinity for L1

    def take(self, index: Tensor) -> "Ground":
        """Return the regions of some rows."""
        return Ground(
            low=self.low[index],
            high=self.high[index],
            centre=self.centre[index],
            radius=None if self.radius is None else self.radius[index],
            dual=self.dual,
        )

    def flat(self) -> "Ground":
        """Return the same regions with the cells of a row in one line."""
        low, high, centre = (one.flatten(1) for one in (self.low, self.high, self.centre))
        return Ground(low=low, high=high, centre=centre, radius=self.radius, dual=self.dual)

    def columns(self, cells: Tensor) -> "Ground":
        """Return what the regions are in some cells of flat rows; sums over these alone have the same least value."""
        low, high, centre = (one[:, cells] for one in (self.low, self.high, self.centre))
        return Ground(low=low, high=high, centre=centre, radius=self.radius, dual=self.dual)

    def corner(self, weights: Tensor) -> Tensor:
        """Return (m, cells) points of one flat region where m weighted sums, (m, cells), are about least.

        Over a ball cut with a box the least point of the ball, moved into the box.
        """
        if self.radius is None:
            return torch.where(weights > 0, self.low, torch.where(weights < 0, self.high, self.centre))
        if self.dual == 2.0:
            step = weights / torch.linalg.vector_norm(weights, dim=1, keepdim=True).clamp(min=1e-300)
        else:
            largest = weights.abs().amax(dim=1, keepdim=True)
            step = torch.where(weights.abs() == largest, weights.sign(), 0.0)
            step = step / step.abs().sum(dim=1, keepdim=True).clamp(min=1)
        found: Tensor = (self.centre - self.radius[:, None] * step).clamp(self.low, self.high)
        return found

    def least(self, weights: Tensor) -> Tensor:
        """Return (n, m) the least value of m weighted sums, (n, m, ...), over each region.

        Over a ball cut with a box, the better of the two bounds that each of them gives.
        """
        flat = weights.flatten(2)
        box = sums(flat.clamp(min=0), self.low) + sums(flat.clamp(max=0), self.high)
        if self.radius is None or not flat.shape[2]:
            return box
        steep = torch.linalg.vector_norm(flat, ord=self.dual, dim=2)
        ball = sums(flat, self.centre) - self.radius[:, None] * steep
        return torch.maximum(box, ball)


def sums(weights: Tensor, values: Tensor) -> Tensor:
    """Return (n, m) sums of values, (n, ...), under weights, (n, m, cells)."""
    return torch.bmm(weights, values.flatten(1).unsqueeze(2)).squeeze(2)


def least(
    source: str,
    steps: list[Step],
    known: Mapping[str, Ends],
    ground: Ground,
    of: str,
    weights: Tensor,
    slopes: Mapping[str, Tensor] | None = None,
    *,
    extra: Mapping[str, Tensor] | None = None,
    seen: dict[str, Tensor] | None = None,
) -> Tensor:
    """Return (n, m) lower bounds on m weighted sums of the value named ``of``.

    Args:
        source: name of the input.
        steps: of the network.
        known: bounds on every value.
        ground: the regions.
        of: the value that is asked about.
        weights: (n, m, *shape of the value) float64.
        slopes: of the lines below where they are not the usual ones, (n, ...) by name of the step; for ReLU steps.
        extra: (n, m, ...) weights by name of the value, which are asked about besides.
        seen: filled with the weights (n * m, ...) that arrive at each curve and at the input, by name.
    """
    n, m = weights.shape[:2]
    carried = {of: weights.flatten(0, 1)} | {name: one.flatten(0, 1) for name, one in (extra or {}).items()}
    total = torch.zeros(n * m, dtype=weights.dtype)
    for step in reversed(steps):
        if step.name not in carried:
            continue
        asked = carried.pop(step.name)
        if step.relax is not None:
            if seen is not None:
                seen[step.name] = asked
            slope = None if slopes is None else slopes.get(step.name)
            back, shift = _through_curve(step, known[step.inputs[0]], asked, m, slope)
            given = [back]
        elif step.picks:
            back, shift = _through_largest(step, known[step.inputs[0]], asked, m)
            given = [back]
        else:
            given, shift = through_sum(step, [known[name].low.shape[1:] for name in step.inputs], asked)
        total = total + shift
        if step.rounds:  # rounding may go against whoever asks
            total = total - sums(asked.abs().reshape(n, m, -1), known[step.name].error).view(-1)
        for name, one in zip(step.inputs, given, strict=True):
            carried[name] = carried[name] + one if name in carried else one
    at_input = carried.get(source)
    if at_input is None:
        return total.view(n, m)
    if seen is not None:
        seen[source] = at_input
    return total.view(n, m) + ground.least(at_input.reshape(n, m, *at_input.shape[1:]))


def _through_curve(step: Step, ends: Ends, asked: Tensor, m: int, slope: Tensor | None) -> tuple[Tensor, Tensor]:
    if step.relax is None:
        raise NotImplementedError(step.name)
    below, below_shift, above, above_shift = step.relax(ends.low, ends.high)
    if slope is not None:  # any slope from 0 to 1 stays below a ReLU whose input may have either sign
        below = torch.where((ends.low < 0) & (ends.high > 0), slope, below)
    each = asked.reshape(len(below), m, -1)
    up, down = each.clamp(min=0), each.clamp(max=0)  # the first ask for the least of the curve, the others for the most
    back = torch.addcmul(up * below.flatten(1).unsqueeze(1), down, above.flatten(1).unsqueeze(1))
    shift = sums(up, below_shift) + sums(down, above_shift)
    return back.reshape(asked.shape), shift.view(-1)


def _through_largest(step: Step, ends: Ends, asked: Tensor, m: int) -> tuple[Tensor, Tensor]:
    """Carry through a pool: below, the cell whose own lower end is highest; above, it alone if no other can beat it."""
    place, alone, top = largest(step, ends)
    positive, negative = asked.clamp(min=0), asked.clamp(max=0)
    place, alone, top = (one.repeat_interleave(m, dim=0) for one in (place, alone, top))
    sent = positive + torch.where(alone, negative, torch.zeros(()))
    back = torch.zeros(asked.shape[0], *ends.low.shape[1:], dtype=asked.dtype)
    back = back.flatten(2).scatter_add(2, place.flatten(2), sent.flatten(2)).view_as(back)
    shift = torch.where(alone, torch.zeros(()), negative * top)
    return back, shift.flatten(1).sum(dim=1)


def largest(step: Step, ends: Ends) -> tuple[Tensor, Tensor, Tensor]:
    """Return of each cell of a pool: whose lower end is highest, whether none can beat it, the highest upper end."""
    _, place = _pooled(step.run, ends.low)
    return place, _gathered(ends.low, place) >= _others(step.run, ends.high, place), step.run(ends.high)


def _others(pool: object, high: Tensor, place: Tensor) -> Tensor:
    """Return the highest upper end among the others of each window, which may share cells with other windows."""
    size, stride, padding = (_pair(getattr(pool, name)) for name in ("kernel_size", "stride", "padding"))
    edge = [padding[1], padding[1], padding[0], padding[0]]
    every = functional.pad(high, edge, value=-torch.inf)
    cells = torch.arange(high[0, 0].numel(), dtype=high.dtype).view(1, 1, *high.shape[2:])  # whose places they are
    places = functional.pad(cells, edge, value=-1.0)
    every, places = (
        one.unfold(2, size[0], stride[0]).unfold(3, size[1], stride[1]).flatten(4) for one in (every, places)
    )
    return every.masked_fill(places == place.unsqueeze(-1), -torch.inf).amax(dim=-1)


def _pair(value: int | tuple[int, int]) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else value


def _pooled(pool: object, x: Tensor) -> tuple[Tensor, Tensor]:
    size, stride, padding = (getattr(pool, name) for name in ("kernel_size", "stride", "padding"))
    values, place = functional.max_pool2d_with_indices(x, size, stride, padding)
    return values, place


def _gathered(x: Tensor, place: Tensor) -> Tensor:
    return x.flatten(2).gather(2, place.flatten(2)).view_as(place)


def through_sum(step: Step, shapes: list[torch.Size], asked: Tensor) -> tuple[list[Tensor], Tensor]:
    """Carry weights (n, ...) back through a linear step, by its own transpose or by differentiation: both are the same.

    Returns the weights of each input, (n, *shape), and what they are asked about besides, (n,).
    """
    shift = step.run(*(torch.zeros(1, *shape, dtype=asked.dtype) for shape in shapes))  # at zero
    if step.back is not None:
        given = [step.back(asked, shapes[0])]
    else:
        zeros = [torch.zeros(len(asked), *shape, dtype=asked.dtype, requires_grad=True) for shape in shapes]
        with torch.enable_grad():
            at_zero = step.run(*zeros)
            given = list(torch.autograd.grad(at_zero, zeros, grad_outputs=asked, create_graph=asked.requires_grad))
    return given, (asked * shift).flatten(1).sum(dim=1)
