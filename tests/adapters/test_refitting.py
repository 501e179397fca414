# SPDX-License-Identifier: Apache-2.0
"""An estimator is trained again by cloning only where that trains all of it again; else the part at fault is named."""

from functools import partial

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import RandomForestClassifier, StackingClassifier, VotingClassifier
from sklearn.feature_selection import SelectFromModel
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.model_selection import GridSearchCV, TunedThresholdClassifierCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from probatum.adapters.interface import few, wrap
from probatum.adapters.refitting import refusal, trained_again
from probatum.errors import ModelError
from probatum.facts.capabilities import Capability
from probatum.systems.datasets import from_arrays

FrozenEstimator = pytest.importorskip("sklearn.frozen").FrozenEstimator  # from scikit-learn 1.6 on

RNG = np.random.default_rng(0)
X = RNG.normal(size=(240, 3))
Y = (X[:, 0] + RNG.normal(size=240) > 0).astype(int)
TREE = DecisionTreeClassifier(random_state=0).fit(X, Y)


class Voters(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """An ensemble in the way of other packages: its members may come fitted."""

    def __init__(self, members=None, fit_base_estimators=True):
        self.members = members
        self.fit_base_estimators = fit_base_estimators


def closing_over(model):
    return lambda rows: model.predict_proba(rows)


KEEPS = {
    "calibrated": (CalibratedClassifierCV(FrozenEstimator(TREE)), "the FrozenEstimator around DecisionTreeClassifier"),
    "in a pipeline": (make_pipeline(FrozenEstimator(StandardScaler().fit(X)), LogisticRegression()), "StandardScaler"),
    "in an ensemble": (
        VotingClassifier([("a", FrozenEstimator(TREE)), ("b", LogisticRegression())]),
        "FrozenEstimator",
    ),
    "stacked": (StackingClassifier([("a", TREE)], cv="prefit"), "what StackingClassifier was given with cv='prefit'"),
    "threshold": (TunedThresholdClassifierCV(TREE, cv="prefit", refit=False), "TunedThresholdClassifierCV"),
    "selected": (make_pipeline(SelectFromModel(TREE, prefit=True), LogisticRegression()), "SelectFromModel was given"),
    "another package": (Voters([TREE], fit_base_estimators=False), "with fit_base_estimators=False"),
    "bound method": (make_pipeline(FunctionTransformer(TREE.predict_proba), LogisticRegression()), "a function of it"),
    "searched": (GridSearchCV(CalibratedClassifierCV(FrozenEstimator(TREE)), {"method": ["sigmoid"]}), "FrozenEstim"),
}


@pytest.mark.parametrize(("estimator", "named"), KEEPS.values(), ids=KEEPS)
def test_parts_that_keep_what_they_learned_are_named(estimator, named):
    assert named in (refusal(estimator) or "")
    with pytest.raises(ModelError, match=r"\[recipe\] train"):
        trained_again(estimator, X, Y, 0)


@pytest.mark.parametrize("carry", [lambda model: model.predict_proba, closing_over, lambda m: partial(m.predict_proba)])
def test_a_fitted_part_that_a_function_carries_is_found(carry):
    hidden = make_pipeline(FunctionTransformer(carry(TREE)), LogisticRegression()).fit(X, Y)
    assert "DecisionTreeClassifier" in (refusal(hidden) or "")


def test_networks_and_other_objects_that_a_clone_copies_whole_are_found():
    class Embedding:
        def transform(self, rows):
            return rows

    assert "the Embedding that was handed to it" in (refusal(Voters([Embedding()])) or "")


@pytest.mark.parametrize(
    "estimator",
    [
        LogisticRegression(),
        CalibratedClassifierCV(DecisionTreeClassifier()),
        StackingClassifier([("a", DecisionTreeClassifier())], cv=3),
        GridSearchCV(DecisionTreeClassifier(), {"max_depth": [1, 3]}, cv=3),
        RandomForestClassifier(5, warm_start=True),
        make_pipeline(SelectFromModel(DecisionTreeClassifier()), LogisticRegression()),
        make_pipeline(FunctionTransformer(np.log1p), LogisticRegression()),
        SGDClassifier(n_iter_no_change=3, early_stopping=True),
    ],
    ids=lambda one: type(one).__name__,
)
def test_whatever_forgets_all_it_learned_may_be_trained_again(estimator):
    assert refusal(estimator) is None


def test_a_warm_start_is_no_start_from_what_was_learned():
    forest = RandomForestClassifier(5, warm_start=True, random_state=0).fit(X, Y)
    again = trained_again(forest, X[:120], 1 - Y[:120], 3)
    assert len(again.estimators_) == 5
    fresh = RandomForestClassifier(5, random_state=3).fit(X[:120], 1 - Y[:120])
    np.testing.assert_array_equal(again.predict_proba(X), fresh.predict_proba(X))


def test_a_search_chooses_again_among_its_settings():
    search = GridSearchCV(DecisionTreeClassifier(), {"max_depth": [1, None]}, cv=3).fit(X, Y)
    again = trained_again(search, X, (X[:, 0] > 0) ^ (X[:, 1] > 0), 0)  # what one split cannot tell
    assert (search.best_params_, again.best_params_) == ({"max_depth": 1}, {"max_depth": None})


def test_a_model_with_a_frozen_part_does_not_claim_that_it_can_be_trained_again():
    data = from_arrays((X[120:], Y[120:]), (X[:120], Y[:120]))
    for model, claims in ((CalibratedClassifierCV(FrozenEstimator(TREE)), False), (CalibratedClassifierCV(TREE), True)):
        wrapped = wrap(model.fit(X, Y), few(data.test))
        assert (Capability.REFIT in wrapped.capabilities) is claims


def test_boosters_that_were_stopped_early_are_not_trained_again():
    xgboost = pytest.importorskip("xgboost")
    lightgbm = pytest.importorskip("lightgbm")
    held_out = X[160:], Y[160:]
    stopped = xgboost.XGBClassifier(n_estimators=9, early_stopping_rounds=2, n_jobs=1)
    stopped.fit(X[:160], Y[:160], eval_set=[held_out], verbose=False)
    assert "XGBClassifier was stopped early by looking at a separate evaluation set" in (refusal(stopped) or "")
    assert "XGBClassifier was stopped early" in (refusal(make_pipeline(StandardScaler(), stopped)) or "")
    light = lightgbm.LGBMClassifier(n_estimators=50, verbose=-1, n_jobs=1)
    assert refusal(light.fit(X[:160], Y[:160])) is None
    quiet = [lightgbm.early_stopping(2, verbose=False)]
    light.fit(X[:160], Y[:160], eval_X=(held_out[0],), eval_y=(held_out[1],), callbacks=quiet)
    assert "LGBMClassifier was stopped early" in (refusal(light) or "")
    data = from_arrays(held_out, (X[:160], Y[:160]))
    for model in (stopped, light):
        wrapped = wrap(model, few(data.test))
        assert Capability.REFIT not in wrapped.capabilities
        with pytest.raises(ModelError, match="evaluation set"):
            wrapped.refit(data.test, 0)
