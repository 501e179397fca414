# SPDX-License-Identifier: Apache-2.0
"""Did the test rows, or the answer itself, slip into the training?"""

import os
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits

from probatum.checks.data_manipulation.leakage import CHECK, Options, run
from probatum.errors import InsufficientDataError
from probatum.evidence.judging import judge
from probatum.facts.plan import Terms
from probatum.facts.policy import Policy, Stakes
from probatum.facts.record import Verdict
from probatum.facts.threats import Task
from probatum.facts.work import Scope
from probatum.planted.data_manipulation.leakage import PLANTED
from probatum.runs.selftest import verdict_on
from probatum.seeds import stream
from probatum.systems.datasets import from_arrays
from probatum.systems.views import TrainTest

PICTURES = Scope(
    rows=2_000, train_rows=10_000, columns=784, pictures=True, classes=10, task=Task.MULTICLASS,
    capabilities=frozenset(), options=asdict(Options()),
)  # fmt: skip
ROOT = Path(__file__).resolve().parents[3]
FOLDER = Path(os.environ.get("PROBATUM_DATA", ROOT.parent / "shared" / "data"))
POLICY = Policy(
    format="probatum-policy/1",
    title="medium",
    by="tests",
    stakes=Stakes.MEDIUM,
    confidence=0.95,
    limits={CHECK.id: {name: judged.at(Stakes.MEDIUM) for name, judged in CHECK.judged.items()}},
    options={},
    demands={},
)


def real(name: str) -> pd.DataFrame:
    if not (FOLDER / name).is_file():
        pytest.skip(f"{name} is not in {FOLDER}; PROBATUM_DATA names the folder that holds it")
    return pd.read_csv(FOLDER / name)


def split(features, truth, test=0.3, **said):
    """Return train and test, drawn at random."""
    order = stream(0, "split").permutation(len(truth))
    parts = order[: int(test * len(truth))], order[int(test * len(truth)) :]
    pairs = [
        tuple(both.iloc[part] if hasattr(both, "iloc") else both[part] for both in (features, truth)) for part in parts
    ]
    return from_arrays(*pairs, **said)


def test_what_is_foreseen_grows_with_rows_and_columns_up_to_what_is_allowed():
    seconds = CHECK.work(PICTURES).seconds
    assert 20 / 3 < seconds < 3 * 20  # took 20 on a busy machine
    assert CHECK.work(replace(PICTURES, columns=8)).seconds < 1
    most = CHECK.work(replace(PICTURES, rows=10**9, train_rows=10**9)).seconds
    options = Options()
    assert most == pytest.approx(0.3 + options.work_limit / 1e10 + options.cells / 1e6)


def test_the_check_tells_how_far_it_is():
    data, steps = split(*load_digits(return_X_y=True)), []
    view = TrainTest(train=data.train, test=data.test)
    run(None, view, Options(), Terms(confidence=0.95, tell=steps.append), stream(0, "t"))
    assert {step.what for step in steps} == {"rows compared", "columns tried"}
    assert all(step.of is not None and 0 <= step.done <= step.of for step in steps)


def found(data, **options):
    view = TrainTest(train=data.train, test=data.test)
    return run(None, view, Options(**options), Terms(confidence=0.95), stream(0, "t"))


def verdicts(finding):
    finding = replace(finding, check=CHECK.id, judged=tuple(CHECK.judged))
    return {one.measure: one.verdict for one in judge(finding, POLICY, on=date(2026, 1, 1)).measures}


def people(rows, rng):
    return pd.DataFrame(
        {
            "income": rng.lognormal(10, 1, size=rows).round(2),
            "region": rng.choice(["north", "south"], size=rows),
            "note": [f"note {number}" for number in rng.integers(10**9, size=rows)],
        }
    )


def test_copies_are_counted_when_worked_by_hand():
    rng = stream(0, "hand")
    train, test = people(1000, rng), people(400, rng)
    test.iloc[:40] = train.iloc[:40]
    labels = rng.integers(2, size=(2, 1000))
    finding = found(
        from_arrays((test, np.r_[labels[0][:20], 1 - labels[0][20:40], labels[1][:360]]), (train, labels[0]))
    )
    assert finding.sentence == ("Of 100 test cases, about 10 also stand in the training data.")
    measures = finding.measures
    assert measures["shared_rows"].value == measures["exact_shared"].value == 0.1
    assert measures["shared_with_answer"].value == 0.05
    assert measures["near_shared"].value == measures["chance_shared"].value == 0
    assert finding.advice[0].sentence.startswith("Drop copies")
    assert verdicts(finding) == {"shared_rows": Verdict.FAIL, "giveaway_columns": Verdict.PASS}


