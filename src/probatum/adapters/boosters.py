# SPDX-License-Identifier: Apache-2.0
"""What models of boosting libraries have in common: columns by name, categories by their own codes, one thread.

A booster is asked as its users ask it: through its own ``predict`` (``predict_proba`` of a classifier), with the rows
in their own types; text is made a category where the model knows it as one. Where the library refuses a category that
it does not know, or documents that it does, the row has no answer. The codes that ``encode`` gives serve proofs only.
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, final

import numpy as np
import pandas as pd

from probatum.adapters import answers
from probatum.adapters.booster_rows import coded, in_use, spelled, typed, unknown
from probatum.adapters.claims import own_classes
from probatum.adapters.interface import Wish, align, places
from probatum.adapters.refitting import refusal, trained_again
from probatum.adapters.sklearn import differences, named, renamed, true_labels, without_names
from probatum.adapters.structures.agreement import compared
from probatum.adapters.structures.build import placed
from probatum.adapters.structures.parts import Parts
from probatum.errors import ModelError, ProbatumError
from probatum.facts.capabilities import Capability
from probatum.facts.threats import Task
from probatum.systems.datasets import Label, Rows, Schema
from probatum.systems.interface import Answers
from probatum.systems.structures import Structure

UNKNOWN = "a category that the model does not know"


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Booster:
    """A trained booster of any library."""

    library: str
    predict: Callable[[Any], np.ndarray]  # (n, d) rows as its users give them to (n,) or (n, k)
    objective: str  # that it was trained for, as the library calls it
    output: str | None  # probabilities | logits | labels | values; None: the library does not say
    count: int  # of classes; 0: it gives values
    columns: int  # d
    names: tuple[str, ...] | None  # of the columns
    categories: Mapping[int, tuple[str, ...]]  # column: its categories as printed, in the order of their codes
    values: Mapping[int, tuple[Any, ...]] = field(default_factory=dict)  # the same categories, in their own type
    own_categories: frozenset[int] = frozenset()  # columns of codes whose categories the model does not name
    refuses_unknown: bool = False  # the library documents that it raises on a category that it does not know
    read: Callable[[tuple[Label, ...]], Parts | str]
    trees: bool  # whether ``read`` is likely to give parts
    estimator: Any = None  # of the library's scikit-learn kind, if it is one
    decide: Callable[[Any], Any] | None = None  # what a classifier's ``predict`` gives: one of its own labels a row
    missing: float = np.nan  # the number that is taken for a missing cell


@final
class BoostedModel:
    """A booster, asked as its users ask it: for two classes one probability, else one a class."""

    def __init__(self, booster: Booster, again: Callable[[Any, Rows], "BoostedModel"], probe: Rows, wish: Wish) -> None:
        """Take a booster.

        Args:
            booster: what the library gives.
            again: makes a model of an estimator that was trained again.
            probe: a few rows.
            wish: what the description says of the model.

        Raises:
            ModelError: it tells another number of classes apart than are stated, or what it gives cannot be told.
        """
        self._booster, self._again, self._probe, self._wish = booster, again, probe, wish
        self._schema = schema = probe.schema
        regression = schema.task is Task.REGRESSION
        self._output = "values" if regression else _output(booster, wish)
        self._own: tuple[Label, ...] | None = None
        if not regression and booster.output != "values":
            self._own = own_classes(booster.estimator) or tuple(range(booster.count))
        self.classes = named(self._own, wish.classes, f"{booster.library} model")
        scores = {Capability.SCORES} if self._output in ("probabilities", "logits") else set()
        inside = {Capability.TREES} if booster.trees and not regression else set()
        again_too = booster.estimator is not None and refusal(booster.estimator) is None
        refit = {Capability.REFIT} if again_too else set()
        self.capabilities: frozenset[Capability] = frozenset({Capability.PREDICTIONS} | scores | inside | refit)
        self._decides = self._labels_differ()

    def ask(self, rows: Rows) -> Answers:
        """Return what the booster says of all rows; those with a category that the library refuses have no answer."""
        refused = self._unknown(rows)
        if not refused.any():
            return self._asked(rows)
        said = unanswered(rows)
        known = np.flatnonzero(~refused)
        if len(known):
            part = self._asked(rows.take(known))
            said.labels[known] = part.labels
            if part.scores is not None:
                scores = np.full((len(rows), part.scores.shape[1]), np.nan)
                scores[known] = part.scores
                said = replace(said, scores=scores)
        return replace(said, failures={UNKNOWN: int(refused.sum())})

    def encode(self, rows: Rows) -> np.ndarray:
        """Return the rows as the booster gets them, (n, d) float64: categories as its own codes, NaN for missing."""
        features = rows.features
        if isinstance(features, np.ndarray):
            cells = np.asarray(features, dtype=np.float64).reshape(len(rows), -1)
        else:
            columns = [self._codes(features.iloc[:, at], place) for place, at in enumerate(self._places())]
            cells = np.column_stack(columns).astype(np.float64) if len(rows) else np.zeros((0, self._booster.columns))
        return cells if np.isnan(self._booster.missing) else np.where(cells == self._booster.missing, np.nan, cells)

    def _codes(self, cells: pd.Series, place: int) -> np.ndarray:
        booster = self._booster
        return coded(cells, booster.categories.get(place), unnamed=place in booster.own_categories)

    def check_columns(self, schema: Schema) -> tuple[str, ...]:
        """Return notes on the order of the columns; ModelError when some that the model was trained on are absent."""
        names, given = self._booster.names, [column.name for column in schema.given]
        if names is None or schema.array:
            bypassed = () if names is None else (without_names(len(names)),)
            if len(given) != self._booster.columns:
                raise ModelError(
                    f"The model was trained on {self._booster.columns} columns; the data give it {len(given)}. "
                    "List those it was trained on under [data] features, in their order."
                )
            return (*self._notes(), *bypassed)
        plain = {spelled(name): name for name in given}
        absent = [name for name in names if spelled(name) not in plain]
        if absent:
            raise ModelError(
                f"The model was trained on {len(names)} columns; the data lack {len(absent)} of them: "
                f"{', '.join(absent[:8])}. Add them, or train the model without them."
            )
        return (*self._notes(), *differences([plain[spelled(name)] for name in names], given))

    def refit(self, rows: Rows, seed: int) -> "BoostedModel":
        """Clone the estimator and train the clone; ModelError for a bare booster."""
        estimator = self._booster.estimator
        if estimator is None:
            raise ModelError(
                f"A bare {self._booster.library} booster does not say how it was trained. Give a recipe: [recipe] "
                "train."
            )
        labels = true_labels(rows, self._own, self.classes)
        return self._again(trained_again(estimator, self._typed(rows), labels, seed), rows)

    def structure(self, rows: Rows | None = None) -> Structure | str:
        """Return the trees, where they answer as the booster does on these rows, to the last bit."""
        if self.classes is None:
            return "The model gives values, and tells no classes apart."
        if not np.isnan(self._booster.missing):
            return (
                f"The model takes the number {self._booster.missing:g} for a missing cell. Train it with missing=nan."
            )
        found = self._booster.read(self.classes)
        if isinstance(found, str):
            return found
        rows = self._probe if rows is None else rows
        given = rows.schema.given
        columns = given if rows.schema.array else tuple(given[at] for at in self._places())
        whole = placed(found, self.encode, columns, rows.schema)
        return whole if isinstance(whole, str) else compared(found, whole, self, rows)

    def _asked(self, rows: Rows) -> Answers:
        """Ask; where a category that no row of these holds stands in the way, without it."""
        features = self._typed(rows)
        try:
            return self._answered(rows, features)
        except ProbatumError:
            raise
        except Exception:
            used = in_use(features)
            if used is None:
                raise
            return self._answered(rows, used)

    def _answered(self, rows: Rows, features: Any) -> Answers:
        said = self._said(self._booster.predict, features)
        if self._output == "values":
            return Answers(labels=answers.values(said, rows))
        if self._output == "labels":
            return Answers(labels=self._places_of(said, rows))
        if self._own is None:  # a regressor whose numbers are said to be chances
            scores = answers.scores(said, rows, self._output, self._wish)
        else:
            scores = answers.scores(_wide(said, self._output), rows, self._output, Wish(), self.classes)
        if not self._decides or self._booster.decide is None:
            return Answers(labels=answers.chosen(scores), scores=scores)
        return Answers(labels=self._places_of(self._said(self._booster.decide, features), rows), scores=scores)

    def _said(self, function: Callable[[Any], Any], features: Any) -> np.ndarray:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as on an array without names: told in a note
            return np.asarray(function(features))

    def _places_of(self, said: np.ndarray, rows: Rows) -> np.ndarray:
        """Return the places in the schema's classes of the model's own labels."""
        held = answers.labels(said, rows)
        if self._own is None or self.classes is None:
            return align(held, rows.schema)
        to_schema = np.append(align(np.asarray(self.classes, dtype=object), rows.schema), np.int32(-1))
        return np.asarray(to_schema[places(held, self._own)])

    def _labels_differ(self) -> bool:
        """Whether a classifier's own labels are others than those of its highest scores, so that it is asked for both.

        Where its ``predict`` gives no labels, such as under an objective of one's own, the scores decide.
        """
        if self._booster.decide is None or self._own is None or Capability.SCORES not in self.capabilities:
            return False
        try:
            features = self._typed(self._probe)
            own = places(answers.labels(self._said(self._booster.decide, features), self._probe), self._own)
            said = _wide(self._said(self._booster.predict, features), self._output)
        except Exception:  # noqa: BLE001  # a row that it refuses may be among them: then both are asked
            return True
        return bool((own >= 0).all() and (own != said.argmax(axis=1)).any())

    def _unknown(self, rows: Rows) -> np.ndarray:
        """Return (n,) bool: the library documents that it refuses the row, for a text that is none of its categories.

        Categories that came as such are the user's own, and given as they are.
        """
        if not self._booster.refuses_unknown or isinstance(rows.features, np.ndarray):
            return np.zeros(len(rows), dtype=bool)
        return unknown(rows.features.iloc[:, self._places()], self._booster.categories)

    def _notes(self) -> tuple[str, ...]:
        return renamed(self._own, self.classes)

    def _places(self) -> list[int]:
        """Return the places, among the columns given, of those that the model was trained on."""
        given = [column.name for column in self._schema.given]
        if self._booster.names is None:
            return list(range(len(given)))
        by_name = {spelled(name): place for place, name in enumerate(given)}
        return [by_name[spelled(name)] for name in self._booster.names]

    def _typed(self, rows: Rows) -> Any:
        """Return the rows as the model's users give them: named columns in their own types, text as categories.

        Raises:
            ModelError: a column holds text where the model was trained on numbers.
        """
        if isinstance(rows.features, np.ndarray):
            return rows.features
        booster = self._booster
        frame = typed(rows.features.iloc[:, self._places()], booster.categories, booster.values, booster.own_categories)
        return frame if booster.names is not None else frame.to_numpy()


def _output(booster: Booster, wish: Wish) -> str:
    """Return what a booster's numbers mean in a classification.

    Raises:
        ModelError: it does not say, and nobody did; or what was said contradicts it.
    """
    if wish.output == "logits" and booster.output == "probabilities":
        raise ModelError(
            f'The description says output = "logits"; the {booster.library} model was trained for probabilities and '
            "gives them. Leave output out."
        )
    if wish.output == "logits" and booster.output == "values":
        raise ModelError(
            f'The description says output = "logits"; the {booster.library} model was trained for amounts '
            f'({booster.objective}). If they are chances, say output = "probabilities" (--model-output probabilities).'
        )
    output = wish.output or booster.output
    if output is None or output == "values":
        raise ModelError(
            f"The {booster.library} model was trained with an objective of its own ({booster.objective}), so nothing "
            'says what its numbers are. Say output = "logits" under [model] (--model-output logits) if a logistic '
            'function or a softmax makes probabilities of them, or "probabilities" or "labels".'
        )
    return output


def _wide(said: np.ndarray, output: str) -> np.ndarray:
    """Return (n, k) scores: of two classes each, where the booster gives that of the second."""
    if said.ndim > 1 and said.shape[1] > 1:
        return said
    single = said.reshape(-1)
    return np.column_stack([np.zeros(len(single)) if output == "logits" else 1 - single, single])


def unanswered(rows: Rows) -> Answers:
    """Return that none of some rows has an answer."""
    if rows.schema.task is Task.REGRESSION:
        return Answers(labels=np.full(len(rows), np.nan))
    return Answers(labels=np.full(len(rows), -1, dtype=np.int32))
