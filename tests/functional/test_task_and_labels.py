# SPDX-License-Identifier: Apache-2.0
"""Which task it is and which label is which, from the files as people have them: the numbers are those of the model."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline

from functional.workshop import Desk
from probatum.facts.threats import Task

RNG = np.random.default_rng(0)
LETTER = RNG.integers(0, 26, 600)
FRAME = pd.DataFrame(RNG.normal(size=(26, 5))[LETTER] * 2 + RNG.normal(size=(600, 5)), columns=list("abcde"))
GRADE = np.digitize(FRAME["a"], [-1, 0, 1])
TOML = """\
[model]
file = "model.joblib"
trust_file = true
{model}
[data]
test = "test.csv"
target = "truth"
{data}
"""


def describe(desk: Desk, model: object, truth: np.ndarray, *, model_says: str = "", data_says: str = "") -> float:
    """Describe a model and its rows; return how far its own answers are off, by hand."""
    desk.model(model)
    desk.rows("test.csv", FRAME.assign(truth=truth))
    desk.write("probatum.toml", TOML.format(model=model_says, data=data_says))
    said = model.predict(FRAME)  # type: ignore[attr-defined]
    return float(np.abs(said - truth).mean()) if said.dtype.kind == "f" else float((said != truth).mean())


def test_many_whole_numbers_are_labels_here_and_in_workers_when_the_model_is_a_classifier(desk: Desk) -> None:
    by_hand = describe(desk, GaussianNB().fit(FRAME[:300], LETTER[:300]), LETTER)
    checks = ("--only", "usage/error-rate", "--only", "usage/calibration")
    for run, jobs in (("one", "1"), ("two", "2")):
        assert desk.assess(*checks, "-o", run, "--jobs", jobs).code in (0, 1)
    record = desk.record("two")
    assert record.plan.subject.task is Task.MULTICLASS
    assert len(record.plan.subject.classes) == 26
    assert record.findings[0].measures["error_rate"].value == pytest.approx(by_hand, abs=5e-5)
    assert desk.record_id("one") == desk.record_id("two")


def test_few_whole_numbers_are_amounts_here_and_in_workers_when_the_model_is_a_regressor(desk: Desk) -> None:
    forest = RandomForestRegressor(5, random_state=0).fit(FRAME[:300], GRADE[:300])
    by_hand = describe(desk, forest, GRADE)
    checks = ("--only", "usage/error-rate", "--only", "usage/error-slices")
    for run, jobs in (("one", "1"), ("two", "2")):
        assert desk.assess(*checks, "-o", run, "--jobs", jobs).code in (0, 1, 3)
    record = desk.record("two")
    assert record.plan.subject.task is Task.REGRESSION
    assert record.findings[0].measures["mean_error"].value == pytest.approx(by_hand, abs=5e-5)
    assert desk.record_id("one") == desk.record_id("two")


def test_labels_that_start_at_one_are_refused_and_the_line_to_add_works(desk: Desk) -> None:
    model = GaussianNB().fit(FRAME[:300], GRADE[:300])
    by_hand = describe(desk, model, GRADE)
    desk.rows("test.csv", FRAME.assign(truth=GRADE + 1))
    line = "classes = [1, 2, 3, 4]"
    desk.assess().refuses("shifted by 1", line)
    desk.write("probatum.toml", TOML.format(model=line, data=""))
    assert desk.assess().code in (0, 1)
    assert desk.record().findings[0].measures["error_rate"].value == pytest.approx(by_hand, abs=5e-5)
    assert "0 is 1, 1 is 2" in desk.notes()


def test_a_contradiction_is_one_message_and_the_setting_that_it_names_works(desk: Desk) -> None:
    forest = RandomForestRegressor(5, random_state=0).fit(FRAME[:300], GRADE[:300] > 1)
    describe(desk, forest, (GRADE > 1).astype(int))
    desk.assess().refuses("RandomForestRegressor", 'task = "regression"', 'output = "probabilities"')
    describe(desk, forest, (GRADE > 1).astype(int), data_says='task = "binary"', model_says='output = "probabilities"')
    assert desk.assess().code in (0, 1)
    wrong = ((forest.predict(FRAME) > 0.5) != (GRADE > 1)).mean()
    assert desk.record().findings[0].measures["error_rate"].value == pytest.approx(float(wrong), abs=5e-5)


REST = """\
import numpy as np

class Rest:
    classes_ = np.arange(4)

    def _raw(self, rows):  # each class against the rest, so that some rows have no score at all
        return (rows.to_numpy()[:, :4] > 0.5).astype(float)

    def predict(self, rows):
        return self._raw(rows).argmax(axis=1)

    def predict_proba(self, rows):
        with np.errstate(invalid="ignore"):
            return self._raw(rows) / self._raw(rows).sum(axis=1, keepdims=True)

def build():
    return Rest()
"""


def test_rows_with_a_label_and_no_score_keep_their_label_in_every_check_and_no_nan_is_written(desk: Desk) -> None:
    by_hand = float(((FRAME.to_numpy()[:, :4] > 0.5).argmax(axis=1) != GRADE).mean())
    for name in ("train.csv", "test.csv"):
        desk.rows(name, FRAME.assign(truth=GRADE))
    desk.write("own.py", REST)
    described = TOML.format(model="", data='train = "train.csv"')
    desk.write("probatum.toml", described.replace('file = "model.joblib"\ntrust_file = true', 'python = "own:build"'))
    assert desk.assess("--skip", "input-manipulation/slow-inputs").code in (0, 1, 3)
    record = desk.record()
    rate = next(one for one in record.findings if one.check == "usage/error-rate")
    assert rate.measures["error_rate"].value == pytest.approx(by_hand, abs=5e-5)
    assert "have a label and no score" in desk.notes()
    assert any("gave an answer and no score" in sentence for sentence in rate.details)
    assert not any("fault in the check" in (one.why or "") for one in record.findings)
    json.loads((desk.folder / "run" / "record.json").read_text(), parse_constant=pytest.fail)


def test_a_model_of_texts_that_gives_one_answer_for_a_table_never_crashes(desk: Desk) -> None:
    texts = pd.Series(np.where(GRADE > 1, "kind warm room", "cold rude food"), name="review")
    model = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, GRADE > 1)
    desk.model(model)
    desk.rows("test.csv", pd.DataFrame({"review": texts, "truth": GRADE > 1}))
    desk.write("probatum.toml", TOML.format(model="", data=""))
    said = desk.assess()
    assert "Traceback" not in said.err
    assert said.code in (0, 1) or "text" in said.complaint
