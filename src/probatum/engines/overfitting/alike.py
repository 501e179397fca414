# SPDX-License-Identifier: Apache-2.0
"""Whether a system that was trained again answers exactly as before, so that perhaps nothing of it was trained."""

import numpy as np


def same_answers(seen: np.ndarray, unseen: np.ndarray) -> bool:
    """Whether two trainings answer every row alike; (n,) labels, -1 for no answer, or numbers, NaN for none."""
    floats = seen.dtype.kind == "f"
    return bool(len(seen)) and bool(np.array_equal(seen, unseen, equal_nan=floats))


def same_scores(seen: np.ndarray | None, unseen: np.ndarray | None) -> bool:
    """Whether no score tells two trainings apart, to the last bit; (n, k), or None where there are none."""
    return seen is None or unseen is None or bool(np.array_equal(seen, unseen, equal_nan=True))
