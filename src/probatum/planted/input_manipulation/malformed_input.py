# SPDX-License-Identifier: Apache-2.0
"""A rule that refuses what it does not understand, but for a known number of kinds that it answers surely."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from probatum.adapters.interface import Wish, few, wrap
from probatum.planted.interface import Planted
from probatum.systems.datasets import from_arrays
from probatum.systems.system import System

ROWS = 20  # as many as the check breaks, so that half of those it breaks have the other answer
REGIONS = ("east", "north", "south")
MOST = 1e6  # no income is larger
# A kind of broken input: the column it shows in, and which cells are broken in that way.
KINDS: tuple[tuple[str, Callable[[object], bool]], ...] = (
    ("income", lambda cell: isinstance(cell, float) and bool(np.isinf(cell))),
    ("income", lambda cell: isinstance(cell, float) and MOST < abs(cell) < np.inf),
    ("income", lambda cell: isinstance(cell, str) and "," in cell),
    ("income", lambda cell: cell == "abc"),
    ("income", lambda cell: cell == ""),
    ("region", lambda cell: cell == ""),
    ("region", lambda cell: isinstance(cell, str) and cell.startswith("never")),
    ("region", lambda cell: isinstance(cell, str) and cell != cell.strip()),
    ("region", lambda cell: isinstance(cell, str) and cell.isupper()),
)


def build(size: float, rng: np.random.Generator) -> System:
    """Return a system that answers ``size`` kinds of broken input with a sure yes; which ones is drawn."""
    believed = [KINDS[place] for place in rng.permutation(len(KINDS))[: int(size)]]

    def answer(rows: pd.DataFrame) -> np.ndarray:
        fooled = np.zeros(len(rows), dtype=bool)
        for column, broken in believed:
            fooled |= np.array([broken(cell) for cell in rows[column]], dtype=bool)
        numbers = rows["income"][~fooled].to_numpy()
        whole = all(isinstance(cell, float) and abs(cell) <= MOST for cell in numbers)
        if not whole or not rows["region"][~fooled].isin(REGIONS).all():
            raise ValueError("wanted known regions, and incomes that can be")
        scores = np.full((len(rows), 2), [0.01, 0.99])
        scores[~fooled] = np.where((numbers > 0)[:, None], [0.3, 0.7], [0.7, 0.3])
        return scores

    incomes = rng.normal(0, 10, ROWS)
    frame = pd.DataFrame({"income": incomes - np.median(incomes), "region": rng.choice(REGIONS, ROWS)})
    truth = (frame["income"] > 0).to_numpy().astype(int)
    data = from_arrays((frame, truth), classes=[0, 1])
    return System.of(wrap(answer, few(data.test), Wish(output="probabilities")), data)


PLANTED = Planted(
    check="input-manipulation/malformed-input",
    build=build,
    sizes=(0, 0, 1),
    n=ROWS,
    knob="kinds of broken input answered surely",
    exact=True,
)
