# SPDX-License-Identifier: Apache-2.0
"""The base answers of a run: asked once, kept as arrays in an order that names no row by its content."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from probatum.runs.folder import write_array
from probatum.seeds import stream
from probatum.systems.datasets import Rows
from probatum.systems.interface import Answers


def order(seed: int, rows: Rows) -> np.ndarray:
    """Return the seeded permutation (n,) by which rows are named: place -> row."""
    return stream(seed, f"rows/{rows.name}").permutation(len(rows))


def keep(folder: Path, seed: int, rows: Rows, answers: Answers) -> dict[str, str]:
    """Write truth, labels and scores in the seeded order; return their digests by role."""
    places = order(seed, rows)
    arrays = {"truth": rows.truth, "labels": answers.labels}
    if answers.scores is not None:
        arrays["scores"] = answers.scores
    return {f"{rows.name}/{role}": write_array(folder, array[places]) for role, array in arrays.items()}


def recall(folder: Path, seed: int, rows: Rows, digests: Mapping[str, str], failures: Mapping[str, int]) -> Answers:
    """Read base answers back, in the order of the rows."""
    back = np.argsort(order(seed, rows))

    def array(role: str) -> np.ndarray:
        name = digests[f"{rows.name}/{role}"].removeprefix("sha256:")
        return np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)[back])

    scores = array("scores") if f"{rows.name}/scores" in digests else None
    return Answers(labels=array("labels"), scores=scores, failures=failures)
