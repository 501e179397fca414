# SPDX-License-Identifier: Apache-2.0
"""Is there a group in which the system is wrong far more often?"""

import numpy as np
import pandas as pd
import pytest

from probatum.adapters.interface import Wish, few, wrap
from probatum.checks.usage.error_slices import Options, run
from probatum.errors import InsufficientDataError
from probatum.facts.finding import State
from probatum.facts.plan import Terms
from probatum.facts.threats import Task
from probatum.planted.answers import answering
from probatum.planted.usage.error_slices import build
from probatum.seeds import stream
from probatum.systems.datasets import from_arrays
from probatum.systems.system import System
from probatum.systems.views import TestRows

TERMS = Terms(confidence=0.95)


def found(system, **options):
    view = TestRows(rows=system.data.test, train=system.data.train)
    return run(system, view, Options(**options), TERMS, stream(0, "t"))


BAD = "contract = fixed and region = inland"


def test_group_is_named_in_words_when_mistakes_cluster():
    finding = found(build(0.2, stream(1, "p")))
    assert BAD in finding.sentence
    measure = finding.measures["worst_excess"]
    assert measure.groups[0].name == BAD
    assert measure.interval.lower > 0.15
    assert finding.tried > 500
    assert finding.measures["slice_share"].groups[0].value == pytest.approx(0.25, abs=0.02)
    assert finding.measures["slice_expected_rate"].value == pytest.approx(0.1, abs=0.01)
    assert finding.measures["slice_error_rate"].value == pytest.approx(0.3, abs=0.03)
    assert finding.measures["worst_ratio"].groups[0].value == pytest.approx(3, abs=0.3)


def test_group_named_is_the_one_judged_when_a_part_of_it_is_worse_by_chance():
    finding = found(build(0.2, stream(1, "p")))
    measure = finding.measures["worst_excess"]
    worst = measure.groups[0]
    assert (measure.value, measure.interval.lower) == (worst.value, worst.interval.lower)
    assert worst.interval.lower == max(part.interval.lower for part in measure.groups)
    assert measure.interval.upper == measure.widest.interval.upper
    assert worst.name in finding.sentence
    assert all(worst.name in advice.sentence for advice in finding.advice)


def nested(inner=0.75, outer=0.2, rest=0.05, rows=8000, seed=3):
    """Return a system that is bad in one region and far worse in a part of it."""
    rng = stream(seed, "nested")
    region = rng.choice(["east", "north", "south", "west"], size=rows)
    score = rng.integers(0, 100, size=rows)
    rate = np.where(region == "north", np.where(score < 32, inner, outer), rest)
    truth = rng.integers(2, size=rows)
    wrong = rng.random(rows) < rate
    return answering(np.where(wrong, 1 - truth, truth), truth, {"region": region, "score": score})


def test_part_is_named_when_it_is_proven_to_be_worse_than_the_whole():
    measure = found(nested()).measures["worst_excess"]
    assert measure.groups[0].name == "score up to 19 and region = north"
    assert measure.interval.lower > 0.4


def test_finding_is_the_same_when_the_training_rows_are_known_too():
    rng = stream(7, "train")
    rows = 3000
    frame = pd.DataFrame(
        {
            "income": rng.lognormal(10, 1, rows).round(),
            "job": rng.choice(["nurse", "smith", "clerk"], rows),
            "code": rng.choice(["1", "2", "3"], rows),
        }
    )
    other = frame.assign(
        income=frame["income"] * 50, job=frame["job"].replace("nurse", "baker"), code=frame["code"].replace("3", "?")
    )
    truth = rng.integers(2, size=rows)
    wrong = rng.random(rows) < np.where((frame["job"] == "nurse") & (frame["income"] < 15000), 0.6, 0.1)
    answers = pd.Series(np.where(wrong, 1 - truth, truth))

    def says(table):
        return answers.loc[table.index].to_numpy()

    def finding(data):
        return found(System.of(wrap(says, few(data.test)), data))

    alone = finding(from_arrays((frame, truth)))
    beside = finding(from_arrays((frame, truth), (other, truth)))
    assert "job = nurse" in alone.sentence
    assert alone == beside


@pytest.mark.parametrize("numbers", [True, False])
def test_finding_is_the_same_when_train_has_its_columns_in_another_order(numbers):
    rng, rows = stream(9, "order"), 2500
    frame = pd.DataFrame(
        {
            "zip": rng.choice(["01067", "10115", "80331"], rows),
            "born": pd.Timestamp("1950-01-01") + pd.to_timedelta(rng.integers(0, 20000, rows), unit="D"),
            "income": np.where(rng.random(rows) < 0.1, np.nan, rng.normal(3000, 900, rows)),
        }
    )
    other = frame[["income", "zip", "born"]].assign(income=frame["income"] * 3, zip=frame["zip"].replace("80331", "x"))
    bad = (frame["zip"] == "80331").to_numpy()
    if numbers:
        truth, task = rng.normal(size=rows) * np.where(bad, 6, 1), Task.REGRESSION
        answers = pd.Series(np.where(rng.random(rows) < 0.05, np.nan, 0.0))
    else:
        truth, task = rng.integers(3, size=rows), Task.MULTICLASS
        answers = pd.Series(np.where(bad & (rng.random(rows) < 0.6), (truth + 1) % 3, truth))

    def finding(train):
        data = from_arrays((frame, truth), train, task=task)
        return found(System.of(wrap(lambda table: answers.loc[table.index].to_numpy(), few(data.test)), data))

    alone = finding(None)
    assert "zip = 80331" in alone.sentence
    assert alone == finding((other, truth))


