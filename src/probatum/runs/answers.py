# SPDX-License-Identifier: Apache-2.0
"""The answers of a run: asked for once, kept as arrays in an order that names no row by its content."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from probatum.evidence.keys import Key
from probatum.runs.folder import read_array, write_array
from probatum.systems.datasets import Rows
from probatum.systems.interface import Answers

PARTS = ("labels", "scores", "ranks")  # of the answers; labels are always there


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswers:
    """Where answers lie: the digest of each array by its role, and how often the model raised what."""

    digests: Mapping[str, str]
    failures: Mapping[str, int]


def order(key: Key, rows: Rows) -> np.ndarray:
    """Return the keyed permutation (n,) by which rows are named: place -> row."""
    return key.permutation(rows.name, len(rows))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ordered:
    """Answers in the order in which they are written, each array by its role."""

    arrays: Mapping[str, np.ndarray]
    failures: Mapping[str, int]  # type of exception, rows on which it was raised


def ordered(key: Key, rows: Rows, answers: Answers, *, of: str = "") -> Ordered:
    """Return answers in the keyed order, beside the truth where they are those of the system itself (no ``of``).

    The roles are "test/labels" and the like; answers ``of`` other models are "train/unseen of 5/labels".
    """
    places = order(key, rows)
    arrays = {} if of else {"truth": rows.truth}
    arrays |= {part: array for part in PARTS if (array := getattr(answers, part)) is not None}
    prefix = f"{rows.name}/{of}/" if of else f"{rows.name}/"
    return Ordered(
        arrays={prefix + role: array[places] for role, array in arrays.items()}, failures=dict(answers.failures)
    )


def keep(folder: Path, key: Key, answers: Ordered) -> KeptAnswers:
    """Write answers, each array under its own digest."""
    digests = {role: write_array(folder, array, salt=key.salt(role)) for role, array in answers.arrays.items()}
    return KeptAnswers(digests=digests, failures=answers.failures)


def recall(folder: Path, key: Key, rows: Rows, kept: KeptAnswers) -> Answers:
    """Read answers back, in the order of the rows.

    Raises:
        RunFolderError: an array is absent, or not what was written.
    """
    back = np.argsort(order(key, rows))
    found = {role.rpartition("/")[2]: digest for role, digest in kept.digests.items()}

    def array(part: str) -> np.ndarray | None:
        if part not in found:
            return None
        return np.asarray(read_array(folder, found[part])[back])

    labels = array("labels")
    if labels is None:
        raise ValueError(f"no labels among {', '.join(kept.digests)}")
    return Answers(labels=labels, scores=array("scores"), ranks=array("ranks"), failures=kept.failures)
