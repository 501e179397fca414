# SPDX-License-Identifier: Apache-2.0
"""XGBoost models as such: asked by name and category, read from their own files, taken apart to the last bit."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adapters.borrowers import (
    CODED,
    CODES,
    FRAME,
    GOOD,
    NAMES,
    NUMBERS,
    THREE,
    TYPED,
    asked_by_category,
    asked_for_numbers,
    data,
    exact,
    split_by_codes,
    trained_again,
)
from probatum.adapters.interface import Wish, few, wrap
from probatum.adapters.loading import load
from probatum.errors import ModelError
from probatum.facts.capabilities import Capability
from probatum.systems.structures import Structure

xgboost = pytest.importorskip("xgboost")


def classifier(**said: Any) -> Any:
    return xgboost.XGBClassifier(n_estimators=8, max_depth=4, enable_categorical=True, **said)


@pytest.mark.parametrize("truth", [GOOD, THREE], ids=["two", "three"])
def test_trees_agree_to_the_last_bit(truth: np.ndarray) -> None:
    held = data(NUMBERS, truth)
    estimator = classifier().fit(NUMBERS[:150], truth[:150])
    found = wrap(estimator, few(held.test)).structure(held.test)
    exact(found, estimator.predict(NUMBERS, output_margin=True), NUMBERS)


def test_answers_are_those_of_the_estimator_when_columns_hold_categories() -> None:
    estimator = classifier().fit(TYPED[:150], GOOD[:150])
    asked_by_category(estimator, NAMES[estimator.predict(TYPED[150:])])


def test_categories_written_as_codes_agree_to_the_last_bit() -> None:
    split_by_codes(classifier(feature_types=["q", "q", "c"]).fit(CODES[:150], CODED[:150]))


@pytest.mark.parametrize("kind", ["json", "ubj"])
def test_a_file_is_read_without_trust(tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"model.{kind}"
    estimator = classifier().fit(TYPED[:150], GOOD[:150])
    estimator.save_model(file)
    held = data(FRAME, NAMES[GOOD])
    model = wrap(load(file, trusted=False).content, few(held.test), Wish(classes=("bad", "good")))
    np.testing.assert_array_equal(model.ask(held.test).labels, estimator.predict(TYPED[150:]))
    assert Capability.REFIT not in model.capabilities
    with pytest.raises(ModelError, match="bare XGBoost booster"):
        model.refit(held.test, 0)


def test_a_file_keeps_to_the_trees_that_its_users_take_when_training_stopped_early(tmp_path: Path) -> None:
    estimator = xgboost.XGBClassifier(n_estimators=60, early_stopping_rounds=2)
    estimator.fit(NUMBERS[:150], GOOD[:150], eval_set=[(NUMBERS[150:], GOOD[150:])], verbose=False)
    assert estimator.best_iteration < estimator.get_booster().num_boosted_rounds() - 1
    estimator.save_model(tmp_path / "model.json")
    held, wanted = data(NUMBERS, GOOD), estimator.predict_proba(NUMBERS[150:])[:, 1]
    for thing in (estimator, load(tmp_path / "model.json", trusted=False).content):
        model = wrap(thing, few(held.test))
        scores = model.ask(held.test).scores
        assert scores is not None
        np.testing.assert_array_equal(scores[:, 1], wanted)
        assert isinstance(model.structure(held.test), Structure)


def test_a_softmax_booster_gives_the_labels_of_the_data() -> None:
    held = data(NUMBERS, NAMES[THREE])
    matrix = xgboost.DMatrix(NUMBERS[:150], THREE[:150])
    booster = xgboost.train({"objective": "multi:softmax", "num_class": 3}, matrix, 5)
    model = wrap(booster, few(held.test), Wish(classes=tuple(NAMES.tolist())))
    wanted = booster.predict(xgboost.DMatrix(NUMBERS[150:]))
    np.testing.assert_array_equal(model.ask(held.test).labels, wanted)
    assert isinstance(model.structure(held.test), Structure)


@pytest.mark.parametrize(("kind", "why"), [("dart", "dart"), ("gblinear", "holds no trees")])
def test_other_boosters_are_asked_only(kind: str, why: str) -> None:
    x = np.nan_to_num(NUMBERS)
    held = data(x, GOOD)
    model = wrap(xgboost.XGBClassifier(n_estimators=3, booster=kind).fit(x[:150], GOOD[:150]), few(held.test))
    assert why in str(model.structure(held.test))
    assert Capability.TREES not in model.capabilities
    assert model.ask(held.test).given.all()


def test_another_number_for_missing_is_taken_as_such_and_not_looked_into() -> None:
    x = np.nan_to_num(NUMBERS, nan=-1.0)
    held = data(x, GOOD)
    estimator = xgboost.XGBClassifier(n_estimators=3, missing=-1.0).fit(x[:150], GOOD[:150])
    model = wrap(estimator, few(held.test))
    scores = model.ask(held.test).scores
    assert scores is not None
    np.testing.assert_array_equal(scores[:, 1], estimator.predict_proba(x[150:])[:, 1])
    assert "takes the number -1" in str(model.structure(held.test))


def test_a_refit_follows_its_seed() -> None:
    trained_again(classifier(subsample=0.5).fit(TYPED[:150], GOOD[:150]))


def test_columns_are_matched_by_name_and_missing_ones_are_refused() -> None:
    held = data(FRAME, NAMES[GOOD])
    turned = data(FRAME[FRAME.columns[::-1]], NAMES[GOOD])
    estimator = classifier().fit(TYPED[:150], GOOD[:150])
    wish = Wish(classes=("bad", "good"))
    one, other = (wrap(estimator, few(rows), wish).ask(rows).labels for rows in (held.test, turned.test))
    np.testing.assert_array_equal(one, other)
    lacking = data(FRAME[["age", "income"]], NAMES[GOOD])
    with pytest.raises(ModelError, match="lack 2 of them: job, edu"):
        wrap(estimator, few(lacking.test)).check_columns(lacking.test.schema)


def test_the_number_of_classes_must_fit_where_the_booster_does_not_name_them() -> None:
    held = data(NUMBERS, NAMES[THREE])
    booster = xgboost.train({"objective": "binary:logistic"}, xgboost.DMatrix(NUMBERS[:150], GOOD[:150]), 2)
    with pytest.raises(ModelError, match=r"lists 3 classes .*; the XGBoost model tells 2 classes \(0, 1\) apart"):
        wrap(booster, few(held.test), Wish(classes=tuple(NAMES.tolist())))


def test_a_regression_answers_numbers_and_an_untrained_one_is_refused() -> None:
    asked_for_numbers(xgboost.XGBRegressor(n_estimators=3))
    with pytest.raises(ModelError, match="never fitted"):
        wrap(xgboost.XGBClassifier(), few(data(NUMBERS, GOOD).test))


def test_a_broken_file_is_refused_in_plain_words(tmp_path: Path) -> None:
    file = tmp_path / "model.json"
    file.write_text('{"learner": {}, "version": [3, 0, 0]}')
    with pytest.raises(ModelError, match="the learner has no learner_model_param"):
        load(file, trusted=False)
