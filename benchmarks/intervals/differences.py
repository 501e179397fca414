# SPDX-License-Identifier: Apache-2.0
"""Coverage of the ranges of differences: of one pair, all pairs at once, and the largest gap of any group to the rest.

With groups of one size, the pair of the largest and the smallest count is the last to be held: a larger first count
never lowers a bound. So "all pairs" needs that one pair only, and "the largest gap" those two groups.
"""

from collections.abc import Callable, Iterator

import numpy as np
from scipy.special import bdtr
from tables import NOMINAL, Cell, Table, likely

from probatum.engines.intervals.differences import (
    Means,
    mean_difference_bounds,
    share_difference_bounds,
    share_difference_lower,
    skewed_rows,
)
from probatum.engines.intervals.proportions import clopper_pearson_bounds
from probatum.engines.intervals.skewed import skewness
from probatum.seeds import stream

Draw = Callable[[np.random.Generator, tuple[int, int]], np.ndarray]
SIZES = (20, 40, 132, 1000)
SHARES = (0.01, 0.03, 0.1, 0.5)
GROUPS = (2, 10, 30)
GAP = 0.1
PAIRS = ((0.01, 0.1), (0.03, 0.1), (0.03, 0.5), (0.1, 0.1), (0.1, 0.5), (0.5, 0.5), (0.9, 0.97))
UNEQUAL = ((20, 20), (20, 132), (20, 1000), (40, 1000), (132, 132))
SAMPLES = 20_000
SKEWED = ("normal", "exponential", "log-normal, shape 1", "log-normal, shape 1.5")
AT_ONCE = 2000  # samples
SEVERAL = ((30, 30, 30), (30, 300, 1000), (100, 100, 2000), (300, 300, 300, 300, 300), (200, 2000, 20_000))
VALUES: dict[str, Draw] = {  # each with mean 0
    "normal": lambda rng, size: rng.normal(size=size),
    "normal, 3 times the spread": lambda rng, size: 3 * rng.normal(size=size),
    "exponential": lambda rng, size: rng.exponential(size=size) - 1,
    "log-normal, shape 1": lambda rng, size: rng.lognormal(-0.5, 1, size) - 1,
    "log-normal, shape 1.5": lambda rng, size: rng.lognormal(-1.125, 1.5, size) - 1,
}
MEAN_PAIRS: tuple[tuple[str, str], ...] = (
    ("normal", "normal"),
    ("normal", "normal, 3 times the spread"),
    ("exponential", "exponential"),
)
MEAN_PAIRS += (("exponential", "normal"), ("log-normal, shape 1", "log-normal, shape 1"))
MEAN_PAIRS += (("log-normal, shape 1", "normal"),)


def tables(seed: int) -> Iterator[Table]:
    """Yield the tables of this file."""
    yield Table(
        title="The difference of two shares, one pair: `differences`",
        text="The melded range. A column is named by the two true shares, a row by the rows of the two groups.",
        head=("rows",),
        columns=tuple(f"{first:g}, {second:g}" for first, second in PAIRS),
        rows={(f"{n:,} and {m:,}",): tuple(Cell(coverage=one_pair(n, m, *both)) for both in PAIRS) for n, m in UNEQUAL},
    )
    grid = [(n, groups) for n in SIZES for groups in GROUPS]
    columns = tuple(f"share {share:g}" for share in SHARES)
    yield Table(
        title="The differences of all pairs at once: `differences`",
        text="The melded range at the level of Šidák for the number of pairs; all groups have the stated number of "
        "rows and the stated true share. In brackets the median width, in times that of Donner and Zou 2012: "
        "square and add the Clopper-Pearson limits of the two groups at the same level, which is narrower and "
        "does not always hold.",
        head=("rows a group", "groups"),
        columns=columns,
        rows={(f"{n:,}", str(groups)): tuple(all_pairs(n, share, groups) for share in SHARES) for n, groups in grid},
    )
    yield Table(
        title="The largest gap between a group and everybody else: `differences`, as `groups` uses it",
        text=f"One group's true share is {GAP:g} above that of all the others. The lower end is the largest of all "
        "lower ends, which hold at once; the upper end is the largest of all upper ends, each at the full "
        "level. Counts under ten are not hidden here; hiding them only widens a range.",
        head=("rows a group", "groups"),
        columns=columns,
        rows={
            (f"{n:,}", str(groups)): tuple(largest_gap(n, share, groups, seed) for share in SHARES)
            for n, groups in grid
        },
        samples=AT_ONCE,
    )
    yield Table(
        title="The difference of two means: `differences`",
        text="Welch's t, or corrected for skewness, whichever reaches further. A column is named by the two kinds of "
        "values, a row by the rows of the two groups; groups under 30 rows are not compared by `groups`.",
        head=("rows",),
        columns=tuple(f"{first}; {second}" for first, second in MEAN_PAIRS),
        rows={(f"{n:,} and {m:,}",): tuple(means(n, m, *both, seed=seed) for both in MEAN_PAIRS) for n, m in UNEQUAL},
        samples=SAMPLES,
    )
    yield Table(
        title="The means of all groups against everybody else, at once: `differences`, as `groups` uses it",
        text="At the level of Šidák for the number of groups. All groups hold values of one kind; a row is named by "
        "the rows of the groups. In brackets the share of groups that is compared: a group needs as many rows as "
        "the square of the skewness of all values, and 30.",
        head=("rows of the groups",),
        columns=SKEWED,
        rows={
            (", ".join(f"{n:,}" for n in sizes),): tuple(all_means(sizes, kind, seed=seed) for kind in SKEWED)
            for sizes in SEVERAL
        },
        samples=AT_ONCE,
    )


