# SPDX-License-Identifier: Apache-2.0
"""The system under assessment: a model and its data, asked in fixed chunks, each row once."""

from collections import Counter
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import final

import numpy as np

from probatum.errors import ProbatumError
from probatum.facts.capabilities import Capability
from probatum.facts.finding import Topic
from probatum.facts.plan import CHUNK_ROWS
from probatum.facts.threats import Task
from probatum.systems.datasets import Dataset, Rows, Schema
from probatum.systems.interface import Answers, Model


@final
class System:
    """A model beside its data. The model is opened on the first question that the store cannot answer."""

    def __init__(
        self,
        data: Dataset,
        model: Callable[[], Model],
        *,
        capabilities: frozenset[Capability],
        topics: tuple[Topic, ...] = (),
        answered: Mapping[str, Answers] | None = None,
    ) -> None:
        """Take the data, a way to open the model, what was declared, and answers known from before by name of rows."""
        self.data = data
        self.capabilities = capabilities
        self.topics = topics
        self._open = model
        self._answered = dict(answered or {})

    @classmethod
    def of(cls, model: Model, data: Dataset, topics: tuple[Topic, ...] = ()) -> "System":
        """Return the system of a model that is open already."""
        return cls(data, lambda: model, capabilities=model.capabilities, topics=topics)

    @property
    def schema(self) -> Schema:
        """The columns, the target and the classes."""
        return self.data.test.schema

    @property
    def task(self) -> Task:
        """What the model is asked for."""
        return self.schema.task

    @cached_property
    def model(self) -> Model:
        """The model, opened once."""
        return self._open()

    def answers(self, rows: Rows) -> Answers:
        """Ask the model in the plan's chunks; the system's own train and test rows are asked once."""
        own = rows is self.data.test or rows is self.data.train
        if own and rows.name in self._answered:
            return self._answered[rows.name]
        answers = ask(self.model, rows)
        if own:
            self._answered[rows.name] = answers
        return answers

    def refit(self, rows: Rows, rng: np.random.Generator) -> "System":
        """Return the same system trained on other rows; draws one seed."""
        return System.of(self.model.refit(rows, int(rng.integers(2**31))), self.data, self.topics)


def ask(model: Model, rows: Rows) -> Answers:
    """Ask a model about rows, chunk by chunk; a row on which it raises has no answer."""
    failures: Counter[str] = Counter()
    pieces: list[Answers] = []
    for start in range(0, len(rows), CHUNK_ROWS):
        chunk = rows.take(np.arange(start, min(start + CHUNK_ROWS, len(rows))))
        pieces.extend(_ask_or_halve(model, chunk, failures))
    labels = np.concatenate([piece.labels for piece in pieces])
    scored = [piece.scores for piece in pieces if piece.scores is not None]
    for piece in pieces:
        failures.update(piece.failures)
    return Answers(
        labels=labels,
        scores=_stack(pieces, scored[0].shape[1]) if scored else None,
        failures=dict(sorted(failures.items())),
    )


def _ask_or_halve(model: Model, rows: Rows, failures: Counter[str]) -> list[Answers]:
    """Ask; where the model raises, ask about each half, down to the single rows at fault."""
    try:
        return [model.ask(rows)]
    except ProbatumError:
        raise  # our own refusal concerns the whole model, not one row
    except Exception as error:  # noqa: BLE001  # a model may raise anything; the type is kept and counted
        if len(rows) == 1:
            failures[type(error).__name__] += 1
            return [_silence(rows)]
    middle = len(rows) // 2
    halves = rows.take(np.arange(middle)), rows.take(np.arange(middle, len(rows)))
    return [piece for half in halves for piece in _ask_or_halve(model, half, failures)]


def _silence(rows: Rows) -> Answers:
    if rows.schema.task is Task.REGRESSION:
        return Answers(labels=np.full(len(rows), np.nan))
    return Answers(labels=np.full(len(rows), -1, dtype=np.int32))


def _stack(pieces: list[Answers], width: int) -> np.ndarray:
    return np.concatenate(
        [piece.scores if piece.scores is not None else np.full((len(piece.labels), width), np.nan) for piece in pieces]
    )
