# SPDX-License-Identifier: Apache-2.0
"""Where encoded columns come from, through scikit-learn's own transformers."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
)

from probatum.adapters.interface import few, wrap
from probatum.systems.datasets import Dataset, from_arrays
from probatum.systems.structures import Input, Structure

RNG = np.random.default_rng(1)
FRAME = pd.DataFrame(
    {
        "age": RNG.integers(18, 80, 240),
        "income": RNG.normal(30, 10, 240),
        "job": RNG.choice(["a", "b", "c"], 240),
        "edu": RNG.choice(["lo", "mid", "hi"], 240),
    }
)
TRUTH = pd.Series(np.where(FRAME.income + 5 * (FRAME.job == "a") > 31, "good", "bad"), name="y")
FRAME.loc[::9, "income"] = np.nan


def data(frame: pd.DataFrame) -> Dataset:
    return from_arrays((frame[120:], TRUTH[120:]), (frame[:120], TRUTH[:120]), target="y")


def opened(estimator: Any, frame: pd.DataFrame = FRAME) -> Structure:
    held = data(frame)
    found = wrap(estimator.fit(frame[:120], TRUTH[:120]), few(held.test)).structure(held.test)
    assert isinstance(found, Structure), found
    return found


def columns(number: Any = None) -> ColumnTransformer:
    return ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(), number or StandardScaler()), ["income", "age"]),
            ("one-hot", OneHotEncoder(handle_unknown="ignore"), ["job"]),
            ("ordinal", OrdinalEncoder(), ["edu"]),
        ]
    )


def test_inputs_tell_what_happened_to_each_column() -> None:
    found = opened(make_pipeline(columns(), LogisticRegression()))
    assert found.inputs is not None
    assert [one.column for one in found.inputs] == [1, 0, 2, 2, 2, 3]
    assert [one.category for one in found.inputs] == [None, None, 0, 1, 2, None]
    assert found.inputs[5] == Input(column=3, codes=(0.0, 1.0, 2.0))
    held = data(FRAME).test
    there = FRAME.income[120:].notna().to_numpy()
    shifted = (FRAME.income[120:] - found.inputs[0].shift) * found.inputs[0].scale
    np.testing.assert_allclose(found.encode(held)[there, 0], shifted[there])
    assert found.order == (0, 1)


@pytest.mark.parametrize("number", [MinMaxScaler(), RobustScaler(), MaxAbsScaler(), FunctionTransformer()])
def test_inputs_are_told_through_every_scaler(number: Any) -> None:
    assert opened(make_pipeline(columns(number), RandomForestClassifier(3, random_state=0))).inputs is not None


def test_scaled_categories_keep_their_numbers() -> None:
    whole = make_pipeline(columns(), MaxAbsScaler(), StandardScaler(), LogisticRegression())
    found = opened(whole)
    assert found.inputs is not None
    encoded = found.encode(data(FRAME).test)
    assert set(np.unique(encoded[:, 2]).round(9)) == {round(found.inputs[2].on, 9), round(found.inputs[2].off, 9)}


def test_inputs_are_none_when_a_step_mixes_columns() -> None:
    found = opened(make_pipeline(columns(), PolynomialFeatures(2), LogisticRegression()))
    assert found.inputs is None


def test_histograms_by_their_own_categories_are_told() -> None:
    typed = FRAME.astype({"job": "category", "edu": "category"})
    found = opened(HistGradientBoostingClassifier(max_iter=5, categorical_features="from_dtype"), typed)
    assert found.inputs == (
        Input(column=2, codes=(0.0, 1.0, 2.0)),
        Input(column=3, codes=(0.0, 1.0, 2.0)),
        Input(column=0),
        Input(column=1),
    )


def test_a_booster_may_be_the_last_step() -> None:
    lightgbm = pytest.importorskip("lightgbm")
    assert opened(make_pipeline(columns(), lightgbm.LGBMClassifier(n_estimators=3, verbose=-1))).inputs is not None
