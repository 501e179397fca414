# SPDX-License-Identifier: Apache-2.0
"""scikit-learn's models taken apart: the numbers are those of the library, to the last bit for trees."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import CalibratedClassifierCV
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression, Perceptron, RidgeClassifier, SGDClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier, ExtraTreeClassifier

from probatum.adapters.interface import few, wrap
from probatum.adapters.structures import agreement
from probatum.adapters.structures.build import parts, structure
from probatum.engines.trees.predict import labels, raw
from probatum.facts.capabilities import Capability
from probatum.systems.datasets import Dataset, from_arrays
from probatum.systems.structures import Forest, Input, Linear, Network, Structure
from probatum.systems.system import System

RNG = np.random.default_rng(0)
X = RNG.normal(size=(240, 4))
HOLED = np.where(RNG.random(X.shape) < 0.1, np.nan, X)
THREE = np.digitize(X[:, 0] + X[:, 1] * X[:, 2], [-0.5, 0.5])
LINEAR = [
    LogisticRegression(), LinearSVC(), SGDClassifier(random_state=0), RidgeClassifier(), Perceptron(),
    LinearDiscriminantAnalysis(),
]  # fmt: skip
TREES = [
    DecisionTreeClassifier(random_state=0),
    ExtraTreeClassifier(random_state=0),
    RandomForestClassifier(7, random_state=0),
    ExtraTreesClassifier(7, random_state=0),
    GradientBoostingClassifier(n_estimators=7, random_state=0),
    HistGradientBoostingClassifier(max_iter=7, random_state=0),
]
TAKE_MISSING = [TREES[0], TREES[2], TREES[5]]


def named(thing: Any) -> str:
    return type(thing).__name__


def data(x: np.ndarray, y: np.ndarray) -> Dataset:
    return from_arrays((x[120:], y[120:]), (x[:120], y[:120]))


def opened(estimator: Any, x: np.ndarray, y: np.ndarray) -> Structure | str:
    held = data(x, y)
    return System.of(wrap(estimator.fit(x[:120], y[:120]), few(held.test)), held).structure()


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("estimator", LINEAR, ids=named)
def test_a_linear_model_is_its_weights(estimator: Any, classes: int) -> None:
    y = np.minimum(THREE, classes - 1)
    found = opened(estimator, X, y)
    assert isinstance(found, Structure)
    assert isinstance(found.core, Linear)
    assert found.inputs == tuple(Input(column=place) for place in range(4))
    scores = X @ found.core.weights.T + found.core.bias
    chosen = (scores[:, 0] > 0).astype(int) if classes == 2 else scores.argmax(axis=1)
    np.testing.assert_array_equal(chosen, estimator.predict(X))


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("estimator", TREES, ids=named)
def test_trees_agree_to_the_last_bit(estimator: Any, classes: int) -> None:
    y = np.minimum(THREE, classes - 1)
    found = opened(estimator, X, y)
    assert isinstance(found, Structure)
    assert isinstance(found.core, Forest)
    np.testing.assert_array_equal(labels(found.core, X), estimator.predict(X))


@pytest.mark.parametrize("estimator", TAKE_MISSING, ids=named)
def test_trees_agree_when_cells_are_missing(estimator: Any) -> None:
    found = opened(estimator, HOLED, THREE)
    assert isinstance(found, Structure)
    assert isinstance(found.core, Forest)
    np.testing.assert_array_equal(labels(found.core, HOLED), estimator.predict(HOLED))


def test_a_stump_is_read_as_solved_by_hand() -> None:
    stump = DecisionTreeClassifier(max_depth=1).fit([[0.0], [2.0]], [0, 1])
    found = parts(stump, ())
    assert not isinstance(found, str)
    assert isinstance(found.core, Forest)
    np.testing.assert_array_equal(found.core.feature, [0, -1, -1])
    assert found.core.threshold[0] == 1.0
    np.testing.assert_array_equal(found.core.value, [[0, 0], [1, 0], [0, 1]])
    np.testing.assert_array_equal(raw(found.core, np.array([[1.0], [1.0 + 1e-9], [1.1]])), [[1, 0], [1, 0], [0, 1]])


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), missing=st.floats(0, 0.5), depth=st.integers(1, 6))
def test_histograms_agree_whatever_the_data(seed: int, missing: float, depth: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.integers(-3, 4, size=(80, 3)) / 4.0
    y = (x.sum(axis=1) > rng.normal(size=80) / 4).astype(int)
    y[:2] = 0, 1
    x[rng.random(x.shape) < missing] = np.nan
    model = HistGradientBoostingClassifier(
        max_iter=5, max_depth=depth, min_samples_leaf=2, categorical_features=[2], random_state=0
    ).fit(x, y)
    found = parts(model, ())
    assert not isinstance(found, str)
    assert isinstance(found.core, Forest)
    encoded = found.encode(x)
    np.testing.assert_array_equal(raw(found.core, encoded)[:, 0], model.decision_function(x))


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("bend", ["relu", "tanh", "logistic"])
def test_a_perceptron_becomes_a_network_when_torch_is_there(bend: str, classes: int) -> None:
    pytest.importorskip("torch")
    y = np.minimum(THREE, classes - 1)
    found = opened(MLPClassifier((5,), activation=bend, max_iter=30, tol=1.0, random_state=0), X, y)
    assert isinstance(found, Structure)
    assert isinstance(found.core, Network)
    assert found.core.classes == classes


def test_what_cannot_be_looked_into_says_why() -> None:
    y = np.minimum(THREE, 1)
    assert "CalibratedClassifierCV" in str(opened(CalibratedClassifierCV(LogisticRegression()), X, y))
    assert "KNeighborsClassifier" in str(opened(KNeighborsClassifier(), X, y))
    assert "exponential" in str(opened(GradientBoostingClassifier(n_estimators=2, loss="exponential"), X, y))


def test_a_linear_model_of_float32_says_what_would_help() -> None:
    x = np.random.default_rng(0).normal(size=(60, 2)).astype(np.float32)
    model = LogisticRegression().fit(x, x[:, 0] > 0)
    model.coef_ = model.coef_.astype(np.float32)  # as newer versions leave it
    assert "Train it on float64" in str(parts(model, ()))


def test_the_capability_is_stated_when_there_is_an_inside() -> None:
    y = np.minimum(THREE, 1)
    held = data(X, y)
    assert Capability.TREES in wrap(TREES[0].fit(X, y), few(held.test)).capabilities
    assert {Capability.WEIGHTS, Capability.GRADIENTS} <= wrap(LINEAR[0].fit(X, y), few(held.test)).capabilities
    other = wrap(CalibratedClassifierCV(LogisticRegression()).fit(X, y), few(held.test))
    assert not {Capability.TREES, Capability.WEIGHTS, Capability.GRADIENTS} & other.capabilities


def test_a_structure_is_refused_when_a_threshold_is_off_by_one_step() -> None:
    y = np.minimum(THREE, 1)
    held = data(X, y)
    estimator = TREES[4].fit(X, y)
    model, found, whole = wrap(estimator, few(held.test)), parts(estimator, ()), structure(estimator, held.test.schema)
    assert not isinstance(found, str)
    assert isinstance(whole, Structure)
    assert isinstance(whole.core, Forest)
    assert agreement.disagreement(found, whole, model, held.test) is None
    wide = whole.core.threshold
    wide[:] = np.nextafter(wide.astype(np.float32), np.float32(np.inf))
    assert "other scores" in str(agreement.disagreement(found, whole, model, held.test))
