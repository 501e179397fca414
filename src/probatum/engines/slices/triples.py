# SPDX-License-Identifier: Apache-2.0
"""Depth 3: the triples that the tables of pairs cannot rule out, counted on packed bits.

Pairs are extended by one level of a later column, those that promise most first, so that the k-th best score rises
early. A triple's rows and losses are at most those of each of its three pairs (SliceLine, section 3.2). What the bound
leaves is counted in two readings: mistakes (few words) and then, for what is still promising, the other rows; where
losses are not just 0 and 1, rows first and losses second.
"""

from dataclasses import dataclass, replace

import numpy as np

from probatum.engines.slices.leaders import Leaders
from probatum.engines.slices.levels import Levels
from probatum.engines.slices.pairs import Pairs
from probatum.engines.slices.scoring import Rule

CELLS = 1 << 17  # pairs x levels looked at together: small enough for the processor's cache
WORDS = 1 << 16  # words counted together
LISTED = 8  # work of bounding one triple, in cells
SUMMED = 64  # work of summing the losses of one word, in words


@dataclass(frozen=True, slots=True, kw_only=True)
class Triples:
    """The outcome of depth 3."""

    leaders: Leaders
    tried: int
    ruled_out: int
    skipped: int
    work: int  # cells and words read


def triples(levels: Levels, pairs: Pairs, rule: Rule, leaders: Leaders, *, limit: int) -> Triples:
    """Find the best triples; no batch of pairs is begun once ``limit`` is reached."""
    m = levels.codes.size
    children = _children(pairs)
    first, second = np.nonzero(np.triu(pairs.valid))
    total = int(children[first, second].sum())
    largest = np.minimum(levels.largest[first], levels.largest[second])
    promise = rule.bound(pairs.losses[first, second], pairs.sizes[first, second], largest)
    order = np.argsort(-promise, kind="stable")
    first, second, promise = first[order], second[order], promise[order]
    step = max(1, CELLS // max(1, m))
    tried = work = start = 0
    while start < first.size and promise[start] >= leaders.worth and work < limit:
        part = slice(start, start + step)
        worth = promise[part] >= leaders.worth
        leaders, counted, cost = _extend(levels, pairs, rule, leaders, first[part][worth], second[part][worth])
        tried, work, start = tried + counted, work + cost, start + step
    left = np.flatnonzero(promise[start:] >= leaders.worth) + start
    skipped = int(children[first[left], second[left]].sum())
    return Triples(leaders=leaders, tried=tried, ruled_out=total - tried - skipped, skipped=skipped, work=work)


def _children(pairs: Pairs) -> np.ndarray:
    """Return (m, m): in how many ways a pair is extended by a later level with which both have a valid pair."""
    valid = pairs.valid.astype(np.float32)  # exact below 2^24 levels
    return np.asarray(valid @ np.triu(valid).T)


def _extend(
    levels: Levels, pairs: Pairs, rule: Rule, leaders: Leaders, first: np.ndarray, second: np.ndarray
) -> tuple[Leaders, int, int]:
    """Extend these pairs by each later level; return the leaders, how many triples were counted, and the work."""
    m = levels.codes.size
    later = np.arange(m) > second[:, None]
    parent, third = np.nonzero(pairs.valid[first] & pairs.valid[second] & later)
    work = later.size + LISTED * parent.size
    i, j = first[parent], second[parent]
    edges = (i * m + j, i * m + third, j * m + third)
    losses = np.minimum.reduce([pairs.losses.take(edge) for edge in edges])
    sizes = np.minimum.reduce([pairs.sizes.take(edge) for edge in edges])
    limits = _Limits(triples=np.stack([i, j, third]), losses=losses, sizes=sizes, largest=_largest(levels, i, j, third))
    limits = limits.promising(rule, leaders.worth)
    count = _mistakes_first if levels.binary else _rows_first
    exact, words = count(levels, rule, limits, leaders.worth)
    exact = exact.supported(rule.least)
    scores = rule.score(exact.losses, exact.sizes)
    return leaders.joined(scores, exact.sizes, exact.losses, *exact.triples), limits.losses.size, work + words


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Limits:
    """What is known of some triples: at most so many rows, so much loss, so large a single loss."""

    triples: np.ndarray  # (3, t) positions among the levels
    losses: np.ndarray  # (t,)
    sizes: np.ndarray  # (t,)
    largest: np.ndarray  # (t,)

    def promising(self, rule: Rule, worth: float) -> "_Limits":
        """Keep those that the bound does not rule out."""
        return self._only(rule.bound(self.losses, self.sizes, self.largest) >= worth)

    def supported(self, least: int) -> "_Limits":
        """Keep those with the minimum support and some loss."""
        return self._only((self.sizes >= least) & (self.losses > 0))

    def _only(self, kept: np.ndarray) -> "_Limits":
        kept = np.flatnonzero(kept)
        losses, sizes, largest = (values[kept] for values in (self.losses, self.sizes, self.largest))
        return _Limits(triples=self.triples[:, kept], losses=losses, sizes=sizes, largest=largest)


def _mistakes_first(levels: Levels, rule: Rule, limits: _Limits, worth: float) -> tuple[_Limits, int]:
    """Count the mistakes of each triple, then the other rows of those still promising."""
    words = levels.lossy_words
    work = words * limits.losses.size
    left = replace(limits, losses=_ones(levels.bits[:, :words], limits.triples)).promising(rule, worth)
    others = _ones(levels.bits[:, words:], left.triples)
    return replace(left, sizes=left.losses + others), work + others.size * (levels.bits.shape[1] - words)


def _rows_first(levels: Levels, rule: Rule, limits: _Limits, worth: float) -> tuple[_Limits, int]:
    """Count the rows of each triple, then sum the losses of those still promising."""
    known = replace(limits, sizes=_ones(levels.bits, limits.triples)).supported(rule.least)
    left = known.promising(rule, worth)
    losses = _sums(levels.bits, left.triples, levels.padded_losses)
    words = levels.bits.shape[1] * (limits.losses.size + SUMMED * left.losses.size)
    return replace(left, losses=losses), words


def _largest(levels: Levels, *positions: np.ndarray) -> np.ndarray:
    return np.asarray(np.minimum.reduce([levels.largest[position] for position in positions]))


def _ones(bits: np.ndarray, triples: np.ndarray) -> np.ndarray:
    """Return (t,) floats: the bits that all three levels have in common."""
    counts = np.empty(triples.shape[1])
    step = max(1, WORDS // max(1, bits.shape[1]))
    for start in range(0, counts.size, step):
        i, j, k = triples[:, start : start + step]
        common = bits[i] & bits[j] & bits[k]
        counts[start : start + step] = np.bitwise_count(common).sum(axis=1, dtype=np.int32)
    return counts


def _sums(bits: np.ndarray, triples: np.ndarray, losses: np.ndarray) -> np.ndarray:
    """Return (t,) the losses (64 words,) summed over the rows that all three levels have in common."""
    sums = np.empty(triples.shape[1])
    step = max(1, WORDS // (64 * max(1, bits.shape[1])))
    for start in range(0, sums.size, step):
        i, j, k = triples[:, start : start + step]
        rows = np.unpackbits((bits[i] & bits[j] & bits[k]).view(np.uint8), axis=1)
        sums[start : start + step] = rows @ losses
    return sums
