# SPDX-License-Identifier: Apache-2.0
"""How much of a plan's work on a system is done: within what the plan's effort allows, and about how much that is.

What is allowed is counted from the network and the plan alone, before anything is tried: never from a clock, and never
from what was found, so that the rows that are tried stand for all.
"""

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
    cost = _cost(structure, rows)
    if not cost:
        return Within(rows=len(rows), planned=len(rows), level=level)
    from probatum.engines.evasion.tensor.cost import answers
    from probatum.engines.evasion.tensor.ladder import LEVELS

    hastened = most < cost * answers(LEVELS[level]) * min(len(rows), FEWEST)
    chosen = "quick" if hastened else level
    fit = max(FEWEST, int(most / (cost * answers(LEVELS[chosen]))))
    return Within(rows=min(len(rows), fit), planned=len(rows), level=chosen, hastened=chosen != level, cost=cost)


def within_steps(structure: Structure | str, rows: Rows, planned: int, steps: int, most: float) -> Within:
    """Return how many rows are tried where half of them are put through the network there and back in each step."""
    planned, cost = min(planned, len(rows)), _cost(structure, rows)
    fit = max(FEWEST, int(2 * most / (THERE_AND_BACK * cost * steps))) if cost else planned
    return Within(rows=min(planned, fit), planned=planned, cost=cost)


def _cost(structure: Structure | str, rows: Rows) -> float:
    """Return the multiplications of one answer; 0 where it is no network that can be looked into."""
    if not isinstance(structure, Structure) or not isinstance(structure.core, Network):
        return 0.0
    from probatum.engines.evasion.tensor.cost import multiplications

    return multiplications(structure.core.module, structure.encode(rows.take(np.arange(1))))


def expected(scope: Scope) -> Expected:
    """Return what usual systems take: many rows of hard ones take several times as much, of easy ones far less."""
    rows = min(scope.rows, scope.count("rows"))
    if scope.has(Capability.GRADIENTS):
        return Expected(gradients=1000.0 * rows, seconds=1e-4 * rows * scope.columns)
    if scope.has(Capability.TREES):
        return Expected(asked=0.2 * rows * scope.count("queries"), calls=100, seconds=0.03 * rows)
    if scope.has(Capability.WEIGHTS):
        return Expected(seconds=0.2 + 0.002 * rows)
    return Expected(
        asked=rows * scope.count("queries"), calls=scope.count("queries"), seconds=1e-5 * rows * scope.count("queries")
    )
