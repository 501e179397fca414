# SPDX-License-Identifier: Apache-2.0
"""Labels of model and data are matched as sets; a stated order wins; what matches in part is refused or told."""

import lightgbm
import numpy as np
import pandas as pd
import pytest
import xgboost
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from probatum.errors import ModelError
from probatum.runs.matching import shift
from probatum.runs.opening import Opened, open_live
from probatum.systems.datasets import from_arrays
from probatum.systems.description import Description
from probatum.systems.sections import ModelSection

RNG = np.random.default_rng(0)
Y = RNG.integers(0, 3, 300)
X = pd.DataFrame(RNG.normal(size=(3, 4))[Y] * 2 + RNG.normal(size=(300, 4)), columns=list("abcd"))
MODELS = {
    "scikit-learn": lambda y: RandomForestClassifier(5, random_state=0).fit(X, y),
    "XGBoost": lambda y: xgboost.XGBClassifier(n_estimators=5, n_jobs=1).fit(X, y),
    "XGBoost's booster": lambda y: xgboost.XGBClassifier(n_estimators=5, n_jobs=1).fit(X, y).get_booster(),
    "LightGBM": lambda y: lightgbm.LGBMClassifier(n_estimators=5, verbose=-1, n_jobs=1).fit(X, y),
    "LightGBM's booster": lambda y: lightgbm.LGBMClassifier(n_estimators=5, verbose=-1, n_jobs=1).fit(X, y).booster_,
    "function of labels": lambda y: MODELS["scikit-learn"](y).predict,
}


def opened(model, truth, classes=None) -> Opened:
    return open_live(
        model,
        from_arrays((X[: len(truth)], pd.Series(truth, name="kind")), classes=classes),
        Description(model=ModelSection(classes=classes)),
    )


def wrong(found: Opened) -> float:
    return float((found.system.answers(found.system.data.test).labels != found.system.data.test.truth).mean())


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("classes", [2, 3])
def test_labels_from_one_beside_a_model_from_zero_are_refused(name, classes):
    y = np.minimum(Y, classes - 1)
    with pytest.raises(ModelError, match="shifted by 1") as caught:
        opened(MODELS[name](y), y + 1)
    if "function" not in name:
        assert f"classes = {list(range(1, classes + 1))}" in str(caught.value)


@pytest.mark.parametrize("name", list(MODELS)[:-1])
@pytest.mark.parametrize("names", [(1, 2, 3), ("bike", "car", "train"), ("train", "bike", "car"), (0, 10, 20)])
def test_a_stated_order_gives_the_labels_their_names(name, names):
    found = opened(MODELS[name](Y), np.asarray(names)[Y], classes=names)
    assert wrong(found) < 0.1
    assert f"0 is {names[0]}" in " ".join(found.subject.notes)


@pytest.mark.parametrize("name", list(MODELS)[1:-1])
def test_boosters_that_number_their_classes_are_not_matched_with_texts_by_guess(name):
    with pytest.raises(ModelError, match=r"no label in common.*classes = \[\"bike\", \"car\", \"train\"\]"):
        opened(MODELS[name](Y), np.asarray(["bike", "car", "train"])[Y])


def test_a_stated_list_of_the_models_own_labels_may_have_any_order():
    found = opened(MODELS["scikit-learn"](Y), Y, classes=(2, 0, 1))
    assert found.system.schema.classes == (2, 0, 1)
    assert wrong(found) < 0.05


def test_labels_counted_from_another_number_are_refused_though_the_highest_is_absent_from_the_rows():
    model = MODELS["scikit-learn"](Y)
    rows = np.flatnonzero(Y < 2)  # of the model's 0, 1, 2 the file calls the first two 1 and 2, and holds no third
    data = from_arrays((X.iloc[rows], pd.Series(Y[rows] + 1, name="kind")))
    with pytest.raises(ModelError, match="if 1 is added to every answer"):
        open_live(model, data, Description())
    found = open_live(
        model,
        from_arrays((X.iloc[rows], pd.Series(Y[rows] + 1, name="kind")), classes=(1, 2, 3)),
        Description(model=ModelSection(classes=(1, 2, 3))),
    )
    assert wrong(found) < 0.05


