# SPDX-License-Identifier: Apache-2.0
"""The door for Python."""

import re

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression, Ridge

import probatum
from probatum.cli.app import run as app_run
from probatum.errors import ModelError, ProbatumError
from probatum.facts.record import Verdict
from probatum.seeds import stream


@pytest.fixture
def world():
    rng = stream(0, "python")
    X = pd.DataFrame(rng.normal(size=(1200, 3)), columns=["a", "b", "c"])
    y = pd.Series(np.where(X["a"] + 0.3 * rng.normal(size=1200) > 0, "yes", "no"))
    return (X[:800], y[:800]), (X[800:], y[800:])


def test_run_shows_itself_when_a_notebook_asks(world, tmp_path):
    train, test = world
    run = probatum.assess(LogisticRegression().fit(*train), test=test, train=train, folder=tmp_path / "run")
    assert run._repr_html_().startswith("<iframe srcdoc=")
    assert run.record.plan.subject.train_rows == 800
    assert run.verdict in list(Verdict)


def test_same_id_comes_out_when_run_twice(world, tmp_path):
    train, test = world
    model = LogisticRegression().fit(*train)
    ids = {probatum.assess(model, test=test, folder=tmp_path / name).record_id for name in ("one", "two")}
    assert len(ids) == 1


def test_arrays_go_to_the_model_as_arrays_when_given_as_such(tmp_path):
    rng = stream(1, "arrays")
    X, y = rng.normal(size=(300, 4, 2)), rng.integers(2, size=300)

    def model(rows):
        assert rows.shape[1:] == (4, 2)
        return (rows[:, 0, 0] > 0).astype(int)

    run = probatum.assess(model, test=(X, y), output="labels", folder=tmp_path / "run")
    assert run.record.plan.subject.columns == 8


def test_a_number_is_predicted_when_the_target_is_one(tmp_path):
    rng = stream(2, "ridge")
    X = rng.normal(size=(500, 3))
    y = X @ [1.0, 2.0, 3.0] + 0.1 * rng.normal(size=500)
    run = probatum.assess(Ridge().fit(X[:300], y[:300]), test=(X[300:], y[300:]), folder=tmp_path / "run")
    assert run.record.findings[0].measures["error_ratio"].value < 0.1


def test_model_is_refused_when_it_was_never_fitted(world, tmp_path):
    with pytest.raises(ModelError, match="never fitted"):
        probatum.assess(LogisticRegression(), test=world[1], folder=tmp_path / "run")


def test_model_is_refused_when_it_is_no_model(world, tmp_path):
    with pytest.raises(ModelError, match="Wanted a fitted"):
        probatum.assess(42, test=world[1], folder=tmp_path / "run")


def test_what_is_said_reaches_the_record(world, tmp_path):
    train, test = world
    run = probatum.assess(
        LogisticRegression().fit(*train),
        test=test,
        name="lender",
        purpose="Decide",
        affected="Applicants",
        stakes="high",
        bearable_error=0.05,
        simulated=True,
        categorical=["c"],
        audit_only=[],
        jobs=2,
        only=["usage/error-rate"],
        folder=tmp_path / "run",
    )
    subject = run.record.plan.subject
    assert (subject.name, subject.purpose, subject.affected) == ("lender", "Decide", "Applicants")
    assert (subject.stakes.value, subject.simulated) == ("high", True)
    assert (subject.bearable_error, subject.bearable_error_by) == (0.05, None)


def test_a_column_kept_from_the_model_tells_groups_apart(world, tmp_path):
    train, (rows, right) = world
    model = LogisticRegression().fit(*train)
    wide = rows.assign(sex=np.where(np.arange(len(rows)) % 2, "f", "m"))
    run = probatum.assess(
        model, test=(wide, right), audit_only=["sex"], protected=["sex"], only=["usage/bias"], folder=tmp_path / "run"
    )
    groups = run.record.findings[0].measures["selection_rate"].groups
    assert {part.name for part in groups} == {"sex = f", "sex = m"}


def test_a_recipe_that_is_a_function_trains_again(world, tmp_path):
    train, test = world

    def recipe(rows, seed):
        return LogisticRegression().fit(rows[["a", "b", "c"]], rows["target"])

    run = probatum.assess(
        lambda rows: np.where(rows["a"] > 0, "yes", "no"),
        test=test,
        train=train,
        output="labels",
        recipe=recipe,
        only=["usage/overfitting"],
        folder=tmp_path / "run",
    )
    assert len(run.record.plan.refits) > 1


def test_files_are_taken_as_the_command_line_takes_them(world, tmp_path):
    train, test = world
    joblib.dump(LogisticRegression().fit(*train), tmp_path / "model.joblib")
    test[0].assign(target=test[1]).to_csv(tmp_path / "test.csv", index=False)
    words = {"test": tmp_path / "test.csv", "target": "target", "trust_file": True, "only": ["usage/error-rate"]}
    run = probatum.assess(tmp_path / "model.joblib", folder=tmp_path / "run", **words)
    assert run.record.plan.subject.name == "model"
    subject = ("assess", str(tmp_path / "model.joblib"), "--trust-file", "-o", str(tmp_path / "typed"))
    rows = ("--data", str(tmp_path / "test.csv"), "--target", "target", "--only", "usage/error-rate")
    code = app_run([*subject, *rows])
    assert code in (0, 1, 3)
    assert (tmp_path / "run" / "record.json").read_bytes() == (tmp_path / "typed" / "record.json").read_bytes()


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ({"stakes": "huge"}, "stakes: wanted"),
        ({"bearable_error": 5}, "bearable_error: wanted a share"),
        ({"bearable_error": -1}, "bearable_error: wanted a number"),
        ({"protected": "a"}, 'protected: wanted a list, such as ["age", "sex"]; "a" came'),
        ({"protected": ["z"]}, 'protected: there is no column "z"'),
        ({"encoding": "latin-1", "digest": "0" * 64}, "digest, encoding: says how a file is read"),
        ({"train": "train.csv"}, "The model is an object, but the rows are named as a file"),
        ({"recipe": "recipe:train"}, "Wanted recipe to be a function"),
        ({"only": "usage/*"}, "Wanted only to be a list"),
        ({"effort": "most"}, "Wanted effort to be one of"),
        ({"positive": "maybe"}, "maybe"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_the_arguments_name(world, tmp_path, words, wanted):
    train, test = world
    with pytest.raises(ProbatumError, match=re.escape(wanted)):
        probatum.assess(LogisticRegression().fit(*train), test=test, folder=tmp_path / "run", **words)


def test_an_unknown_argument_is_a_type_error_as_in_any_function(world):
    with pytest.raises(TypeError, match="protectd"):
        probatum.assess(None, test=world[1], protectd=["a"])
