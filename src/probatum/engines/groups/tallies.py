# SPDX-License-Identifier: Apache-2.0
"""Counts in every group, as ranges: a count under ten is only told as "0 to 9", a silent row as "yes or no".

Everything that is published is worked out from these ranges, so nothing published can tell more than they do.
"""

from dataclasses import dataclass

import numpy as np

from probatum.engines.mistakes.small_counts import SMALL


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tally:
    """How many of each group's rows are counted, at least and at most."""

    n: np.ndarray  # (g,) rows of each group
    fewest: np.ndarray  # (g,)
    most: np.ndarray  # (g,)

    @property
    def known(self) -> np.ndarray:
        """(g,) bool: the count itself may be told."""
        return np.asarray(self.fewest == self.most)

    @property
    def share(self) -> np.ndarray:
        """(g,) the share counted, in the middle of the range; NaN where there is no row."""
        return np.asarray((self.fewest + self.most) / 2 / np.where(self.n > 0, self.n, np.nan))


def counted(codes: np.ndarray, groups: int, where: np.ndarray) -> np.ndarray:
    """Return (g,) rows of each group at which ``where`` is true; rows of no group (code -1) are left out."""
    return np.bincount(codes[where & (codes >= 0)], minlength=groups)


def tally(count: np.ndarray, n: np.ndarray, silent: np.ndarray | None = None) -> Tally:
    """Return the counts with small ones hidden.

    A count under ``SMALL``, or one that leaves under ``SMALL``, could be anything in that range. Silent rows could
    be counted or not; if they are few, it is also hidden how few.

    Args:
        count: (g,) rows counted for sure.
        n: (g,) rows of each group.
        silent: (g,) further rows that could be counted or not.
    """
    silent = np.zeros_like(count) if silent is None else silent
    unsure = np.where((silent > 0) & (silent < SMALL), SMALL - 1, silent)
    upper = np.minimum(count + unsure, n)
    return Tally(n=n, fewest=_hidden(count, n)[0], most=_hidden(upper, n)[1])


def _hidden(count: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what the count could be, at least and at most."""
    few, rest_few = (count > 0) & (count < SMALL), (n - count > 0) & (n - count < SMALL)
    fewest = np.where(few, 0, np.where(rest_few, np.maximum(n - SMALL + 1, 0), count))
    most = np.where(rest_few, n, np.where(few, np.minimum(SMALL - 1, n), count))
    return fewest, most
