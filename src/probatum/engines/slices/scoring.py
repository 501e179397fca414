# SPDX-License-Identifier: Apache-2.0
"""How good a slice is, and how good any part of it can become.

Source: Sagadeeva and Boehm 2021, "SliceLine: Fast, Linear-Algebra-based Slice Finding for ML Model Debugging",
SIGMOD; the score is definition 1, the bound section 3.2.
"""

from dataclasses import dataclass

import numpy as np

Numbers = np.ndarray | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """The score of slices of one set of rows.

    ``score = alpha (mean loss inside / mean loss - 1) - (1 - alpha) (n / size - 1)``, which is
    ``(gain * loss_sum - price) / size + offset``.
    """

    gain: float  # alpha n / total loss
    price: float  # (1 - alpha) n
    offset: float  # 1 - 2 alpha
    least: int  # the minimum support, rows

    def score(self, losses: Numbers, sizes: Numbers) -> np.ndarray:
        """Return the scores of slices with these sums of losses and numbers of rows."""
        return np.asarray((self.gain * losses - self.price) / sizes + self.offset)

    def bound(self, losses: Numbers, sizes: Numbers, largest: Numbers) -> np.ndarray:
        """Return scores that no slice with the minimum support can exceed, given what it lies in.

        With s rows a slice's losses sum to at most ``min(losses, s * largest)``. Over s the score rises up to
        ``losses / largest``; from there it falls, or rises to the end, so it is highest at one of these two points.

        Args:
            losses: at least the slice's sum of losses.
            sizes: at least its number of rows, and at least the minimum support.
            largest: at least its largest single loss, above 0.
        """
        most = np.minimum(losses, sizes * largest)
        peak = np.clip(most / largest, self.least, sizes)
        return np.asarray(np.maximum(self.score(most, peak), self.score(most, sizes)))


def scoring(*, rows: int, total: float, alpha: float, least: int) -> Scoring:
    """Return the scoring for ``rows`` rows whose losses sum to ``total``."""
    return Scoring(gain=alpha * rows / total, price=(1 - alpha) * rows, offset=1 - 2 * alpha, least=least)
