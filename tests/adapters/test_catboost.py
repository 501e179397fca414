# SPDX-License-Identifier: Apache-2.0
"""CatBoost models as such: asked by their own predict, by name and category, read from their own files."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from adapters.borrowers import FRAME, GOOD, NAMES, NUMBERS, THREE, asked_for_numbers, data, trained_again
from probatum import assess
from probatum.adapters.interface import Wish, claim, few, wrap
from probatum.adapters.loading import load
from probatum.errors import ModelError
from probatum.facts.capabilities import Capability
from probatum.facts.threats import Task

catboost = pytest.importorskip("catboost")
QUIET = {"verbose": False, "allow_writing_files": False, "thread_count": 1}
WORDS = FRAME.assign(work=np.random.default_rng(5).integers(0, 4, len(FRAME)))
CATEGORIES = ["job", "edu", "work"]


def classifier(**said: Any) -> Any:
    return catboost.CatBoostClassifier(**{"iterations": 12, "depth": 3, **QUIET, **said})


def stored(model: Any, folder: Path) -> Path:
    model.save_model(str(folder / "model.cbm"))
    return folder / "model.cbm"


def test_answers_are_those_of_its_own_predict_when_columns_hold_categories(tmp_path: Path) -> None:
    estimator = classifier(cat_features=CATEGORIES).fit(WORDS[:150], NAMES[GOOD][:150])
    held = data(WORDS, NAMES[GOOD])
    for model in (estimator, load(stored(estimator, tmp_path), trusted=False).content):
        wrapped = wrap(model, few(held.test))
        answers = wrapped.ask(held.test)
        assert answers.scores is not None
        np.testing.assert_array_equal(answers.scores, estimator.predict_proba(WORDS[150:]))
        np.testing.assert_array_equal(np.asarray(wrapped.classes)[answers.labels], estimator.predict(WORDS[150:]))
        assert wrapped.check_columns(held.test.schema) == ()


def test_columns_are_matched_by_name_and_whole_numbers_stay_whole_categories() -> None:
    estimator = classifier(cat_features=CATEGORIES).fit(WORDS[:150], NAMES[GOOD][:150])
    turned = WORDS[WORDS.columns[::-1]].astype({"work": float})  # as a column with missing cells is read
    held = data(turned, NAMES[GOOD])
    wrapped = wrap(estimator, few(held.test))
    np.testing.assert_array_equal(wrapped.ask(held.test).scores, estimator.predict_proba(WORDS[150:]))
    assert "matched by name" in wrapped.check_columns(held.test.schema)[0]
    with pytest.raises(ModelError, match="lack 1 of them: work"):
        wrapped.check_columns(data(FRAME, NAMES[GOOD]).test.schema)


@pytest.mark.parametrize("loss", ["MultiClass", "MultiClassOneVsAll"])
def test_three_classes_are_told_apart_and_scores_that_do_not_sum_to_1_are_left_out(loss: str) -> None:
    estimator = classifier(loss_function=loss).fit(NUMBERS[:150], THREE[:150])
    held = data(NUMBERS, THREE)
    wrapped = wrap(estimator, few(held.test))
    answers = wrapped.ask(held.test)
    np.testing.assert_array_equal(answers.labels, estimator.predict(NUMBERS[150:]).reshape(-1))
    assert (answers.scores is not None) is (loss == "MultiClass")
    assert claim(estimator, few(held.test)).task is Task.MULTICLASS


def test_numbers_are_foretold() -> None:
    asked_for_numbers(catboost.CatBoostRegressor(iterations=10, **QUIET))
    held = data(NUMBERS, NUMBERS[:, 0])
    fitted = catboost.CatBoostRegressor(iterations=3, **QUIET).fit(NUMBERS[:150], NUMBERS[:150, 0])
    assert claim(fitted, few(held.test)).task is Task.REGRESSION


def test_it_is_trained_again_by_its_seed_without_leaving_files(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    trained_again(classifier(bootstrap_type="Bernoulli", subsample=0.5).fit(FRAME[["age", "income"]][:150], GOOD[:150]))
    bare = catboost.CatBoostClassifier(iterations=12, verbose=False, cat_features=["job", "edu"])
    trained_again(bare.fit(FRAME[:150], NAMES[GOOD][:150]))
    assert set(os.listdir()) == {"catboost_info"}  # of this test's own fit
    (tmp_path / "catboost_info").rename(tmp_path / "elsewhere")
    held = data(FRAME, NAMES[GOOD])
    assert held.train is not None
    wrap(bare, few(held.test)).refit(held.train, 1)
    assert set(os.listdir()) == {"elsewhere"}


def test_categories_named_when_it_was_fitted_are_kept_when_it_is_trained_again() -> None:
    held = data(WORDS, NAMES[GOOD])
    assert held.train is not None
    named_late = classifier().fit(WORDS[:150], NAMES[GOOD][:150], cat_features=CATEGORIES)
    named = classifier(cat_features=CATEGORIES).fit(WORDS[:150], NAMES[GOOD][:150])
    scores = [wrap(one, few(held.test)).refit(held.train, 1).ask(held.test).scores for one in (named, named_late)]
    np.testing.assert_array_equal(*scores)


def test_a_file_and_one_that_was_stopped_early_are_not_trained_again(tmp_path: Path) -> None:
    held = data(NUMBERS, GOOD)
    stopped = classifier(iterations=200).fit(
        NUMBERS[:100], GOOD[:100], eval_set=(NUMBERS[100:150], GOOD[100:150]), early_stopping_rounds=3
    )
    for model, why in (
        (stopped, "evaluation set"),
        (load(stored(classifier().fit(NUMBERS[:150], GOOD[:150]), tmp_path), trusted=False).content, "CatBoost file"),
    ):
        wrapped = wrap(model, few(held.test))
        assert Capability.REFIT not in wrapped.capabilities
        with pytest.raises(ModelError, match=why):
            wrapped.refit(held.test, 0)


def test_what_is_not_assessed_is_refused() -> None:
    held = data(NUMBERS, GOOD)
    with pytest.raises(ModelError, match="never fitted"):
        wrap(classifier(), few(held.test))
    several = classifier(loss_function="MultiLogloss").fit(NUMBERS[:150], np.column_stack([GOOD, 1 - GOOD])[:150])
    with pytest.raises(ModelError, match="several questions at once"):
        claim(several, few(held.test))
    groups = np.repeat(np.arange(30), 5)
    ranks = catboost.CatBoostRanker(iterations=3, **QUIET).fit(NUMBERS[:150], GOOD[:150], group_id=groups)
    with pytest.raises(ModelError, match="an order within each query"):
        claim(ranks, few(held.test))


def test_a_broken_file_is_refused(tmp_path: Path) -> None:
    file = stored(classifier().fit(NUMBERS[:150], GOOD[:150]), tmp_path)
    file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(ModelError, match="the file is cut off"):
        load(file, trusted=False)


def test_a_run_from_its_file_needs_no_trust_and_leaves_no_folder(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    frame = WORDS.assign(job=WORDS.job.map({"a": "01", "b": "02", "c": "1"}))  # words that look like numbers
    estimator = classifier(iterations=40, cat_features=CATEGORIES).fit(frame[:150], NAMES[GOOD][:150])
    stored(estimator, tmp_path)
    frame.assign(answer=NAMES[GOOD])[150:].to_csv("test.csv", index=False)
    frame.assign(answer=NAMES[GOOD])[:150].to_csv("train.csv", index=False)
    done = assess(
        "model.cbm", test="test.csv", train="train.csv", target="answer", effort="quick",
        only=["usage/error-rate", "usage/overfitting", "environment/*", "input-manipulation/evasion"], folder="run",
    )  # fmt: skip
    findings = {one["check"]: one for one in json.loads((done.folder / "record.json").read_text())["findings"]}
    wrong = float((estimator.predict(frame[150:]) != NAMES[GOOD][150:]).mean())
    assert findings["usage/error-rate"]["measures"]["error_rate"]["value"] == pytest.approx(wrong, abs=5e-5)
    assert "CatBoost file does not say" in findings["usage/overfitting"]["details"][0]
    assert findings["environment/model-file"]["measures"]["can_run_code"]["value"] == 0
    assert sorted(os.listdir()) == [".probatum-key", "model.cbm", "run", "test.csv", "train.csv"]


def test_free_text_is_given_as_it_is() -> None:
    said = np.where(GOOD == 1, "pays always on time", "late and rude")
    frame = pd.DataFrame({"age": FRAME.age, "note": said})
    estimator = classifier(text_features=["note"]).fit(frame[:150], GOOD[:150])
    held = data(frame, GOOD)
    np.testing.assert_array_equal(
        wrap(estimator, few(held.test), Wish()).ask(held.test).labels, estimator.predict(frame[150:])
    )


def test_live_whole_numbers_as_categories_are_assessed_as_they_are(tmp_path: Path) -> None:
    estimator = classifier(cat_features=CATEGORIES).fit(WORDS[:150], NAMES[GOOD][:150])
    done = assess(
        estimator, test=(WORDS[150:], NAMES[GOOD][150:]), train=(WORDS[:150], NAMES[GOOD][:150]), effort="quick",
        only=["usage/error-rate", "usage/overfitting"], folder=tmp_path / "run",
    )  # fmt: skip
    measured = {finding.check: finding.measures for finding in done.record.findings}
    wrong = float((estimator.predict(WORDS[150:]) != NAMES[GOOD][150:]).mean())
    assert measured["usage/error-rate"]["error_rate"].value == pytest.approx(wrong, abs=5e-5)
    assert "by_heart" in measured["usage/overfitting"]
