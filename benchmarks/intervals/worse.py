# SPDX-License-Identifier: Apache-2.0
"""Coverage of the ranges of "how many times the average": of mistakes and of losses."""

from collections.abc import Iterator
from functools import cache

import numpy as np
from tables import NOMINAL, Cell, Table, exact, holds, likely, share

from probatum.engines.intervals.concentration import concentration, loss_concentration
from probatum.engines.intervals.multiplicity import sidak
from probatum.seeds import stream

SIZES = (20, 40, 132, 1000)
RATES = (0.01, 0.03, 0.1, 0.3)
TIMES = (1, 3)
GROUPS = (2, 10, 30)
OUTSIDE = 9  # rows outside for each row inside
SAMPLES = 2000
ROWS = 5000  # of all, for losses
SHAPES = ((0.5, 1), (0.5, 3), (1.0, 1), (1.0, 3))


def tables(seed: int) -> Iterator[Table]:
    """Yield the tables of this file."""
    yield Table(
        title="How many times the average, one group: `concentration`",
        text="Clopper-Pearson on the group's share of all mistakes. The group has a tenth of all rows; its error "
        "rate is that of the rest (a column), once or three times. It is conservative by design (see the "
        "module). No mistake anywhere means no range, which holds.",
        head=("rows inside", "times the rest"),
        columns=tuple(f"rate {rate:g}" for rate in RATES),
        rows={
            (f"{n:,}", str(times)): tuple(Cell(coverage=one_group(n, times, rate)) for rate in RATES)
            for n in SIZES
            for times in TIMES
        },
    )
    yield Table(
        title="How many times the average, all groups at once: `concentration`",
        text="The groups are equally large, share all rows among them, and have the same error rate; the table "
        "says how often the ranges of all of them hold at the same time.",
        head=("rows a group", "groups"),
        columns=tuple(f"rate {rate:g}" for rate in RATES),
        rows={
            (f"{n:,}", str(groups)): tuple(Cell(coverage=at_once(n, groups, rate, seed=seed)) for rate in RATES)
            for n in SIZES
            for groups in GROUPS
        },
        samples=SAMPLES,
    )
    for family in (1, 10):
        yield _losses(family, seed)


def _losses(family: int, seed: int) -> Table:
    nominal = sidak(NOMINAL, family)
    whom = "one group" if family == 1 else f"one group of {family}"
    return Table(
        title=f"How many times the average loss, {whom}: `loss_concentration`",
        text=f"Hall's t range corrected for skewness, nominal {100 * nominal:.4g}. Log-normal losses, {ROWS:,} rows "
        "in all; a column is named by the shape (.5: skewness 1.8, 1: skewness 6) and by the group's mean "
        "loss, in times that of the rest.",
        head=("rows inside",),
        columns=tuple(f"{shape:g}, {times} times" for shape, times in SHAPES),
        rows={(f"{n:,}",): tuple(of_losses(n, *one, family=family, seed=seed) for one in SHAPES) for n in SIZES},
        nominal=nominal,
        samples=SAMPLES,
    )


def one_group(n: int, times: int, rate: float) -> float:
    """Add up the outcomes, inside and outside, whose range holds the true ratio."""
    rows = n * (1 + OUTSIDE)
    inside, outside = min(1.0, times * rate), rate
    true = inside / ((inside + OUTSIDE * outside) / (1 + OUTSIDE))
    a, chance_a = likely(n, (inside,))
    b, chance_b = likely(n * OUTSIDE, (outside,))
    pairs = np.stack(np.meshgrid(a[:, 0], b[:, 0], indexing="ij"), axis=-1).reshape(-1, 2)
    chances = np.outer(chance_a, chance_b).ravel()

    def held(within: int, other: int) -> bool:
        return holds(concentration(within, within + other, n, rows, confidence=NOMINAL)[1], true)

    kept = chances > 1e-8
    return exact(pairs[kept], chances[kept], held)


def at_once(n: int, groups: int, rate: float, *, seed: int) -> float:
    """Count the samples in which the ranges of all groups hold their ratio, which is 1."""
    rng = stream(seed, f"concentration/{n}/{groups}/{rate}")
    counts = rng.binomial(n, rate, size=(SAMPLES, groups))

    @cache
    def held(inside: int, mistakes: int) -> bool:
        return holds(concentration(inside, mistakes, n, n * groups, confidence=NOMINAL, family=groups)[1], 1.0)

    return share(all(held(one, sum(sample)) for one in set(sample)) for sample in counts.tolist())


def of_losses(n: int, shape: float, times: int, *, family: int, seed: int) -> Cell:
    """Count the samples whose range holds the ratio of the means."""
    rng = stream(seed, f"loss_concentration/{n}/{shape}/{times}/{family}")
    inside = np.arange(ROWS) < n
    true = times / (1 + (times - 1) * n / ROWS)

    def held() -> bool:
        losses = rng.lognormal(-(shape**2) / 2, shape, ROWS)
        losses[inside] *= times
        return holds(loss_concentration(losses, inside, confidence=NOMINAL, family=family)[1], true)

    return Cell(coverage=share(held() for _ in range(SAMPLES)))
