# SPDX-License-Identifier: Apache-2.0
"""The rows that are still unbroken, with the best point of each."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import final

import torch
from torch import Tensor

from probatum.engines.evasion.tensor.places import Places


@final
@dataclass(slots=True, kw_only=True, eq=False)
class Front:
    """Rows on their way; a search notes better points here, and takes out the rows that break."""

    rows: Tensor  # (a,) places among all rows
    where: Places  # of these rows
    y: Tensor  # (a,)
    best: Tensor  # (a, ...) point with the lowest margin so far
    margin: Tensor  # (a,)

    def take(self, index: Tensor | slice) -> "Front":
        """Return the front of some of its rows."""
        return Front(
            rows=self.rows[index],
            where=self.where.take(index),
            y=self.y[index],
            best=self.best[index],
            margin=self.margin[index],
        )

    def note(self, points: Tensor, margins: Tensor) -> Tensor:
        """Keep what is better than before; return (a,) bool: it was. A margin that is no number is never better."""
        better = margins < self.margin
        if better.any():
            self.best = torch.where(wide(better, points), points, self.best)
            self.margin = torch.where(better, margins, self.margin)
        return better

    def unbelieved(self) -> "Front":
        """Return the front with no margin below 0: the user's own path answered these points rightly."""
        return replace(self, margin=self.margin.clamp(min=0.0))

    def blocks(self, size: int) -> Iterator["Front"]:
        """Yield the front in pieces: small ones stay in the processor's cache through all steps of a search."""
        for start in range(0, len(self.rows), size):
            yield self.take(slice(start, start + size))


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """What a search did to a front."""

    left: Front
    broken: list[Front]  # piece by piece, as they broke


def searched(front: Front, size: int, search: Callable[[Front], Outcome]) -> Outcome:
    """Search a front block by block.

    Args:
        front: the rows; not changed.
        size: rows in a block.
        search: works on one block.
    """
    found = [search(block) for block in front.blocks(size)]
    if not found:
        return Outcome(left=front, broken=[])
    return Outcome(left=joined([one.left for one in found]), broken=[piece for one in found for piece in one.broken])


def joined(fronts: Sequence[Front]) -> Front:
    """Return one front of all rows of several (at least one), in the order of their rows."""
    first = fronts[0].where
    radii = [one.where.radius for one in fronts if one.where.radius is not None]
    rows = torch.cat([one.rows for one in fronts])
    whole = Front(
        rows=rows,
        where=Places(
            x=torch.cat([one.where.x for one in fronts]),
            lower=torch.cat([one.where.lower for one in fronts]),
            upper=torch.cat([one.where.upper for one in fronts]),
            reach=torch.cat([one.where.reach for one in fronts]),
            norm=first.norm,
            radius=torch.cat(radii) if radii else None,
        ),
        y=torch.cat([one.y for one in fronts]),
        best=torch.cat([one.best for one in fronts]),
        margin=torch.cat([one.margin for one in fronts]),
    )
    return whole if bool((rows[1:] > rows[:-1]).all()) else whole.take(torch.argsort(rows))


def wide(flags: Tensor, like: Tensor) -> Tensor:
    """Return (a,) flags or numbers in a shape that goes with (a, ...) points."""
    return flags.view(-1, *([1] * (like.dim() - 1)))
