# SPDX-License-Identifier: Apache-2.0
"""scikit-learn estimators and pipelines, and whatever else keeps their promises."""

import copy
from typing import Any, final

import numpy as np
import pandas as pd

from probatum.adapters.interface import Adapter, Wish, align, few, require_probabilities, spread
from probatum.adapters.refitting import refusal, trained_again
from probatum.adapters.structures.build import capabilities, opened
from probatum.adapters.structures.parts import given
from probatum.errors import ModelError
from probatum.facts.capabilities import Capability
from probatum.facts.threats import Task
from probatum.systems.datasets import Label, Rows, Schema
from probatum.systems.interface import Answers
from probatum.systems.structures import Structure


@final
class SklearnModel:
    """A fitted estimator, asked with the columns it was trained on, by name where it knows names."""

    def __init__(self, estimator: Any, probe: Rows) -> None:
        """Take a fitted estimator; its ``n_jobs`` are set to 1 on our own copy, so that its bits do not vary."""
        self._estimator = _single_threaded(estimator)
        self._probe, schema = probe, probe.schema
        scores = schema.task is not Task.REGRESSION and hasattr(estimator, "predict_proba")
        refit = {Capability.REFIT} if refusal(estimator) is None else set()
        said = {Capability.PREDICTIONS} | ({Capability.SCORES} if scores else set()) | refit
        self.capabilities = frozenset(said) | capabilities(estimator, schema)
        classes = getattr(estimator, "classes_", None)
        self.classes: tuple[Label, ...] | None = None if classes is None else tuple(np.asarray(classes).tolist())

    def ask(self, rows: Rows) -> Answers:
        """Return labels from ``predict`` and scores from ``predict_proba``, as its users get them."""
        features = self._features(rows)
        if rows.schema.task is Task.REGRESSION:
            return Answers(labels=np.asarray(self._estimator.predict(features), dtype=np.float64).reshape(-1))
        labels = align(self._estimator.predict(features), rows.schema)
        if Capability.SCORES not in self.capabilities:
            return Answers(labels=labels)
        scores = np.asarray(self._estimator.predict_proba(features), dtype=np.float64)
        require_probabilities(scores)
        return Answers(labels=labels, scores=spread(scores, self.classes or rows.schema.classes, rows.schema))

    def check_columns(self, schema: Schema) -> tuple[str, ...]:
        """Return notes on the order of the columns; ModelError when some that the model was trained on are absent."""
        names = getattr(self._estimator, "feature_names_in_", None)
        given = [column.name for column in schema.given]
        if names is not None and not schema.array:
            names = [str(name) for name in names]
            absent = [name for name in names if name not in given]
            if absent:
                raise ModelError(
                    f"The model was trained on {len(names)} columns; the data lack {len(absent)} of them: "
                    f"{', '.join(absent[:8])}. Add them, or train the model without them."
                )
            return differences(names, given)
        wanted = getattr(self._estimator, "n_features_in_", None)
        if wanted is not None and wanted != len(given):
            raise ModelError(
                f"The model was trained on {wanted} columns without names; the data give it {len(given)}. "
                "List those it was trained on under [data] features, in their order."
            )
        return ()

    def refit(self, rows: Rows, seed: int) -> "SklearnModel":
        """Clone the estimator and train the clone, with every ``random_state`` drawn from the seed.

        Raises:
            ModelError: it cannot be cloned, a part would keep what it learned, or its training fails.
        """
        again = trained_again(self._estimator, self._features(rows), _labels(rows), seed)
        return SklearnModel(again, few(rows))

    def structure(self, rows: Rows | None = None) -> Structure | str:
        """Return what the estimator is made of, where that answers as the estimator does, to the last bit for trees."""
        return opened(self._estimator, self, self._probe if rows is None else rows)

    def _features(self, rows: Rows) -> Any:
        return given(self._estimator, rows)


def differences(wanted: list[str], given: list[str]) -> tuple[str, ...]:
    """Say what is left out or put in order, where the model picks its columns by name."""
    notes = []
    spare = [name for name in given if name not in wanted]
    if spare:
        more = f" and {len(spare) - 8} more" if len(spare) > 8 else ""
        notes.append(f"The model was not trained on {', '.join(spare[:8])}{more}, so it was not given them.")
    if [name for name in given if name in wanted] != wanted:
        notes.append("The columns of the data were in another order than the model's; they were matched by name.")
    return tuple(notes)


def _labels(rows: Rows) -> np.ndarray:
    if rows.schema.task is Task.REGRESSION:
        return rows.truth
    return np.asarray(np.asarray(rows.schema.classes)[rows.truth])


def _single_threaded(estimator: Any) -> Any:
    """Copy the estimator if any ``n_jobs`` in it would let threads change the order of its sums."""
    parameters = estimator.get_params(deep=True) if hasattr(estimator, "get_params") else {}
    jobs = [
        name for name, value in parameters.items() if name.rpartition("__")[2] == "n_jobs" and value not in (None, 1)
    ]
    if not jobs:
        return estimator
    return copy.deepcopy(estimator).set_params(**dict.fromkeys(jobs, 1))


def _fits(thing: Any) -> bool:
    return hasattr(thing, "predict") and not isinstance(thing, type) and not isinstance(thing, pd.DataFrame)


def _wrap(thing: Any, probe: Rows, wish: Wish) -> SklearnModel:
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    try:
        check_is_fitted(thing)
    except NotFittedError as error:
        raise ModelError("Wanted a trained model; this one was never fitted. Call fit first.") from error
    except TypeError:
        pass  # not an estimator by inheritance; it keeps the promises all the same
    return SklearnModel(thing, probe)


ADAPTER = Adapter(name="scikit-learn", fits=_fits, wrap=_wrap)
