# SPDX-License-Identifier: Apache-2.0
"""Search for a patch that can be printed, by asking alone; ``tensor.patch`` looks at gradients.

Source: Brown et al. 2017, arXiv:1712.09665; see ``shared`` for the search and ``placing`` for how a patch is laid.
"""

from collections.abc import Callable
from typing import final

import numpy as np

from probatum.engines.evasion.black_box import margin
from probatum.engines.evasion.placing import Frame, Looks
from probatum.engines.evasion.queries.squares import patched, stripes
from probatum.engines.evasion.shared import CELLS

Ask = Callable[[np.ndarray], np.ndarray]

BATCH = 100  # pictures on which a patch is tried in a round


@final
class Patches:
    """The patches that can be laid on some pictures; see ``shared.Family``."""

    def __init__(self, ask: Ask, x: np.ndarray, y: np.ndarray, frame: Frame, looks: Looks) -> None:
        """Take the pictures.

        Args:
            ask: (m, ...) pictures to (m, k) scores; NaN where there is no answer.
            x: (n, ...) pictures.
            y: (n,) index of the right class.
            frame: the sizes.
            looks: how different the patch may look.
        """
        self._ask, self._x, self._y, self._frame, self._looks = ask, x, y, frame, looks
        self._lower = np.full(frame.patch, frame.least)
        self._upper = np.full(frame.patch, frame.most)

    def starts(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Return plain patches of either end first, then stripes and noise in turn."""
        found = [self._upper, self._lower]
        for place in range(count - 2):
            if place % 2:
                found.append(stripes(self._lower, self._upper, rng))
            else:
                found.append(np.where(rng.random(self._lower.shape) < 0.5, self._lower, self._upper))
        return np.stack([np.broadcast_to(one, self._lower.shape) for one in found[:count]])

    def moved(self, attack: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
        """Return the patch with a square in it at other colours."""
        return patched(attack, self._lower, self._upper, share, rng)

    def margins(self, attacks: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return (m, b) margins of the same random pictures, with each patch in the same places."""
        rows = rng.permutation(len(self._x))[:BATCH]
        laid = self._frame.draw(len(rows), self._looks, rng)
        x, y = self._x[rows], self._y[rows]
        together = max(1, CELLS // max(1, x.size))
        pieces = []
        for start in range(0, len(attacks), together):
            some = attacks[start : start + together]
            points = np.concatenate([self._frame.lay(x, one[None], laid) for one in some])
            found = margin(self._ask(points), np.tile(y, len(some)))
            pieces.append(np.where(np.isnan(found), np.inf, found).reshape(len(some), -1))
        return np.concatenate(pieces)
