# SPDX-License-Identifier: Apache-2.0
"""One change for all rows: the same numbers are added to every one of them, and many answers turn at once.

Source: Moosavi-Dezfooli, Fawzi, Fawzi, Frossard 2017, arXiv:1610.08401 (there is such a change). This search only asks;
``tensor.universal`` looks at gradients.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

import numpy as np

from probatum.engines.evasion.black_box import margin
from probatum.engines.evasion.queries.squares import patched, stripes
from probatum.engines.evasion.shared import CELLS, loss
from probatum.engines.evasion.threat import Norm

Ask = Callable[[np.ndarray], np.ndarray]


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Span:
    """What the one change may be: between two ends in each cell, and perhaps no longer than a ball allows."""

    lower: np.ndarray  # (...) of the shape of a row, at most 0
    upper: np.ndarray  # (...) at least 0
    whole: np.ndarray  # (...) bool, cells that change by whole numbers only
    norm: Norm | None = None  # L2 or L1; None: only the ends bind
    length: float | None = None  # of the change, in the norm

    @property
    def empty(self) -> bool:
        """Whether nothing can change: a cell of whole numbers moves by whole steps or not at all."""
        both = np.stack([self.lower, self.upper])
        return not np.where(self.whole, np.trunc(both), both).any()

    def fitted(self, changes: np.ndarray) -> np.ndarray:
        """Return changes, (m, ...), that are allowed: cut at the ends, shrunk to the ball, cut to whole numbers."""
        inside = np.clip(changes, self.lower, self.upper)
        if self.norm is not None and self.length is not None:
            flat = np.abs(inside.reshape(len(inside), -1))
            size = flat.sum(axis=1) if self.norm is Norm.L1 else np.sqrt((flat**2).sum(axis=1))
            # a hair less, so that rounding makes none too long
            part = np.minimum(1.0, self.length * (1 - 1e-6) / np.maximum(size, 1e-300))
            inside = inside * part.reshape(-1, *([1] * (inside.ndim - 1)))
        return np.asarray(np.where(self.whole, np.trunc(inside), inside))

    def corners(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Return (count, ...) random changes as large as they may be: each cell at either end that is a change."""
        low = np.where(self.lower < 0, self.lower, self.upper)
        high = np.where(self.upper > 0, self.upper, self.lower)
        return self.fitted(np.where(rng.random((count, *self.lower.shape)) < 0.5, low, high))


@final
class Changes:
    """The changes that can be made to some rows; see ``shared.Family``."""

    def __init__(
        self, ask: Ask, x: np.ndarray, y: np.ndarray, span: Span, *, lower: np.ndarray, upper: np.ndarray
    ) -> None:
        """Take the rows.

        Args:
            ask: (m, ...) points to (m, k) scores; NaN where there is no answer.
            x: (b, ...) rows.
            y: (b,) index of the right class.
            span: what the one change may be.
            lower: (b, ...) least value of each cell of each row; what the change takes further stays here.
            upper: (b, ...) most.
        """
        self._ask, self._x, self._y, self._span = ask, x, y, span
        self._lower, self._upper = lower, upper
        self.tried = 0  # changes asked about so far, each on all rows

    def points(self, change: np.ndarray) -> np.ndarray:
        """Return (b, ...) the rows under a change."""
        return np.asarray(np.clip(self._x + change, self._lower, self._upper), dtype=self._x.dtype)

    def starts(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Return random corners; of pictures, every other one in stripes, which networks react to most."""
        found = self._span.corners(count, rng)
        if self._x.ndim > 2:
            for place in range(0, count, 2):
                found[place] = stripes(self._span.lower, self._span.upper, rng)
        else:  # tables: every other one leaves about half of the columns alone
            found[::2] = np.where(rng.random(found[::2].shape) < 0.5, 0.0, found[::2])
        return self._span.fitted(found)

    def moved(self, attack: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
        """Return the change with a patch of its cells at other numbers."""
        return self._span.fitted(patched(attack, self._span.lower, self._span.upper, share, rng)[None]).reshape(
            attack.shape
        )

    def margins(self, attacks: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return (m, b) margins; several changes are put to the model in one call."""
        self.tried += len(attacks)
        together = max(1, CELLS // max(1, self._x.size))
        pieces = []
        for start in range(0, len(attacks), together):
            some = attacks[start : start + together]
            points = np.concatenate([self.points(one) for one in some])
            found = margin(self._ask(points), np.tile(self._y, len(some)))
            pieces.append(np.where(np.isnan(found), np.inf, found).reshape(len(some), -1))
        return np.concatenate(pieces)


def leanings(changes: Changes, y: np.ndarray, span: Span, *, rng: np.random.Generator, most: int) -> np.ndarray:
    """Return (h, d) changes of a table that should turn each class, as far as single cells tell; asks of 2 d + 1.

    Each cell is moved alone to either end; a hint moves every cell to the end at which the margins of the rows of one
    class, or of all rows, are lowest in the mean. None where there are more cells than ``most`` changes allow.
    """
    cells = len(span.lower)
    if 2 * cells + 1 > most:
        return np.zeros((0, cells))
    alone = np.concatenate([np.zeros((1, cells)), np.diag(span.lower), np.diag(span.upper)])
    margins = changes.margins(span.fitted(alone), rng)
    answered = np.isfinite(margins).all(axis=0)
    hints = []
    for some in (answered, *(answered & (y == label) for label in np.unique(y))):
        if not some.any():
            continue
        means = margins[:, some].mean(axis=1)
        down, up = means[1 : cells + 1] - means[0], means[cells + 1 :] - means[0]
        hints.append(np.where((down < 0) & (down <= up), span.lower, np.where(up < 0, span.upper, 0.0)))
    return span.fitted(np.stack(hints)) if hints else np.zeros((0, cells))


def plainest(changes: Changes, change: np.ndarray, *, scale: float, rng: np.random.Generator) -> np.ndarray:
    """Return the change of a table without what adds nothing to it, so that it can be told in few words.

    Each cell is left out by itself first; those that can be spared are then left out all at once, if that is as good.
    """
    moved = np.flatnonzero(change)
    if not moved.size:
        return change
    without = np.repeat(change[None], len(moved), axis=0)
    without[np.arange(len(moved)), moved] = 0.0
    losses = loss(changes.margins(np.concatenate([change[None], without]), rng), scale)
    spared = change.copy()
    spared[moved[losses[1:] <= losses[0]]] = 0.0
    again = loss(changes.margins(spared[None], rng), scale)
    return spared if again[0] <= losses[0] else change
