# SPDX-License-Identifier: Apache-2.0
"""What a search for slices finds."""

from dataclasses import dataclass

import numpy as np

MISSING = -1  # the code of a missing cell; a level like any other


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """The rows in which each of one to three columns has one given level."""

    levels: tuple[tuple[int, int], ...]  # (column, code), columns rising; code -1: missing
    size: int  # rows
    loss_sum: float  # mistakes, or the sum of losses in their own unit
    score: float  # unitless, to 9 decimals; above 0 it stands out; see ``scoring``


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """The best slices, and an honest count of what was looked at.

    A candidate is a conjunction of which every level, and at depth 3 every pair, has the minimum support.
    ``tried + ruled_out + skipped`` is the number of candidates, as far as they were listed: those at depth 3 are
    known only for the pairs that were tried.
    """

    slices: tuple[Slice, ...]  # best first
    tried: int  # candidates counted on the rows
    ruled_out: int  # candidates that a bound proved unable to be among the best
    skipped: int  # candidates not looked at, for the work limit
    depth: int  # deepest level of conjunctions completed
    work: int  # cells and words read; see ``search``


def members(codes: np.ndarray, found: Slice) -> np.ndarray:
    """Return (n,) bool: the rows of ``codes`` (n, c) that belong to the slice."""
    inside = np.ones(codes.shape[0], dtype=bool)
    for column, code in found.levels:
        inside &= codes[:, column] == code
    return inside
