# SPDX-License-Identifier: Apache-2.0
"""A table of coverage: how often, of 100, a range holds the true number."""

import math
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, xlogy

from probatum.facts.interval import Interval

NOMINAL = 0.95
RARE = 1e-9  # an outcome with a smaller chance is not worked out; it counts as a miss
SHOWN = 1e-9  # so much below nominal is rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What came out in one place of a grid."""

    coverage: float  # 0 to 1
    note: str = ""  # stands behind the coverage


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of the document."""

    title: str
    text: str  # what is measured, how, and what the notes in brackets mean
    head: tuple[str, ...]  # names of the columns that name a row
    columns: tuple[str, ...]
    rows: dict[tuple[str, ...], tuple[Cell, ...]]
    samples: int | None = None  # of each cell; None where the coverage is exact
    nominal: float = NOMINAL

    @property
    def lowest(self) -> float:
        """The lowest coverage in the table, 0 to 1."""
        return min(cell.coverage for cells in self.rows.values() for cell in cells)

    def markdown(self) -> str:
        """Return the section of the document."""
        lines = [f"| {' | '.join((*self.head, *self.columns))} |", "|---" * (len(self.head) + len(self.columns)) + "|"]
        lines += [f"| {' | '.join((*name, *map(self._cell, cells)))} |" for name, cells in self.rows.items()]
        text = textwrap.fill(f"{self.text} {self._how()}", 118)
        return f"## {self.title}\n\n{text}\n\n" + "\n".join(lines) + "\n"

    def _cell(self, cell: Cell) -> str:
        percent = in_percent(cell.coverage)
        low = cell.coverage <= self.lowest + SHOWN and cell.coverage < self.nominal - SHOWN
        return (f"**{percent}**" if low else percent) + (f" ({cell.note})" if cell.note else "")

    def _how(self) -> str:
        if self.samples is None:
            return "Exact: the chances of all outcomes are added up."
        spread = 2 * math.sqrt(self.nominal * (1 - self.nominal) / self.samples)
        return f"{self.samples:,} samples a cell: give or take {100 * spread:.1f} (two standard errors)."


def in_percent(coverage: float) -> str:
    """Write a coverage with one decimal, never rounded up to 95.0 or to 100."""
    tenths = math.floor(1000 * coverage + 1e-6)
    return f"{tenths / 10:.1f}"


def holds(interval: Interval, true: float) -> bool:
    """Say whether a range holds the true number; an end that is not known excludes nothing."""
    slack = 1e-9 * max(1.0, abs(true))  # rounding
    return (interval.lower is None or interval.lower <= true + slack) and (
        interval.upper is None or true - slack <= interval.upper
    )


def likely(n: int, shares: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Return all outcomes (m, k) of ``n`` rows in k kinds that are not too rare, and their chances (m,).

    The last kind, with what is left to 1, is not among ``shares`` and not among the counts.
    """
    axes = [np.arange(low, high + 1) for low, high in (_reach(n, share) for share in shares)]
    counts = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(shares))
    counts = counts[counts.sum(axis=1) <= n]
    rest = n - counts.sum(axis=1)
    logs = gammaln(n + 1) - gammaln(counts + 1).sum(axis=1) - gammaln(rest + 1)
    logs += xlogy(counts, np.array(shares)).sum(axis=1) + xlogy(rest, max(0.0, 1 - sum(shares)))
    chances = np.exp(logs)
    kept = chances > RARE
    return counts[kept], chances[kept]


def exact(counts: np.ndarray, chances: np.ndarray, held: Callable[..., bool]) -> float:
    """Add up the chances of the outcomes whose range holds the true number."""
    good = [held(*row) for row in counts.tolist()]
    return float(chances[good].sum())


def share(held: Iterable[bool]) -> float:
    """Return the share of samples whose range holds the true number."""
    return float(np.mean(list(held)))


def _reach(n: int, share_: float) -> tuple[int, int]:
    """Return counts beyond which a binomial one hardly ever lies."""
    spread = 7 * math.sqrt(n * share_ * (1 - share_)) + 12
    return max(0, math.floor(n * share_ - spread)), min(n, math.ceil(n * share_ + spread)) if share_ else 0
