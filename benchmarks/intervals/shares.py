# SPDX-License-Identifier: Apache-2.0
"""Coverage of the ranges of shares, of many shares at once."""

from collections.abc import Iterator

import numpy as np
from tables import NOMINAL, Cell, Table, likely

from probatum.engines.intervals.proportions import clopper_pearson_bounds

SIZES = (20, 40, 132, 1000)
SHARES = (0.01, 0.03, 0.1, 0.5)
GROUPS = (1, 2, 10, 30)


def tables(seed: int) -> Iterator[Table]:
    """Yield the tables of this file; nothing is drawn."""
    rows: dict[tuple[str, ...], tuple[Cell, ...]] = {
        (f"{n:,}", str(groups)): tuple(Cell(coverage=at_once(n, share, groups)) for share in SHARES)
        for n in SIZES
        for groups in GROUPS
    }
    yield Table(
        title="Shares at once: `proportions`",
        text="Clopper-Pearson at the level of Šidák: how often, of 100, the ranges of *all* groups hold their true "
        "shares at the same time. Each group has the stated number of rows and the stated true share. The "
        "width is the yardstick itself, 1.00 times Clopper-Pearson-Šidák.",
        head=("rows a group", "groups"),
        columns=tuple(f"share {share:g}" for share in SHARES),
        rows=rows,
    )


def at_once(n: int, share: float, groups: int) -> float:
    """Return the chance that the ranges of all of ``groups`` independent groups hold."""
    counts, chances = likely(n, (share,))
    lower, upper = clopper_pearson_bounds(counts[:, 0], np.array(n), confidence=NOMINAL, family=groups)
    return float(chances[(lower <= share) & (share <= upper)].sum()) ** groups
