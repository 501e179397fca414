# SPDX-License-Identifier: Apache-2.0
"""A Python function that takes rows and returns answers: the way in for whatever has no adapter.

It gets a data frame (an array, where arrays were given) and returns labels ``(n,)``, probabilities ``(n, k)`` in the
order of the classes, for two classes also ``(n,)`` for the positive one, or values ``(n,)``.
"""

from collections.abc import Callable
from typing import Any, final

import numpy as np

from probatum.adapters import answers
from probatum.adapters.claims import by_answers, first_answers
from probatum.adapters.interface import Adapter, Claim, Wish
from probatum.errors import ModelError
from probatum.facts.capabilities import Capability
from probatum.facts.threats import Task
from probatum.systems.datasets import Label, Rows, Schema
from probatum.systems.interface import Answers
from probatum.systems.structures import Structure


@final
class FunctionModel:
    """A function, and what its return value means."""

    def __init__(self, function: Callable[[Any], Any], output: str, wish: Wish) -> None:
        """Take the function; ``output`` is probabilities, logits, labels or values."""
        self._function = function
        self._output = output
        self._wish = wish
        scores = {Capability.SCORES} if output in ("probabilities", "logits") else set()
        self.capabilities = frozenset({Capability.PREDICTIONS} | scores)
        self.classes: tuple[Label, ...] | None = wish.classes

    def ask(self, rows: Rows) -> Answers:
        """Call the function and read its answer by the declared output."""
        said = self._function(rows.as_given)
        if self._output == "values":
            return Answers(labels=answers.values(said, rows))
        if self._output == "labels":
            return answers.named_labels(said, rows)
        scores = answers.scores(said, rows, self._output, self._wish)
        return Answers(labels=answers.chosen(scores), scores=scores)

    def check_columns(self, schema: Schema) -> tuple[str, ...]:
        """Return nothing: a function does not say which columns it wants."""
        return ()

    def structure(self, rows: Rows | None = None) -> Structure | str:
        """Return why there is none."""
        return "The model is a function: it can be asked, and nobody can look inside."

    def refit(self, rows: Rows, seed: int) -> "FunctionModel":
        """Refuse: a function cannot be trained."""
        raise ModelError("A function cannot be trained again. Give a recipe: [recipe] train.")


def tell_output(function: Callable[[Any], Any], probe: Rows) -> str:
    """Tell what a function returns where nobody said, by its first answer.

    A row of several floats, or one float within 0 to 1, is taken as probabilities.
    """
    if probe.schema.task is Task.REGRESSION:
        return "values"
    answer = first_answers(function, probe)
    if answer is None:
        return "labels"
    single = answer.size == max(len(answer), 1) if answer.ndim else True
    score = answer.dtype.kind == "f" and (not single or bool(((answer >= 0) & (answer <= 1) | np.isnan(answer)).all()))
    return "probabilities" if score else "labels"


def _fits(thing: Any) -> bool:
    return callable(thing) and not isinstance(thing, type)


def _wrap(thing: Any, probe: Rows, wish: Wish) -> FunctionModel:
    output = wish.output or tell_output(thing, probe)
    if output in ("probabilities", "logits") and probe.schema.task is not Task.REGRESSION:
        first = first_answers(thing, probe)
        wish = wish if first is None or first.ndim < 2 else answers.numbered(wish, first.shape[1], probe.schema)
    return FunctionModel(thing, output, wish)


def _claim(thing: Any, probe: Rows, wish: Wish) -> Claim:
    return by_answers(thing, probe)


ADAPTER = Adapter(name="Python function", fits=_fits, wrap=_wrap, claim=_claim)
