# SPDX-License-Identifier: Apache-2.0
"""The system is trained again on the other folds, and every training row is asked about once from outside."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

from probatum import assess
from probatum.adapters.interface import few, wrap
from probatum.facts.finding import Finding
from probatum.runs.refits import fold_of, refit, refits, unseen
from probatum.systems.datasets import from_arrays
from probatum.systems.system import System

ROWS = 60


def nearest() -> System:
    """Return a system that knows its own rows by heart: the nearest neighbour of labels drawn at random."""
    rng = np.random.default_rng(0)
    features, truth = rng.normal(size=(ROWS, 2)), rng.integers(2, size=ROWS)
    data = from_arrays((features, truth), (features, truth))
    model = KNeighborsClassifier(1).fit(features, truth)
    return System.of(wrap(model, few(data.test)), data)


def test_every_row_is_answered_by_a_refit_that_never_saw_it():
    system = nearest()
    train = system.data.train
    assert train is not None
    answers = unseen(train, system.data.test, 3, 7, {one.part: refit(system, train, one, 7) for one in refits(3)})
    where = fold_of(train, system.data.test, 3, 7)
    for row in range(ROWS):
        inside = where == where[row]
        others = np.flatnonzero(~inside)
        near = others[np.argmin(((train.features[others] - train.features[row]) ** 2).sum(axis=1))]
        assert answers.labels[row] == train.truth[near]
    assert answers.scores is not None
    assert (answers.scores.argmax(axis=1) == answers.labels).all()
    assert (system.answers(train).labels == train.truth).all()  # by heart


def test_refits_are_named_by_their_fold_when_planned():
    assert [one.seed_name for one in refits(2)] == ["refit/2/1", "refit/2/2"]


class Stubborn(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Learns its rows by heart, and refuses to be trained on fewer than all of them."""

    def fit(self, features: np.ndarray, truth: np.ndarray) -> "Stubborn":
        if len(features) < ROWS:
            raise KeyError("the text of an exception is nobody's business")
        self.classes_ = np.unique(truth)
        self.known_ = KNeighborsClassifier(1).fit(features, truth)
        return self

    def predict(self, features: np.ndarray) -> np.ndarray:
        return np.asarray(self.known_.predict(features))


class Wrapper(Stubborn):
    """Is handed a trained model, and its training only looks at the labels: what a home-made frozen part does."""

    def __init__(self, trained: dict[str, object] | None = None) -> None:
        self.trained = trained

    def fit(self, features: np.ndarray, truth: np.ndarray) -> "Wrapper":
        self.classes_, self.known_ = np.unique(truth), MEMORY[0]
        return self


MEMORY: list[KNeighborsClassifier] = []


def noisy(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(rows, 3))
    return features, ((features[:, 0] > 0) ^ (rng.random(rows) < 0.3)).astype(int)


def overfitting(tmp_path: Path, model: object, train: tuple[np.ndarray, np.ndarray]) -> tuple[Finding, str]:
    run = assess(model, test=noisy(400, 9), train=train, only=["usage/overfitting"], folder=tmp_path / "run")
    (verdict,) = run.judgement.verdicts
    return run.record.findings[0], verdict.verdict.value


def frozen(train: tuple[np.ndarray, np.ndarray]) -> object:
    tree = DecisionTreeClassifier(random_state=0).fit(*train)
    frozen = pytest.importorskip("sklearn.frozen")  # from scikit-learn 1.6 on
    return CalibratedClassifierCV(frozen.FrozenEstimator(tree)).fit(*noisy(300, 5))


def stopped_early(train: tuple[np.ndarray, np.ndarray]) -> object:
    xgboost = pytest.importorskip("xgboost")
    # it never stops on a set that it was trained on, so it learns by heart
    model = xgboost.XGBClassifier(n_estimators=300, early_stopping_rounds=50, learning_rate=1.0, reg_lambda=0, n_jobs=1)
    return model.fit(*train, eval_set=[train], verbose=False)


def in_other_hands(train: tuple[np.ndarray, np.ndarray]) -> object:
    MEMORY[:] = [KNeighborsClassifier(1).fit(*train)]
    return Wrapper().fit(*train)


@pytest.mark.parametrize(
    ("make", "rows", "told"),
    [
        (frozen, 500, "the FrozenEstimator around DecisionTreeClassifier would keep what it learned before"),
        (stopped_early, 500, "stopped early by looking at a separate evaluation set"),
        (lambda train: Stubborn().fit(*train), ROWS, "Training it again failed with KeyError."),
        (in_other_hands, 500, "answered every case exactly as before"),
        (lambda train: KNeighborsClassifier(1).fit(*train).predict, 500, "A function cannot be trained again"),
    ],
    ids=["frozen", "stopped early", "fails", "changes nothing", "a function"],
)
def test_the_held_out_gap_decides_and_the_recipe_is_named_when_a_refit_is_none(tmp_path, make, rows, told):
    train = noisy(rows, 1)
    finding, verdict = overfitting(tmp_path, make(train), train)
    assert finding.measures["gap"].value is not None
    assert finding.measures["gap"].value > 0.2
    assert verdict == "fail"
    assert told in finding.details[0]
    assert "nobody's business" not in str(finding)
    assert "[recipe] train" in finding.advice[-1].sentence


def test_a_search_is_trained_again_as_a_whole(tmp_path):
    train = noisy(500, 1)
    search = GridSearchCV(DecisionTreeClassifier(random_state=0), {"criterion": ["gini"]}, cv=3).fit(*train)
    finding, verdict = overfitting(tmp_path, search, train)
    assert verdict == "fail"
    assert "trained again 5 times" in finding.details[0]
    assert "by_heart" in finding.measures
