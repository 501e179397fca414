# SPDX-License-Identifier: Apache-2.0
"""Steps that run code of others and may take for ever: announced before they begin, so that somebody can end them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, final

from probatum.facts.capabilities import Capability
from probatum.systems.datasets import Label, Rows, Schema
from probatum.systems.interface import Answers, Model
from probatum.systems.structures import Structure


class Watch(Protocol):
    """Whoever notices that a step takes too long."""

    def begin(self, what: str) -> None:
        """Note that a step begins."""

    def end(self) -> None:
        """Note that the innermost step has ended."""


@final
class Unwatched:
    """Nobody notices."""

    def begin(self, what: str) -> None:
        """Do nothing."""

    def end(self) -> None:
        """Do nothing."""


UNWATCHED = Unwatched()


@contextmanager
def step(watch: Watch, what: str) -> Iterator[None]:
    """Announce a step for as long as it takes; ``what`` is read after "was stopped:"."""
    watch.begin(what)
    try:
        yield
    finally:
        watch.end()


@final
class WatchedModel:
    """A model of which every question is announced."""

    def __init__(self, model: Model, watch: Watch) -> None:
        """Take the model, and whoever watches."""
        self._model, self._watch = model, watch
        self.capabilities: frozenset[Capability] = model.capabilities
        self.classes: tuple[Label, ...] | None = model.classes

    def ask(self, rows: Rows) -> Answers:
        """Ask about all rows in one call."""
        with step(self._watch, f"a question to the model about {len(rows):,} rows"):
            return self._model.ask(rows)

    def check_columns(self, schema: Schema) -> tuple[str, ...]:
        """Let the model compare the columns."""
        return self._model.check_columns(schema)

    def structure(self, rows: Rows | None = None) -> Structure | str:
        """Let the model show what it is made of."""
        return self._model.structure(rows)

    def refit(self, rows: Rows, seed: int) -> "WatchedModel":
        """Train the model again; that may take as long as it likes."""
        return WatchedModel(self._model.refit(rows, seed), self._watch)


def watched(model: Model, watch: Watch) -> Model:
    """Return the model with its questions announced, where anybody watches."""
    return model if isinstance(watch, Unwatched) else WatchedModel(model, watch)
