# SPDX-License-Identifier: Apache-2.0
"""The first answers: how many rows must have one, and what of them is told."""

import numpy as np
import pytest

from probatum.errors import ModelError
from probatum.runs.opening import Opened, open_live
from probatum.runs.trial import verify
from probatum.systems.datasets import from_arrays
from probatum.systems.description import Description
from probatum.systems.interface import Answers
from probatum.systems.sections import ModelSection

RNG = np.random.default_rng(0)
X = RNG.normal(size=(400, 2))
Y = (X[:, 0] > 0).astype(int)
ONE = 1 / (1 + np.exp(-3 * X[:, 0]))
CHANCES = np.column_stack([1 - ONE, ONE])


def opened(function, truth=Y, **said) -> Opened:
    rows = np.column_stack([X, np.arange(len(X))])
    return open_live(
        lambda rows: function(rows[:, 2].astype(int)),
        from_arrays((rows, truth)),
        Description(model=ModelSection(**said)),
    )


def holed(share, value=np.nan):
    said = CHANCES.copy()
    said[: int(share * 256)] = value
    return lambda places: said[places]


NO_ROW = LookupError("no such row")


def raising(share, error=NO_ROW):
    def answer(places):
        if (places < int(share * 256)).any():
            raise error
        return CHANCES[places]

    return answer


@pytest.mark.parametrize("model", [holed(0.4), raising(0.4), holed(0.4, np.inf)], ids=["nan", "raises", "infinite"])
def test_rows_without_an_answer_are_told_when_they_are_few(model):
    assert "Of the first 256 rows 102 have no usable answer" in " ".join(opened(model).subject.notes)


@pytest.mark.parametrize(
    ("model", "wanted"),
    [
        (holed(0.6), "NaN on 153 of the first 256 rows. At least 50% must"),
        (raising(0.6), r"raised on 153 of the first 256 rows \(LookupError; --debug shows its text\)"),
        (raising(0.6, MemoryError()), "ran out of memory on 153 of the first 256 rows, also"),
        (holed(1.1), "NaN on every one of the first 256 rows"),
        (lambda places: np.full(len(places), "maybe"), "none of the labels in target"),
    ],
    ids=["nan", "raises", "memory", "all nan", "strange"],
)
def test_a_model_that_answers_less_than_half_is_refused(model, wanted):
    with pytest.raises(ModelError, match=wanted):
        opened(model)


def test_counts_so_small_that_they_point_at_people_are_not_told():
    assert "fewer than 10 have no usable answer" in " ".join(opened(holed(0.02)).subject.notes)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (np.round(CHANCES, 3) + np.array([0, 0.001]), "rounded to 3 digits"),
        (CHANCES.astype(np.float16), "as float16"),
        (CHANCES, None),
    ],
    ids=["digits", "float16", "exact"],
)
def test_the_precision_of_probabilities_is_told_where_sums_miss_one(said, told):
    notes = " ".join(opened(lambda places: said[places]).subject.notes)
    assert ("probabilities came" in notes) == (told is not None)
    assert told is None or told in notes


def test_amounts_that_are_not_finite_never_reach_the_answers():
    said = X[:, 0].copy()
    said[:20] = np.inf
    found = opened(lambda places: said[places], truth=X[:, 0])
    answers = found.system.answers(found.system.data.test)
    assert np.isnan(answers.labels[:20]).all()
    assert np.isfinite(answers.labels[20:]).all()
    assert "20 have no usable answer" in " ".join(found.subject.notes)


@pytest.mark.parametrize(
    "answers",
    [
        Answers(labels=np.zeros(399, dtype=np.int32)),
        Answers(labels=np.zeros(400)),
        Answers(labels=np.full(400, 2, dtype=np.int32)),
        Answers(labels=np.zeros(400, dtype=np.int32), scores=np.zeros((400, 3))),
    ],
    ids=["length", "kind", "beyond", "width"],
)
def test_answers_of_adapters_from_elsewhere_are_checked(answers):
    with pytest.raises(ModelError, match="Mend its package"):
        verify(answers, from_arrays((X, Y)).test)
