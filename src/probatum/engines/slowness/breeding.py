# SPDX-License-Identifier: Apache-2.0
"""Mix the cells of slow inputs into slower ones.

Source: the genetic search for sponge examples of Shumailov et al. 2021, arXiv:2006.03463, section 4.2, without its
gradients: parents from the slowest, children by exchange of cells, a few of them from an input drawn at random.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from probatum.engines.slowness.dependence import rounds

Input = TypeVar("Input")
Mix = Callable[[Input, Input, np.ndarray], Input]  # takes the cells where the (d,) bool is true from the second
KEPT = 4  # parents, and those that are looked at again in the end
NEARLY = 0.95  # of the highest cost: no telling them apart by a few measurements
FRESH = 1 / 3  # share of the children whose other parent is ordinary; and likewise, one of the pool, slow or not


def breed(
    pool: Sequence[tuple[Input, float]],
    mix: Mix[Input],
    draw: Callable[[], Input],
    cost: Callable[[Input], float],
    *,
    cells: int,
    children: int,
    rng: np.random.Generator,
) -> list[Input]:
    """Return the slowest few inputs found, in no order: one measurement each is too little to tell them apart.

    Args:
        pool: inputs with their costs.
        mix: makes a child of two parents.
        draw: returns an ordinary input.
        cost: of an input.
        cells: d, how many cells an input has.
        children: how many are made and measured.
        rng: draws parents and cells.
    """
    kept = sorted(pool, key=lambda one: -one[1])[:KEPT]
    for _ in range(children):
        first = kept[int(rng.integers(len(kept)))][0]
        kind = rng.random()  # the slowest few soon are alike, so that they alone would make nothing new
        others = kept if kind > 2 * FRESH else pool
        second = draw() if kind < FRESH else others[int(rng.integers(len(others)))][0]
        child = mix(first, second, rng.random(cells) < rng.random())
        kept = sorted([*kept, (child, cost(child))], key=lambda one: -one[1])[:KEPT]
    return [one for one, _ in kept]


def slowest(inputs: Sequence[Input], cost: Callable[[Input], float], times: int, rng: np.random.Generator) -> int:
    """Return the place of the input with the highest median cost over fresh rounds; of nearly equal ones the first."""
    medians = np.median(rounds(lambda place: cost(inputs[place]), len(inputs), times, rng), axis=0)
    return int(np.argmax(medians >= NEARLY * medians.max()))
