# SPDX-License-Identifier: Apache-2.0
"""A recipe: it gets a frame with the target and a seed, and what it returns is trained again by it."""

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier

from functional.workshop import TARGET
from probatum.adapters.interface import Wish
from probatum.adapters.recipe import train_by_recipe
from probatum.errors import ModelError
from probatum.facts.capabilities import Capability
from probatum.systems.datasets import Dataset


def forest(rows: pd.DataFrame, seed: int) -> RandomForestClassifier:
    return RandomForestClassifier(n_estimators=5, random_state=seed).fit(rows[["age", "income"]], rows[TARGET])


def test_a_recipe_gets_the_rows_with_their_labels(lender: Dataset) -> None:
    assert lender.train is not None
    seen: list[pd.DataFrame] = []

    def train(rows: pd.DataFrame, seed: int) -> RandomForestClassifier:
        seen.append(rows)
        return forest(rows, seed)

    model = train_by_recipe(train, lender.train, 0, Wish())
    assert Capability.REFIT in model.capabilities
    assert set(seen[0][TARGET]) == {"yes", "no"}
    assert list(seen[0].columns) == ["age", "income", "sex", "region", TARGET]
    assert TARGET not in lender.train.features


def test_a_refit_follows_its_seed(lender: Dataset) -> None:
    assert lender.train is not None
    model = train_by_recipe(forest, lender.train, 0, Wish())
    one, same, other = (model.refit(lender.train, seed).ask(lender.test).scores for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_the_columns_that_a_recipe_leaves_out_are_said(lender: Dataset) -> None:
    assert lender.train is not None
    (note,) = train_by_recipe(forest, lender.train, 0, Wish()).check_columns(lender.test.schema)
    assert "sex, region" in note


def test_a_recipe_that_raises_is_a_model_error(lender: Dataset) -> None:
    assert lender.train is not None

    def train(rows: pd.DataFrame, seed: int) -> None:
        raise LookupError("no such column")

    with pytest.raises(ModelError, match="with LookupError") as caught:
        train_by_recipe(train, lender.train, 0, Wish())
    assert "no such column" not in str(caught.value)  # the text may quote a row


def test_a_recipe_that_returns_no_model_is_a_model_error(lender: Dataset) -> None:
    assert lender.train is not None
    with pytest.raises(ModelError, match="Wanted a fitted scikit-learn model"):
        train_by_recipe(lambda rows, seed: None, lender.train, 0, Wish())
