# SPDX-License-Identifier: Apache-2.0
"""scikit-learn estimators and pipelines, and whatever else keeps their promises."""

import copy
import warnings
from dataclasses import replace
from typing import Any, final

import numpy as np
import pandas as pd

from probatum.adapters import answers
from probatum.adapters.claims import SURVIVAL, are_scores, counted, first_answers, of_estimator, own_classes
from probatum.adapters.interface import Adapter, Claim, Wish, align, few, places
from probatum.adapters.refitting import refusal, trained_again
from probatum.adapters.structures.build import capabilities, opened
from probatum.adapters.structures.parts import given
from probatum.errors import ModelError
from probatum.facts.capabilities import Capability
from probatum.facts.threats import Task
from probatum.systems.datasets import Label, Rows, Schema
from probatum.systems.datasets.labels import spoken
from probatum.systems.interface import Answers
from probatum.systems.structures import Structure


@final
class SklearnModel:
    """A fitted estimator, asked with the columns it was trained on, by name where it knows names."""

    def __init__(self, estimator: Any, probe: Rows, wish: Wish | None = None) -> None:
        """Take a fitted estimator; its ``n_jobs`` are set to 1 on our own copy, so that its bits do not vary.

        Raises:
            ModelError: the description names another number of classes than the estimator tells apart.
        """
        self._estimator = _single_threaded(estimator)
        self._probe, self._wish, schema = probe, wish or Wish(), probe.schema
        self._own = own_classes(estimator)
        self.classes: tuple[Label, ...] | None = named(self._own, self._wish.classes, type(estimator).__name__)
        self._notes: tuple[str, ...] = renamed(self._own, self.classes)
        self._scored = self._gives_scores(schema)
        refit = {Capability.REFIT} if refusal(estimator) is None else set()
        said = {Capability.PREDICTIONS} | ({Capability.SCORES} if self._scored else set()) | refit
        self.capabilities = frozenset(said) | capabilities(estimator, schema)

    def ask(self, rows: Rows) -> Answers:
        """Return labels from ``predict`` and scores from ``predict_proba``, as its users get them."""
        features = self.given(rows)
        said = self._said("predict", features)
        if rows.schema.task is Task.REGRESSION:
            return Answers(labels=answers.values(said, rows))
        if self._scored == "predict":  # numbers that the description calls probabilities or logits
            scores = answers.scores(said, rows, self._wish.output or "probabilities", self._wish)
            return Answers(labels=answers.chosen(scores), scores=scores)
        if self._own is None and not self._scored:
            return answers.named_labels(said, rows)
        labels = self._labels(answers.labels(said, rows), rows.schema)
        if not self._scored:
            return Answers(labels=labels)
        output = "logits" if self._wish.output == "logits" else "probabilities"
        own = self.classes or rows.schema.classes
        scores = answers.scores(self._said("predict_proba", features), rows, output, Wish(), own)
        return Answers(labels=labels, scores=scores)

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
            return (*self._notes, *differences(names, given))
        bypassed = () if names is None else (without_names(len(names)),)
        wanted = getattr(self._estimator, "n_features_in_", None)
        if wanted is not None and wanted != len(given):
            raise ModelError(
                f"The model was trained on {wanted} columns without names; the data give it {len(given)}. "
                "List those it was trained on under [data] features, in their order."
            )
        return (*self._notes, *bypassed)

    def refit(self, rows: Rows, seed: int) -> "SklearnModel":
        """Clone the estimator and train the clone, with every ``random_state`` drawn from the seed.

        Raises:
            ModelError: it cannot be cloned, a part would keep what it learned, or its training fails.
        """
        again = trained_again(self._estimator, self.given(rows), true_labels(rows, self._own, self.classes), seed)
        return SklearnModel(again, few(rows), self._wish)

    def structure(self, rows: Rows | None = None) -> Structure | str:
        """Return what the estimator is made of, where that answers as the estimator does, to the last bit for trees."""
        return opened(self._estimator, self, self._probe if rows is None else rows)

    def given(self, rows: Rows) -> Any:
        """Return the rows as the estimator is given them: named columns where it knows names, else an array."""
        return given(self._estimator, rows)

    def _predicts_scores(self) -> bool:
        """Whether ``predict`` gives scores rather than labels, as Keras does."""
        said = first_answers(lambda features: self._said("predict", features), self._probe)
        return said is not None and are_scores(said, self._probe)

    def _said(self, method: str, features: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as on an array without names: told in a note
            return getattr(self._estimator, method)(features)

    def _labels(self, said: np.ndarray, schema: Schema) -> np.ndarray:
        """Return the places of labels in the schema's classes, by the name that each of the model's own goes by."""
        if self._own is None or self.classes is None or self.classes == self._own:
            return align(said, schema)
        to_schema = np.append(align(np.asarray(self.classes, dtype=object), schema), np.int32(-1))
        return np.asarray(to_schema[places(said, self._own)])

    def _gives_scores(self, schema: Schema) -> str | None:
        """Return the method that gives scores; None where there is none that works, or labels alone are wanted."""
        if schema.task is Task.REGRESSION or self._wish.output in ("labels", "values"):
            return None
        if not hasattr(self._estimator, "predict_proba"):
            stated = self._wish.output in ("probabilities", "logits")
            return "predict" if self._own is None and (stated or self._predicts_scores()) else None
        try:
            self._said("predict_proba", self.given(self._probe))
        except (AttributeError, NotImplementedError):
            self._notes += ("The model has predict_proba, which says that it is not made; its labels alone are used.",)
            return None
        except Exception:  # noqa: BLE001  # on these rows, or all of them: whoever asks finds out
            return "predict_proba"
        return "predict_proba"


def named(own: tuple[Label, ...] | None, stated: tuple[Label, ...] | None, what: str) -> tuple[Label, ...] | None:
    """Return what a model's own labels are called: as stated, by position, unless the stated ones are its own.

    A stated list that holds every label of the model's own names the same labels, in whatever order.

    Raises:
        ModelError: the stated list is of another length.
    """
    if own is None or stated is None:
        return own if stated is None else stated
    if (places(np.asarray(own, dtype=object), stated) >= 0).all():
        return own
    if len(own) != len(stated):
        raise ModelError(
            f"[model] classes lists {counted(stated)}; the {what} tells {counted(own)} apart. List one name for each, "
            "in this order."
        )
    return stated


def renamed(own: tuple[Label, ...] | None, now: tuple[Label, ...] | None) -> tuple[str, ...]:
    """Return a note where the model's own labels go by other names."""
    if own is None or now is None or own == now:
        return ()
    pairs = ", ".join(f"{old} is {new}" for old, new in list(zip(own, now, strict=True))[:6])
    return (f"The model's own labels are read as [model] classes says: {pairs}{' …' if len(own) > 6 else ''}.",)


def without_names(count: int) -> str:
    """Return a note that an array came for a model that knows its columns by name."""
    return (
        f"The model was trained on {count} named columns and is given an array without names: nothing can tell whether "
        "its columns, and the numbers that stand for categories, are those of its training. Give a table with names."
    )


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


def true_labels(rows: Rows, own: tuple[Label, ...] | None, now: tuple[Label, ...] | None) -> np.ndarray:
    """Return the true answers for training, by the model's own labels; one that it does not know stays as it is.

    Args:
        rows: to train on.
        own: the labels that the model was trained on; None: it does not list them.
        now: what these are called in the data.
    """
    truth = spoken(rows)
    if rows.schema.task is Task.REGRESSION or own is None or now is None or own == now:
        return truth if truth.dtype != object else np.asarray(truth.tolist())
    found = places(truth, now)
    return np.asarray([own[at] if at >= 0 else one for at, one in zip(found, truth.tolist(), strict=True)])


def _single_threaded(estimator: Any) -> Any:
    """Copy the estimator if any ``n_jobs`` in it would let threads change the order of its sums."""
    parameters = estimator.get_params(deep=True) if hasattr(estimator, "get_params") else {}
    jobs = [
        name for name, value in parameters.items() if name.rpartition("__")[2] == "n_jobs" and value not in (None, 1)
    ]
    if not jobs:
        return estimator
    try:
        own = copy.deepcopy(estimator)
    except Exception:  # noqa: BLE001  # some hold what cannot be copied: they are given back as they were at the end
        own = estimator
    return own.set_params(**dict.fromkeys(jobs, 1))


def _fits(thing: Any) -> bool:
    able = any(hasattr(thing, method) for method in ("predict", *SURVIVAL))
    return able and not isinstance(thing, type) and not isinstance(thing, pd.DataFrame)


def _wrap(thing: Any, probe: Rows, wish: Wish) -> SklearnModel:
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    try:
        check_is_fitted(thing)
    except NotFittedError as error:
        raise ModelError("Wanted a trained model; this one was never fitted. Call fit first.") from error
    except TypeError:
        pass  # not an estimator by inheritance; it keeps the promises all the same
    return SklearnModel(thing, probe, wish)


def _claim(thing: Any, probe: Rows, wish: Wish) -> Claim:
    return of_estimator(thing, probe, lambda features: thing.predict(given(thing, replace(probe, features=features))))


ADAPTER = Adapter(name="scikit-learn", fits=_fits, wrap=_wrap, claim=_claim)
