# SPDX-License-Identifier: Apache-2.0
"""Coverage of the ranges of the ratio of two shares counted on the same rows."""

from collections.abc import Iterator
from functools import cache

from tables import NOMINAL, Cell, Table, holds, share

from probatum.engines.intervals.paired_ratio import paired_ratio
from probatum.seeds import stream

SIZES = (20, 40, 132, 1000)
SAMPLES = 5000
# true share of the second side, ratio of the first to it; half of the smaller share is common to both
RATIOS = ((0.03, 0.5), (0.03, 1.0), (0.1, 0.5), (0.1, 0.9), (0.1, 1.0), (0.5, 0.5), (0.5, 0.9), (0.5, 1.0))


def tables(seed: int) -> Iterator[Table]:
    """Yield the tables of this file."""
    yield Table(
        title="The ratio of two shares of the same rows: `paired_ratio`",
        text="Tang, Tang and Chan's score range. A column is named by the true second share and the true ratio; "
        "half of the smaller share is common to both. Where the second count is 0 no range is given, which "
        "holds; in brackets how often of 100 that is, where it is at all.",
        head=("rows",),
        columns=tuple(f"{second:g} × {ratio:g}" for second, ratio in RATIOS),
        rows={(f"{n:,}",): tuple(ratio_of(n, *one, seed=seed) for one in RATIOS) for n in SIZES},
        samples=SAMPLES,
    )


def ratio_of(n: int, second: float, ratio: float, *, seed: int) -> Cell:
    """Count the samples whose range holds the ratio."""
    first = second * ratio
    both = min(first, second) / 2
    chances = (both, first - both, second - both, 1 - first - second + both)
    rng = stream(seed, f"paired_ratio/{n}/{second}/{ratio}")
    counts = rng.multinomial(n, chances, size=SAMPLES).tolist()

    @cache
    def held(*four: int) -> bool:
        return holds(paired_ratio(*four, confidence=NOMINAL)[1], ratio)

    unknown = share(four[0] + four[2] == 0 for four in counts)
    return Cell(coverage=share(held(*four) for four in counts), note=f"{100 * unknown:.1f}" if unknown else "")
