# SPDX-License-Identifier: Apache-2.0
"""What models say of their answers; several targets at once, forecasts and survival are refused first."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest, RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier, MultiOutputRegressor
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from probatum.adapters.interface import claim, few
from probatum.errors import DataError, ModelError
from probatum.facts.threats import Task
from probatum.runs.opening import open_live
from probatum.systems.datasets import from_arrays
from probatum.systems.description import Description
from probatum.systems.sections import ModelSection

RNG = np.random.default_rng(0)
X = RNG.normal(size=(80, 3))
YES = (X[:, 0] > 0).astype(int)
BOTH = np.column_stack([YES, X[:, 1] > 0]).astype(int)
DATA = from_arrays((X, YES))


def open_it(model, truth=YES):
    return open_live(model, from_arrays((X, truth)), Description(model=ModelSection()))


@pytest.mark.parametrize(
    "model",
    [
        RandomForestClassifier(2).fit(X, BOTH),
        RandomForestRegressor(2).fit(X, X[:, :2]),
        LinearRegression().fit(X, X[:, :2]),
        MultiOutputClassifier(LogisticRegression()).fit(X, BOTH),
        MultiOutputRegressor(LinearRegression()).fit(X, X[:, :2]),
        ClassifierChain(LogisticRegression()).fit(X, BOTH),
        KNeighborsClassifier().fit(X, BOTH),
        make_pipeline(StandardScaler(), RandomForestClassifier(2)).fit(X, BOTH),
        lambda rows: rows[:, :2],
    ],
    ids=lambda model: type(model).__name__,
)
@pytest.mark.parametrize("truth", [YES, X[:, 0]], ids=["labels", "amounts"])
def test_several_answers_at_once_are_refused(model, truth):
    with pytest.raises(ModelError, match=r"at once|for each row|sum to 1"):
        open_it(model, truth)


class Forecaster:
    def __init__(self, wanted):
        if wanted == "fh":
            self.predict = self._ahead

    def _ahead(self, fh=None, X=None):
        return np.zeros(3)

    def predict(self, start=None, end=None):
        return np.zeros(3)


class Prophet:
    def make_future_dataframe(self, periods):
        return None

    def predict(self, frame):
        return frame


class Survival(BaseEstimator):
    def fit(self, X, y):
        return self

    def predict(self, X):
        return np.zeros(len(X))

    def predict_survival_function(self, X):
        return [lambda t: 1.0] * len(X)


@pytest.mark.parametrize(
    ("model", "wanted"),
    [
        (Forecaster("fh"), "wants fh"),
        (Forecaster("start"), "wants start"),
        (Prophet(), "forecasts a series"),
        (Survival(), "survival analysis"),
        (PCA(1), "never fitted|Wanted a fitted"),
    ],
    ids=["horizon", "start", "prophet", "survival", "transformer"],
)
def test_other_kinds_of_models_are_refused_by_what_they_are(model, wanted):
    with pytest.raises(ModelError, match=wanted):
        open_it(model, X[:, 0])


@pytest.mark.parametrize(
    ("truth", "wanted"),
    [
        (BOTH, "one column"),
        ([[1, 2], [1]] * 40, "several answers at once"),
        (pd.Series([("a", "b")] * 80), "several answers at once"),
        (np.array([(True, 3.0)] * 80, dtype=[("event", bool), ("time", float)]), "survival task"),
    ],
    ids=["two columns", "lists", "tuples", "event and time"],
)
def test_targets_of_several_answers_are_refused(truth, wanted):
    with pytest.raises(DataError, match=wanted):
        from_arrays((X, truth))


class Untagged:
    """Keeps the promises of a classifier, and inherits nothing."""

    classes_ = np.array([0, 1])

    def predict(self, rows):
        return (np.asarray(rows)[:, 0] > 0).astype(int)

    def predict_proba(self, rows):
        raise NotImplementedError


@pytest.mark.parametrize(
    ("model", "task"),
    [
        (LogisticRegression().fit(X, YES), Task.BINARY),
        (GridSearchCV(LogisticRegression(), {"C": [1.0]}, cv=2).fit(X, YES), Task.BINARY),
        (make_pipeline(StandardScaler(), LinearRegression()).fit(X, YES), Task.REGRESSION),
        (Untagged(), Task.BINARY),
        (IsolationForest(n_estimators=2, random_state=0).fit(X), None),
        (lambda rows: rows[:, 0], None),
    ],
    ids=["classifier", "search", "pipeline", "untagged", "outliers", "margins"],
)
def test_a_model_is_asked_what_it_is(model, task):
    assert claim(model, few(DATA.test)).task is task


def test_a_method_that_says_that_it_is_not_made_is_not_asked_for_scores():
    found = open_it(Untagged())
    assert "its labels alone are used" in " ".join(found.subject.notes)
    assert found.system.answers(found.system.data.test).scores is None


class Halting(ClassifierMixin, BaseEstimator):
    """Decides at a fifth."""

    def fit(self, X, y):
        self.classes_ = np.array([0, 1])
        return self

    def predict_proba(self, X):
        one = 1 / (1 + np.exp(-X[:, 0]))
        return np.column_stack([1 - one, one])

    def predict(self, X):
        return (self.predict_proba(X)[:, 1] > 0.2).astype(int)


def test_labels_are_the_models_own_where_they_are_not_those_of_the_highest_score():
    found = open_it(Halting().fit(X, YES))
    assert "decides at another threshold" in " ".join(found.subject.notes)
    np.testing.assert_array_equal(found.system.answers(found.system.data.test).labels, Halting().predict(X))


class Layers:
    """Gives scores where others give labels, as Keras does."""

    def __init__(self, width):
        self._width = width

    def predict(self, rows):
        one = 1 / (1 + np.exp(-4 * np.asarray(rows)[:, :1])).astype(np.float32)
        return np.hstack([1 - one, one]) if self._width == 2 else one


@pytest.mark.parametrize("width", [1, 2])
def test_an_object_whose_predict_gives_scores_is_read_by_them(width):
    found = open_it(Layers(width))
    answers = found.system.answers(found.system.data.test)
    assert (answers.labels == YES).mean() > 0.95
    assert answers.scores.shape == (80, 2)
    assert found.subject.task is Task.BINARY
