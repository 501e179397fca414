# SPDX-License-Identifier: Apache-2.0
"""LightGBM models as such: asked by name and category, read from their own files, taken apart to the last bit."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
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
from probatum.systems.structures import Forest, Structure

lightgbm = pytest.importorskip("lightgbm")


def classifier(**said: Any) -> Any:
    return lightgbm.LGBMClassifier(n_estimators=8, min_child_samples=3, verbose=-1, **said)


@pytest.mark.parametrize("kind", ["gbdt", "dart"])
@pytest.mark.parametrize("truth", [GOOD, THREE], ids=["two", "three"])
def test_trees_agree_to_the_last_bit(truth: np.ndarray, kind: str) -> None:
    held = data(NUMBERS, truth)
    estimator = classifier(boosting_type=kind).fit(NUMBERS[:150], truth[:150])
    found = wrap(estimator, few(held.test)).structure(held.test)
    exact(found, estimator.predict(NUMBERS, raw_score=True), NUMBERS)


def test_answers_are_those_of_the_estimator_when_columns_hold_categories() -> None:
    estimator = classifier().fit(TYPED[:150], NAMES[GOOD][:150])
    asked_by_category(estimator, estimator.predict(TYPED[150:]))


def test_categories_written_as_codes_agree_to_the_last_bit() -> None:
    estimator = classifier(cat_smooth=1, min_data_per_group=1)
    split_by_codes(estimator.fit(CODES[:150], CODED[:150], categorical_feature=[2]))


def test_numbers_within_a_hair_of_zero_are_taken_for_zero() -> None:
    x = np.random.default_rng(4).choice([-1.0, 0.0, 1.0], size=(300, 2))
    truth = (x[:, 0] >= 0).astype(int)
    held = data(x, truth)
    estimator = classifier().fit(x[:150], truth[:150])
    found = wrap(estimator, few(held.test)).structure(held.test)
    assert isinstance(found, Structure), found
    hair = float(np.float32(1e-35))
    values = [-hair, np.nextafter(-hair, 0), np.nextafter(-hair, -1), hair, np.nextafter(hair, 1), -0.0, np.nan]
    rows = np.array([[value, 0.0] for value in values])
    exact(found, estimator.predict(rows, raw_score=True), rows)


def test_a_file_is_read_without_trust(tmp_path: Path) -> None:
    estimator = classifier().fit(TYPED[:150], GOOD[:150])
    estimator.booster_.save_model(tmp_path / "model.txt")
    held = data(FRAME, NAMES[GOOD])
    loaded = load(tmp_path / "model.txt", trusted=False).content
    model = wrap(loaded, few(held.test), Wish(classes=("bad", "good")))
    np.testing.assert_array_equal(model.ask(held.test).labels, estimator.predict(TYPED[150:]))
    assert isinstance(model.structure(held.test), Structure)
    with pytest.raises(ModelError, match="bare LightGBM booster"):
        model.refit(held.test, 0)


def test_the_best_iteration_is_kept_to_when_training_stopped_early() -> None:
    train, held_out = (lightgbm.Dataset(NUMBERS[half], GOOD[half]) for half in (slice(150), slice(150, 300)))
    stop = lightgbm.early_stopping(2, verbose=False)
    said = {"objective": "binary", "learning_rate": 0.5, "verbose": -1}
    booster = lightgbm.train(said, train, 100, valid_sets=[held_out], callbacks=[stop])
    held = data(NUMBERS, GOOD)
    found = wrap(booster, few(held.test)).structure(held.test)
    exact(found, booster.predict(NUMBERS, raw_score=True), NUMBERS)
    assert isinstance(found, Structure)
    assert isinstance(found.core, Forest)
    assert len(found.core.roots) == booster.best_iteration < 100


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"boosting_type": "rf", "bagging_freq": 1, "bagging_fraction": 0.5}, "random forest"),
        ({"linear_tree": True}, "linear functions"),
        ({"zero_as_missing": True}, "takes zeros for missing"),
    ],
)
def test_other_boosters_are_asked_only(said: dict[str, Any], why: str) -> None:
    x = np.where(np.random.default_rng(5).random(NUMBERS.shape) < 0.5, 0.0, np.nan_to_num(NUMBERS) - 40)
    held = data(x, GOOD)
    model = wrap(classifier(**said).fit(x[:150], GOOD[:150]), few(held.test))
    assert why in str(model.structure(held.test))
    assert model.ask(held.test).given.all()


def test_a_refit_follows_its_seed() -> None:
    trained_again(classifier(bagging_freq=1, bagging_fraction=0.5).fit(TYPED[:150], NAMES[GOOD][:150]))


def test_columns_of_categories_that_cannot_be_found_are_refused() -> None:
    flat = TYPED.assign(job=pd.Categorical(["a"] * 300), edu=pd.Categorical(["lo"] * 300))  # no tree can split them
    booster = classifier().fit(flat[:150], GOOD[:150]).booster_
    held = data(FRAME.assign(job=1.0, edu=1.0), NAMES[GOOD])
    with pytest.raises(ModelError, match="trained with 2 columns of categories; in the data 0"):
        wrap(booster, few(held.test))


def test_a_regression_answers_numbers_and_an_untrained_one_is_refused() -> None:
    asked_for_numbers(lightgbm.LGBMRegressor(n_estimators=3, verbose=-1))
    with pytest.raises(ModelError, match="never fitted"):
        wrap(lightgbm.LGBMClassifier(), few(data(NUMBERS, GOOD).test))
