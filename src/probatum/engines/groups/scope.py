# SPDX-License-Identifier: Apache-2.0
"""Of whom a pass may speak: groups of at least so many people, if they make up enough of all.

Groups are gone through from the largest to the smallest, up to the first that is not known to be within the limit;
groups of the same size, in tens, at once. The order depends on sizes alone and each group is asked at the full level,
so the chance that one beyond the limit is covered is no larger than for a single group (fixed-sequence testing). What
came out for smaller groups is not known, and they are not spoken of; if one of them is proven to fare differently,
there is no pass at all.

Source: Maurer, Hothorn and Lehmacher 1995, Biometrie in der chemisch-pharmazeutischen Industrie 6:3; Wiens 2003,
Pharmaceutical Statistics 2:211.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

TEN = 10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """What is known of the groups of one grouping."""

    rows: np.ndarray  # (g,) of each group
    pooled: int  # place of the pool of small groups, which is no group; -1: there is none
    within: np.ndarray  # (g,) bool: known to be within the limit
    everybody: int  # rows there are, those in no group included


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Groups of at least so many people, in every grouping."""

    least: int  # people, in tens
    share: float  # of all people that are in such groups, in the grouping where these are fewest
    everybody: bool  # there are no others

    def covers(self, rows: int) -> bool:
        """Say whether a group of so many people is one of them."""
        return tens(rows) >= self.least

    def told(self) -> str:
        """Say of whom the statement is, in a plain sentence."""
        return (
            f"This holds for groups of at least {self.least:,} people. However people are told apart, at least "
            f"{self.share * 100:.0f} of 100 are in one. How smaller groups fare cannot be told."
        )


def scope(seen: Sequence[Seen], *, least_share: float) -> Scope | None:
    """Return the groups that a pass covers; None if they are too few.

    Args:
        seen: of each grouping.
        least_share: of all people, in each grouping, that must be in a group that is covered.
    """
    sizes = [_sizes(one) for one in seen]
    doubtful = max((int(size[~one.within].max(initial=0)) for size, one in zip(sizes, seen, strict=True)), default=0)
    covered = [(size > doubtful) & one.within for size, one in zip(sizes, seen, strict=True)]
    if not covered or not all(one.any() for one in covered):
        return None
    shares = [one.rows[there].sum() / one.everybody for one, there in zip(seen, covered, strict=True)]
    if min(shares) < least_share:
        return None
    share = float(np.floor(min(shares) * 100 + 1e-9) / 100)  # in whole hundredths, so that no small rest comes out
    return Scope(least=doubtful + TEN, share=share, everybody=bool(min(shares) == 1))


def tens(rows: int) -> int:
    """Return rows told in tens, so that a known sum does not tell a small group."""
    return rows // TEN * TEN


def _sizes(one: Seen) -> np.ndarray:
    sizes = one.rows // TEN * TEN
    if one.pooled >= 0:
        sizes[one.pooled] = 0
    return np.asarray(sizes)
