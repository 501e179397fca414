# SPDX-License-Identifier: Apache-2.0
"""The task is told by the model and the target together, and by one message where they contradict each other."""

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from probatum.errors import ModelError
from probatum.facts.plan import Subject
from probatum.facts.threats import Task
from probatum.runs.opening import Opened, open_live
from probatum.systems.datasets import from_arrays
from probatum.systems.description import Description
from probatum.systems.sections import DataSection, ModelSection

RNG = np.random.default_rng(0)
X = pd.DataFrame(RNG.normal(size=(400, 3)), columns=["a", "b", "c"])
LETTERS = np.clip(np.round(X["a"] * 5 + 13), 0, 25).astype(int).to_numpy()  # whole numbers, more than 20 of them
GRADES = np.digitize(X["a"], [-1, 0, 1]) + 1  # whole numbers, four of them
YES = (X["a"] > 0).astype(int).to_numpy()


class Plain:
    """An estimator of nobody's: no tags, no base class."""

    def __init__(self, predict, classes=None):
        self._predict = predict
        if classes is not None:
            self.classes_ = classes

    def predict(self, rows):
        return self._predict(np.asarray(rows))


def opened(model, truth, *, rows=X, output=None, **said) -> Opened:
    data = from_arrays((rows, pd.Series(truth, name="grade")), **said)
    return open_live(model, data, Description(model=ModelSection(output=output, classes=said.get("classes"))))


def subject(model, truth, **said) -> Subject:
    return opened(model, truth, **said).subject


@pytest.mark.parametrize(
    "model", [GaussianNB(), make_pipeline(StandardScaler(), RandomForestClassifier(3, random_state=0))]
)
def test_many_whole_numbers_are_labels_when_the_model_is_a_classifier(model):
    found = opened(model.fit(X, LETTERS), LETTERS)
    assert found.subject.task is Task.MULTICLASS
    assert found.subject.classes == tuple(map(str, np.unique(LETTERS)))
    assert "they are labels, since the model is a" in " ".join(found.subject.notes)
    answers = found.system.answers(found.system.data.test)
    classes = np.asarray(found.system.schema.classes)
    np.testing.assert_array_equal(classes[answers.labels], model.predict(X))
    np.testing.assert_array_equal(classes[found.system.data.test.truth], LETTERS)


@pytest.mark.parametrize("model", [LinearRegression(), RandomForestRegressor(3, random_state=0)])
def test_few_whole_numbers_are_amounts_when_the_model_is_a_regressor(model):
    found = opened(model.fit(X, GRADES), GRADES)
    assert found.subject.task is Task.REGRESSION
    assert "they are amounts, since the model is a" in " ".join(found.subject.notes)
    np.testing.assert_allclose(found.system.answers(found.system.data.test).labels, model.predict(X))


def test_nothing_is_said_to_be_assumed_when_model_and_target_agree():
    notes = " ".join(subject(LogisticRegression().fit(X, YES), YES).notes)
    assert "assumed" not in notes


def test_estimators_of_nobody_are_told_by_their_labels_or_by_their_answers():
    nearest = Plain(lambda x: np.clip(np.round(x[:, 0] * 5 + 13), 0, 25), classes=np.arange(26))
    assert subject(nearest, LETTERS).task is Task.MULTICLASS
    assert subject(Plain(lambda x: x[:, 0] * 1.3 + 2.5), GRADES).task is Task.REGRESSION
    assert subject(lambda rows: rows["a"] * 1.3 + 2.5, GRADES).task is Task.REGRESSION
    chances = np.eye(26)
    assert subject(lambda rows: chances[np.clip(np.round(rows["a"] * 5 + 13), 0, 25).astype(int)], LETTERS).task is (
        Task.MULTICLASS
    )


@pytest.mark.parametrize(
    ("model", "truth", "wanted"),
    [
        (LinearRegression().fit(X, YES), YES, ('task = "regression"', "--task binary", 'output = "probabilities"')),
        (LinearRegression().fit(X, YES), np.where(YES, "yes", "no"), ("'LinearRegression'", "no, yes", "texts")),
        (GaussianNB().fit(X, YES), X["a"].to_numpy(), ("is a GaussianNB", "with fractions", "--task regression")),
        (lambda rows: np.round(rows["a"] * 5 + 13), LETTERS, ("labels or amounts", "--task multiclass")),
        (KMeans(3, random_state=0, n_init=1).fit(X), YES, ("KMeans", "clusters")),
    ],
    ids=["regressor on 0 and 1", "regressor on texts", "classifier on fractions", "whole numbers", "clusters"],
)
def test_one_message_names_both_and_the_setting_when_they_contradict(model, truth, wanted):
    with pytest.raises(ModelError) as caught:
        opened(model, truth)
    for words in wanted:
        assert words.strip("'") in str(caught.value)


def test_a_label_that_is_said_to_be_positive_is_no_amount():
    data = from_arrays((X, pd.Series(GRADES, name="grade")), positive=2)
    description = Description(model=ModelSection(), data=DataSection(positive=2))
    with pytest.raises(ModelError, match="positive names a label, 2"):
        open_live(LinearRegression().fit(X, GRADES), data, description)


def test_what_is_stated_wins_where_it_is_possible():
    ratings = LogisticRegression().fit(X, GRADES)
    found = opened(ratings, GRADES, task=Task.REGRESSION)
    np.testing.assert_array_equal(found.system.answers(found.system.data.test).labels, ratings.predict(X))
    assert subject(lambda rows: np.round(rows["a"] * 5 + 13), LETTERS, task=Task.REGRESSION).task is Task.REGRESSION
    chances = LinearRegression().fit(np.zeros((4, 3)), [0.25, 0.25, 0.25, 0.25])
    scored = opened(chances, YES, rows=X.to_numpy(), task=Task.BINARY, output="probabilities")
    np.testing.assert_allclose(scored.system.answers(scored.system.data.test).scores, [[0.75, 0.25]] * 400)


def test_a_stated_task_is_refused_when_the_model_cannot_be_asked_for_it():
    with pytest.raises(ModelError, match="said to be multiclass; the model is a LinearRegression"):
        opened(LinearRegression().fit(X, GRADES), GRADES, task=Task.MULTICLASS)
    names = np.array(["low", "mid", "high", "top"])[GRADES - 1]
    with pytest.raises(ModelError, match="said to be regression; the model is a GaussianNB"):
        opened(GaussianNB().fit(X, names), GRADES, task=Task.REGRESSION)
