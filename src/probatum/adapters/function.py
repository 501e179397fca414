# SPDX-License-Identifier: Apache-2.0
"""A Python function that takes rows and returns answers: the way in for whatever has no adapter.

It gets a data frame (an array, where arrays were given) and returns labels ``(n,)``, probabilities ``(n, k)`` in the
order of the classes, for two classes also ``(n,)`` for the positive one, or values ``(n,)``.
"""

from collections.abc import Callable
from typing import Any, final

import numpy as np
from scipy.special import expit, softmax

from probatum.adapters.interface import Adapter, Wish, align, require_probabilities
from probatum.errors import ModelError, NoMoreAnswersError
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
        answer = np.asarray(self._function(rows.features))
        scored = Capability.SCORES in self.capabilities
        if answer.shape[:1] != (len(rows),) or (not scored and answer.size != len(rows)):
            raise ModelError(
                f"Wanted one answer for each of {len(rows):,} rows; the function returned "
                f"{f'the shape {answer.shape}' if answer.shape else answer.item().__class__.__name__}."
            )
        if self._output == "values":
            return Answers(labels=answer.astype(np.float64).reshape(-1))
        if self._output == "labels":
            return Answers(labels=align(answer.reshape(-1), rows.schema))
        scores = self._scores(answer.astype(np.float64), rows.schema)
        labels = np.where(np.isnan(scores).any(axis=1), -1, scores.argmax(axis=1)).astype(np.int32)
        return Answers(labels=labels, scores=scores)

    def check_columns(self, schema: Schema) -> tuple[str, ...]:
        """Return nothing: a function does not say which columns it wants."""
        return ()

    def structure(self, rows: Rows | None = None) -> Structure | str:
        """Return why there is none."""
        return "The model is a function: it can be asked, and nobody can look inside."

    def refit(self, rows: Rows, seed: int) -> "FunctionModel":
        """Refuse: a function cannot be trained."""
        raise ModelError("A function cannot be trained again. Give a recipe: [recipe] train.")

    def _scores(self, answer: np.ndarray, schema: Schema) -> np.ndarray:
        """Return (n, k) probabilities."""
        if answer.ndim == 1 or answer.shape[1] == 1:
            single = answer.reshape(-1)
            first = expit(single) if self._output == "logits" else single
            pair = np.column_stack([1 - first, first])
            scores = pair[:, ::-1] if self._wish.positive == schema.classes[0] else pair
        else:
            with np.errstate(invalid="ignore"):  # of infinite scores, which give no answer
                scores = softmax(answer, axis=1) if self._output == "logits" else answer
        if scores.shape[1] != len(schema.classes):
            raise ModelError(
                f"Wanted scores for {len(schema.classes)} classes ({', '.join(map(str, schema.classes[:6]))}); the "
                f"function returned {scores.shape[1]}. Say which under [model] classes, in the order of the scores."
            )
        require_probabilities(scores)
        return scores


def tell_output(function: Callable[[Any], Any], probe: Rows) -> str:
    """Tell what a function returns where nobody said, by its first answer.

    A row of several floats, or one float within 0 to 1, is taken as probabilities.
    """
    if probe.schema.task is Task.REGRESSION:
        return "values"
    for place in range(len(probe)):
        try:
            answer = np.asarray(function(probe.take(np.asarray([place])).features))
        except NoMoreAnswersError:
            raise
        except Exception:  # noqa: BLE001, S112  # a function may raise anything on one row; the next may do
            continue
        is_score = answer.dtype.kind == "f" and (answer.size > 1 or bool(((answer >= 0) & (answer <= 1)).all()))
        return "probabilities" if is_score else "labels"
    return "labels"


def _fits(thing: Any) -> bool:
    return callable(thing) and not isinstance(thing, type)


def _wrap(thing: Any, probe: Rows, wish: Wish) -> FunctionModel:
    return FunctionModel(thing, wish.output or tell_output(thing, probe), wish)


ADAPTER = Adapter(name="Python function", fits=_fits, wrap=_wrap)