@pytest.mark.parametrize("column", ["income", "region", "note"])
def test_row_is_no_copy_when_one_cell_differs(column):
    rng = stream(0, "differs")
    train = people(500, rng)
    test = train.copy()
    test[column] = {"income": test["income"] + 50_000, "region": "west", "note": "another"}[column]
    assert (
        found(from_arrays((test, np.arange(500) % 2), (train, np.arange(500) % 2))).measures["shared_rows"].value == 0
    )


def test_column_is_left_out_when_it_is_only_looked_at():
    rng = stream(0, "audit")
    train = people(500, rng)
    test = train.assign(note="another")
    labels = np.arange(500) % 2
    finding = found(from_arrays((test, labels), (train, labels), audit_only=("note",)))
    assert finding.measures["exact_shared"].value == 1
    gives = found(
        from_arrays((test.assign(note=labels), labels), (train.assign(note=labels), labels), audit_only=("note",))
    )
    assert gives.measures["giveaway_columns"].value == 0


def test_images_are_compared_when_rows_have_more_than_two_axes():
    rng = stream(0, "images")
    train, test = rng.integers(256, size=(2, 300, 8, 8)).astype(np.uint8)
    test[:30] = train[:30]
    test[30:60] = np.clip(train[30:60].astype(int) + rng.integers(-1, 2, size=(30, 8, 8)), 0, 255)
    finding = found(from_arrays((test, np.arange(300) % 3), (train, np.arange(300) % 3)))
    assert finding.measures["exact_shared"].value == finding.measures["near_shared"].value == 0.1


def test_overlap_of_groups_is_shown_when_a_column_names_groups():
    rng = stream(0, "groups")
    data = split(
        people(900, rng).assign(person=np.repeat(np.arange(300), 3)), np.arange(900) % 2, audit_only=("person",)
    )
    schema = replace(data.test.schema, group="person")
    data = replace(data, train=replace(data.train, schema=schema), test=replace(data.test, schema=schema))
    measure = found(data).measures["group_overlap"]
    known = np.isin(data.test.audit["person"], data.train.audit["person"]).mean()
    assert measure.value == pytest.approx(known)


@pytest.mark.parametrize("given_away", [0, 1, 2])
@pytest.mark.parametrize("seed", range(5))
def test_giveaway_columns_are_counted_exactly_when_planted(given_away, seed):
    rng = stream(seed, "giveaways")
    truth = (rng.random(1500) < 0.3).astype(int)
    frame = people(1500, rng).assign(number=np.arange(1500.0), score=truth + rng.normal(size=1500))
    if given_away >= 1:
        frame["settled"] = np.where(truth == 1, rng.choice(["June", "July"], size=1500), None)
    if given_away >= 2:
        frame["paid"] = np.where(truth == 1, rng.lognormal(size=1500), 0.0)
    finding = found(split(frame, truth))
    measure = finding.measures["giveaway_columns"]
    assert (measure.value, measure.interval) == (given_away, None)
    assert verdicts(finding)["giveaway_columns"] is (Verdict.FAIL if given_away else Verdict.PASS)
    if given_away == 1:
        assert finding.sentence == "The column “settled” alone gives the answer away."


def test_giveaway_is_open_when_there_are_few_rows():
    truth = np.arange(60) % 2
    finding = found(split(people(60, stream(0, "few")).assign(copy=truth), truth))
    measure = finding.measures["giveaway_columns"]
    assert measure.value is None
    assert "“copy”" in measure.why
    assert verdicts(finding)["giveaway_columns"] is Verdict.INCONCLUSIVE


def test_giveaway_is_found_when_the_target_is_a_number():
    rng = stream(0, "numbers")
    truth = rng.normal(size=800)
    finding = found(split(people(800, rng).assign(again=truth * 3 + 1), truth))
    assert finding.sentence == "The column “again” alone gives the answer away."


def test_count_of_giveaways_is_unknown_when_all_answers_are_the_same():
    data = from_arrays(
        (people(50, stream(0, "a")), np.zeros(50)), (people(50, stream(0, "b")), np.zeros(50)), classes=[0, 1]
    )
    assert found(data).measures["giveaway_columns"].value is None


def test_question_is_open_when_there_is_one_training_row():
    frame = people(5, stream(0, "one"))
    with pytest.raises(InsufficientDataError, match="at least 2 training rows"):
        found(from_arrays((frame, np.arange(5) % 2), (frame[:1], np.zeros(1, dtype=int)), classes=[0, 1]))


def test_options_bound_the_work_when_rows_are_many():
    rng = stream(0, "work")
    rows = rng.normal(size=(2, 2000, 30))
    finding = found(from_arrays((rows[0], np.arange(2000) % 2), (rows[1], np.arange(2000) % 2)), work_limit=12_000_000)
    assert finding.measures["near_shared"].n == 100
    assert "100 test cases" in finding.details[1]


