# SPDX-License-Identifier: Apache-2.0
"""What models of boosting libraries have in common: columns by name, categories by their own codes, one thread."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np
import pandas as pd

from probatum.adapters.function import FunctionModel
from probatum.adapters.interface import Wish, align, spread
from probatum.adapters.refitting import refusal, trained_again
from probatum.adapters.sklearn import differences
from probatum.adapters.structures.agreement import compared
from probatum.adapters.structures.build import placed
from probatum.adapters.structures.parts import Parts
from probatum.errors import ModelError
from probatum.facts.capabilities import Capability
from probatum.facts.threats import Task
from probatum.systems.datasets import Column, Kind, Label, Rows, Schema
from probatum.systems.datasets.rows import codes
from probatum.systems.interface import Answers
from probatum.systems.structures import Structure


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Booster:
    """A trained booster of any library."""

    library: str
    predict: Callable[[np.ndarray], np.ndarray]  # (n, d) float64, categories as codes, to (n,) or (n, k)
    output: str | None  # probabilities | logits | labels | values; None: the library does not say
    count: int  # of classes; 0: it gives values
    columns: int  # d
    names: tuple[str, ...] | None  # of the columns
    categories: Mapping[int, tuple[str, ...]]  # column: its categories as printed, in the order of their codes
    own_categories: frozenset[int] = frozenset()  # columns of codes whose categories the model does not name
    read: Callable[[tuple[Label, ...]], Parts | str]
    trees: bool  # whether ``read`` is likely to give parts
    estimator: Any = None  # of the library's scikit-learn kind, if it is one
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
            ModelError: it tells another number of classes apart than there are.
        """
        self._booster, self._again, self._probe, self._wish = booster, again, probe, wish
        self._schema = schema = probe.schema
        self._coded = False
        self.classes: tuple[Label, ...] | None = None
        output = wish.output or booster.output or "probabilities"
        if schema.task is Task.REGRESSION:
            output = "values"
        else:
            self.classes = self._classes()
        self._output = output
        self._function = FunctionModel(self._said, output, wish)
        inside = {Capability.TREES} if booster.trees and schema.task is not Task.REGRESSION else set()
        again_too = booster.estimator is not None and refusal(booster.estimator) is None
        refit = {Capability.REFIT} if again_too else set()
        self.capabilities: frozenset[Capability] = self._function.capabilities | inside | refit

    def ask(self, rows: Rows) -> Answers:
        """Return what the booster says of all rows."""
        return self._function.ask(replace(rows, features=self.encode(rows)))

    def encode(self, rows: Rows) -> np.ndarray:
        """Return the rows as the booster gets them, (n, d) float64: categories as its own codes, NaN for missing."""
        features = rows.features
        if isinstance(features, np.ndarray):
            cells = np.asarray(features, dtype=np.float64).reshape(len(rows), -1)
        else:
            columns = [_column(features.iloc[:, at], place, self._booster) for place, at in enumerate(self._places())]
            cells = np.column_stack(columns).astype(np.float64) if len(rows) else np.zeros((0, self._booster.columns))
        return cells if np.isnan(self._booster.missing) else np.where(cells == self._booster.missing, np.nan, cells)

    def check_columns(self, schema: Schema) -> tuple[str, ...]:
        """Return notes on the order of the columns; ModelError when some that the model was trained on are absent."""
        names, given = self._booster.names, [column.name for column in schema.given]
        if names is None or schema.array:
            if len(given) != self._booster.columns:
                raise ModelError(
                    f"The model was trained on {self._booster.columns} columns; the data give it {len(given)}. "
                    "List those it was trained on under [data] features, in their order."
                )
            return ()
        plain = {_spelled(name): name for name in given}
        absent = [name for name in names if _spelled(name) not in plain]
        if absent:
            raise ModelError(
                f"The model was trained on {len(names)} columns; the data lack {len(absent)} of them: "
                f"{', '.join(absent[:8])}. Add them, or train the model without them."
            )
        return differences([plain[_spelled(name)] for name in names], given)

    def refit(self, rows: Rows, seed: int) -> "BoostedModel":
        """Clone the estimator and train the clone; ModelError for a bare booster."""
        estimator = self._booster.estimator
        if estimator is None:
            raise ModelError(
                f"A bare {self._booster.library} booster does not say how it was trained. Give a recipe: [recipe] "
                "train."
            )
        names = np.asarray(rows.schema.classes)
        labels = rows.truth if self._coded or rows.schema.task is Task.REGRESSION else names[rows.truth]
        return self._again(trained_again(estimator, self._typed(rows), labels, seed), rows)

    def structure(self, rows: Rows | None = None) -> Structure | str:
        """Return the trees, where they answer as the booster does on these rows, to the last bit."""
        if self.classes is None:
            return "The model gives values, and tells no classes apart."
        if not np.isnan(self._booster.missing):
            return f"The model takes the number {self._booster.missing:g} for a missing cell."
        found = self._booster.read(self.classes)
        if isinstance(found, str):
            return found
        given = self._schema.given
        columns = given if self._schema.array else tuple(given[at] for at in self._places())
        whole = placed(found, self.encode, columns, self._schema)
        return whole if isinstance(whole, str) else compared(found, whole, self, self._probe if rows is None else rows)

    def _said(self, x: np.ndarray) -> np.ndarray:
        """Return the answers; scores in the order of the schema's classes."""
        said = np.asarray(self._booster.predict(x), dtype=np.float64)
        if self._output == "values" or self.classes is None:
            return said
        if self._output == "labels":
            return np.asarray(self.classes)[said.reshape(-1).astype(np.intp)]
        if self._output == "logits":
            return np.column_stack([np.zeros(len(said)), said]) if said.ndim == 1 else said
        both = np.column_stack([1 - said, said]) if said.ndim == 1 else said
        return spread(both, self.classes, self._schema)

    def _classes(self) -> tuple[Label, ...]:
        """Return the labels in the booster's order: its own, else those of the description, else those of the data."""
        listed = getattr(self._booster.estimator, "classes_", None)
        if listed is not None:
            own: tuple[Label, ...] = tuple(np.asarray(listed).tolist())
            if (align(np.asarray(own), self._schema) >= 0).any() or own != tuple(range(len(own))):
                return own
        self._coded = True
        named = self._wish.classes or self._schema.classes
        if len(named) != self._booster.count:
            raise ModelError(
                f"The {self._booster.library} model tells {self._booster.count} classes apart and does not name them; "
                f"there are {len(named)} ({', '.join(map(str, named[:6]))}). List its own under [model] classes."
            )
        return named

    def _places(self) -> list[int]:
        """Return the places, among the columns given, of those that the model was trained on."""
        given = [column.name for column in self._schema.given]
        if self._booster.names is None:
            return list(range(len(given)))
        by_name = {_spelled(name): place for place, name in enumerate(given)}
        return [by_name[_spelled(name)] for name in self._booster.names]

    def _typed(self, rows: Rows) -> Any:
        """Return the rows as training wants them: named columns, categories as such."""
        if isinstance(rows.features, np.ndarray):
            return rows.features
        frame = rows.features.iloc[:, self._places()].copy()
        for place, names in self._booster.categories.items():
            wanted = Column(name="", kind=Kind.CATEGORICAL, categories=names)
            found = codes(frame.iloc[:, place], wanted)
            frame[frame.columns[place]] = pd.Categorical.from_codes(found, categories=pd.Index(names))
        return frame if self._booster.names is not None else frame.to_numpy()


def _column(cells: pd.Series, place: int, booster: Booster) -> np.ndarray:
    """Return one column as numbers.

    Raises:
        ModelError: it holds text, or codes of categories that the model does not name.
    """
    known = booster.categories.get(place)
    if known is not None:
        found = codes(cells, Column(name="", kind=Kind.CATEGORICAL, categories=known))
        return np.where(found < 0, np.nan, found.astype(np.float64))
    if isinstance(cells.dtype, pd.CategoricalDtype) and place in booster.own_categories:
        found = cells.cat.codes.to_numpy()
        return np.where(found < 0, np.nan, found.astype(np.float64))
    try:
        return np.asarray(cells.to_numpy(dtype=np.float64, na_value=np.nan))
    except (ValueError, TypeError):
        raise ModelError(
            f'Column "{cells.name}" holds text; the {booster.library} model was trained on numbers there, or does not '
            "name its categories. Give the data the type that it was trained on."
        ) from None


def _spelled(name: str) -> str:
    """Return a name as LightGBM writes it into its models."""
    return str(name).replace(" ", "_")
