# SPDX-License-Identifier: Apache-2.0
"""Train the system again on some of its rows, and ask it about the others: planned work that several checks share."""

from collections.abc import Mapping, Sequence

import numpy as np

from probatum.engines.overfitting.together import together
from probatum.errors import ModelError, ProbatumError
from probatum.facts.plan import Refit
from probatum.seeds import stream
from probatum.systems.datasets import Rows
from probatum.systems.datasets.folds import folds
from probatum.systems.interface import Answers
from probatum.systems.system import System, joined


def refits(parts: int) -> tuple[Refit, ...]:
    """Return the refits that together see every training row from outside once."""
    return tuple(Refit(part=part, parts=parts, seed_name=f"refit/{parts}/{part}") for part in range(1, parts + 1))


def refit(system: System, train: Rows, wanted: Refit, seed: int) -> Answers:
    """Train on all folds but one; return the answers about that one, in the order of its rows.

    Raises:
        ModelError: the system cannot be trained again.
    """
    inside = fold_of(train, system.data.test, wanted.parts, seed) == wanted.part
    again = system.refit(train.take(~inside), stream(seed, wanted.seed_name))
    return again.answers(train.take(inside))


def refused(system: System) -> str:
    """Return why a system that does not claim to be trainable cannot be trained again, in its adapter's own words."""
    try:
        system.model.refit(system.data.test.take(np.arange(0)), 0)
    except ModelError as error:
        return failed(error)
    return "It does not say how it was trained."


def failed(error: Exception) -> str:
    """Return why a training failed: our own sentence, or the type of what was raised, never its text."""
    ours = isinstance(error, ProbatumError) and error.__cause__ is None
    return str(error) if ours else f"Training it again failed with {type(error.__cause__ or error).__name__}."


def fold_of(train: Rows, test: Rows, parts: int, seed: int) -> np.ndarray:
    """Return (n,) the fold of each training row, 1 to ``parts``; what belongs together is left out together."""
    return folds(train, together(train, test), parts, stream(seed, f"folds/{parts}"))


def unseen(train: Rows, test: Rows, parts: int, seed: int, by_part: Mapping[int, Answers]) -> Answers:
    """Put the answers of all folds together in the order of the training rows."""
    where = fold_of(train, test, parts, seed)
    places = np.concatenate([np.flatnonzero(where == part) for part in range(1, parts + 1)])
    pieces: Sequence[Answers] = [by_part[part] for part in range(1, parts + 1)]
    together, back = joined(pieces), np.argsort(places)
    return Answers(
        labels=together.labels[back],
        scores=None if together.scores is None else together.scores[back],
        failures=together.failures,
    )
