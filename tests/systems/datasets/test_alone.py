# SPDX-License-Identifier: Apache-2.0
"""Rows read from themselves alone."""

import numpy as np
import pandas as pd
import pytest

from probatum.systems.datasets import Kind, from_arrays
from probatum.systems.datasets.alone import alone

ROWS = 60
NOTES = [f"the guest in room {place} asked for a later train" for place in range(ROWS)]


def kinds(frame, other=None, **said):
    truth = np.arange(len(frame)) % 2
    train = None if other is None else (other, np.arange(len(other)) % 2)
    rows = from_arrays((frame, truth), train, **said).test
    return {column.name: (column.kind, column.categories) for column in alone(rows).schema.columns}


@pytest.mark.parametrize(
    ("cells", "others"),
    [
        (["1", "2", "3"] * 20, ["1", "2", "?"] * 20),  # numbers that came as text since a mark stands in train
        ([1, 2, 3] * 20, [1.5, 2.5, np.nan] * 20),
        (["01067", "10115", "80331"] * 20, ["01067", "D-1", "2"] * 20),
        (["a", "b", "c"] * 20, ["a", "b", "d"] * 20),  # a word that train never had
        (["a", "b", "c"] * 20, [f"word {place}" for place in range(60)]),
        (NOTES, NOTES[:1] * 60),
        ([True, False] * 30, ["yes", "no"] * 30),
        (pd.Categorical(["x", "y"] * 30), pd.Categorical(["x", "z"] * 30)),
    ],
)
def test_kinds_and_categories_are_the_same_when_other_rows_are_known_too(cells, others):
    frame, other = pd.DataFrame({"x": cells}), pd.DataFrame({"x": others})
    assert kinds(frame)["x"][1] == kinds(frame, other)["x"][1]


def test_what_was_stated_stays_when_it_looks_like_something_else():
    frame = pd.DataFrame({"code": [1, 2, 3] * 20})
    assert kinds(frame, categorical=("code",))["code"] == (Kind.CATEGORICAL, ("1", "2", "3"))
    assert kinds(frame)["code"] == (Kind.INTEGER, ())


@pytest.mark.parametrize("rows", [12, 40, 60])
def test_sentences_are_free_text_when_rows_are_few(rows):
    assert kinds(pd.DataFrame({"note": NOTES[:rows]}))["note"] == (Kind.TEXT, ())


def test_digits_that_name_something_are_words():
    assert kinds(pd.DataFrame({"zip": ["01067", "10115"] * 30}))["zip"] == (Kind.CATEGORICAL, ("01067", "10115"))


def test_long_names_of_few_categories_stay_categories():
    frame = pd.DataFrame({"history": ["all credits paid back duly", "delay in paying off in the past"] * 30})
    assert kinds(frame)["history"][0] is Kind.CATEGORICAL
