# SPDX-License-Identifier: Apache-2.0
"""How good a slice is, and how good any part of it can become."""

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from probatum.errors import UsageError

Numbers = np.ndarray | float


class Rule(Protocol):
    """A score of slices by what is lost in them and how many rows they hold."""

    @property
    def least(self) -> int:
        """The minimum support, rows."""

    def score(self, losses: Numbers, sizes: Numbers) -> np.ndarray:
        """Return the scores of slices with these sums of losses and numbers of rows."""

    def bound(self, losses: Numbers, sizes: Numbers, largest: Numbers) -> np.ndarray:
        """Return scores that no slice with the minimum support can exceed, given what it lies in.

        Args:
            losses: at least the slice's sum of losses.
            sizes: at least its number of rows, and at least the minimum support.
            largest: at least its largest single loss, above 0.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceLine:
    """How many times the average a slice loses, and how many rows it holds.

    ``score = alpha (mean loss inside / mean loss - 1) - (1 - alpha) (n / size - 1)``, which is
    ``(gain * loss_sum - price) / size + offset``.

    Source: Sagadeeva and Boehm 2021, "SliceLine: Fast, Linear-Algebra-based Slice Finding for ML Model Debugging",
    SIGMOD; the score is definition 1, the bound section 3.2.
    """

    gain: float  # alpha n / total loss
    price: float  # (1 - alpha) n
    offset: float  # 1 - 2 alpha
    least: int

    def score(self, losses: Numbers, sizes: Numbers) -> np.ndarray:
        """Return the scores."""
        return np.asarray((self.gain * losses - self.price) / sizes + self.offset)

    def bound(self, losses: Numbers, sizes: Numbers, largest: Numbers) -> np.ndarray:
        """Return the bound: over its rows a slice's score is highest at one of two points, see ``_highest``."""
        return _highest(self, losses, sizes, largest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Excess:
    """By how much the mean loss of a slice surely exceeds what was expected: the lower end of a rough range.

    ``score = mean loss inside - expected - error / sqrt(size)``.
    """

    expected: float  # mean loss of a slice that is as it should be
    error: float  # so many standard deviations of one row's loss are taken off
    least: int

    def score(self, losses: Numbers, sizes: Numbers) -> np.ndarray:
        """Return the scores."""
        return np.asarray(losses / sizes - self.expected - self.error / np.sqrt(sizes))

    def bound(self, losses: Numbers, sizes: Numbers, largest: Numbers) -> np.ndarray:
        """Return the bound: over its rows a slice's score is highest at one of two points, see ``_highest``."""
        return _highest(self, losses, sizes, largest)


def sliceline(losses: np.ndarray, *, alpha: float = 0.95, least: int) -> SliceLine:
    """Return SliceLine's rule for these rows.

    Args:
        losses: (n,) of all rows, not all of them 0.
        alpha: what counts: 1 only the mean loss inside, lower the number of rows too; above 0, at most 1.
        least: the minimum support, rows.
    """
    if not 0 < alpha <= 1:
        raise UsageError(f"The weight alpha is above 0 and at most 1; {alpha} was given.")
    rows = len(losses)
    gain = alpha * rows / (math.fsum(losses) or 1.0)
    return SliceLine(gain=gain, price=(1 - alpha) * rows, offset=1 - 2 * alpha, least=least)


def _highest(rule: Rule, losses: Numbers, sizes: Numbers, largest: Numbers) -> np.ndarray:
    """Return the highest score of any slice with at most these losses and rows.

    With s rows a slice's losses sum to at most ``min(losses, s * largest)``. Over s the score rises up to
    ``losses / largest``; from there it falls, or falls and then rises to the end, so it is highest at one of the two.
    """
    most = np.minimum(losses, sizes * largest)
    peak = np.clip(most / largest, rule.least, sizes)
    return np.asarray(np.maximum(rule.score(most, peak), rule.score(most, sizes)))
