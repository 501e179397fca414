# SPDX-License-Identifier: Apache-2.0
"""The door for Python."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression, Ridge

import probatum
from probatum.errors import ModelError
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
