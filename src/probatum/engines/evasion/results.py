# SPDX-License-Identifier: Apache-2.0
"""What attacks and proofs return, one entry a row, with the work it took."""

from dataclasses import dataclass
from enum import IntEnum
from typing import final

import numpy as np


class Ended(IntEnum):
    """Why the work on the proof of one row ended."""

    PROVEN = 0
    BROKEN = 1  # a wrong answer is known: there is nothing to prove
    SPENT = 2  # the work that was allowed is spent; more may settle it
    EXHAUSTED = 3  # there is nothing left to split or to bound better
    UNFOLLOWED = 4  # the model cannot be followed there
    SKIPPED = 5  # nothing was to be proven of this row


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Work in counted units, never in seconds."""

    forward_rows: int = 0  # rows put through the model without gradients
    gradient_rows: int = 0  # rows put through it forward and backward
    bound_rows: int = 0  # rows whose scores were bounded
    nodes: int = 0  # parts into which regions were split
    calls: int = 0  # times the model was called
    multiplications: float = 0.0  # of bounds by lines, and of splits

    def __add__(self, other: "Work") -> "Work":
        """Return the work of both."""
        return Work(
            forward_rows=self.forward_rows + other.forward_rows,
            gradient_rows=self.gradient_rows + other.gradient_rows,
            bound_rows=self.bound_rows + other.bound_rows,
            nodes=self.nodes + other.nodes,
            calls=self.calls + other.calls,
            multiplications=self.multiplications + other.multiplications,
        )


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Attacked:
    """What an attack found about n rows."""

    broken: np.ndarray  # (n,) bool: the example shown is answered wrongly (rows that were wrong from the start are too)
    examples: np.ndarray  # (n, ...) in the region; where not broken: the point that came closest
    margins: np.ndarray  # (n,) float64 score of the right class minus the highest other, at the example; broken: <= 0
    stage: np.ndarray  # (n,) int8 place in ``stages`` of what broke it; -1: unbroken
    stages: tuple[str, ...]  # that ran, in their order
    work: Work
    warnings: tuple[str, ...] = ()  # why the model may be weaker than it looks, in plain sentences
    notes: tuple[str, ...] = ()  # what else is to be known of the search, such as which rows it left out and why


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Certified:
    """What was proven about n rows."""

    certified: np.ndarray  # (n,) bool: no point of the region is answered otherwise than rightly
    margins: np.ndarray  # (n,) float64 lower bound on the margin all over the region; -inf: none was worked out
    stage: np.ndarray  # (n,) int8 place in ``stages`` of what proved it; -1: unproven
    stages: tuple[str, ...]
    work: Work
    last: np.ndarray  # (n,) int8 place in ``stages`` of the last that was tried; -1: none
    ended: np.ndarray  # (n,) int8, see ``Ended``
    parts: np.ndarray  # (n,) int64, into which the region was split
    refused: str | None = None  # why nothing could be proven of this model at all


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bracket:
    """Both sides: what was shown broken, what was proven safe, and between them what is not known."""

    broken: np.ndarray  # (n,) bool
    certified: np.ndarray  # (n,) bool; never both
    examples: np.ndarray  # (n, ...)
    margins: np.ndarray  # (n,) float64, of the example
    stage: np.ndarray  # (n,) int8 place in ``stages`` of what settled it; -1: open
    stages: tuple[str, ...]
    work: Work
    last: np.ndarray  # (n,) int8 place in ``stages`` of the last proof that was tried; -1: none
    ended: np.ndarray  # (n,) int8 why the proof ended, see ``Ended``
    parts: np.ndarray  # (n,) int64, into which the region was split for a proof
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    refused: str | None = None

    @property
    def open(self) -> np.ndarray:
        """(n,) bool: neither broken nor proven."""
        return np.asarray(~(self.broken | self.certified))
