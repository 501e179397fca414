# SPDX-License-Identifier: Apache-2.0
"""Search for one attack that turns many answers at once, by asking alone: among random ones, then by small changes.

Source: the moves are those of Andriushchenko et al. 2020, arXiv:1912.00049; that many rows share one attack, and that
a row which is turned already should pull no longer, is Shafahi et al. 2020, arXiv:1811.11304, section 3.
"""

from dataclasses import dataclass
from typing import Protocol, final

import numpy as np

STARTS = 32  # random attacks in the first round
PARENTS = 3  # attacks that are kept from round to round: the best way to turn one class may look worse at first
CHILDREN = 4  # of each, in a round
PATIENCE = 8  # rounds without gain, after which the search ends
FIRST = 0.3  # share of an attack that a move changes at first; it falls to almost nothing
CELLS = 1 << 23  # numbers put to the model in one call, at most about so many


class Family(Protocol):
    """All attacks of one kind, as arrays of one shape."""

    def starts(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Return (count, ...) random attacks."""

    def moved(self, attack: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
        """Return the attack with about this share of it changed."""

    def margins(self, attacks: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return (m, b) margins of b rows under each of m attacks, all under the same draws; no answer: infinite."""


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sought:
    """What a search came to."""

    attack: np.ndarray  # (...) the best one found
    tried: int  # attacks asked about
    asked: int  # rows asked about


def search(
    family: Family, *, scale: float, tries: int, rng: np.random.Generator, hints: np.ndarray | None = None
) -> Sought:
    """Search for the attack under which the fewest answers stay right.

    Parents are asked about again in every round, beside their children and under the same draws, so that none lives
    on by luck alone.

    Args:
        family: the attacks.
        scale: a usual margin of the rows as they are; a margin below 0 gains no more, one above this no less.
        tries: most attacks asked about.
        rng: draws attacks, moves, and what the family draws.
        hints: (h, ...) attacks that are worth trying first.
    """
    pool = family.starts(max(1, min(STARTS, tries)), rng)
    if hints is not None and len(hints):
        pool = np.concatenate([hints, pool])
    pool = pool[:tries]
    tried = asked = 0
    least, idle, losses = np.inf, 0, np.zeros(0)
    while True:
        margins = family.margins(pool, rng)
        tried, asked = tried + len(pool), asked + margins.size
        losses = loss(margins, scale)
        order = np.argsort(losses, kind="stable")[:PARENTS]
        parents = pool[order]
        idle = 0 if losses[order[0]] < least else idle + 1
        least = min(least, float(losses[order[0]]))
        room = tries - tried - len(parents)
        if room < 1 or idle > PATIENCE or least == 0:
            return Sought(attack=parents[0], tried=tried, asked=asked)
        share = FIRST * (1 - tried / tries) ** 2
        children = [family.moved(one, share, rng) for one in parents for _ in range(CHILDREN)]
        pool = np.concatenate([parents, np.stack(children[:room])])


def loss(margins: np.ndarray, scale: float) -> np.ndarray:
    """Return (m,) the share of answers left right, and in smaller coin how far they are from turning.

    Args:
        margins: (m, b) score of the right class minus the highest other; infinite where there is no answer.
        scale: above 0; the margin from which on a row is as far from turning as counts.
    """
    return np.asarray((margins >= 0).mean(axis=1) + np.clip(margins / scale, 0.0, 1.0).mean(axis=1))


def usual(margins: np.ndarray) -> float:
    """Return the median of margins (n,) of rows answered rightly, for ``loss``; 1 where that cannot be divided by."""
    middle = float(np.median(margins)) if margins.size else 1.0
    return middle if 0 < middle < np.inf else 1.0