@pytest.mark.parametrize("size", PLANTED.sizes)
def test_planted_copies_are_judged_rightly_when_at_and_beyond_the_limit(size):
    known = dict(zip(PLANTED.sizes, (Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.FAIL), strict=True))
    assert verdict_on(PLANTED, CHECK, POLICY, size, 0) is known[size]


@pytest.mark.parametrize("load", [load_breast_cancer, load_diabetes])
def test_strong_column_is_no_giveaway_when_it_is_honest(load):
    finding = found(split(*load(return_X_y=True, as_frame=True)))
    assert finding.measures["giveaway_columns"].value == 0
    assert finding.measures["giveaway_columns"].interval is None


def test_digits_share_no_row_and_no_giveaway_when_split_at_random():
    finding = found(split(*load_digits(return_X_y=True)))
    assert finding.measures["giveaway_columns"].value == finding.measures["exact_shared"].value == 0
    assert finding.measures["shared_rows"].interval.upper < 0.01


def test_german_credit_holds_no_giveaway_when_split_at_random():
    table = real("german_credit.csv.gz")
    finding = found(split(table.drop(columns="class-label"), table["class-label"]))
    assert finding.measures["giveaway_columns"].value == finding.measures["exact_shared"].value == 0


def test_chance_explains_all_when_compas_has_eight_coarse_columns():
    table = real("compas_two_years.csv.gz")
    columns = ["sex", "age", "race", "juv_fel_count", "juv_misd_count", "juv_other_count"]
    finding = found(split(table[[*columns, "priors_count", "c_charge_degree"]], table["two_year_recid"]))
    assert finding.measures["exact_shared"].value > 0.5
    interval = finding.measures["shared_rows"].interval
    assert interval.lower < 0 < interval.upper
    assert finding.measures["giveaway_columns"].value == 0


def test_columns_known_afterwards_are_found_when_compas_holds_them():
    table = real("compas_two_years.csv.gz")
    finding = found(split(table.drop(columns="two_year_recid"), table["two_year_recid"]))
    for name in ("is_recid", "r_charge_degree", "r_offense_date"):
        assert f"“{name}”" in finding.sentence
    assert verdicts(finding)["giveaway_columns"] is Verdict.FAIL
    assert "“score_text”" not in finding.sentence


def test_adult_shares_no_more_than_chance_when_split_as_published():
    names = (
        *("age", "workclass", "fnlwgt", "education", "education-num", "marital-status", "occupation", "relationship"),
        *("race", "sex", "capital-gain", "capital-loss", "hours-per-week", "native-country", "income"),
    )
    real("adult.data.gz")
    tables = [
        pd.read_csv(FOLDER / name, names=names, skiprows=skip, skipinitialspace=True, na_values="?")
        for name, skip in (("adult.test.gz", 1), ("adult.data.gz", 0))
    ]
    pairs = [(table[list(names[:-1])], table["income"].str.rstrip(".")) for table in tables]
    finding = found(from_arrays(*pairs))
    assert finding.measures["near_shared"].n == 16_281
    assert finding.measures["exact_shared"].value == pytest.approx(26 / 16_281)
    assert set(verdicts(finding).values()) == {Verdict.PASS}


def coarse(rows, rng):
    """Return rows of few cells, more than half of which equal another one of 2,000 by chance."""
    return pd.DataFrame(
        {f"c{place}": rng.choice(list("abcdef"), p=[0.4, 0.2, 0.15, 0.1, 0.1, 0.05], size=rows) for place in range(5)}
    )


def test_copies_are_found_in_full_when_chance_makes_most_rows_equal():
    held, values = 0, []
    for seed in range(20):
        rng = stream(seed, "coarse")
        train, test = coarse(2000, rng), coarse(4000, rng)
        test.iloc[:200] = train.iloc[:200]
        finding = found(from_arrays((test, rng.integers(2, size=4000)), (train, rng.integers(2, size=2000))))
        measure = finding.measures["shared_rows"]
        held += measure.interval.lower <= 0.05 <= measure.interval.upper
        values.append(measure.value)
    assert finding.measures["chance_shared"].value > 0.4
    assert held >= 18
    assert np.mean(values) == pytest.approx(0.05, abs=0.015)


def test_nothing_fails_when_equal_training_rows_were_taken_out():
    for seed in range(10):
        rng = stream(seed, "thinned")
        train, test = coarse(3000, rng).drop_duplicates(), coarse(1000, rng)
        finding = found(from_arrays((test, rng.integers(2, size=1000)), (train, rng.integers(2, size=len(train)))))
        assert verdicts(finding)["shared_rows"] is Verdict.INCONCLUSIVE
        assert "equal training rows were taken out" in finding.sentence
        assert any("were de-duplicated" in detail for detail in finding.details)