def test_finding_is_the_same_in_any_order_of_columns_when_groups_tie():
    rng, rows = stream(10, "ties"), 1600
    # the same rows are bad by each of four columns, and by each pair of them: ties at every depth
    bad = rng.random(rows) < 0.2
    frame = pd.DataFrame(
        {
            "town": np.where(bad, "ulm", rng.choice(["bonn", "kiel"], rows)),
            "branch": np.where(bad, "x", rng.choice(["y", "z"], rows)),
            "age": np.where(bad, 70, rng.integers(18, 60, rows)),
            "dose": np.where(bad, 9.0, rng.normal(0, 1, rows)),
            "noise": rng.choice(["a", "b", "c", "d"], rows),
        }
    )
    truth = rng.integers(2, size=rows)
    answers = np.where(bad & (rng.random(rows) < 0.6), 1 - truth, truth)

    def finding(test, train=None):
        data = from_arrays((frame[test], truth), None if train is None else (frame[train], truth))
        return found(System.of(wrap(lambda table: answers[table.index], few(data.test)), data))

    names = list(frame)
    first = finding(names)
    assert first == finding(names[::-1])
    assert first == finding(names, names[::-1])
    assert first == finding(names[::-1], ["noise", "branch", "dose", "town", "age"])


def test_free_text_is_no_group_when_most_cells_differ():
    rng = stream(8, "text")
    rows = 1200
    text = [f"the applicant wrote note number {place}" for place in range(rows)]
    text[::7] = ["no answer was given here"] * len(text[::7])
    frame = pd.DataFrame({"text": text, "region": rng.choice(["a", "b", "c"], rows)})
    truth = rng.integers(2, size=rows)
    wrong = rng.random(rows) < np.where(np.arange(rows) % 7 == 0, 0.7, 0.1)
    answers = np.where(wrong, 1 - truth, truth)
    data = from_arrays((frame, truth), (frame.assign(text="other"), truth))
    finding = found(System.of(wrap(lambda table: answers[table.index], few(data.test)), data))
    assert "text" not in finding.sentence
    assert not any("text" in part.name for part in finding.measures["worst_excess"].groups)


def test_least_size_is_said_when_nothing_clusters():
    finding = found(build(0.0, stream(2, "p")))
    assert finding.measures["worst_excess"].interval.upper <= 0.05
    assert any("Groups of fewer than" in detail for detail in finding.details)


def scored(chances, truth, columns, classes=(0, 1)):
    """Return a system that gives these probabilities of the second class."""
    data = from_arrays((pd.DataFrame(columns), truth), classes=list(classes))
    both = np.column_stack([1 - chances, chances])
    return System.of(wrap(lambda table: both[table.index], few(data.test), Wish(output="probabilities")), data)


def people(seed, rows, said=None):
    """Return chances, the columns they hang on, and a truth drawn from them, or from what is ``said`` to be true."""
    rng = stream(seed, "people")
    columns = {
        "town": rng.choice(["bonn", "kiel", "ulm"], size=rows, p=[0.5, 0.3, 0.2]),
        "age": rng.integers(18, 80, size=rows),
        "married": rng.choice(["no", "yes"], size=rows),
    }
    hard = (columns["town"] == "ulm") * 2.0 + (columns["married"] == "yes") * 1.0
    chances = 1 / (1 + np.exp(3.5 - hard - rng.normal(size=rows)))
    true = chances if said is None else said(columns, chances)
    return chances, (rng.random(rows) < true).astype(int), columns


def test_a_group_that_is_hard_has_no_excess_when_the_chances_are_right():
    chances, truth, columns = people(1, 20_000)
    finding = found(scored(chances, truth, columns))
    measure = finding.measures["worst_excess"]
    assert not measure.groups
    assert measure.interval.upper <= 0.05
    wrong = (chances > 0.5) != truth
    hard = (columns["town"] == "ulm") & (columns["married"] == "yes")
    assert wrong[hard].mean() > 2 * wrong.mean()  # and it is hard
    labels = found(answering((chances > 0.5).astype(int), truth, columns)).measures["worst_excess"]
    assert labels.interval.lower > 0.05  # without chances it is held against the average


