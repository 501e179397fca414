# SPDX-License-Identifier: Apache-2.0
"""How much of a plan's work on a system is done: within what the plan's effort allows, and about how much that is.

What is allowed is counted from the network and the plan alone, before anything is tried: never from a clock, and never
from what was found, so that the rows that are tried stand for all.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

import numpy as np

from probatum.facts.capabilities import Capability
from probatum.facts.work import Expected, Scope
from probatum.systems.datasets import Rows
from probatum.systems.structures import Network, Structure

QUICK: dict[str, int | float | str] = {
    "rows": 200, "queries": 100, "nodes": 200, "parts": 100, "numbers": 1e9, "level": "quick", "work": 4e11,
}  # fmt: skip
DEEP: dict[str, int | float | str] = {
    "rows": 1000, "queries": 5000, "nodes": 20_000, "parts": 5000, "numbers": 1e12, "level": "deep", "work": 2e14,
    "smoothed_rows": 100,
}  # fmt: skip
THERE_AND_BACK = 3  # times as much as an answer
SEARCHED = 1000.0  # gradients of a row, on usual networks
OPEN = 0.3  # of all rows: those that bounds without splits and attacks leave open, on usual networks
PART = 80.0  # answers' work that one part of a row takes, about
PROVEN = 5e9  # multiplications of proofs in a second, on a usual machine
FEWEST = 40  # rows: with fewer the range of a share is wider than any limit


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """What of a plan is tried."""

    rows: int
    planned: int  # rows
    level: str = ""  # of the search by gradients
    hastened: bool = False  # the level is a lower one than planned
    cost: float = 0.0  # multiplications of one answer

    def told(self) -> Iterator[str]:
        """Say what was left out, and why."""
        fewer = [f"{self.rows:,} of {self.planned:,} planned cases were tried"] if self.rows < self.planned else []
        quicker = ["the search for changes was the quick one"] if self.hastened else []
        if fewer or quicker:
            yield (
                f"One answer of this network takes {self.cost / 1e6:,.0f} million multiplications, so "
                f"{' and '.join([*fewer, *quicker])}: more would go beyond the work that the plan allows."
            )


def within(structure: Structure | str, rows: Rows, level: str, most: float) -> Within:
    """Return how many rows are tried, and how: by the quick search where the plan's would leave too few of them.

    Args:
        structure: what the model is made of.
        rows: that were planned.
        level: of the search that was planned: quick, standard or deep.
        most: multiplications that are allowed.
    """
    each = cost(structure, rows)
    if not each:
        return Within(rows=len(rows), planned=len(rows), level=level)
    from probatum.engines.evasion.tensor.cost import answers
    from probatum.engines.evasion.tensor.ladder import LEVELS

    hastened = most < each * answers(LEVELS[level]) * min(len(rows), FEWEST)
    chosen = "quick" if hastened else level
    fit = max(FEWEST, int(most / (each * answers(LEVELS[chosen]))))
    return Within(rows=min(len(rows), fit), planned=len(rows), level=chosen, hastened=chosen != level, cost=each)


def within_steps(structure: Structure | str, rows: Rows, planned: int, steps: int, most: float) -> Within:
    """Return how many rows are tried where half of them are put through the network there and back in each step."""
    planned, each = min(planned, len(rows)), cost(structure, rows)
    fit = max(FEWEST, int(2 * most / (THERE_AND_BACK * each * steps))) if each else planned
    return Within(rows=min(planned, fit), planned=planned, cost=each)


def cost(structure: Structure | str, rows: Rows) -> float:
    """Return the multiplications of one answer; 0 where it is no network that can be looked into."""
    if not isinstance(structure, Structure) or not isinstance(structure.core, Network):
        return 0.0
    from probatum.engines.evasion.tensor.cost import multiplications

    return multiplications(structure.core.module, structure.encode(rows.take(np.arange(1))))


def expected(scope: Scope) -> Expected:
    """Return what usual systems take: many rows of hard ones take several times as much, of easy ones far less."""
    rows = min(scope.rows, scope.count("rows"))
    if scope.has(Capability.GRADIENTS):
        return Expected(gradients=SEARCHED * rows, seconds=1e-4 * rows + _proofs(scope, rows) / PROVEN)
    if scope.has(Capability.TREES):
        return Expected(asked=0.2 * rows * scope.count("queries"), calls=100, seconds=0.03 * rows)
    if scope.has(Capability.WEIGHTS):
        return Expected(seconds=0.2 + 0.002 * rows)
    return Expected(
        asked=rows * scope.count("queries"), calls=scope.count("queries"), seconds=1e-5 * rows * scope.count("queries")
    )


def _proofs(scope: Scope, rows: int) -> float:
    """Return the multiplications that proofs of a network take on usual ones; never more than the plan allows."""
    if not scope.answer:
        return 0.0
    from probatum.engines.evasion.tensor.engine import BESIDE, LIMITS

    limits = LIMITS[str(scope.options.get("level", "standard"))]
    parts = scope.count("parts") if scope.pictures else scope.count("nodes")
    # each in both directions: about as many cells as one layer takes from another
    layers = 2 * scope.answer * math.sqrt(scope.answer)
    each = layers + OPEN * min(limits.work, PART * parts * scope.answer)
    return min(rows * each, (1 + BESIDE) * limits.total)
