# SPDX-License-Identifier: Apache-2.0
"""The answers of a run: asked for once, kept as arrays in an order that names no row by its content."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from probatum.evidence.keys import Key
from probatum.runs.folder import write_array
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


def keep(folder: Path, key: Key, rows: Rows, answers: Answers, *, of: str = "") -> KeptAnswers:
    """Write answers in the keyed order, beside the truth where they are those of the system itself (``of`` is empty).

    The roles are "test/labels" and the like; answers ``of`` other models are "train/unseen of 5/labels".
    """
    places = order(key, rows)
    arrays = {} if of else {"truth": rows.truth}
    arrays |= {part: array for part in PARTS if (array := getattr(answers, part)) is not None}
    prefix = f"{rows.name}/{of}/" if of else f"{rows.name}/"
    digests = {
        prefix + role: write_array(folder, array[places], salt=key.salt(prefix + role))
        for role, array in arrays.items()
    }
    return KeptAnswers(digests=digests, failures=answers.failures)


def recall(folder: Path, key: Key, rows: Rows, kept: KeptAnswers) -> Answers:
    """Read answers back, in the order of the rows."""
    back = np.argsort(order(key, rows))
    found = {role.rpartition("/")[2]: digest for role, digest in kept.digests.items()}

    def array(part: str) -> np.ndarray | None:
        if part not in found:
            return None
        file = folder / f"{found[part].removeprefix('sha256:')}.npy"
        return np.asarray(np.load(file, mmap_mode="r", allow_pickle=False)[back])

    labels = array("labels")
    if labels is None:
        raise ValueError(f"no labels among {', '.join(kept.digests)}")
    return Answers(labels=labels, scores=array("scores"), ranks=array("ranks"), failures=kept.failures)
