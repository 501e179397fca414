# SPDX-License-Identifier: Apache-2.0
"""A Python function: what its return value is taken for, and what is refused."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from probatum.adapters.interface import Wish, few, wrap
from probatum.errors import ModelError
from probatum.facts.capabilities import Capability
from probatum.systems.datasets import Dataset, from_arrays

Function = Callable[[pd.DataFrame], object]


def first(rows: pd.DataFrame) -> np.ndarray:
    """Return the chance of "yes"."""
    return 1 / (1 + np.exp(28 - rows["income"].to_numpy(dtype=float)))


def pair(rows: pd.DataFrame) -> np.ndarray:
    return np.column_stack([1 - first(rows), first(rows)])


def words(rows: pd.DataFrame) -> np.ndarray:
    return np.where(first(rows) > 0.5, "yes", "no")


def margin(rows: pd.DataFrame) -> np.ndarray:
    return rows["income"].to_numpy(dtype=float) - 28


@pytest.mark.parametrize(
    ("function", "output"),
    [
        (pair, None),
        (first, None),
        (lambda rows: first(rows).reshape(-1, 1), None),
        (margin, "logits"),
        (lambda rows: np.column_stack([np.zeros(len(rows)), margin(rows)]), "logits"),
    ],
)
def test_one_chance_is_told_in_many_ways(lender: Dataset, function: Function, output: str | None) -> None:
    model = wrap(function, few(lender.test), Wish(output=output))
    answers = model.ask(lender.test)
    assert Capability.SCORES in model.capabilities
    assert answers.scores is not None
    np.testing.assert_allclose(answers.scores, pair(lender.test.features), atol=1e-12)
    assert (np.asarray(lender.test.schema.classes)[answers.labels] == words(lender.test.features)).all()


@pytest.mark.parametrize(
    "function", [words, lambda rows: words(rows).tolist(), lambda rows: words(rows).reshape(-1, 1)]
)
def test_labels_are_labels(lender: Dataset, function: Function) -> None:
    model = wrap(function, few(lender.test))
    assert model.capabilities == {Capability.PREDICTIONS}
    answers = model.ask(lender.test)
    assert answers.scores is None
    assert (np.asarray(lender.test.schema.classes)[answers.labels] == words(lender.test.features)).all()


def test_a_single_chance_speaks_of_the_class_that_is_said_to_be_positive(lender: Dataset) -> None:
    answers = wrap(first, few(lender.test), Wish(positive="no")).ask(lender.test)
    assert answers.scores is not None
    np.testing.assert_allclose(answers.scores[:, 0], first(lender.test.features))


def test_what_a_function_returns_is_told_by_the_first_row_on_which_it_does_not_raise(lender: Dataset) -> None:
    youngest = int(lender.test.features["age"].iloc[0])

    def picky(rows: pd.DataFrame) -> np.ndarray:
        if (rows["age"] == youngest).any():
            raise ValueError(youngest)
        return pair(rows)

    assert Capability.SCORES in wrap(picky, few(lender.test)).capabilities


def test_nan_in_a_row_of_scores_is_no_answer(lender: Dataset) -> None:
    def silent(rows: pd.DataFrame) -> np.ndarray:
        scores = pair(rows)
        scores[::2] = np.nan
        return scores

    answers = wrap(silent, few(lender.test), Wish(output="probabilities")).ask(lender.test)
    assert (~answers.given[::2]).all()
    assert answers.given[1::2].all()


@pytest.mark.parametrize(
    ("function", "wanted"),
    [
        (lambda rows: np.full((len(rows), 2), 0.6), "one sums to 1.2"),
        (lambda rows: np.tile([1.5, -0.5], (len(rows), 1)), "one holds -0.5"),
        (lambda rows: np.full((len(rows), 3), 1 / 3), "2 classes"),
        (lambda rows: pair(rows)[:-1], "one answer for each of 200 rows"),
        (lambda rows: ["yes"], "one answer for each of 200 rows"),
        (lambda rows: None, "NoneType"),
        (lambda rows: "yes", "str"),
    ],
)
def test_what_is_no_answer_for_each_row_is_refused(lender: Dataset, function: Function, wanted: str) -> None:
    model = wrap(function, few(lender.test))
    with pytest.raises(ModelError, match=wanted):
        model.ask(lender.test)


def test_numbers_are_values_when_the_task_is_one_of_numbers() -> None:
    rows = np.random.default_rng(0).normal(size=(50, 2))
    data = from_arrays((rows, rows[:, 0] * 2.5))
    answers = wrap(lambda given: given[:, :1] * 2.5, few(data.test)).ask(data.test)
    np.testing.assert_allclose(answers.labels, data.test.truth)
    with pytest.raises(ModelError, match="one answer for each"):
        wrap(lambda given: given, few(data.test)).ask(data.test)


def test_a_function_cannot_be_trained_again(lender: Dataset) -> None:
    with pytest.raises(ModelError, match="recipe"):
        wrap(words, few(lender.test)).refit(lender.test, 0)
