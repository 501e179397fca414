# SPDX-License-Identifier: Apache-2.0
"""Coverage of the ranges of calibration: how far what was said is off what comes true."""

from collections.abc import Callable, Iterator

import numpy as np
from tables import NOMINAL, Cell, Table, holds, share

from probatum.engines.calibration.bins import put_together
from probatum.engines.calibration.error import calibration_error
from probatum.engines.calibration.overall import overconfidence
from probatum.seeds import stream

SIZES = (200, 1000, 5000)
SAMPLES = 1000
OFF = (0.0, 0.01, 0.02, 0.05, 0.1)
SCORES: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "even": lambda rng, n: rng.random(n),
    "at both ends": lambda rng, n: rng.beta(0.3, 0.3, n),
    "low": lambda rng, n: rng.beta(0.3, 2, n),
    "in the middle": lambda rng, n: rng.beta(40, 40, n),
    "rare": lambda rng, n: rng.beta(2, 98, n),
}


def tables(seed: int) -> Iterator[Table]:
    """Yield the tables of this file."""
    grid = [(name, n) for name in SCORES for n in SIZES]
    found = {(name, n): [both(name, n, off, seed=seed) for off in OFF] for name, n in grid}
    columns = tuple(f"off by {off:g}" for off in OFF)
    yield Table(
        title="The calibration error: `engines/calibration`",
        text="The range of the root of the mean squared gap over bins, nominal 95. Scores are drawn evenly, at "
        "both ends (beta .3, .3), low (beta .3, 2), in the middle (beta 40, 40) or rare (beta 2, 98); chances "
        "are too far from one half by the stated amount, rare ones too low. The true number is that of the "
        "same bins, which is a little smaller where chances would leave 0 to 1. In brackets the median width "
        "of the range, of 100.",
        head=("scores", "rows"),
        columns=columns,
        rows={(name, f"{n:,}"): tuple(first for first, _ in found[name, n]) for name, n in grid},
        samples=SAMPLES,
    )
    yield Table(
        title="Too sure on the whole: `overconfidence`",
        text="The range of how sure the answers were minus the share that was right, on the same samples. It is "
        "conservative where the chances differ from row to row (Hoeffding 1956).",
        head=("scores", "rows"),
        columns=columns,
        rows={(name, f"{n:,}"): tuple(second for _, second in found[name, n]) for name, n in grid},
        samples=SAMPLES,
    )


def both(name: str, n: int, off: float, *, seed: int) -> tuple[Cell, Cell]:
    """Count the samples whose range holds the calibration error, and those whose range holds the overconfidence."""
    rng = stream(seed, f"calibration/{name}/{n}/{off}")
    held, sure_held, widths = [], [], []
    for _ in range(SAMPLES):
        said = SCORES[name](rng, n)
        chance = np.clip(said + off if name == "rare" else said - off * np.sign(said - 0.5), 0, 1)
        right = rng.random(n) < chance
        interval = calibration_error(said, right, confidence=NOMINAL)[1]
        held.append(holds(interval, true_error(said, chance)))
        widths.append((interval.upper or 0.0) - (interval.lower or 0.0))
        answer = said >= 0.5
        sure, hit = np.where(answer, said, 1 - said), right == answer
        true = float((sure - np.where(answer, chance, 1 - chance)).mean())
        sure_held.append(holds(overconfidence(sure, hit, confidence=NOMINAL)[1], true))
    width = f"{100 * float(np.median(widths)):.1f}"
    return Cell(coverage=share(held), note=width), Cell(coverage=share(sure_held))


def true_error(said: np.ndarray, chance: np.ndarray) -> float:
    """Return the root of the mean squared true gap over the bins that the engine makes."""
    rows = put_together(said, np.zeros(said.size, dtype=bool)).rows
    gaps = np.add.reduceat((chance - said)[np.argsort(said, kind="stable")], np.cumsum(rows) - rows) / rows
    return float(np.sqrt((rows / said.size * gaps**2).sum()))
