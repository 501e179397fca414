# SPDX-License-Identifier: Apache-2.0
"""A rule that reads its answer rightly, but for a known share of rows turns it round as soon as any cell is missing."""

import numpy as np
import pandas as pd

from probatum.adapters.interface import Wish, few, wrap
from probatum.engines.corruption.severity import MODERATE
from probatum.engines.corruption.tables import SHARES
from probatum.planted.interface import Planted
from probatum.systems.datasets import from_arrays
from probatum.systems.system import System

# Chosen once. Columns of zeros and ones can only go missing, so this is the one kind of damage that fits, and the mean
# over the kinds is known. With 500 rows a share of .20 has a standard error of .018, so it lies 5 above a limit of .10.
ROWS = 500
COPIES = 20  # of the answer, and of whether the row is frail: never are all of one lost, so both can always be read
HIT = 1 - (1 - SHARES[MODERATE - 1]) ** (2 * COPIES)  # share of rows that lose some cell; .985


def build(size: float, rng: np.random.Generator) -> System:
    """Return a system that loses a share of ``size`` of its right answers to missing cells, in expectation."""
    truth = rng.integers(2, size=ROWS)
    frail = (rng.random(ROWS) < size / HIT).astype(int)
    columns = {f"answer {at}": truth for at in range(COPIES)} | {f"frail {at}": frail for at in range(COPIES)}
    data = from_arrays((pd.DataFrame(columns), truth), classes=[0, 1])
    return System.of(wrap(_read, few(data.test), Wish(output="labels")), data)


def _read(rows: pd.DataFrame) -> np.ndarray:
    cells = rows.to_numpy(dtype=np.float64)
    said, frail = np.nanmax(cells[:, :COPIES], axis=1), np.nanmax(cells[:, COPIES:], axis=1)
    turned = (frail > 0) & np.isnan(cells).any(axis=1)
    return np.asarray(np.where(turned, 1 - said, said).astype(int))


PLANTED = Planted(
    check="input-manipulation/corruption",
    build=build,
    sizes=(0.02, 0.10, 0.20),
    n=ROWS,
    knob="share of right answers lost to missing cells",
)