def test_a_stated_list_of_another_length_is_refused():
    with pytest.raises(ModelError, match=r"lists 4 classes .*tells 3 classes \(0, 1, 2\) apart"):
        opened(MODELS["scikit-learn"](Y), Y + 1, classes=(1, 2, 3, 4))


def test_a_rare_class_that_no_row_has_is_noted():
    found = opened(MODELS["scikit-learn"](Y), np.minimum(Y, 1))
    assert "The model can also answer 2, which no row has." in found.subject.notes
    assert found.system.schema.classes == (0, 1, 2)


def test_few_rows_with_a_label_that_the_model_lacks_are_mistakes_and_many_are_refused():
    model = MODELS["scikit-learn"](np.asarray(["a", "b", "c"])[Y])
    truth = np.asarray(["a", "b", "b"])[Y].astype(object)
    few, many = truth.copy(), truth.copy()
    few[:20], many[:60] = "new", "new"
    found = opened(model, few)
    assert "can never answer 'new'" in " ".join(found.subject.notes)
    with pytest.raises(ModelError, match="20% of the rows have a label that the model never answers"):
        opened(model, many)


def test_most_rows_may_not_have_labels_that_the_model_lacks():
    model = MODELS["scikit-learn"](np.minimum(Y, 1))
    with pytest.raises(ModelError, match="at most 50% may"):
        opened(model, np.where(Y == 0, 0, np.where(np.arange(300) % 5 == 0, 1, 5)))


def test_labels_of_a_function_that_no_row_has_are_told():
    given = np.where(np.arange(300) % 20 == 0, 7, Y)
    found = opened(lambda rows: given[rows.index], Y)
    assert "The model also answers 7, which no row has" in " ".join(found.subject.notes)
    with pytest.raises(ModelError, match="of its answers are none of these"):
        opened(lambda rows: np.where(rows.index % 3 == 0, 7, Y[rows.index]), Y)


def test_the_order_of_scores_that_nobody_named_is_told():
    model = MODELS["scikit-learn"](Y)
    told = " ".join(opened(model.predict_proba, np.asarray(["x", "y", "z"])[Y]).subject.notes)
    assert "sorted order was taken: 'x', 'y', 'z'" in told
    assert "sorted order" not in " ".join(opened(model.predict_proba, Y).subject.notes)


@pytest.mark.parametrize(
    ("own", "others", "step"),
    [
        ((0, 1), (1, 2), 1),
        ((1, 2, 3), (0, 1, 2), -1),
        ((0, 1, 2), (0, 1), None),
        ((0, 1), (0, 1, 2), None),
        (tuple(range(10)), (1, 2, 3, 5, 10), 1),
        (("a",), (1,), None),
        ((0, 1, 5), (1, 2, 7), None),
    ],
)
def test_a_shift_is_told_by_the_sets(own, others, step):
    assert shift(own, others) == step


def test_a_refit_learns_the_models_own_labels_when_they_go_by_other_names():
    for name in ("scikit-learn", "XGBoost", "LightGBM"):
        found = opened(MODELS[name](Y), Y + 1, classes=(1, 2, 3))
        again = found.system.model.refit(found.system.data.test, 0)
        said = again.ask(found.system.data.test)
        assert (said.labels != found.system.data.test.truth).mean() < 0.1


def test_what_a_model_is_made_of_is_read_under_its_stated_names():
    model, rows = LogisticRegression(max_iter=500).fit(X.to_numpy(), Y), from_arrays((X.to_numpy(), Y + 1))
    structure = open_live(model, rows, Description(model=ModelSection(classes=(1, 2, 3)))).system.structure()
    assert not isinstance(structure, str), structure
    assert structure.order == (0, 1, 2)


def test_scores_of_numbered_labels_are_read_by_number_though_some_are_absent_from_the_rows():
    """A network of five outputs beside rows that hold the labels 1 and 3 only."""
    chances = np.eye(5)[np.where(Y == 0, 1, 3)] * 0.8 + 0.04
    truth = np.where(Y == 0, 1, 3)
    found = opened(lambda rows: chances[rows.index], truth)
    assert wrong(found) == 0
    assert sorted(found.system.schema.classes) == [0, 1, 2, 3, 4]
    again = found.system.model.ask(found.system.data.test)  # under the classes that model and data agreed on
    np.testing.assert_allclose(again.scores[:, found.system.schema.classes.index(3)], chances[:, 3])
