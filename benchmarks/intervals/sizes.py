# SPDX-License-Identifier: Apache-2.0
"""Coverage of the ranges of means of sizes: errors of a regression, scores, losses."""

from collections.abc import Callable, Iterator

import numpy as np
from tables import NOMINAL, Cell, Table, holds, share

from probatum.engines.intervals.mean_ratio import mean_ratio
from probatum.engines.intervals.means import mean
from probatum.seeds import stream

Draw = Callable[[np.random.Generator, int], np.ndarray]
SIZES = (20, 40, 132, 1000)
SAMPLES = 4000
VALUES: dict[str, tuple[Draw, float]] = {  # what is drawn, and its true mean
    "normal": (lambda rng, n: rng.normal(size=n), 0.0),
    "even": (lambda rng, n: rng.random(n), 0.5),
    "exponential": (lambda rng, n: rng.exponential(size=n), 1.0),
    "log-normal, shape 1": (lambda rng, n: rng.lognormal(-0.5, 1, n), 1.0),
    "0 and 1, share .1": (lambda rng, n: (rng.random(n) < 0.1).astype(float), 0.1),
    "0 and 1, share .03": (lambda rng, n: (rng.random(n) < 0.03).astype(float), 0.03),
}
SHAPES = ((0.5, 0.5), (1.0, 1.0), (1.5, 1.5), (0.4, 1.2), (1.2, 0.4))
RATIO = 0.6
DIFFERENCES = (0.0, 0.05, 0.2)


def tables(seed: int) -> Iterator[Table]:
    """Yield the tables of this file."""
    yield Table(
        title="The mean: `means`",
        text="Student's t. It is exact for normal values, and too narrow for few rows of skewed ones; a share of 0 "
        "and 1 has its own exact range (`proportions`) and stands here as a warning only. All values equal "
        "give a range of no width, which counts as a miss.",
        head=("rows",),
        columns=tuple(VALUES),
        rows={(f"{n:,}",): tuple(mean_of(name, n, seed) for name in VALUES) for n in SIZES},
        samples=SAMPLES,
    )
    yield Table(
        title="The ratio of two means over the same rows: `mean_ratio`",
        text=f"Fieller's range with Student's t, of a true ratio of {RATIO}. Log-normal sizes, correlated 0.5 on "
        "the logarithmic scale; a column is named by the shapes of the first and the second.",
        head=("rows",),
        columns=tuple(f"{first:g} and {second:g}" for first, second in SHAPES),
        rows={(f"{n:,}",): tuple(ratio_of(n, *shapes, seed=seed) for shapes in SHAPES) for n in SIZES},
        samples=SAMPLES,
    )
    yield Table(
        title="The mean of differences by a mean: `mean_ratio`, signed",
        text="Fieller's range where the first are differences, which may be negative; the second are exponential. "
        "A column is named by the true ratio.",
        head=("rows",),
        columns=tuple(f"ratio {true:g}" for true in DIFFERENCES),
        rows={(f"{n:,}",): tuple(signed_ratio_of(n, true, seed=seed) for true in DIFFERENCES) for n in SIZES},
        samples=SAMPLES,
    )


def mean_of(name: str, n: int, seed: int) -> Cell:
    """Count the samples whose range holds the mean."""
    draw, true = VALUES[name]
    rng = stream(seed, f"means/{name}/{n}")
    return Cell(coverage=share(holds(mean(draw(rng, n), confidence=NOMINAL)[1], true) for _ in range(SAMPLES)))


def ratio_of(n: int, shape_first: float, shape_second: float, *, seed: int) -> Cell:
    """Count the samples whose range holds the ratio."""
    rng = stream(seed, f"mean_ratio/{shape_first}/{shape_second}/{n}")

    def held() -> bool:
        z = rng.normal(size=(2, n))
        other = 0.5 * z[0] + np.sqrt(0.75) * z[1]
        first = RATIO * np.exp(shape_first * z[0] - shape_first**2 / 2)
        second = np.exp(shape_second * other - shape_second**2 / 2)
        return holds(mean_ratio(first, second, confidence=NOMINAL)[1], RATIO)

    return Cell(coverage=share(held() for _ in range(SAMPLES)))


def signed_ratio_of(n: int, true: float, *, seed: int) -> Cell:
    """Count the samples whose range holds the ratio of a mean difference to a mean."""
    rng = stream(seed, f"mean_ratio/signed/{true}/{n}")

    def held() -> bool:
        second = rng.exponential(size=n)
        first = true * second + rng.exponential(size=n) * second - second  # their mean is true times that of second
        return holds(mean_ratio(first, second, confidence=NOMINAL, signed=True)[1], true)

    return Cell(coverage=share(held() for _ in range(SAMPLES)))
