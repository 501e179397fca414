# SPDX-License-Identifier: Apache-2.0
"""Systems opened from files: cells are read as the model knows them, in this process and in others alike."""

import pickle
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from probatum.errors import DataError, ModelError
from probatum.facts.threats import Task
from probatum.runs.opening import open_described
from probatum.runs.python import assess
from probatum.systems.datasets import Kind, read
from probatum.systems.description import Description, read_description

ZIPS = np.array(["01067", "02125", "03044", "NA"])
N = 200


def table(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    code = rng.integers(0, 4, N)
    wrong = rng.random(N) < 0.1
    return pd.DataFrame(
        {"zip": ZIPS[code], "age": rng.integers(18, 80, N), "y": np.where((code % 2 == 1) ^ wrong, "None", "ill")}
    )


def written(folder: Path, model: object, test: pd.DataFrame, more: str = "") -> Description:
    joblib.dump(model, folder / "model.joblib")
    test.to_csv(folder / "test.csv", index=False)
    lines = f'[model]\nfile = "model.joblib"\ntrust_file = true\n[data]\ntest = "test.csv"\ntarget = "y"\n{more}'
    (folder / "probatum.toml").write_text(lines)
    return read_description(folder / "probatum.toml")


def wrong(opened) -> float:
    rows = opened.system.data.test
    return float((opened.system.answers(rows).labels != rows.truth).mean())


def encoded(train: pd.DataFrame, rest: object = "passthrough") -> object:
    columns = ColumnTransformer([("zip", OneHotEncoder(handle_unknown="ignore"), ["zip"])], remainder=rest)
    return make_pipeline(columns, LogisticRegression(max_iter=2000)).fit(train[["zip", "age"]], train["y"])


def test_codes_and_words_for_missing_are_answered_as_by_hand(tmp_path):
    train, test = table(0), table(1)
    model = encoded(train)
    opened = open_described(written(tmp_path, model, test), 0)
    assert wrong(opened) == (model.predict(test[["zip", "age"]]) != test["y"]).mean()
    assert opened.system.schema.classes == ("None", "ill")
    told = " ".join(opened.subject.notes)
    assert '"None" in' in told
    assert '"NA" in' in told


def test_another_process_reads_the_same_cells_by_what_travels_to_it(tmp_path):
    description = written(tmp_path, encoded(table(0)), table(1))
    here = open_described(description, 0).system.data
    known = pickle.loads(pickle.dumps(here.known))
    there = read(description, tmp_path, known=known)
    pd.testing.assert_frame_equal(here.test.features, there.test.features)
    assert here.digests == there.digests


def test_lightgbm_gets_its_own_categories(tmp_path):
    lightgbm = pytest.importorskip("lightgbm")
    train, test = table(0), table(1)

    def typed(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[["zip", "age"]].assign(zip=pd.Categorical(frame["zip"]))

    model = lightgbm.LGBMClassifier(n_estimators=10, verbose=-1, n_jobs=1).fit(typed(train), train["y"])
    assert wrong(open_described(written(tmp_path, model, test), 0)) == (model.predict(typed(test)) != test["y"]).mean()


def test_a_column_that_the_model_does_not_know_stops_everything(tmp_path):
    test = table(1).assign(zip=table(1)["zip"] + "-X")
    with pytest.raises(
        DataError, match=r'Column "zip" of the test rows: the model \(OneHotEncoder\) was trained on text'
    ):
        open_described(written(tmp_path, encoded(table(0)), test), 0)
    more = '[data.columns]\ncategorical = ["zip"]\n'
    opened = open_described(written(tmp_path, encoded(table(0)), test, more), 0)
    assert any("all of the cells are none that it knows" in note for note in opened.subject.notes)


def texts(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, N)
    words = [["poor awful cold", "fine lovely warm"][one ^ (rng.random() < 0.05)] for one in y]
    any_words = [["the", "room", "service", "food", "was", "staff", "place"][place] for place in rng.integers(0, 7, N)]
    review = [
        f"{first} and {second} number {place % 61}"
        for place, (first, second) in enumerate(zip(any_words, words, strict=True))
    ]
    return pd.DataFrame({"review": review, "y": np.where(y, "good", "bad")})


@pytest.mark.parametrize("vectoriser", [TfidfVectorizer, CountVectorizer])
def test_a_text_pipeline_is_asked_with_texts(tmp_path, vectoriser):
    train, test = texts(0), texts(1)
    model = make_pipeline(vectoriser(), LogisticRegression()).fit(train["review"], train["y"])
    opened = open_described(written(tmp_path, model, test), 0)
    assert opened.system.schema.given[0].kind is Kind.TEXT
    assert wrong(opened) == (model.predict(test["review"]) != test["y"]).mean()


def test_a_vectoriser_beside_other_columns_gets_its_own(tmp_path):
    train, test = texts(0).assign(stars=1), texts(1).assign(stars=2)
    columns = ColumnTransformer([("text", TfidfVectorizer(), "review")], remainder="passthrough")
    model = make_pipeline(columns, LogisticRegression()).fit(train[["review", "stars"]], train["y"])
    opened = open_described(written(tmp_path, model, test), 0)
    assert wrong(opened) == (model.predict(test[["review", "stars"]]) != test["y"]).mean()


@pytest.mark.parametrize(
    "form", [list, lambda column: column, lambda column: column.to_frame(), lambda column: column.to_numpy()]
)
def test_texts_from_python_are_assessed_in_every_form(tmp_path, form):
    train, test = texts(0), texts(1)
    model = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(train["review"], train["y"])
    run = assess(model, test=(form(test["review"]), test["y"]), only=["usage/error-rate"], folder=tmp_path / "run")
    share = run.record.findings[0].measures["error_rate"].value
    assert share == (model.predict(test["review"]) != test["y"]).mean()


def test_what_has_no_meaning_for_texts_says_so(tmp_path):
    train, test = texts(0), texts(1)
    model = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(train["review"], train["y"])
    only = [
        "input-manipulation/corruption",
        "input-manipulation/evasion",
        "input-manipulation/universal",
        "usage/error-slices",
    ]
    run = assess(model, test=(test["review"], test["y"]), only=only, folder=tmp_path / "run")
    assert {finding.state.value for finding in run.record.findings} == {"not-applicable"}
    assert sum("free text" in (finding.why or "") for finding in run.record.findings) == 3


def test_a_function_gets_texts_as_they_were_given(tmp_path):
    test = texts(1)
    run = assess(
        lambda rows: ["good" if "fine" in text else "bad" for text in rows],
        test=(list(test["review"]), test["y"]),
        only=["usage/error-rate"],
        folder=tmp_path / "run",
    )
    assert run.record.findings[0].measures["error_rate"].value < 0.2


def test_pictures_in_folders_are_answered_flat_by_a_model_trained_so(tmp_path):
    image = pytest.importorskip("PIL.Image")
    rng = np.random.default_rng(0)
    bright = np.arange(60) % 2
    points = (rng.integers(0, 60, (60, 5, 4)) + bright[:, None, None] * rng.integers(0, 60, (60, 5, 4))).astype(
        np.uint8
    )
    for place, picture in enumerate(points):
        folder = tmp_path / "images" / ("bright" if bright[place] else "dark")
        folder.mkdir(parents=True, exist_ok=True)
        image.fromarray(picture).save(folder / f"{place:02}.png")
    truth = np.where(bright, "bright", "dark")
    model = LogisticRegression(max_iter=5000).fit(points[:30].reshape(30, -1), truth[:30])
    joblib.dump(model, tmp_path / "model.joblib")
    lines = '[model]\nfile = "model.joblib"\ntrust_file = true\n[data]\ntest = "images/"\n'
    (tmp_path / "probatum.toml").write_text(lines)
    opened = open_described(read_description(tmp_path / "probatum.toml"), 0)
    assert opened.system.task is Task.BINARY
    assert wrong(opened) == pytest.approx((model.predict(points.reshape(60, -1)) != truth).mean())


def test_texts_beside_an_identity_are_found(tmp_path):
    train, test = texts(0), texts(1).assign(number=np.arange(N))
    model = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(train["review"], train["y"])
    opened = open_described(written(tmp_path, model, test[["number", "review", "y"]]), 0)
    assert wrong(opened) == (model.predict(test["review"]) != test["y"]).mean()


def test_two_columns_of_words_for_one_text_are_refused_with_the_setting(tmp_path):
    train, test = texts(0), texts(1).assign(title="a short one")
    model = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(train["review"], train["y"])
    test["title"] = test["review"]
    with pytest.raises(ModelError, match=r'features = \["COLUMN"\] under \[data\]'):
        open_described(written(tmp_path, model, test), 0)


def test_percentages_are_refused_where_the_model_wants_numbers(tmp_path):
    frame = pd.DataFrame({"rate": np.arange(N) / 7, "y": np.where(np.arange(N) % 2, "None", "ill")})
    model = LogisticRegression().fit(frame[["rate"]], frame["y"])
    with pytest.raises(DataError, match="They are percentages: write plain numbers"):
        open_described(written(tmp_path, model, frame.assign(rate=[f"{rate:.1f} %" for rate in frame["rate"]])), 0)


def test_yes_and_no_are_refused_where_the_model_wants_numbers(tmp_path):
    frame = pd.DataFrame({"smoker": np.arange(N) % 3 == 0, "y": np.where(np.arange(N) % 2, "None", "ill")})
    model = LogisticRegression().fit(frame[["smoker"]], frame["y"])
    assert 0 < wrong(open_described(written(tmp_path, model, frame), 0)) < 1
    with pytest.raises(DataError, match=r'"smoker" of the test rows: the model \(LogisticRegression\) wants numbers'):
        open_described(written(tmp_path, model, frame.assign(smoker=np.where(frame["smoker"], "yes", "no"))), 0)
