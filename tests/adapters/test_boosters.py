# SPDX-License-Identifier: Apache-2.0
"""Boosters are asked as their users ask them; what their numbers mean is told by their objective, or said."""

import lightgbm
import numpy as np
import pandas as pd
import pytest
import xgboost
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import make_pipeline

from probatum.adapters.boosters import UNKNOWN
from probatum.errors import ModelError
from probatum.facts.threats import Task
from probatum.runs.opening import Opened, open_live
from probatum.systems.datasets import from_arrays
from probatum.systems.description import Description
from probatum.systems.sections import ModelSection

RNG = np.random.default_rng(0)
X = pd.DataFrame(RNG.normal(size=(400, 4)), columns=list("abcd"))
Y = (X["a"] + X["b"] + RNG.normal(0, 0.7, 400) > 0.5).astype(int).to_numpy()
TRAIN = {"verbose": -1, "num_leaves": 7, "num_threads": 1}


def logloss(y, s):
    p = 1 / (1 + np.exp(-s))
    return p - y, p * (1 - p)


def light(objective, y=Y):
    return lightgbm.train({"objective": objective, **TRAIN}, lightgbm.Dataset(X, y), 10)


def xgb(objective, y=Y, kind=xgboost.XGBClassifier):
    return kind(objective=objective, n_estimators=10, max_depth=3, n_jobs=1).fit(X, y)


def opened(model, truth=Y, rows=X, *, task=None, **said) -> Opened:
    data = from_arrays((rows, truth), task=task)
    return open_live(model, data, Description(model=ModelSection(**said)))


def asked(found: Opened):
    return found.system.answers(found.system.data.test)


@pytest.mark.parametrize(
    ("model", "scores"),
    [
        (light("cross_entropy"), lambda m: m.predict(X)),
        (light("binary"), lambda m: m.predict(X)),
        (xgb("binary:logistic"), lambda m: m.predict_proba(X)[:, 1]),
        (xgb("reg:logistic", kind=xgboost.XGBRegressor), lambda m: m.predict(X)),
        (xgb("binary:logistic", kind=xgboost.XGBRegressor), lambda m: m.predict(X)),
        (xgb(logloss), lambda m: m.predict_proba(X)[:, 1]),
    ],
    ids=["cross_entropy", "binary", "logistic", "reg:logistic", "regressor with logistic", "XGBoost, own objective"],
)
def test_scores_speak_of_the_second_class_where_the_objective_says_so(model, scores):
    found = opened(model)
    assert found.subject.task is Task.BINARY
    np.testing.assert_array_equal(asked(found).scores[:, 1], scores(model))


def test_raw_scores_are_logits_where_the_objective_says_so_and_labels_stay_the_models_own():
    model = xgb("binary:logitraw")
    answers = asked(opened(model))
    raw = model.predict(X, output_margin=True)
    np.testing.assert_allclose(answers.scores[:, 1], 1 / (1 + np.exp(-raw)), rtol=1e-6)
    np.testing.assert_array_equal(answers.labels, model.predict(X))


def test_an_objective_of_ones_own_is_refused_until_somebody_says_what_it_gives():
    model = lightgbm.LGBMClassifier(objective=logloss, n_estimators=10, verbose=-1, n_jobs=1).fit(X, Y)
    with pytest.raises(ModelError, match=r"objective of its own.*--model-output logits"):
        opened(model)
    raw = model.predict(X, raw_score=True)
    np.testing.assert_allclose(asked(opened(model, output="logits")).scores[:, 1], 1 / (1 + np.exp(-raw)))


@pytest.mark.parametrize(
    "model",
    [light("regression"), xgb("reg:squarederror", kind=xgboost.XGBRegressor), light("poisson")],
    ids=["LightGBM", "XGBoost", "poisson"],
)
def test_a_regressor_on_0_and_1_is_refused_until_somebody_says_what_it_gives(model):
    with pytest.raises(ModelError, match=r"holds only 0 and 1.*--task regression"):
        opened(model)
    assert opened(model, task=Task.REGRESSION).subject.task is Task.REGRESSION
    with pytest.raises(ModelError, match=r"its numbers|trained for amounts"):
        opened(model, task=Task.BINARY, output="logits")


@pytest.mark.parametrize("model", [xgb("binary:logistic"), light("binary")], ids=["XGBoost", "LightGBM"])
def test_probabilities_that_are_said_to_be_logits_are_refused(model):
    with pytest.raises(ModelError, match="trained for probabilities"):
        opened(model, output="logits")


@pytest.mark.parametrize("labels", [range(26), range(3)], ids=["many", "few"])
def test_classes_and_amounts_of_whole_numbers_are_told_by_the_objective(labels):
    truth = RNG.integers(0, len(labels), 400)
    truth[: len(labels)] = labels
    for model in (xgb(None, truth), xgb(None, truth).get_booster()):
        assert opened(model, truth).subject.task is Task.MULTICLASS
    regressor = xgb("reg:squarederror", truth, xgboost.XGBRegressor)
    for model in (regressor, regressor.get_booster(), light("regression_l1", truth)):
        assert opened(model, truth).subject.task is Task.REGRESSION


