# SPDX-License-Identifier: Apache-2.0
"""The grid on which a column's numbers lie: whole years, cents, 256 levels of grey.

A copy that was moved by less than half a step of the grid was moved by less than the data can show. Put back onto
the grid, it equals its original again; a number that lies on the grid already stays what it is.
"""

import numpy as np

OFF_GRID = 1e-4  # of a step: a number nearer to the grid than this lies on it; rounding errors are far smaller
MOST_STEPS = 1e8  # between the smallest and the largest number; beyond it rounding errors look like steps
POWERS = 10.0 ** -np.arange(9)  # 1, 0.1, ... tried where the smallest gap between two numbers is no common step


def grid(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each column's step and a number on its grid, (d,) each; the step is 0 where there is no grid.

    Args:
        values: (n, d) float64; NaN and infinities are left out.
    """
    steps: np.ndarray = np.zeros(values.shape[1])
    origins: np.ndarray = np.zeros(values.shape[1])
    for place in range(values.shape[1]):
        column = values[:, place]
        seen = np.unique(column[np.isfinite(column)])
        if len(seen) > 1:
            steps[place], origins[place] = _step(seen), seen[0]
    return steps, origins


def snap(values: np.ndarray, steps: np.ndarray, origins: np.ndarray) -> np.ndarray:
    """Return the values (n, d) moved to the nearest point of their column's grid, where it has one.

    Law: idempotent, up to rounding errors.
    """
    snapped = values.copy()
    on = steps > 0
    with np.errstate(over="ignore", invalid="ignore"):  # far off the training rows a number stays what it is
        moved = origins[on] + np.round((values[:, on] - origins[on]) / steps[on]) * steps[on]
    snapped[:, on] = np.where(np.isfinite(moved), moved, values[:, on])
    return snapped


def _step(seen: np.ndarray) -> float:
    """Return the largest step that leads to every one of these sorted, different numbers; 0 where none is found."""
    with np.errstate(over="ignore"):
        from_first = seen - seen[0]
    if not np.isfinite(from_first[-1]):
        return 0.0
    steps: list[float] = [float(np.diff(seen).min()), *POWERS.tolist()]
    for step in steps:
        if from_first[-1] > MOST_STEPS * step:
            continue
        places = from_first / step
        if np.abs(places - np.round(places)).max() < OFF_GRID:
            return step
    return 0.0
