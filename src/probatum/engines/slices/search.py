# SPDX-License-Identifier: Apache-2.0
"""Find the k slices with the highest score: exact, within counted work.

Source: the problem and the way to bound it are SliceLine's (Sagadeeva and Boehm, SIGMOD 2021). What differs: tables
of counts instead of sparse matrix products at depth 2; packed bits with the mistakes in front at depth 3; candidates
in order of their bound; and the score may be another one. A slice need not score above 0, so that the caller sees how
close the best one came.
"""

import math

import numpy as np

from probatum.engines.slices.leaders import NONE, Leaders, nobody
from probatum.engines.slices.levels import Levels, levels
from probatum.engines.slices.pairs import pairs
from probatum.engines.slices.scoring import Rule
from probatum.engines.slices.slices import Search, Slice
from probatum.engines.slices.triples import triples
from probatum.errors import UsageError

DEEPEST = 3
WORK = 1_000_000_000  # cells and words: a few seconds on one core
MOST_LEVELS = 4000  # tables of pairs take 8 bytes a pair: 128 MB each


def top_slices(
    codes: np.ndarray,
    losses: np.ndarray,
    rule: Rule,
    *,
    k: int,
    max_depth: int = DEEPEST,
    work_limit: int = WORK,
) -> Search:
    """Return the ``k`` best slices, best first, and what was tried to find them.

    Equal arguments, equal slices: ties are broken by score, size, number of levels, levels; and losses are rounded
    so (by less than 1e-9 of their mean) that their sums do not depend on the order of adding. Where ``work_limit``
    does not suffice, ``skipped`` is above 0 and the slices are the best of those tried.

    Args:
        codes: (n, c) integers from 0, one column a property; -1 for a missing cell, which is a level like any other.
        losses: (n,) at least 0: 1 for a mistake and 0 for none, or the size of each row's loss.
        rule: the score, and the fewest rows of a slice.
        k: slices wanted.
        max_depth: the most levels in a slice, 1 to 3.
        work_limit: cells and words to read at depths 2 and 3.
    """
    _check(codes, losses, k, rule.least, max_depth)
    if losses.size == 0 or not losses.any():
        return Search(slices=(), tried=0, ruled_out=0, skipped=0, depth=max_depth, work=0)
    losses = _addable(losses)
    single, left_out = _affordable(codes, losses, rule.least)
    m = single.codes.size
    leaders = nobody(k).joined(rule.score(single.losses, single.sizes), single.sizes, single.losses, np.arange(m))
    tried, ruled_out, skipped, depth, work = m, 0, left_out, 1, 0
    if max_depth > 1:
        double = pairs(single, rule, limit=work_limit)
        i, j = np.nonzero(np.triu(double.valid))
        size, loss = double.sizes[i, j], double.losses[i, j]
        leaders = leaders.joined(rule.score(loss, size), size, loss, i, j)
        tried, skipped, work = tried + double.tried, skipped + double.skipped, double.work
        depth = 2 if skipped == 0 else 1
    if max_depth > 2:
        triple = triples(single, double, rule, leaders, limit=work_limit - work)
        leaders, ruled_out = triple.leaders, triple.ruled_out
        tried, skipped, work = tried + triple.tried, skipped + triple.skipped, work + triple.work
        depth = 3 if skipped == 0 else depth
    slices = _named(leaders, single)
    return Search(slices=slices, tried=tried, ruled_out=ruled_out, skipped=skipped, depth=depth, work=work)


def _affordable(codes: np.ndarray, losses: np.ndarray, least: int) -> tuple[Levels, int]:
    """Return the levels, the largest ones where there are more than ``MOST_LEVELS``, and how many were left out."""
    found = levels(codes, losses, least=least)
    count = found.codes.size
    if count <= MOST_LEVELS:
        return found, 0
    enough = int(np.sort(found.sizes)[count - MOST_LEVELS - 1]) + 1
    fewer = levels(codes, losses, least=enough)
    return fewer, count - fewer.codes.size


def _named(leaders: Leaders, single: Levels) -> tuple[Slice, ...]:
    rows = zip(leaders.levels, leaders.sizes, leaders.losses, leaders.scores, strict=True)
    return tuple(
        Slice(
            levels=tuple((int(single.columns[at]), int(single.codes[at])) for at in positions if at != NONE),
            size=int(size),
            loss_sum=float(loss),
            score=float(score),
        )
        for positions, size, loss, score in rows
    )


def _addable(losses: np.ndarray) -> np.ndarray:
    """Round losses to multiples of a power of two of which any sum is exact, in any order of adding."""
    losses = losses.astype(np.float64)
    unit = math.ldexp(1.0, math.frexp(math.fsum(losses))[1] - 52)
    return np.asarray(np.round(losses / unit) * unit)


def _check(codes: np.ndarray, losses: np.ndarray, k: int, least: int, max_depth: int) -> None:
    if codes.ndim != 2 or losses.shape != codes.shape[:1]:
        raise UsageError(f"Codes (n, c) and losses (n,) are needed, and {codes.shape} and {losses.shape} were given.")
    if not (np.isfinite(losses) & (losses >= 0)).all():
        raise UsageError("Losses are finite and at least 0; at least one is not.")
    if codes.size and int(codes.min()) < -1:
        raise UsageError(f"Codes are whole numbers from 0, or -1 for missing; {int(codes.min())} was found.")
    if k < 1 or least < 1 or not 1 <= max_depth <= DEEPEST:
        raise UsageError(
            "A search needs k and a minimum support of at least 1, and max_depth from 1 to 3; "
            f"{k}, {least} and {max_depth} were given."
        )
