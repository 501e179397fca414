# SPDX-License-Identifier: Apache-2.0
"""The best k slices met so far."""

from dataclasses import dataclass

import numpy as np

NONE = -1  # fills the unused places of a conjunction of fewer than three levels
DECIMALS = 9  # of a score: what differs only in later ones is a tie
SLACK = 2e-9  # a bound so little below the k-th best score may belong to a tie


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Leaders:
    """At most ``k`` conjunctions, best first.

    Ties go to the larger slice, then to the one with fewer levels, then to the one whose levels come first.
    """

    k: int
    scores: np.ndarray  # (j,)
    sizes: np.ndarray  # (j,)
    losses: np.ndarray  # (j,)
    levels: np.ndarray  # (j, 3) rising positions among the levels, then NONE

    @property
    def worth(self) -> float:
        """Return the score below which nothing can join."""
        return float(self.scores[-1]) - SLACK if self.scores.size == self.k else -np.inf

    def joined(self, scores: np.ndarray, sizes: np.ndarray, losses: np.ndarray, *levels: np.ndarray) -> "Leaders":
        """Return the best ``k`` of these and the new ones; ``levels`` are one to three arrays of positions."""
        good = np.flatnonzero(scores >= self.worth)
        if good.size == 0:
            return self
        rounded = np.round(scores[good], DECIMALS)
        if good.size > self.k:
            best = rounded >= np.partition(rounded, -self.k)[-self.k]
            good, rounded = good[best], rounded[best]
        new = np.full((good.size, 3), NONE)
        for place, positions in enumerate(levels):
            new[:, place] = positions[good]
        every = np.concatenate([self.levels, new])
        score, size, loss = (
            np.concatenate([old, more])
            for old, more in ((self.scores, rounded), (self.sizes, sizes[good]), (self.losses, losses[good]))
        )
        depth = (every != NONE).sum(axis=1)
        order = np.lexsort((every[:, 2], every[:, 1], every[:, 0], depth, -size, -score))[: self.k]
        return Leaders(k=self.k, scores=score[order], sizes=size[order], losses=loss[order], levels=every[order])


def nobody(k: int) -> Leaders:
    """Return no leaders yet, with room for ``k``."""
    return Leaders(k=k, scores=np.empty(0), sizes=np.empty(0), losses=np.empty(0), levels=np.empty((0, 3), dtype=int))
