# SPDX-License-Identifier: Apache-2.0
"""Counts in every group, as ranges: a count under ten is only told as "0 to 9", a silent row as "yes or no".

A hidden count must not come out when the other groups are taken away from a whole that is known. So beside each
hidden one the largest group is blurred: told in tens. Everything that is published is worked out from these ranges,
so nothing published can tell more than they do.
"""

from dataclasses import dataclass

import numpy as np

from probatum.engines.mistakes.small_counts import SMALL

TEN = 10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tally:
    """How many of each group's rows are counted, at least and at most."""

    n: np.ndarray  # (g,) rows of each group
    fewest: np.ndarray  # (g,)
    most: np.ndarray  # (g,)
    hidden: np.ndarray  # (g,) bool: the count is too small to be told

    @property
    def share(self) -> np.ndarray:
        """(g,) the share counted, in the middle of the range; NaN where there is no row."""
        return np.asarray((self.fewest + self.most) / 2 / np.where(self.n > 0, self.n, np.nan))

    def take(self, groups: np.ndarray) -> "Tally":
        """Return the counts of some of the groups."""
        return Tally(n=self.n[groups], fewest=self.fewest[groups], most=self.most[groups], hidden=self.hidden[groups])


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
    unsure = np.where(_few(silent), SMALL - 1, silent)
    upper = np.minimum(count + unsure, n)
    return Tally(
        n=n,
        fewest=_covered(count, n)[0],
        most=_covered(upper, n)[1],
        hidden=_few(count) | _few(n - count) | _few(n),
    )


def lines(codes: np.ndarray, groups: int, parents: list[np.ndarray]) -> np.ndarray:
    """Return (l, g + 1) bool: the groups with rows in each line, whose sum is known; last, whether others have some.

    Args:
        codes: (n,) groups, -1 for none.
        groups: how many there are.
        parents: (n,) codes of the groupings that were crossed to make this one; none: all rows are one line.
    """
    found = []
    for parent in parents or [np.zeros(len(codes), dtype=np.int32)]:
        table = np.zeros((int(parent.max(initial=-1)) + 1, groups + 1), dtype=bool)
        there = parent >= 0
        table[parent[there], codes[there]] = True  # a code of -1 is the last place
        found.append(table)
    return np.concatenate(found)


def to_blur(hidden: np.ndarray, sizes: np.ndarray, known_sums: np.ndarray) -> np.ndarray:
    """Return (g,) bool: the groups to be told in tens, so that no hidden count is what is left of a known sum.

    Law: in a line with a hidden group another one is blurred, and one that is blurred is not alone, as long as the
    line has groups left. The largest is taken, since tens matter least to it.

    Args:
        hidden: (g,) bool.
        sizes: (g,) rows.
        known_sums: as from ``lines``.
    """
    blurred = np.zeros(len(hidden), dtype=bool)
    changed = True
    while changed:
        changed = False
        for line in known_sums:
            secret, soft = line[:-1] & hidden, line[:-1] & blurred
            alone = soft.any() and soft.sum() + secret.sum() + line[-1] < 2
            free = line[:-1] & ~hidden & ~blurred
            if free.any() and (alone or (secret.any() and not soft.any())):
                blurred[np.where(free, sizes, -1).argmax()] = True
                changed = True
    return blurred


def blur(one: Tally, where: np.ndarray) -> Tally:
    """Return the counts told in tens, out of rows told in tens, ``where`` (g,) is true; the ranges only grow."""
    n = np.where(where, one.n // TEN * TEN, one.n)
    scale = n / np.maximum(one.n, 1)
    fewest = np.where(where, np.floor(one.fewest * scale / TEN) * TEN, one.fewest).astype(np.int64)
    tens = (np.floor(one.most * scale / TEN) + 1) * TEN
    most = np.where(where, np.minimum(tens, n), one.most).astype(np.int64)
    return Tally(n=n, fewest=fewest, most=most, hidden=one.hidden)


def everybody_else(own: Tally, whole: Tally, blurred: np.ndarray) -> Tally:
    """Return for each group the counts of all other rows, out of what may be told of it and of all rows.

    So the rest tells nothing that the two do not. Of a group told in tens, its rows may be nine more.

    Args:
        own: of each group.
        whole: of all rows together, those in no group included; one.
        blurred: (g,) bool, the groups told in tens.
    """
    unsure = np.where(blurred, TEN - 1, 0)
    n = np.maximum(whole.n - own.n - unsure, 0)
    inside = np.ceil(own.most * (own.n + unsure) / np.maximum(own.n, 1)) + np.where(own.n == 0, unsure, 0)
    fewest = np.floor(np.maximum(whole.fewest - inside, 0) * n / np.maximum(n + unsure, 1))
    most = np.clip(whole.most - own.fewest, 0, n)
    return Tally(
        n=n,
        fewest=np.minimum(fewest, most).astype(np.int64),
        most=most.astype(np.int64),
        hidden=own.hidden | whole.hidden | _few(n),
    )


def _few(count: np.ndarray) -> np.ndarray:
    return np.asarray((count > 0) & (count < SMALL))


def _covered(count: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what the count could be, at least and at most, if small ones are hidden."""
    few, rest_few = _few(count), _few(n - count)
    fewest = np.where(few, 0, np.where(rest_few, np.maximum(n - SMALL + 1, 0), count))
    most = np.where(rest_few, n, np.where(few, np.minimum(SMALL - 1, n), count))
    return fewest, most
