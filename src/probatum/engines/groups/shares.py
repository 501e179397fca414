# SPDX-License-Identifier: Apache-2.0
"""A share in every group, and its difference to that of others."""

from dataclasses import dataclass

import numpy as np

from probatum.engines.groups.tallies import Tally
from probatum.engines.intervals.differences import share_difference_lower, share_method
from probatum.engines.intervals.proportions import clopper_pearson_bounds, method
from probatum.engines.mistakes.small_counts import SMALL


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shares:
    """One share in each group."""

    seen: Tally  # among the rows that have an answer
    possible: Tally  # among all rows, whatever the missing answers might have been

    unit = "share"
    least = SMALL  # rows of a group that is compared, and spoken of

    @property
    def n(self) -> np.ndarray:
        """(g,) rows that each share rests on."""
        return self.possible.n

    @property
    def usable(self) -> np.ndarray:
        """(g,) bool: there are enough rows to compare the group, and to speak of it."""
        return np.asarray(np.minimum(self.seen.rows, self.possible.rows) >= self.least)

    @property
    def value(self) -> np.ndarray:
        """(g,) the share; in the middle of what it could be where it is hidden."""
        return self.seen.share

    @property
    def shown(self) -> np.ndarray:
        """(g,) bool: the share may be told."""
        return ~self.seen.hidden

    def ends(self, *, confidence: float, family: int) -> tuple[np.ndarray, np.ndarray]:
        """Return each group's range (g,)."""
        one = self.possible
        lower, _ = clopper_pearson_bounds(one.fewest, one.n_fewest, confidence=confidence, family=family)
        _, upper = clopper_pearson_bounds(one.most, one.n_most, confidence=confidence, family=family)
        return lower, upper

    def above(self, other: "Shares", *, confidence: float, family: int) -> np.ndarray:
        """Return the lower bounds (g,) of (own share - the other's), among the rows that have an answer."""
        one, two = self.seen, other.seen
        return share_difference_lower(
            one.fewest, one.n_fewest, two.most, two.n_most, confidence=confidence, family=family
        )

    def at_most_above(self, other: "Shares", *, confidence: float, family: int) -> np.ndarray:
        """Return the upper bounds (g,) of (own share - the other's), whatever the missing answers might have been."""
        one, two = self.possible, other.possible
        return -share_difference_lower(
            two.fewest, two.n_fewest, one.most, one.n_most, confidence=confidence, family=family
        )

    def take(self, groups: np.ndarray) -> "Shares":
        """Return the same share in some of the groups."""
        seen = self.seen.take(groups)
        return Shares(seen=seen, possible=seen if self.seen is self.possible else self.possible.take(groups))

    def method(self, family: int) -> str:
        """Name the method of each group's range."""
        return method(family)

    def gap_method(self, family: int) -> str:
        """Name the method of the differences."""
        return share_method(family)
