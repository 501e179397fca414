# SPDX-License-Identifier: Apache-2.0
"""Depth 1: the levels with enough rows, and their rows as packed bits."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Levels:
    """The m levels that can be part of a slice, by column and code, and the rows they hold.

    A level qualifies with the minimum support, some loss, and not all rows: what everybody has describes nobody.
    Rows are reordered, those with a loss first; where every loss is 0 or 1, words up to ``lossy_words`` therefore
    hold all mistakes and nothing else, and mistakes are counted without reading the other rows.
    """

    columns: np.ndarray  # (m,) rising
    codes: np.ndarray  # (m,) rising within a column
    sizes: np.ndarray  # (m,) rows, as floats
    losses: np.ndarray  # (m,) sums
    largest: np.ndarray  # (m,) largest single loss
    bits: np.ndarray  # (m, words) uint64: bit set where the row belongs to the level
    places: tuple[np.ndarray, ...]  # for each column of ``spans``, (n,): the level's place in its span, else its end
    spans: tuple[slice, ...]  # for each column with a level, where its levels stand
    row_losses: np.ndarray  # (n,) in the order of ``places``
    padded_losses: np.ndarray  # (64 words,) in the order of ``bits``; 0 where there is no row
    lossy: int  # rows with a loss
    lossy_words: int
    binary: bool  # every loss is 0 or 1


def levels(codes: np.ndarray, losses: np.ndarray, *, least: int) -> Levels:
    """Find the levels of ``codes`` (n, c) with at least ``least`` rows; a missing cell is a level like any other."""
    lossy = int(np.count_nonzero(losses))
    order = np.argsort(losses == 0, kind="stable")
    losses = losses[order]
    by_column = np.ascontiguousarray(codes[order].T)
    gap = -lossy % 64  # empty bits, so that rows without a loss begin on a word of their own
    found = [_of_column(column, losses, lossy, gap, least) for column in by_column]
    kept = [(column, level) for column, level in enumerate(found) if level.codes.size]
    ends = np.cumsum([level.codes.size for _, level in kept]).tolist()
    words = (losses.size + gap + 63) // 64
    padded = np.zeros(64 * words)
    padded[:lossy] = losses[:lossy]
    return Levels(
        columns=np.repeat([column for column, _ in kept], [level.codes.size for _, level in kept]).astype(np.intp),
        codes=_joined([level.codes for _, level in kept], np.intp),
        sizes=_joined([level.sizes for _, level in kept], np.float64),
        losses=_joined([level.losses for _, level in kept], np.float64),
        largest=_joined([level.largest for _, level in kept], np.float64),
        bits=np.concatenate([level.bits for _, level in kept]) if kept else np.empty((0, words), dtype=np.uint64),
        places=tuple(level.places for _, level in kept),
        spans=tuple(slice(a, b) for a, b in zip([0, *ends], ends, strict=False)),
        row_losses=losses,
        padded_losses=padded,
        lossy=lossy,
        lossy_words=(lossy + 63) // 64,
        binary=bool((losses[:lossy] == 1).all()),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Column:
    codes: np.ndarray
    sizes: np.ndarray
    losses: np.ndarray
    largest: np.ndarray
    places: np.ndarray
    bits: np.ndarray


def _of_column(column: np.ndarray, losses: np.ndarray, lossy: int, gap: int, least: int) -> _Column:
    from_zero = column + 1  # a missing cell becomes 0
    sizes = np.bincount(from_zero)
    sums = np.bincount(from_zero[:lossy], weights=losses[:lossy], minlength=sizes.size)
    largest = np.zeros(sizes.size)
    np.maximum.at(largest, from_zero[:lossy], losses[:lossy])
    kept = np.flatnonzero((sizes >= least) & (sums > 0) & (sizes < column.size))
    place = np.full(sizes.size, kept.size, dtype=np.int32)
    place[kept] = np.arange(kept.size)
    places = place[from_zero]
    masks = np.zeros((kept.size, (column.size + gap + 63) // 64 * 64), dtype=bool)
    at = np.arange(kept.size, dtype=np.int32)[:, None]
    np.equal(places[:lossy], at, out=masks[:, :lossy])
    np.equal(places[lossy:], at, out=masks[:, lossy + gap : column.size + gap])
    return _Column(
        codes=kept - 1,
        sizes=sizes[kept],
        losses=sums[kept],
        largest=largest[kept],
        places=places,
        bits=np.packbits(masks, axis=1).view(np.uint64),
    )


def _joined(parts: list[np.ndarray], dtype: type) -> np.ndarray:
    return np.concatenate(parts).astype(dtype) if parts else np.empty(0, dtype=dtype)
