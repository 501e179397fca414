# SPDX-License-Identifier: Apache-2.0
"""What models return is checked in one place: length, kind, number of targets, what is finite, what may be a chance."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from scipy.special import softmax

from probatum.adapters import answers
from probatum.adapters.interface import Wish
from probatum.errors import ModelError
from probatum.systems.datasets import from_arrays

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 2))
TWO = from_arrays((X, np.arange(60) % 2)).test
THREE = from_arrays((X, np.arange(60) % 3)).test
AMOUNTS = from_arrays((X, X[:, 0])).test
CHANCES = softmax(RNG.normal(size=(60, 3)) * 2, axis=1)


def probabilities(said, rows=THREE, *, classes=None, own=None):
    return answers.scores(said, rows, "probabilities", Wish(classes=classes), own)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (X, "2 for each"),
        (X[:5], r"60 rows; the model returned the shape \(5, 2\)"),
        (np.array(["a"]), "trained on a column of texts"),
        (None, "returned NoneType"),
        ([[1], [1, 2], *[[3]] * 58], "different lengths"),
        ([{"label": 1}] * 60, "returned a dict for each"),
    ],
    ids=["two targets", "too few", "one for all", "nothing", "lists", "dicts"],
)
def test_one_answer_for_each_row_is_wanted(said, wanted):
    with pytest.raises(ModelError, match=wanted):
        answers.labels(said, THREE)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (np.array(["high"] * 60), "returned 'high'.*--task"),
        (X[:, 0] + 1j, "complex numbers"),
        (np.full(60, np.datetime64("2027-03-01")), "dates or durations"),
    ],
    ids=["texts", "complex", "dates"],
)
def test_amounts_are_numbers(said, wanted):
    with pytest.raises(ModelError, match=wanted):
        answers.values(said, AMOUNTS)


@pytest.mark.parametrize(
    "said",
    [
        X[:, 0],
        X[:, :1],
        X[:, 0].tolist(),
        pd.Series(X[:, 0], index=range(100, 160)),
        pd.DataFrame({"y": X[:, 0]}),
        csr_matrix(X[:, :1]),
        np.ma.masked_array(X[:, 0], mask=np.zeros(60, dtype=bool)),
        X[:, 0].astype(object),
    ],
    ids=["array", "column", "list", "series", "frame", "sparse", "masked", "objects"],
)
def test_amounts_come_in_many_containers(said):
    np.testing.assert_array_equal(answers.values(said, AMOUNTS), X[:, 0])


def test_what_is_not_finite_is_no_answer():
    said = np.ma.masked_array(X[:, 0].copy(), mask=np.arange(60) == 2)
    said.data[[0, 1]] = np.inf, -np.inf
    assert np.flatnonzero(np.isnan(answers.values(said, AMOUNTS))).tolist() == [0, 1, 2]
    scores = CHANCES.copy()
    scores[3, 0], scores[4] = np.inf, np.nan
    found = probabilities(scores)
    assert np.flatnonzero(np.isnan(found).any(axis=1)).tolist() == [3, 4]
    assert (answers.chosen(found)[[3, 4]] == -1).all()


@pytest.mark.parametrize("digits", [2, 3, 4, 5, 6])
def test_rounded_probabilities_are_taken_and_their_precision_is_told(digits):
    rounded = np.round(CHANCES, digits)
    for said in (rounded, rounded.astype(np.float32)):
        np.testing.assert_allclose(probabilities(said), said)
        slack, came = answers.precision(np.asarray(said, dtype=np.float64))
        assert came in (f"rounded to {digits} digits", None), came
        assert slack < 3 * 10.0**-digits + 1e-5
    assert answers.precision(CHANCES)[1] is None


@pytest.mark.parametrize(("kind", "came"), [(np.float16, "float16"), (np.float32, None)])
def test_probabilities_of_less_precision_are_taken(kind, came):
    said = softmax(RNG.normal(size=(60, 3)) * 2, axis=1).astype(kind)
    probabilities(said)
    assert answers.precision(said.astype(np.float64))[1] == came


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (np.log(CHANCES), "look like logits.*--model-output logits"),
        (CHANCES * 100, "percentages"),
        (np.round(CHANCES * 50), "counts or votes"),
        (CHANCES * 0.9, "one against the rest"),
        (1 / (1 + np.exp(-RNG.normal(size=(60, 3)))), "one against the rest"),
        (CHANCES[:, :2], "3 classes .*returned 2"),
        (np.full((60, 3), "much"), "returned 'much'"),
    ],
    ids=["logits", "percent", "votes", "short", "sigmoids", "columns", "texts"],
)
def test_what_is_no_probability_is_refused_by_its_likely_cause(said, wanted):
    with pytest.raises(ModelError, match=wanted):
        probabilities(said)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [(RNG.normal(size=60) * 3, "--model-output logits"), (RNG.uniform(0, 100, 60), "percentages: divide them by 100")],
)
def test_a_single_score_beyond_0_and_1_is_refused_by_its_likely_cause(said, wanted):
    with pytest.raises(ModelError, match=wanted):
        probabilities(said, TWO)


def test_scores_are_put_into_the_order_of_the_labels_that_the_model_states():
    own = (2, 0, 1)
    np.testing.assert_array_equal(probabilities(CHANCES, own=own), CHANCES[:, [1, 2, 0]])
    np.testing.assert_array_equal(probabilities(CHANCES, own=own, classes=(1, 0, 2)), CHANCES[:, [1, 0, 2]])


def test_a_single_score_is_refused_where_there_are_three_classes():
    with pytest.raises(ModelError, match="3 classes"):
        probabilities(CHANCES[:, 0])


def test_labels_that_no_row_has_are_kept_aside():
    found = answers.named_labels(np.array([0, 1, 7] * 20), TWO)
    assert (found.labels[2::3] == -1).all()
    assert found.strange == (7,)