@pytest.mark.parametrize(
    ("model", "wanted"),
    [
        (lambda: xgb("survival:cox", np.arange(1, 401), xgboost.XGBRegressor), "how long something lasts"),
        (lambda: xgb("reg:squarederror", X[["a", "b"]], xgboost.XGBRegressor), "2 answers for each row"),
        (lambda: lightgbm.train({"objective": "lambdarank", **TRAIN}, ranked(), 3), "an order within each query"),
    ],
    ids=["survival", "two targets", "ranks"],
)
def test_what_cannot_be_assessed_is_refused_by_its_objective(model, wanted):
    with pytest.raises(ModelError, match=wanted):
        opened(model(), X["a"].to_numpy())


def ranked():
    return lightgbm.Dataset(X, np.clip(Y, 0, 1), group=[40] * 10)


# Categories

TOWNS = np.array(["south", "north", "east", "west"])  # an order of its own
PLACE = RNG.integers(0, 4, 400)
TOWN = pd.DataFrame({"x": RNG.normal(size=400), "town": pd.Categorical(TOWNS[PLACE])})
LIKES = (RNG.random(400) < np.array([0.95, 0.9, 0.05, 0.1])[PLACE]).astype(int)
LIBRARIES = {
    "XGBoost": lambda: xgboost.XGBClassifier(n_estimators=10, max_depth=3, enable_categorical=True, n_jobs=1),
    "LightGBM": lambda: lightgbm.LGBMClassifier(n_estimators=10, verbose=-1, n_jobs=1),
    "HistGradientBoosting": lambda: HistGradientBoostingClassifier(max_iter=10, categorical_features="from_dtype"),
}


@pytest.mark.parametrize("name", LIBRARIES)
def test_categories_are_given_as_the_users_own(name):
    model = LIBRARIES[name]().fit(TOWN, LIKES)
    for rows in (TOWN, TOWN.assign(town=TOWN["town"].cat.set_categories(["west", "south", "east", "north"]))):
        np.testing.assert_array_equal(asked(opened(model, LIKES, rows)).labels, model.predict(rows))
    text = TOWN.assign(town=TOWN["town"].astype(str))  # as read from a file
    np.testing.assert_array_equal(asked(opened(model, LIKES, text)).labels, model.predict(TOWN))


@pytest.mark.parametrize("name", ["LightGBM", "XGBoost", "HistGradientBoosting"])
def test_an_array_for_a_model_of_named_columns_is_told(name):
    model = LIBRARIES[name]().fit(TOWN[["x"]].assign(y=PLACE.astype(float)), LIKES)
    array = np.column_stack([TOWN["x"], PLACE]).astype(float)
    assert "trained on 2 named columns and is given an array" in " ".join(opened(model, LIKES, array).subject.notes)


@pytest.mark.parametrize("new", ["moon", "zulu"])
@pytest.mark.parametrize("name", ["XGBoost", "LightGBM"])
def test_a_category_of_the_users_own_frame_that_the_model_lacks_is_answered_as_its_predict_does(name, new):
    model = LIBRARIES[name]().fit(TOWN, LIKES)
    towns = TOWN["town"].astype(object).where(np.arange(400) % 4 > 0, new)
    rows = TOWN.assign(town=pd.Categorical(towns))
    answers = asked(opened(model, LIKES, rows))
    try:
        np.testing.assert_array_equal(answers.labels, model.predict(rows))
    except xgboost.core.XGBoostError:  # then each such row has no answer, and the others have theirs
        np.testing.assert_array_equal(answers.given, towns != new)
        assert answers.failures == {"XGBoostError": 100}


def test_a_text_that_is_none_of_its_categories_has_no_answer_from_xgboost_and_is_told():
    model = LIBRARIES["XGBoost"]().fit(TOWN, LIKES)
    towns = TOWN["town"].astype(object).where(np.arange(400) % 4 > 0, "moon")
    found = opened(model, LIKES, TOWN.assign(town=towns.astype(str)))
    answers = asked(found)
    np.testing.assert_array_equal(answers.given, towns != "moon")
    np.testing.assert_array_equal(answers.labels[answers.given], model.predict(TOWN)[answers.given])
    assert answers.failures == {UNKNOWN: 100}
    assert f"64 have no usable answer ({UNKNOWN})" in " ".join(found.subject.notes)


def test_whole_numbers_that_the_model_knows_as_categories_are_given_as_such():
    codes = pd.DataFrame({"x": TOWN["x"], "town": pd.Categorical(PLACE * 10)})
    for name in ("XGBoost", "LightGBM"):
        model = LIBRARIES[name]().fit(codes, LIKES)
        if name == "LightGBM":  # which does not say which columns its categories belong to
            continue
        rows = codes.assign(town=PLACE * 10)
        np.testing.assert_array_equal(asked(opened(model, LIKES, rows)).labels, model.predict(codes))


def test_a_booster_at_the_end_of_a_pipeline_answers_as_the_pipeline_does():
    model = make_pipeline(xgboost.XGBClassifier(n_estimators=5, n_jobs=1)).fit(X, Y)
    np.testing.assert_array_equal(asked(opened(model)).labels, model.predict(X))
