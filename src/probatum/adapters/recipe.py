# SPDX-License-Identifier: Apache-2.0
"""A model with the recipe that trained it: ``train(rows, seed) -> model``, where rows is a frame with the target."""

from collections.abc import Callable
from typing import Any, final

import numpy as np
import pandas as pd

from probatum.adapters.interface import Wish, few, wrap
from probatum.errors import ModelError
from probatum.facts.capabilities import Capability
from probatum.facts.threats import Task
from probatum.systems.datasets import Label, Rows, Schema
from probatum.systems.interface import Answers, Model
from probatum.systems.structures import Structure

Train = Callable[[pd.DataFrame, int], Any]


@final
class RecipeModel:
    """A model that is trained again by its own recipe rather than by cloning."""

    def __init__(self, model: Model, train: Train, wish: Wish) -> None:
        """Take the model as it is, and the recipe."""
        self._model = model
        self._train = train
        self._wish = wish
        self.capabilities = model.capabilities | {Capability.REFIT}
        self.classes: tuple[Label, ...] | None = model.classes

    def ask(self, rows: Rows) -> Answers:
        """Ask the model."""
        return self._model.ask(rows)

    def check_columns(self, schema: Schema) -> tuple[str, ...]:
        """Let the model compare the columns."""
        return self._model.check_columns(schema)

    def structure(self, rows: Rows | None = None) -> Structure | str:
        """Let the model show what it is made of."""
        return self._model.structure(rows)

    def refit(self, rows: Rows, seed: int) -> "RecipeModel":
        """Run the recipe on other rows."""
        return train_by_recipe(self._train, rows, seed, self._wish)


def train_by_recipe(train: Train, rows: Rows, seed: int, wish: Wish) -> RecipeModel:
    """Run a recipe and wrap what comes out.

    Raises:
        ModelError: the recipe raises.
    """
    return RecipeModel(wrap(trained_by(train, rows, seed), few(rows), wish), train, wish)


def trained_by(train: Train, rows: Rows, seed: int) -> Any:
    """Run a recipe; return what comes out, as it is.

    Raises:
        ModelError: the recipe raises.
    """
    try:
        return train(_frame(rows), seed)
    except Exception as error:  # a recipe may raise anything; its text may quote a row
        raise ModelError(
            f"The recipe failed while training, with {type(error).__name__}. Run again with --debug to see where."
        ) from error


def _frame(rows: Rows) -> pd.DataFrame:
    """Return the rows as a recipe wants them: one frame, the target among its columns."""
    if isinstance(rows.features, pd.DataFrame):
        frame = rows.features.copy()
    else:
        frame = pd.DataFrame(rows.features.reshape(len(rows), -1)).rename(columns=str)
    schema = rows.schema
    frame[schema.target] = rows.truth if schema.task is Task.REGRESSION else np.asarray(schema.classes)[rows.truth]
    return frame
