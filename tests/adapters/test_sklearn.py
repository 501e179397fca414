# SPDX-License-Identifier: Apache-2.0
"""scikit-learn's own objects: asked by name, spread over the data's classes, trained again by cloning."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.svm import LinearSVC

from probatum.adapters.interface import few, wrap
from probatum.errors import ModelError
from probatum.facts.capabilities import Capability
from probatum.systems.datasets import Dataset, from_arrays

RNG_ROWS = np.random.default_rng(0).normal(size=(120, 3))


def numbers(truth: np.ndarray, **said: object) -> Dataset:
    return from_arrays((RNG_ROWS[60:], truth[60:]), (RNG_ROWS[:60], truth[:60]), **said)  # type: ignore[arg-type]


def test_a_pipeline_answers_as_its_own_predict_does(lender: Dataset, pipeline: Pipeline) -> None:
    model = wrap(pipeline, few(lender.test))
    answers = model.ask(lender.test)
    classes = np.asarray(lender.test.schema.classes)
    assert (classes[answers.labels] == pipeline.predict(lender.test.features)).all()
    assert answers.scores is not None
    np.testing.assert_array_equal(answers.scores, pipeline.predict_proba(lender.test.features))
    inside = {Capability.WEIGHTS, Capability.GRADIENTS}
    assert model.capabilities == {Capability.PREDICTIONS, Capability.SCORES, Capability.REFIT} | inside


def test_columns_are_given_by_name_when_their_order_differs(lender: Dataset, pipeline: Pipeline) -> None:
    model = wrap(pipeline, few(lender.test))
    turned = replace(lender.test, features=lender.test.features[lender.test.features.columns[::-1]].assign(spare=1))
    np.testing.assert_array_equal(model.ask(turned).labels, model.ask(lender.test).labels)


def test_notes_say_what_is_left_out_and_what_is_put_in_order(lender: Dataset, pipeline: Pipeline) -> None:
    model, schema = wrap(pipeline, few(lender.test)), lender.test.schema
    assert model.check_columns(schema) == ()
    spare = replace(schema.columns[0], name="spare")
    left_out, in_order = model.check_columns(replace(schema, columns=(spare, *schema.columns[::-1])))
    assert "spare" in left_out
    assert "matched by name" in in_order


def test_columns_that_are_missing_are_refused(lender: Dataset, pipeline: Pipeline) -> None:
    model, schema = wrap(pipeline, few(lender.test)), lender.test.schema
    with pytest.raises(ModelError, match="lack 2 of them: age, income"):
        model.check_columns(replace(schema, columns=schema.columns[2:]))


def test_a_model_without_names_is_refused_when_the_number_of_columns_differs() -> None:
    truth = (RNG_ROWS[:, 0] > 0).astype(int)
    data = numbers(truth)
    model = wrap(LogisticRegression().fit(RNG_ROWS[:60, :2], truth[:60]), few(data.test))
    with pytest.raises(ModelError, match="trained on 2 columns without names; the data give it 3"):
        model.check_columns(data.test.schema)


def test_scores_are_spread_when_the_model_knows_fewer_classes() -> None:
    truth = np.digitize(RNG_ROWS[:, 0], [-0.5, 0.5])
    data = numbers(truth)
    some = truth[:60] < 2
    model = wrap(LogisticRegression().fit(RNG_ROWS[:60][some], truth[:60][some]), few(data.test))
    scores = model.ask(data.test).scores
    assert scores is not None
    assert scores.shape == (60, 3)
    assert (scores[:, 2] == 0).all()


def test_threads_are_one_on_our_copy_and_untouched_on_the_users() -> None:
    truth = (RNG_ROWS[:, 0] > 0).astype(int)
    data = numbers(truth)
    forest = RandomForestClassifier(n_estimators=5, n_jobs=2, random_state=0).fit(RNG_ROWS[:60], truth[:60])
    first = wrap(forest, few(data.test)).ask(data.test).scores
    np.testing.assert_array_equal(first, wrap(forest, few(data.test)).ask(data.test).scores)
    assert forest.n_jobs == 2


def test_a_refit_follows_its_seed_and_leaves_the_model_alone() -> None:
    truth = (RNG_ROWS[:, 0] > 0).astype(int)
    data = numbers(truth)
    assert data.train is not None
    forest = RandomForestClassifier(n_estimators=5, random_state=0).fit(RNG_ROWS[:60], truth[:60])
    model = wrap(forest, few(data.test))
    before = model.ask(data.test).scores
    one, same, other = (model.refit(data.train, seed).ask(data.test).scores for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)
    np.testing.assert_array_equal(before, model.ask(data.test).scores)


def test_a_model_without_probabilities_only_predicts() -> None:
    truth = (RNG_ROWS[:, 0] > 0).astype(int)
    data = numbers(truth)
    model = wrap(LinearSVC().fit(RNG_ROWS[:60], truth[:60]), few(data.test))
    assert Capability.SCORES not in model.capabilities
    assert model.ask(data.test).scores is None


@pytest.mark.parametrize("estimator", [LinearRegression(), RandomForestRegressor(n_estimators=3, random_state=0)])
def test_a_regression_answers_numbers(estimator: LinearRegression | RandomForestRegressor) -> None:
    truth = RNG_ROWS[:, 0] * 3 + 0.5
    data = numbers(truth)
    answers = wrap(estimator.fit(RNG_ROWS[:60], truth[:60]), few(data.test)).ask(data.test)
    assert answers.labels.dtype == np.float64
    assert answers.given.all()


def test_a_model_that_was_never_fitted_is_refused(lender: Dataset) -> None:
    with pytest.raises(ModelError, match="never fitted"):
        wrap(LogisticRegression(), few(lender.test))


@pytest.mark.parametrize("thing", [LogisticRegression, {"a": 1}, 3, None])
def test_what_is_no_model_is_refused(lender: Dataset, thing: object) -> None:
    with pytest.raises(ModelError, match="Wanted a fitted scikit-learn model or a function"):
        wrap(thing, few(lender.test))
