# SPDX-License-Identifier: Apache-2.0
"""Counts in every group, as ranges: of the rows that are counted, and of those that are not.

Everything that is published of a group is worked out from these ranges, which hide every small count (see
``engines.disclosure.alternatives``), so nothing published can tell more than they do. A silent row may be counted or
not.
"""

from dataclasses import dataclass

import numpy as np

from probatum.engines.mistakes.small_counts import SMALL


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tally:
    """How many of each group's rows are counted and how many are not, where the share is least and where it is most."""

    fewest: np.ndarray  # (g,) counted at least
    most_left: np.ndarray  # (g,) and then so many are not
    most: np.ndarray  # (g,) counted at most
    fewest_left: np.ndarray  # (g,) and then so many are not
    hidden: np.ndarray  # (g,) bool: a count is too small to be told
    rows: np.ndarray  # (g,) rows of each group, never to be told

    @property
    def n(self) -> np.ndarray:
        """(g,) rows of each group, at least."""
        return np.asarray(np.minimum(self.n_fewest, self.n_most))

    @property
    def n_fewest(self) -> np.ndarray:
        """(g,) rows where the share is least."""
        return np.asarray(self.fewest + self.most_left)

    @property
    def n_most(self) -> np.ndarray:
        """(g,) rows where the share is most."""
        return np.asarray(self.most + self.fewest_left)

    @property
    def share(self) -> np.ndarray:
        """(g,) the share counted, in the middle of the range; NaN where there is no row."""
        counted, left = self.fewest + self.most, self.fewest_left + self.most_left
        return np.asarray(counted / np.where(counted + left > 0, counted + left, np.nan))

    @property
    def least_share(self) -> np.ndarray:
        """(g,) the least share there could be; NaN where there is no row."""
        return np.asarray(self.fewest / np.where(self.n_fewest > 0, self.n_fewest, np.nan))

    @property
    def most_share(self) -> np.ndarray:
        """(g,) the most; NaN where there is no row."""
        return np.asarray(self.most / np.where(self.n_most > 0, self.n_most, np.nan))

    def take(self, groups: np.ndarray) -> "Tally":
        """Return the counts of some of the groups."""
        return Tally(
            fewest=self.fewest[groups],
            most_left=self.most_left[groups],
            most=self.most[groups],
            fewest_left=self.fewest_left[groups],
            hidden=self.hidden[groups],
            rows=self.rows[groups],
        )


def tally(counted: "Bounds", left: "Bounds") -> Tally:
    """Return the counts as a tally.

    Args:
        counted: of each group, the rows counted.
        left: and those that are not.
    """
    return Tally(
        fewest=counted.least,
        most_left=left.most,
        most=counted.most,
        fewest_left=left.least,
        hidden=counted.open | left.open | few(counted.exact + left.exact),
        rows=counted.exact + left.exact,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bounds:
    """One count in each group, and the range in which it is told."""

    least: np.ndarray  # (g,)
    most: np.ndarray  # (g,)
    exact: np.ndarray  # (g,) never to be told

    @property
    def open(self) -> np.ndarray:
        """(g,) bool: it is small, or could be as far as is told."""
        return few(self.exact) | ((self.least < SMALL) & (self.least < self.most))

    def beside(self, whole: "Bounds") -> "Bounds":
        """Return the count in all other rows, out of what may be told of the group and of all rows together."""
        return Bounds(
            least=np.maximum(whole.least - self.most, 0),
            most=np.maximum(whole.most - self.least, 0),
            exact=whole.exact - self.exact,
        )

    def __add__(self, other: "Bounds") -> "Bounds":
        """Return the count of both together."""
        return Bounds(least=self.least + other.least, most=self.most + other.most, exact=self.exact + other.exact)


def counted(codes: np.ndarray, groups: int, where: np.ndarray) -> np.ndarray:
    """Return (g,) rows of each group at which ``where`` is true; rows of no group (code -1) are left out."""
    return np.bincount(codes[where & (codes >= 0)], minlength=groups)


def few(count: np.ndarray) -> np.ndarray:
    """Return whether a count is small: above 0 and below ``SMALL``."""
    return np.asarray((count > 0) & (count < SMALL))
