# SPDX-License-Identifier: Apache-2.0
"""What a check may ask of a system, one protocol a capability; and what an adapter promises."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from probatum.facts.capabilities import Capability
from probatum.facts.threats import Task
from probatum.systems.clocks import Clock
from probatum.systems.datasets import Label, Rows, Schema
from probatum.systems.structures import Structure


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answers:
    """What a model said about some rows."""

    labels: np.ndarray  # (n,) int32 index into the classes, -1: no answer; regression: (n,) float64, NaN: no answer
    scores: np.ndarray | None = None  # (n, k) probabilities in the order of the classes; NaN where no answer
    ranks: np.ndarray | None = None  # (n,) float64, higher is more of the positive class, where no probability is given
    failures: Mapping[str, int] = field(default_factory=dict)  # type of exception, rows on which it was raised
    strange: tuple[Label, ...] = ()  # labels that were given and are none of the classes, the first few; likewise
    raised: str | None = None  # the first line of what was raised first; for messages, never for a record

    @property
    def given(self) -> np.ndarray:
        """(n,) bool: the model answered."""
        return np.asarray(~np.isnan(self.labels) if self.labels.dtype.kind == "f" else self.labels >= 0)

    @property
    def scored(self) -> np.ndarray:
        """(n,) bool: the model answered, and gave scores."""
        if self.scores is None:
            return np.zeros(len(self.labels), dtype=bool)
        return np.asarray(self.given & ~np.isnan(self.scores).any(axis=1))


class Model(Protocol):
    """What an adapter makes of a framework's own object."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Everything that can be asked of this model."""

    @property
    def classes(self) -> tuple[Label, ...] | None:
        """The labels the model can give, in its own order; None where it does not say."""

    def ask(self, rows: Rows) -> Answers:
        """Ask about all rows in one call; whatever the model raises passes through."""

    def check_columns(self, schema: Schema) -> tuple[str, ...]:
        """Return notes on what is matched by name; ModelError when the model wants columns that the data lack."""

    def structure(self, rows: Rows | None = None) -> Structure | str:
        """Return what the model is made of, or why that cannot be had, in a plain sentence.

        Args:
            rows: real ones, on which what is given back must answer as the model does.
        """

    def refit(self, rows: Rows, seed: int) -> "Model":
        """Return the same kind of model trained on these rows; ModelError where that is impossible."""


class Predictions(Protocol):
    """A system that answers."""

    @property
    def schema(self) -> Schema:
        """The columns, the target and the classes."""

    @property
    def task(self) -> Task:
        """What the model is asked for."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Everything that can be asked of this system."""

    def answers(self, rows: Rows) -> Answers:
        """Ask the model; rows that were asked before come out of the run's store."""


class Scores(Predictions, Protocol):
    """A system whose answers carry probabilities."""


class Probed(Predictions, Protocol):
    """A system that can be asked about rows that are no rows."""

    def probe(self, rows: Rows) -> Answers | type[BaseException]:
        """Ask the model once about rows as they are; return the type of what it raised."""


class Timed(Probed, Protocol):
    """A system whose answers can be timed."""

    @property
    def clock(self) -> Clock | None:
        """The clock that fits where the model works; None: nobody said."""


class Structured(Predictions, Protocol):
    """A system that may show what its model is made of."""

    def structure(self) -> Structure | str:
        """Return what the model is made of, or why that cannot be had, in a plain sentence."""


class Refit(Predictions, Protocol):
    """A system that can be trained again."""

    def refit(self, rows: Rows, rng: np.random.Generator) -> Predictions:
        """Return the same system trained on other rows."""