def one_pair(n: int, m: int, first: float, second: float) -> float:
    """Add up the outcomes whose range holds the difference."""
    (k, chance_k), (j, chance_j) = likely(n, (first,)), likely(m, (second,))
    lower, upper = share_difference_bounds(k, np.array(n), j[:, 0], np.array(m), confidence=NOMINAL)
    held = (lower <= first - second) & (first - second <= upper)
    return float(chance_k @ held @ chance_j)


def all_pairs(n: int, share: float, groups: int) -> Cell:
    """Add up the outcomes of the largest and the smallest of all groups' counts whose range holds no difference."""
    family = groups * (groups - 1) // 2
    counts, chances = likely(n, (share,))
    k = counts[:, 0]
    lower, upper = share_difference_bounds(k[:, None], np.array(n), k, np.array(n), confidence=NOMINAL, family=family)
    # the chance that all counts lie from the second to the first: (F(first) - F(second - 1)) ** groups
    up_to, before = (np.where(at < 0, 0.0, bdtr(np.maximum(at, 0), n, share)) for at in (k, k - 1))
    within = [np.maximum(top[:, None] - floor, 0) ** groups for top in (up_to, before) for floor in (before, up_to)]
    both = np.where(k[:, None] >= k, within[0] - within[1] - within[2] + within[3], 0)
    limits = clopper_pearson_bounds(k, np.array(n), confidence=NOMINAL, family=family)
    below, above = (np.abs(end - k / n) for end in limits)
    usual = np.hypot(below[:, None], above) + np.hypot(above[:, None], below)
    pair = np.outer(chances, chances).ravel()
    width = median((upper - lower).ravel(), pair) / median(usual.ravel(), pair)
    return Cell(coverage=float(both[(lower <= 0) & (upper >= 0)].sum()), note=f"{width:.2f}")


def largest_gap(n: int, share: float, groups: int, seed: int) -> Cell:
    """Count the samples whose range holds the largest gap."""
    rng = stream(seed, f"largest_gap/{n}/{share}/{groups}")
    counts = rng.binomial(n, [share + GAP] + [share] * (groups - 1), size=(AT_ONCE, groups))
    ends = np.stack([counts.max(axis=1), counts.min(axis=1), counts.sum(axis=1)])
    (most, least, total), times = np.unique(ends, axis=1, return_counts=True)
    rows, others, family = np.array(n), np.array(n * (groups - 1)), 1 if groups == 2 else groups
    lower, upper = [], []
    for own in (most, least):
        for first, m, second, k in ((own, rows, total - own, others), (total - own, others, own, rows)):
            lower.append(share_difference_lower(first, m, second, k, confidence=NOMINAL, family=family))
            upper.append(-share_difference_lower(second, k, first, m, confidence=NOMINAL))
    held = (np.max(lower, axis=0) <= GAP) & (np.max(upper, axis=0) >= GAP)
    return Cell(coverage=float(times[held].sum() / AT_ONCE))


def means(n: int, m: int, first: str, second: str, *, seed: int) -> Cell:
    """Count the samples whose range holds the difference, which is 0."""
    rng = stream(seed, f"mean_difference/{n}/{m}/{first}/{second}")
    sides = []
    for kind, rows in ((first, n), (second, m)):
        values = VALUES[kind](rng, (SAMPLES, rows))
        sides.append(moments(values))
    lower, upper = mean_difference_bounds(sides[0], sides[1], confidence=NOMINAL)
    return Cell(coverage=float(((lower <= 0) & (upper >= 0)).mean()))


def moments(values: np.ndarray) -> Means:
    """Return the moments of each sample, (s, n)."""
    away = values - values.mean(axis=1, keepdims=True)
    spread = np.mean(away**2, axis=1) ** 1.5
    return Means(
        mean=values.mean(axis=1),
        variance=values.var(axis=1, ddof=1),
        skewness=np.mean(away**3, axis=1) / np.where(spread > 0, spread, 1.0),
        n=np.array(values.shape[1]),
    )


def all_means(sizes: tuple[int, ...], kind: str, *, seed: int) -> Cell:
    """Count the samples in which the ranges of all groups that may be compared hold their difference, which is 0."""
    rng, held, compared = stream(seed, f"mean_differences/{sizes}/{kind}"), 0, 0
    for _ in range(AT_ONCE):
        values = VALUES[kind](rng, (1, sum(sizes)))
        codes = np.repeat(np.arange(len(sizes)), sizes)
        least = skewed_rows(skewness(values[0]))
        places = [place for place, rows in enumerate(sizes) if min(rows, sum(sizes) - rows) >= least]
        compared += len(places)
        bounds = [
            mean_difference_bounds(
                moments(values[:, codes == place]),
                moments(values[:, codes != place]),
                confidence=NOMINAL,
                family=len(places),
            )
            for place in places
        ]
        held += all(float(lower[0]) <= 0 <= float(upper[0]) for lower, upper in bounds)
    return Cell(coverage=held / AT_ONCE, note=f"{compared / AT_ONCE / len(sizes):.2f}")


def median(values: np.ndarray, chances: np.ndarray) -> float:
    """Return the median of values that have unequal chances."""
    order = np.argsort(values)
    total = np.cumsum(chances[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])
