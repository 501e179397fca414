# SPDX-License-Identifier: Apache-2.0
"""Rows that were said about the same, put together, so that what was said can be held against what came true.

Bins are cut from what was said alone, never from what came true, so all that is worked out within them holds as if
they had been fixed beforehand. Equal scores always share a bin, whatever the order of the rows.
"""

from dataclasses import dataclass
from typing import final

import numpy as np

from probatum.errors import UsageError

FEWEST, MOST = 5, 25  # bins chosen from the number of rows


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bins:
    """The rows summed up by bin, from what was said least to what was said most; k bins, none empty."""

    rows: np.ndarray  # (k,) int
    right: np.ndarray  # (k,) int, rows on which it came true
    said: np.ndarray  # (k,) mean of what was said
    low: np.ndarray  # (k,) the least that was said
    high: np.ndarray  # (k,) the most
    promised: np.ndarray  # (k,) mean of p (1 - p): the variance of one row if what was said were true
    scatter: np.ndarray  # (k,) unbiased variance of "came true" minus "said"; the promised one where there is one row

    @property
    def gap(self) -> np.ndarray:
        """(k,) the share that came true minus the mean of what was said."""
        return np.asarray(self.right / self.rows - self.said)

    @property
    def weight(self) -> np.ndarray:
        """(k,) the share of all rows."""
        return np.asarray(self.rows / self.rows.sum())


def bins_for(rows: int) -> int:
    """Return how many bins suit so many rows: the cube root of their number, 5 to 25.

    More bins hide less of the error and measure it less sharply; the growth lies below the n^(2/5) that Sun,
    Chaudhari, Barnett and Dobriban 2024, arXiv:2408.08998, allow for smooth curves.
    """
    return min(max(round(float(np.cbrt(rows))), FEWEST), MOST)


def put_together(said: np.ndarray, right: np.ndarray, *, bins: int = 0) -> Bins:
    """Return bins of about equally many rows.

    A score goes where the middle of all rows with that score lies, in order of what was said.

    Args:
        said: (n,) chances, 0 to 1.
        right: (n,) bool, whether it came true.
        bins: at most so many; 0 chooses by the number of rows.
    """
    if said.shape != right.shape or said.ndim != 1 or not said.size:
        raise UsageError(f"Wanted one chance for each answer, and at least one; got {said.shape} and {right.shape}.")
    if not ((said >= 0) & (said <= 1)).all():
        raise UsageError("Wanted chances between 0 and 1; at least one lies outside, or is missing.")
    if bins < 0:
        raise UsageError(f"Wanted at least 1 bin, or 0 to choose by the number of rows; {bins} came.")
    values, place, counts = np.unique(said, return_inverse=True, return_counts=True)
    middle = (np.cumsum(counts) - counts / 2) / said.size
    raw = (middle * (bins or bins_for(said.size))).astype(np.int64)
    at = np.unique(raw, return_inverse=True)[1].reshape(-1)  # without the empty ones; (values,) in rising order
    return _sum_up(said, np.asarray(right, dtype=bool), at[place.reshape(-1)], values, at)


def _sum_up(said: np.ndarray, right: np.ndarray, code: np.ndarray, values: np.ndarray, at: np.ndarray) -> Bins:
    """Sum up the rows by ``code`` (n,); ``values`` are the distinct scores, rising, and ``at`` the bins of those."""
    rows = np.bincount(code)
    mean = np.bincount(code, said) / rows
    off = right - said
    squares = np.bincount(code, (off - (np.bincount(code, off) / rows)[code]) ** 2)
    promised = np.bincount(code, said * (1 - said)) / rows
    first = np.flatnonzero(np.diff(at, prepend=-1))
    return Bins(
        rows=rows,
        right=np.bincount(code, right).astype(np.int64),
        said=mean,
        low=values[first],
        high=values[np.append(first[1:] - 1, len(values) - 1)],
        promised=promised,
        scatter=np.where(rows > 1, squares / np.maximum(rows - 1, 1), promised),
    )
