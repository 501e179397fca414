# SPDX-License-Identifier: Apache-2.0
"""Does the system answer broken input as if nothing were wrong?"""

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from probatum.adapters.interface import Wish, few, wrap
from probatum.checks.input_manipulation.malformed_input import Options, run
from probatum.facts.finding import State
from probatum.facts.plan import Terms
from probatum.planted.input_manipulation.malformed_input import build
from probatum.seeds import stream
from probatum.systems.datasets import from_arrays
from probatum.systems.system import System
from probatum.systems.views import TestRows

FRAME = pd.DataFrame({"age": np.arange(20.0, 60.0), "sex": ["f", "m"] * 20})
TRUTH = (FRAME["age"] > 40).to_numpy().astype(int)


def asked(thing, *, features=FRAME, truth=TRUTH, output=None, personal=()):
    data = from_arrays((features, truth), (features, truth), classes=[0, 1], personal=personal)
    system = System.of(wrap(thing, few(data.test), Wish(output=output)), data)
    view = TestRows(rows=data.test, train=data.train)
    return run(system, view, Options(), Terms(confidence=0.95), stream(0, "t"))


def count(finding, name):
    return finding.measures[name].value


def believing(trigger):
    """Return a function that says a sure yes where ``trigger`` is in a row, and is unsure everywhere else."""

    def answer(rows):
        fooled = rows.map(trigger).any(axis=1).to_numpy()
        return np.where(fooled[:, None], [0.02, 0.98], [0.55, 0.45])

    return answer


@pytest.mark.parametrize(
    ("kind", "trigger"),
    [
        ("infinite numbers", lambda cell: cell == np.inf),
        ("huge numbers", lambda cell: cell == -1e300),
        ("words in place of numbers", lambda cell: cell == "abc"),
        ("empty text in place of numbers and empty text in place of categories", lambda cell: cell == ""),
        ("numbers with a decimal comma", lambda cell: isinstance(cell, str) and "," in cell),
        ("categories never seen before", lambda cell: isinstance(cell, str) and cell.startswith("never")),
        ("categories with blanks around them", lambda cell: isinstance(cell, str) and cell != cell.strip()),
        ("categories in other letters", lambda cell: cell in ("F", "M")),
    ],
)
def test_a_kind_is_named_when_it_gets_a_sure_answer(kind, trigger):
    finding = asked(believing(trigger), output="probabilities")
    assert count(finding, "silent_nonsense") == 1 + " and ".count(" and ") * kind.count(" and ")
    assert kind in finding.sentence
    assert finding.advice


def test_nothing_is_counted_when_the_system_is_never_sure():
    finding = asked(believing(lambda cell: False), output="probabilities")
    assert count(finding, "silent_nonsense") == 0
    assert count(finding, "answered") == count(finding, "kinds_tried")


def test_a_bare_label_counts_as_sure_when_it_is_neither_the_repaired_nor_the_missing_answer():
    def answer(rows):
        return np.where(rows["sex"] == "never seen before", 1, 0)

    assert count(asked(answer, output="labels"), "silent_nonsense") == 1


def test_a_sure_answer_is_sane_when_the_missing_cell_gets_the_same():
    def answer(rows):
        strange = ~rows["sex"].isin(["f", "m"]).to_numpy()  # also a missing one
        return np.where(strange[:, None], [0.02, 0.98], [0.55, 0.45])

    assert count(asked(answer, output="probabilities"), "silent_nonsense") == 0


def test_other_exceptions_are_crashes_and_refusals_are_not():
    def answer(rows):
        if "a column too many" in rows:
            raise ZeroDivisionError
        if rows.isna().to_numpy().any():
            raise ValueError("wanted all cells to be filled")
        return np.tile([0.55, 0.45], (len(rows), 1))

    finding = asked(answer, output="probabilities")
    assert count(finding, "crashed") == 1
    assert any("broke with ZeroDivisionError" in detail for detail in finding.details)
    assert count(finding, "refused") >= 2  # missing cells, nothing but missing cells
    assert count(finding, "silent_nonsense") == 0


def test_an_answer_to_no_rows_is_nonsense_when_there_is_one():
    def answer(rows):
        return np.tile([0.55, 0.45], (max(len(rows), 1), 1))

    finding = asked(answer, output="probabilities")
    assert count(finding, "silent_nonsense") == 0  # the adapter refuses it already


def test_personal_columns_are_not_named_when_they_are_broken():
    finding = asked(believing(lambda cell: cell == "abc"), output="probabilities", personal=("age",))
    assert count(finding, "silent_nonsense") == 1
    assert "age" not in " ".join(finding.details).replace("average", "")


@pytest.mark.parametrize("model", [RandomForestClassifier(10, random_state=0), HistGradientBoostingClassifier()])
def test_trees_are_sane_when_given_arrays(model):
    rng = np.random.default_rng(0)
    features = rng.normal(size=(80, 4))
    truth = (features[:, 0] > 0).astype(int)
    finding = asked(model.fit(features, truth), features=features, truth=truth)
    assert count(finding, "silent_nonsense") == 0
    assert count(finding, "kinds_tried") == 9


def test_a_sum_is_fooled_by_huge_numbers_when_nothing_bounds_it():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(200, 3))
    truth = (features.sum(axis=1) > 0).astype(int)
    finding = asked(LogisticRegression().fit(features, truth), features=features, truth=truth)
    assert count(finding, "silent_nonsense") == 1
    assert "huge numbers" in finding.sentence


def test_images_are_broken_too_when_they_have_more_axes():
    rng = np.random.default_rng(0)
    images = rng.random((60, 4, 4))
    truth = (images.mean(axis=(1, 2)) > 0.5).astype(int)

    def answer(rows):
        return (
            np.tile([0.55, 0.45], (len(rows), 1)) + 0 * rows.astype(float).reshape(len(rows), -1).sum(axis=1)[:, None]
        )

    finding = asked(answer, features=images, truth=truth, output="probabilities")
    assert count(finding, "silent_nonsense") == 0
    assert any("words in place of numbers" in detail for detail in finding.details)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("size", [0, 1, 2])
def test_the_count_is_exact_when_kinds_are_planted(size, seed):
    system = build(size, stream(seed, "planted"))
    finding = run(system, TestRows(rows=system.data.test), Options(), Terms(confidence=0.95), stream(seed, "t"))
    extra = {0, 1} if size else {0}  # an empty text may stand in a number and in a category
    assert count(finding, "silent_nonsense") - size in extra
    assert finding.state is State.MEASURED
