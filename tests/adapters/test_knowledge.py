# SPDX-License-Identifier: Apache-2.0
"""What models say of the cells that they were trained on."""

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, VotingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from probatum.adapters.knowledge import known_cells, wants_texts
from probatum.systems.datasets.known import NOTHING, Wanted

ZIPS = np.array(["01067", "02125", "NA"])
FRAME = pd.DataFrame({"zip": ZIPS[np.arange(60) % 3], "age": np.arange(60) % 7, "branch": np.arange(60) % 4})
LABELS = np.where(np.arange(60) % 2, "yes", "None")


def encoded(*, rest: object = "passthrough") -> ColumnTransformer:
    return ColumnTransformer(
        [("words", make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder()), ["zip", "branch"])],
        remainder=rest,
    )


def test_encoders_are_found_inside_pipelines_with_their_columns_and_kinds():
    known = known_cells(make_pipeline(encoded(), LogisticRegression()).fit(FRAME, LABELS))
    assert known.columns["zip"].wanted is Wanted.TEXT
    assert known.columns["zip"].values == ("01067", "02125", "NA")
    assert known.columns["branch"].wanted is Wanted.NUMBER
    assert known.labels == ("None", "yes")
    assert known.names == ("zip", "age", "branch")
    assert known.of(["age", "zip"]).keys() == {"zip"}


@pytest.mark.parametrize(
    "wrapper",
    [
        lambda model: CalibratedClassifierCV(model, cv=2),
        lambda model: GridSearchCV(model, {"logisticregression__C": [1.0, 2.0]}, cv=2),
        lambda model: VotingClassifier([("one", model)]),
    ],
)
def test_what_a_wrapped_model_knows_is_found(wrapper):
    model = wrapper(make_pipeline(encoded(rest=StandardScaler()), LogisticRegression())).fit(FRAME, LABELS)
    known = known_cells(model)
    assert known.columns["zip"].values == ("01067", "02125", "NA")
    assert known.columns["age"].wanted is Wanted.NUMBER


def test_a_model_trained_on_an_array_knows_its_columns_by_place():
    known = known_cells(make_pipeline(OrdinalEncoder(), LogisticRegression()).fit(FRAME.to_numpy(), LABELS))
    assert known.columns == {}
    assert known.of(["a", "b", "c"])["a"].values == ("01067", "02125", "NA")
    assert known.of(["a", "b"]) == {}


def test_categories_of_histogram_boosting_are_found():
    frame = FRAME.assign(zip=FRAME["zip"].astype("category"))
    model = HistGradientBoostingClassifier(max_iter=2, categorical_features="from_dtype").fit(frame, LABELS)
    known = known_cells(model)
    assert known.columns["zip"].values == ("01067", "02125", "NA")
    assert known.columns["age"].wanted is Wanted.NUMBER


def test_a_vectoriser_at_the_beginning_wants_texts_and_one_inside_wants_its_column():
    texts = ["good room", "bad food"] * 10
    alone = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, [0, 1] * 10)
    assert wants_texts(alone)
    assert known_cells(alone).of(["review"])["review"].wanted is Wanted.FREE_TEXT
    frame = pd.DataFrame({"review": texts, "stars": [1, 2] * 10})
    beside = ColumnTransformer([("text", TfidfVectorizer(), "review")], remainder="passthrough")
    both = make_pipeline(beside, LogisticRegression()).fit(frame, [0, 1] * 10)
    assert not wants_texts(both)
    assert known_cells(both).columns["review"].wanted is Wanted.FREE_TEXT


@pytest.mark.parametrize("text", [True, False])
def test_lightgbm_tells_its_categories(text):
    lightgbm = pytest.importorskip("lightgbm")
    zips = np.array(["01067", "02125", "03044"]) if text else np.array([1, 2, 3])
    frame = pd.DataFrame({"the age": np.arange(300) % 50, "the zip": pd.Categorical(zips[np.arange(300) % 3])})
    model = lightgbm.LGBMClassifier(n_estimators=2, verbose=-1, n_jobs=1).fit(frame, np.arange(300) % 3 == 1)
    column = known_cells(model).of(["the age", "the zip"])["the zip"]
    assert column.wanted is (Wanted.TEXT if text else Wanted.NUMBER)
    assert column.values == tuple(zips.tolist())


def test_xgboost_tells_its_categories():
    xgboost = pytest.importorskip("xgboost")
    frame = pd.DataFrame({"age": np.arange(300) % 50, "zip": pd.Categorical(ZIPS[np.arange(300) % 3])})
    model = xgboost.XGBClassifier(n_estimators=2, enable_categorical=True, n_jobs=1)
    known = known_cells(model.fit(frame, np.arange(300) % 3 == 1))
    if known.columns:  # XGBoost 3.1 and later keep them
        assert known.columns["zip"].values == ("01067", "02125", "NA")
        assert known.columns["zip"].wanted is Wanted.TEXT


class Nasty:
    """Raises whatever is looked at."""

    def __getattr__(self, name: str) -> object:
        raise RuntimeError(name)


def test_what_knows_nothing_says_nothing():
    for thing in (None, len, OneHotEncoder, Nasty(), OneHotEncoder(), lambda rows: rows):
        assert known_cells(thing) == NOTHING