def test_chances_that_are_wrong_in_one_group_are_found():
    def true(columns, chances):
        return np.where(columns["town"] == "ulm", 1 - chances, chances)

    finding = found(scored(*people(2, 8000, true)))
    assert finding.measures["worst_excess"].groups[0].name.startswith("town = ulm")
    assert "its own chances predict" in finding.sentence
    assert any("system's own chances" in detail for detail in finding.details)


def test_chances_are_recalibrated_when_all_are_off_alike():
    chances, truth, columns = people(3, 20_000)
    timid = 0.5 + (chances - 0.5) / 3  # the same order, the same answers
    assert not found(scored(timid, truth, columns)).measures["worst_excess"].groups


def test_a_group_left_without_answers_stands_out():
    chances, truth, columns = people(4, 8000)
    chances[(columns["town"] == "kiel") & (stream(4, "silent").random(8000) < 0.4)] = np.nan
    assert "town = kiel" in found(scored(chances, truth, columns)).measures["worst_excess"].groups[0].name


@pytest.mark.parametrize("rows", [5000, 20_000])
def test_even_mistakes_pass_at_every_size(rows):
    rng = stream(11, f"even/{rows}")
    columns = {
        "side": rng.choice(["left", "right"], size=rows),
        "kind": rng.choice(["a", "b", "c", "d"], size=rows),
        "age": rng.integers(18, 80, size=rows),
    }
    truth = rng.integers(2, size=rows)
    wrong = rng.random(rows) < 0.15
    measure = found(answering(np.where(wrong, 1 - truth, truth), truth, columns)).measures["worst_excess"]
    assert measure.interval.upper <= 0.05


def test_groups_of_amounts_are_measured_when_none_stands_out():
    rng, rows = stream(11, "even"), 2000
    frame = pd.DataFrame({"side": np.tile(["left", "right"], rows // 2)})
    truth = rng.normal(size=rows)
    data = from_arrays((frame, truth), task=Task.REGRESSION)
    finding = found(System.of(wrap(lambda table: truth[table.index] + 1.0, few(data.test)), data))
    assert finding.measures["worst_ratio"].interval.upper <= 2


def test_pass_is_impossible_when_mistakes_are_too_few_to_tell():
    truth = np.tile([0, 1], 300)
    answers = truth.copy()
    answers[::60] = 1 - answers[::60]
    columns = {"region": np.tile(["a", "b", "c"], 200)}
    measure = found(answering(answers, truth, columns)).measures["worst_excess"]
    assert measure.interval.upper is None
    assert measure.interval.why


def test_nothing_clusters_when_there_is_no_mistake():
    truth = np.tile([0, 1], 100)
    finding = found(answering(truth, truth, {"x": np.arange(200)}))
    assert finding.state is State.NOT_APPLICABLE
    assert "no mistake" in finding.why


def test_question_does_not_apply_when_there_are_three_rows():
    with pytest.raises(InsufficientDataError, match="too few"):
        found(answering(np.array([0, 1, 1]), np.array([0, 1, 0]), {"x": np.arange(3)}))


def test_personal_column_never_names_a_group_when_it_tells_the_mistakes():
    truth = np.tile([0, 1], 500)
    wrong = np.arange(1000) % 10 < 2
    finding = found(answering(np.where(wrong, 1 - truth, truth), truth, {"region": np.tile(["a", "b"], 500)}))
    assert "answer" not in finding.sentence  # the column of that name is personal


def test_work_is_counted_and_the_rest_said_when_there_are_two_hundred_columns():
    rng = stream(5, "wide")
    columns = {f"c{place}": rng.integers(10, size=3000).astype(str) for place in range(200)}
    truth = rng.integers(2, size=3000)
    answers = np.where(rng.random(3000) < 0.1, 1 - truth, truth)
    finding = found(answering(answers, truth, columns), work_limit=20_000_000)
    assert any("further groups were not tried" in detail for detail in finding.details)


def test_larger_errors_cluster_when_the_target_is_a_number():
    rng = stream(6, "numbers")
    region = rng.choice(["a", "b", "c", "d"], size=2000)
    noise = rng.normal(size=2000) * np.where(region == "c", 5.0, 1.0)
    data = from_arrays((pd.DataFrame({"region": region, "x": rng.normal(size=2000)}), noise))
    system = System.of(wrap(lambda rows: np.zeros(len(rows)), few(data.test)), data)
    finding = found(system)
    assert "region = c, answers are off by" in finding.sentence
    assert "slice_error_rate" not in finding.measures


def test_points_of_pictures_are_no_groups():
    pictures = np.random.default_rng(0).random((200, 5, 5))
    data = from_arrays((pictures, np.tile([0, 1], 100)))
    finding = found(System.of(wrap(lambda rows: np.zeros(len(rows), dtype=int), few(data.test)), data))
    assert finding.state is State.NOT_APPLICABLE
    assert "Pictures have no columns" in finding.why
