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


CODES = FRAME.assign(code=RNG.integers(0, 4, 240), zone=RNG.integers(1, 4, 240))[["income", "code", "zone"]].fillna(0)


def untold(estimator: Any, frame: pd.DataFrame = CODES) -> str:
    found = opened(estimator, frame)
    assert found.inputs is None
    assert found.untraced is not None
    return found.untraced


def encoded(*parts: Any, last: Any = None) -> Any:
    return make_pipeline(ColumnTransformer(list(parts)), last or LogisticRegression())


def test_columns_to_list_as_categorical_are_all_named_at_once() -> None:
    model = encoded(
        ("n", StandardScaler(), ["income"]), ("a", OneHotEncoder(), ["code"]), ("b", OrdinalEncoder(), ["zone"])
    )
    why = untold(model)
    assert "“code”, “zone” are columns of categories" in why
    assert 'Say categorical = ["code", "zone"] under [data.columns]' in why
    named = from_arrays(
        (CODES[120:], TRUTH[120:]), (CODES[:120], TRUTH[:120]), target="y", categorical=("code", "zone")
    )  # fmt: skip
    found = wrap(model, few(named.test)).structure(named.test)
    assert isinstance(found, Structure), found
    assert found.inputs is not None  # what was said helps
    assert found.untraced is None


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (PolynomialFeatures(2), "PolynomialFeatures makes numbers of “income”, “code”, “zone”, which is not followed"),
        (FunctionTransformer(np.abs), "FunctionTransformer does what its own function says with “income”"),
        (MinMaxScaler(clip=True), "clip=True) in “income”, “code”, “zone”, which is not followed. Train it with"),
        (SimpleImputer(add_indicator=True), "(add_indicator) in “income”"),
        (SimpleImputer(missing_values=-1), "takes -1 for a missing cell (missing_values) in “income”"),
    ],
    ids=lambda one: type(one).__name__,
)  # fmt: skip
def test_each_step_that_is_not_followed_names_its_columns_and_what_would_help(step: Any, told: str) -> None:
    assert told in untold(make_pipeline(step, RandomForestClassifier(2)))


def test_encoders_that_put_categories_together_or_come_late_are_named() -> None:
    rare = encoded(("a", OneHotEncoder(min_frequency=50, drop="first"), ["code"]), ("n", "passthrough", ["income"]))
    assert "max_categories) and leaves one out (drop) in “code”" in untold(rare)
    late = make_pipeline(ColumnTransformer([("s", StandardScaler(), ["code"])]), OrdinalEncoder(), LogisticRegression())
    assert "what other steps have changed before: “code”" in untold(late)


def test_columns_picked_by_a_function_are_followed_and_single_names_are_explained() -> None:
    model = encoded(("text", StandardScaler(), slice("income", "code")))
    assert "part “text” in a way that is not followed. List them by name" in untold(model)


def test_words_where_the_model_wants_numbers_are_named() -> None:
    class Own(FunctionTransformer):  # type: ignore[misc]  # scikit-learn has no types
        pass

    model = make_pipeline(Own(lambda cells: cells.assign(code=1)), LogisticRegression())
    assert "Own is none of scikit-learn's own steps, and makes numbers of “income”" in untold(model)


def test_a_wrapped_model_says_which_part_could_be_looked_into() -> None:
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.neighbors import KNeighborsClassifier

    held = data(CODES)
    wrapped = CalibratedClassifierCV(RandomForestClassifier(3)).fit(CODES[:120], TRUTH[:120])
    assert "Give the RandomForestClassifier inside it alone" in str(wrap(wrapped, few(held.test)).structure(held.test))
    near = KNeighborsClassifier().fit(CODES[:120], TRUTH[:120])
    assert "Looked into are linear classifiers" in str(wrap(near, few(held.test)).structure(held.test))


@pytest.mark.parametrize(
    "encoder",
    [
        OneHotEncoder(min_frequency=12, handle_unknown="ignore"),
        OneHotEncoder(max_categories=3, handle_unknown="infrequent_if_exist"),
        OrdinalEncoder(min_frequency=12, handle_unknown="use_encoded_value", unknown_value=-1),
    ],
    ids=["one-hot, ignore", "one-hot, infrequent", "ordinal"],
)
def test_categories_put_together_since_they_are_rare_are_followed(encoder: Any) -> None:
    rng = np.random.default_rng(0)
    job = rng.choice(["clerk", "nurse", "smith", "poet", "clown"], p=[0.4, 0.3, 0.2, 0.06, 0.04], size=300)
    frame = pd.DataFrame({"job": job, "income": rng.normal(size=300)})
    frame.loc[:3, "job"] = "diver"  # never seen in training
    truth = ((frame["income"] > 0) ^ (frame["job"] == "nurse")).astype(int).to_numpy()
    parts = [("job", encoder, ["job"]), ("rest", "passthrough", ["income"])]
    model = make_pipeline(ColumnTransformer(parts), RandomForestClassifier(5, random_state=0))
    model.fit(frame[100:], truth[100:])
    data = from_arrays((frame[:100], truth[:100]), (frame[100:], truth[100:]), target="y")
    found = wrap(model, few(data.test)).structure(data.test)
    assert isinstance(found, Structure), found
    assert found.inputs is not None, found.untraced
    known = data.test.schema.given[0].categories
    cells = [known.index(name) if name in known else None for name in frame["job"][:100]]
    encoded_rows = found.encode(data.test)
    for row, cell in enumerate(cells):
        if cell is not None:
            for column, one in enumerate(found.inputs):
                if one.codes is not None:
                    assert encoded_rows[row, column] == one.codes[cell]
                elif one.category is not None:
                    assert encoded_rows[row, column] == (one.on if one.category == cell else one.off)
