# SPDX-License-Identifier: Apache-2.0
"""Somebody who has only a table of decisions asks whether a group is treated worse, by every way in."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import probatum
from functional.workshop import Desk
from probatum.errors import ProbatumError
from probatum.facts.record import Verdict
from probatum.seeds import stream

pytestmark = pytest.mark.slow  # a whole run for each sentence
ALONE = ("--decision", "approved", "--protected", "nationality,sex", "--favourable", "yes")
QUESTION = "Is a group of people treated worse than the others?"


def decisions(rows: int = 1200, gap: float = 0.25) -> pd.DataFrame:
    """Return decisions that come out worse for people from A-land."""
    rng = stream(3, "decisions")
    nationality = rng.choice(["home", "A-land", "B-land"], rows, p=[0.7, 0.15, 0.15])
    frame = pd.DataFrame({"nationality": nationality, "sex": rng.choice(["f", "m"], rows)})
    frame["income"] = rng.normal(30, 5, rows).round(1)
    frame["score"] = (rng.random(rows) - gap * (nationality == "A-land")).round(3)
    frame["approved"] = np.where(frame["score"] > 0.4, "yes", "no")
    frame["repaid"] = np.where(rng.random(rows) < 0.8, frame["approved"], "no")
    return frame


@pytest.fixture
def table(desk: Desk) -> pd.DataFrame:
    frame = decisions()
    frame.to_csv(desk.folder / "decisions.csv", index=False)
    return frame


def assess(desk: Desk, *words: str):
    return desk.type("assess", "decisions.csv", "-o", "run", *words)


def test_page_opens_with_the_group_that_is_treated_worse(desk: Desk, table: pd.DataFrame):
    said = assess(desk, *ALONE)
    assert said.code == 1, said.err  # the four-fifths rule is broken
    first = said.out.partition(QUESTION)[2].partition("Is the system making mistakes?")[0]
    text = " ".join(first.split())
    assert text.startswith("✕ Yes: ")
    assert "Of those with “nationality = A-land”, about " in text
    assert "of everybody else, about " in text
    assert "times as often (between " in text
    assert said.out.index(QUESTION) < said.out.index("Is the system making mistakes?")


def test_each_number_is_that_of_the_table(desk: Desk, table: pd.DataFrame):
    assess(desk, *ALONE)
    record = json.loads((desk.folder / "run" / "record.json").read_text())
    (finding,) = [one for one in record["findings"] if one["check"] == "usage/bias"]
    mine = table["nationality"] == "A-land"
    yes = table["approved"] == "yes"
    own, rest = yes[mine].mean(), yes[~mine].mean()
    numbers = {
        name: next(part for part in finding["measures"][name]["groups"] if part["name"] == "nationality = A-land")
        for name in ("favourable_rate", "rest_favourable_rate", "selection_ratio", "selection_difference")
    }
    assert numbers["favourable_rate"]["value"] == pytest.approx(own, abs=0.001)
    assert numbers["rest_favourable_rate"]["value"] == pytest.approx(rest, abs=0.001)
    assert numbers["selection_ratio"]["value"] == pytest.approx(own / rest, abs=0.001)
    assert numbers["selection_difference"]["value"] == pytest.approx(own - rest, abs=0.001)


def test_what_needs_a_model_is_told_once_and_training_rows_are_not_spoken_of(desk: Desk, table: pd.DataFrame):
    text = " ".join(assess(desk, *ALONE).out.split())
    assert text.count("There is no model to test") == 1
    assert text.count("It needs the right answers") == 1
    assert "training rows" not in text
    assert "What it learned from" not in text


def test_the_right_answers_unlock_what_needs_them(desk: Desk, table: pd.DataFrame):
    said = assess(desk, *ALONE, "--target", "repaid")
    assert desk.verdicts("run")["usage/error-rate"] in (Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE)
    assert said.out.index(QUESTION) < said.out.index("answers are wrong")
    assert " ".join(said.out.split()).count("There is no model to test") == 1


def test_rates_are_those_of_the_favourable_answer_when_another_one_is_looked_for(desk: Desk, table: pd.DataFrame):
    assess(desk, *ALONE, "--target", "repaid", "--positive", "no")
    record = json.loads((desk.folder / "run" / "record.json").read_text())
    (finding,) = [one for one in record["findings"] if one["check"] == "usage/bias"]
    mine = table["nationality"] == "A-land"
    for name, value in (("favourable_rate", "yes"), ("selection_rate", "no")):
        part = next(one for one in finding["measures"][name]["groups"] if one["name"] == "nationality = A-land")
        assert part["value"] == pytest.approx((table["approved"][mine] == value).mean(), abs=0.001)


def test_a_model_that_is_asked_says_who_gets_the_favourable_answer(desk: Desk):
    words = ("--trust-file", "--protected", "sex", "--favourable", "yes", "--only", "usage/bias", "-o", "run")
    assert desk.type("assess", "model.joblib", "--data", "test.csv", "--target", "repaid", *words).code in (0, 1, 3)
    record = json.loads((desk.folder / "run" / "record.json").read_text())
    (finding,) = record["findings"]
    assert {part["name"] for part in finding["measures"]["selection_ratio"]["groups"]} == {"sex = f", "sex = m"}
    assert finding["judged"] == ["max_gap"]  # with right answers known, mistakes are judged, not who got what


def test_a_score_with_a_limit_decides(desk: Desk, table: pd.DataFrame):
    words = ("--score", "score", "--decides-at", "0.4", "--favourable", "0.4 or more", "--protected", "nationality")
    assert assess(desk, *words).code == 1


def test_another_answer_may_be_the_favourable_one(desk: Desk, table: pd.DataFrame):
    table.assign(approved=table["approved"].map({"yes": "no", "no": "yes"})).to_csv(
        desk.folder / "decisions.csv", index=False
    )
    said = assess(desk, "--decision", "approved", "--protected", "nationality,sex", "--favourable", "no")
    first = said.out.partition(QUESTION)[2].partition("Is the system making mistakes?")[0]
    assert "nationality = A-land" in first
    assert "get “no” less often" in " ".join(first.split())


def test_nobody_is_accused_when_all_are_treated_alike(desk: Desk):
    decisions(gap=0.0).to_csv(desk.folder / "decisions.csv", index=False)
    said = assess(desk, *ALONE)
    assert "None was proven to" in said.out
    assert desk.verdicts("run")["usage/bias"] is not Verdict.FAIL


def test_cases_without_a_decision_are_counted_and_told(desk: Desk, table: pd.DataFrame):
    table.assign(approved=table["approved"].where(table.index >= 30)).to_csv(desk.folder / "decisions.csv", index=False)
    said = assess(desk, *ALONE)
    assert "30 of 1,200 cases have no decision" in " ".join(said.out.split())


def test_a_table_is_drafted_and_the_draft_is_assessed(desk: Desk, table: pd.DataFrame):
    assert desk.type("init", "decisions.csv", *ALONE, "-o", "drafted.toml").code == 0
    text = (desk.folder / "drafted.toml").read_text()
    for line in ('scores = "decisions.csv"', 'decision = "approved"', 'favourable = "yes"'):
        assert line in text
    assert 'protected = ["nationality", "sex"]' in text
    assert "task" not in text.partition("[data]")[2].partition("[data.columns]")[0]
    assert desk.type("assess", "drafted.toml", "-o", "run").code == 1
    assert desk.verdicts("run")["usage/bias"] is Verdict.FAIL


def test_python_takes_the_table_as_a_frame_and_as_a_file(desk: Desk, table: pd.DataFrame):
    words = {"decision": "approved", "protected": ["nationality", "sex"], "favourable": "yes"}
    run = probatum.assess(test=table, folder=desk.folder / "frame", **words)
    other = probatum.assess("decisions.csv", folder=desk.folder / "file", **words)
    assert run.verdict is other.verdict is Verdict.FAIL
    assert run.record.findings[0].measures == other.record.findings[0].measures


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("--decision", "approved", "--protected", "nationality"), "--favourable: wanted the decision that is good"),
        (("--decision", "approved", "--favourable", "yes"), "--protected: wanted the columns that tell groups"),
        ((*ALONE[:2], "--protected", "approved", *ALONE[4:]), '--protected: "approved" is what the system said'),
        ((*ALONE[:4], "--favourable", "maybe"), 'favourable is "maybe", but the labels are "no", "yes"'),
        (("--decision", "aproved", *ALONE[2:]), 'there is no column "aproved". Did you mean approved?'),
        (("--score", "score", *ALONE[2:]), "say from which score on the decision is positive"),
        ((*ALONE, "--data", "test.csv"), "--data: the rows are those of scores"),
        ((*ALONE, "--train", "train.csv"), "--train: the rows are those of scores"),
        ((*ALONE, "--task", "regression"), "--task: without a target"),
        ((*ALONE, "--positive", "yes"), "--positive: goes with a target"),
        ((*ALONE, "--decides-at", "5"), "--decides-at"),
        ((*ALONE, "--recipe", "recipe:train"), "--recipe: a table of cases cannot be trained again"),
        ((), "If it holds the decisions of a system, name their column: --decision COLUMN"),
    ],
)
def test_what_cannot_be_meant_is_refused(desk: Desk, table: pd.DataFrame, words, wanted):
    assess(desk, *words).refuses(wanted)


def test_an_empty_column_of_decisions_is_refused(desk: Desk, table: pd.DataFrame):
    table.assign(approved="").to_csv(desk.folder / "decisions.csv", index=False)
    assess(desk, *ALONE).refuses("No case", "has a decision")


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"model": object()}, "belong to a table without a model"),
        ({"train": ([[1]], [1])}, "drop train"),
        ({"test": [1, 2]}, "Wanted the table of decisions as one data frame"),
        ({"decision": "aproved"}, "Did you mean approved?"),
        ({"favourable": None}, "favourable: wanted the decision that is good"),
    ],
)
def test_python_refuses_what_cannot_be_meant(tmp_path: Path, given, wanted):
    words = {"test": decisions(100), "decision": "approved", "protected": ["sex"], "favourable": "yes", **given}
    with pytest.raises(ProbatumError, match=wanted.replace("?", r"\?")):
        probatum.assess(words.pop("model", None), folder=tmp_path / "run", **words)


def test_a_table_of_too_few_people_says_so_and_tests_nothing(desk: Desk):
    decisions(9).to_csv(desk.folder / "decisions.csv", index=False)
    said = assess(desk, *ALONE)
    assert "too few people" in said.out
    assert said.code == 3


def test_nobody_is_compared_by_a_column_that_is_personal(desk: Desk, table: pd.DataFrame):
    words = ("--decision", "approved", "--favourable", "yes", "--protected", "sex", "--personal", "sex")
    assert assess(desk, *words).code == 3
