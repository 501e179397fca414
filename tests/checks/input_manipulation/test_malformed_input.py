# SPDX-License-Identifier: Apache-2.0
"""Does the system answer broken input as if nothing were wrong?"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression

from probatum.adapters.interface import Wish, few, wrap
from probatum.checks.input_manipulation.malformed_input import Options, run
from probatum.facts.finding import State
from probatum.facts.plan import Terms
from probatum.facts.threats import Task
from probatum.planted.input_manipulation.malformed_input import build
from probatum.seeds import stream
from probatum.systems.datasets import Said, from_arrays
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
        ("categories with blanks around them", lambda cell: isinstance(cell, str) and cell.strip() != cell > " a"),
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


@pytest.mark.parametrize(
    "model", [RandomForestClassifier(10, random_state=0), HistGradientBoostingClassifier(max_iter=5)]
)
def test_trees_are_sane_when_given_arrays(model):
    rng = np.random.default_rng(0)
    features = rng.normal(size=(80, 4))
    truth = (features[:, 0] > 0).astype(int)
    finding = asked(model.fit(features, truth), features=features, truth=truth)
    assert count(finding, "silent_nonsense") == 0
    assert count(finding, "kinds_tried") == 13


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
@pytest.mark.parametrize("size", [0, 1, 2, 9])
def test_the_count_is_exact_when_kinds_are_planted(size, seed):
    system = build(size, stream(seed, "planted"))
    finding = run(system, TestRows(rows=system.data.test), Options(), Terms(confidence=0.95), stream(seed, "t"))
    assert count(finding, "silent_nonsense") == size
    assert finding.state is State.MEASURED


def test_the_answer_is_quoted_when_it_is_nonsense():
    finding = asked(believing(lambda cell: cell == "abc"), output="probabilities")
    assert finding.details[0] == (
        "Words in place of numbers in “age”: it said “1”, 98 of 100 sure, an answer that no repaired or missing value "
        "gives."
    )


def test_one_row_is_heard_when_the_others_raise():
    def answer(rows):
        if len(rows) > 1 and (rows["age"] == "abc").any():
            raise ValueError("one at a time")
        return np.where((rows["age"] == "abc").to_numpy()[:, None], [0.02, 0.98], [0.55, 0.45])

    assert count(asked(answer, output="probabilities"), "silent_nonsense") == 1


def test_the_count_is_unknown_when_rows_that_are_not_broken_get_no_answer():
    def answer(rows):
        raise ValueError("never")

    finding = asked(answer, output="labels")
    assert count(finding, "silent_nonsense") is None
    assert finding.measures["silent_nonsense"].why
    assert finding.details == ("On rows that were not broken it raised ValueError.",)


def test_rows_are_left_out_when_they_get_no_answer_unbroken():
    def answer(rows):
        if (pd.to_numeric(rows["age"], errors="coerce") == 20.0).any():
            raise ValueError("too young")
        return np.tile([0.55, 0.45], (len(rows), 1))

    frame = FRAME.iloc[:15].reset_index(drop=True)
    finding = asked(answer, features=frame, truth=np.arange(15) % 2, output="probabilities")
    assert finding.details[-1] == "Rows that get no answer even unbroken were left out."
    assert count(finding, "silent_nonsense") == 0


def test_a_score_that_is_no_number_leaves_a_bare_label_when_one_is_given():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(60, 2))
    truth = (features[:, 0] > 0).astype(int)

    class Lost:
        classes_ = np.array([0, 1])

        def predict(self, rows):
            return (rows[:, 0] > 1e200).astype(int)

        def predict_proba(self, rows):
            scores = np.tile([0.6, 0.4], (len(rows), 1))
            scores[rows[:, 0] > 1e200] = np.nan
            return scores

    finding = asked(Lost(), features=features, truth=truth)
    assert any("without any doubt" in detail for detail in finding.details)


def test_the_question_does_not_apply_when_only_a_table_of_cases_is_left():
    data = from_arrays((FRAME, TRUTH), classes=[0, 1])
    system = System.of(wrap(lambda rows: np.zeros(len(rows)), few(data.test), Wish(output="labels")), data)
    rows = replace(data.test, said=Said(labels=data.test.truth))
    finding = run(system, TestRows(rows=rows), Options(), Terms(confidence=0.95), stream(0, "t"))
    assert finding.state is State.NOT_APPLICABLE
    assert finding.why


def test_a_model_that_cannot_be_opened_has_refused_nothing_when_it_is_probed():
    def broken():
        raise ValueError("no such file")

    data = from_arrays((FRAME, TRUTH), classes=[0, 1])
    system = System(data, broken, capabilities=frozenset())
    with pytest.raises(ValueError, match="no such file"):
        system.probe(data.test)


class TestNumbers:
    """A predicted number carries no certainty: nonsense is what lies far from all that the row could mean."""

    def asked(self, answer, features=FRAME):
        truth = 10.0 * FRAME["age"].to_numpy()  # always saying the middle is off by 100 on average
        data = from_arrays((features, truth), (features, truth), task=Task.REGRESSION)
        system = System.of(wrap(answer, few(data.test)), data)
        return run(
            system, TestRows(rows=data.test, train=data.train), Options(), Terms(confidence=0.95), stream(0, "t")
        )

    def test_a_linear_model_says_nonsense_when_a_number_is_huge(self):
        finding = self.asked(lambda rows: 10.0 * rows["age"].to_numpy(dtype=float))
        assert "huge numbers" in finding.sentence
        assert finding.measures["right_within"].value == pytest.approx(100)
        assert any("further from those for the same row" in detail for detail in finding.details)
        assert not any("e+" in words for words in (finding.sentence, *finding.details))

    def test_trees_are_sane_when_a_number_is_huge(self):
        model = RandomForestRegressor(10, random_state=0).fit(FRAME[["age"]], 10.0 * FRAME["age"])
        finding = self.asked(lambda rows: model.predict(rows[["age"]]))
        assert count(finding, "silent_nonsense") == 0
        assert "none got a number far from all that a repair would give" in finding.sentence

    def test_a_number_near_the_repaired_one_is_sane_when_it_is_not_equal(self):
        def answer(rows):
            ages = pd.to_numeric(rows["age"], errors="coerce").clip(20, 60).fillna(40.0).to_numpy(dtype=float)
            return 10.0 * ages + 60.0 * (~rows["sex"].isin(["f", "m"])).to_numpy()

        assert count(self.asked(answer), "silent_nonsense") == 0

    def test_words_for_a_number_are_nonsense_when_they_move_the_answer_far(self):
        def answer(rows):
            odd = rows["sex"].map(lambda cell: isinstance(cell, str) and cell.startswith("never")).to_numpy()
            return 400.0 + 5_000.0 * odd

        finding = self.asked(answer)
        assert count(finding, "silent_nonsense") == 1
        assert "categories never seen before" in finding.sentence

    def test_refusals_are_counted_when_every_cell_is_checked(self):
        def answer(rows):
            if not rows["age"].between(0, 120).all() or not rows["sex"].isin(["f", "m"]).all():
                raise ValueError("wanted an age and a sex")
            return 10.0 * rows["age"].to_numpy(dtype=float)

        finding = self.asked(answer)
        assert count(finding, "silent_nonsense") == 0
        assert count(finding, "refused") > 5
