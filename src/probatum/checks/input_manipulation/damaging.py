# SPDX-License-Identifier: Apache-2.0
"""The rows of a system as they can be damaged: pictures or tables, with the kinds of damage that fit them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol, final

import numpy as np

from probatum.checks.input_manipulation.pictured import pair, read_off, shown, whole_points
from probatum.engines.corruption import tables
from probatum.engines.corruption.pictures import PICTURE_DAMAGES
from probatum.facts.finding import Picture
from probatum.systems.datasets import Rows
from probatum.systems.datasets.damaged import DAMAGED, Damageable, Damaged

MOST_POINTS = 2**22  # held at a time, so that large pictures do not fill the memory


class Spoiled(Protocol):
    """Rows after damage."""

    @property
    def after(self) -> Rows:
        """The damaged rows."""

    @property
    def touched(self) -> np.ndarray:
        """(n, p) bool: which part of a row is another one now; pictures have one part."""

    def alone(self, row: int, column: int) -> Rows:
        """Return one row with nothing but one of its parts damaged."""


class Target(Protocol):
    """Some rows as they can be damaged."""

    kinds: tuple[str, ...]  # in plain words

    def damaged(self, kind: str, severity: int, rng: np.random.Generator) -> Spoiled:
        """Return the rows after damage; draws what the kind says."""

    def read_off(self, rows: Rows) -> Rows:
        """Return rows as somebody reads them off what is printed of them."""

    def picture(self, before: Rows, after: Rows) -> Picture | None:
        """Return one row before and after as pictures, where rows are pictures."""


@final
class Pictures:
    """Pictures, whose points all range from the least to the most point known."""

    def __init__(self, rows: Rows, ends: tuple[float, float]) -> None:
        """Take the pictures and the least and the most point."""
        self._rows = rows
        self._least, most = ends
        self._unit = (most - self._least) or 1.0
        self._by_words = {one.words: one.apply for one in PICTURE_DAMAGES}
        self.kinds = tuple(self._by_words)

    def damaged(self, kind: str, severity: int, rng: np.random.Generator) -> Spoiled:
        """Return the pictures after damage; draws what the kind says."""
        points = self._by_words[kind](shown(self._rows.features, self._least, self._unit), severity, rng)
        features = np.asarray(self._rows.features)
        new = _laid_out(points, features) * self._unit + self._least
        return SpoiledPictures(after=replace(self._rows, features=_typed(new, features.dtype), name=DAMAGED))

    def read_off(self, rows: Rows) -> Rows:
        """Return pictures as somebody reads them off their 8 bits a colour."""
        features = np.asarray(rows.features)
        read = read_off(features, self._least, self._unit, whole=whole_points(self._rows.features))
        return replace(rows, features=_typed(read, features.dtype), name=DAMAGED)

    def picture(self, before: Rows, after: Rows) -> Picture | None:
        """Return both as pictures."""
        both = [shown(one.features, self._least, self._unit)[0] for one in (before, after)]
        return pair(both[0], both[1])


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpoiledPictures:
    """Pictures after damage, each as a whole."""

    after: Rows

    @property
    def touched(self) -> np.ndarray:
        """(n, 1) bool: all of them."""
        return np.ones((len(self.after), 1), dtype=bool)

    def alone(self, row: int, column: int) -> Rows:
        """Return one damaged picture."""
        return self.after.take(np.array([row]))


@final
class Table:
    """Cells of a table."""

    def __init__(self, rows: Rows, learned_from: Rows) -> None:
        """Take the rows, and those that tell what is usual."""
        self._cells = Damageable(rows, learned_from)
        self._usual = tables.usual(self._cells.known)
        self._pairs = tables.neighbours(self._usual, self._cells.whole)
        self._by_words: Mapping[str, Callable[[int, np.random.Generator], Damaged]] = {
            "missing cells": self._missing,
            **({words: partial(self._numbers, damage) for words, damage in _ON_NUMBERS.items()} if self._count else {}),
            **({"swapped neighbours": self._swapped} if len(self._pairs) else {}),
            **({"wrong categories": self._confused} if (self._cells.sizes > 1).any() else {}),
            **({"typing errors in words": self._misspelt} if self._cells.spelled else {}),
        }
        self.kinds = tuple(self._by_words)

    @property
    def _count(self) -> int:
        return int(self._cells.known.shape[1])

    def damaged(self, kind: str, severity: int, rng: np.random.Generator) -> Spoiled:
        """Return the rows after damage; draws what the kind says."""
        return self._by_words[kind](severity, rng)

    def read_off(self, rows: Rows) -> Rows:
        """Return the rows: no cell of them is printed."""
        return rows

    def picture(self, before: Rows, after: Rows) -> Picture | None:
        """Return nothing: a table is no picture."""
        return None

    def _missing(self, severity: int, rng: np.random.Generator) -> Damaged:
        present = self._cells.present
        return self._cells.without(tables.struck(present.shape, severity, rng))

    def _numbers(self, damage: tables.OnNumbers, severity: int, rng: np.random.Generator) -> Damaged:
        return self._cells.with_numbers(damage(self._cells.numbers, self._usual, severity, rng))

    def _swapped(self, severity: int, rng: np.random.Generator) -> Damaged:
        return self._cells.with_numbers(tables.swapped(self._cells.numbers, self._pairs, severity, rng))

    def _confused(self, severity: int, rng: np.random.Generator) -> Damaged:
        codes = self._cells.codes
        return self._cells.with_categories(tables.wrong_categories(codes, self._cells.sizes, severity, rng))

    def _misspelt(self, severity: int, rng: np.random.Generator) -> Damaged:
        hit = tables.struck(self._cells.words.shape, severity, rng)
        return self._cells.with_words(hit, lambda word: tables.misspelt(word, rng))


_ON_NUMBERS: Mapping[str, tables.OnNumbers] = {
    "mistakes of unit": tables.unit_mistakes,
    "slips of the decimal point": tables.decimal_slips,
    "rounded numbers": tables.rounding,
    "small errors everywhere": tables.sensor_noise,
    "the usual value in place of the true one": tables.stuck,
    "cut off at both ends": tables.clipping,
}


def ends_of(*parts: Rows) -> tuple[float, float]:
    """Return the least and the most point of all pictures."""
    arrays: list[np.ndarray] = [np.asarray(rows.features) for rows in parts]
    return float(min(one.min() for one in arrays)), float(max(one.max() for one in arrays))


def _laid_out(points: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Return pictures (n, h, w, c) in the axes they came in."""
    if like.ndim == 3:
        return points[..., 0]
    return np.ascontiguousarray(np.moveaxis(points, 3, 1)) if like.shape[1] in (1, 3) else points


def _typed(points: np.ndarray, dtype: np.dtype) -> np.ndarray:
    return np.asarray(points if dtype.kind == "f" else np.rint(points), dtype=dtype)
