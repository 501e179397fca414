# SPDX-License-Identifier: Apache-2.0
"""Did it learn, or learn by heart?"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.tree import DecisionTreeClassifier

from probatum.adapters.interface import few, wrap
from probatum.checks.usage.overfitting import ALIKE, CANNOT, CHECK, DOUBT, RECIPE, WHOSE, WHOSE_OWN, Options, run
from probatum.errors import InsufficientDataError
from probatum.facts.capabilities import Capability
from probatum.facts.plan import Effort, Terms, Unit
from probatum.facts.policy import Stakes
from probatum.planted.usage.overfitting import build
from probatum.runs.execution import run_unit
from probatum.runs.planning import options_for
from probatum.runs.policies import shipped
from probatum.runs.views import Bench
from probatum.seeds import stream
from probatum.systems.datasets import from_arrays
from probatum.systems.interface import Answers
from probatum.systems.system import System
from probatum.systems.views import CrossFit

TERMS = Terms(confidence=0.95)
PREDICTIONS = frozenset({Capability.PREDICTIONS})


def found(seen, unseen, test, *, scores=None, unseen_scores=None, groups=None, task=None, why=None):
    """Ask about cases whose right answer is 0 or, for numbers, their place; all answers are given."""
    seen, test = np.asarray(seen), np.asarray(test)
    right = [np.arange(len(side), dtype=float) if task else np.zeros(len(side), dtype=int) for side in (seen, test)]
    frames = [pd.DataFrame({"x": np.arange(len(side)), "person": np.arange(len(side)) // 5}) for side in (seen, test)]
    data = from_arrays((frames[1], right[1]), (frames[0], right[0]), task=task, classes=None if task else [0, 1])
    if groups:
        schema = replace(data.train.schema, group="person")
        data = replace(data, train=replace(data.train, schema=schema), test=replace(data.test, schema=schema))
    answered = {"train": Answers(labels=seen, scores=scores), "test": Answers(labels=test)}
    system = System(data, lambda: None, capabilities=PREDICTIONS, answered=answered)
    known = None if unseen is None else Answers(labels=np.asarray(unseen), scores=unseen_scores)
    view = CrossFit(train=data.train, test=data.test, unseen=known, not_refitted=why)
    return run(system, view, Options(), TERMS, stream(0, "t"))


def labels(wrong, n):
    return np.repeat([1, 0], [wrong, n - wrong]).astype(np.int32)


def test_gap_is_told_in_cases_of_100_when_it_was_learned_by_heart():
    finding = found(labels(30, 1000), labels(150, 1000), labels(60, 400))
    assert finding.sentence == ("Of 100 cases it learned from, it gets about 3 wrong; had it not seen them, about 15.")
    assert finding.measures["gap"].value == pytest.approx(0.12)
    assert finding.measures["by_heart"].value == pytest.approx(0.12)
    assert finding.measures["by_heart_reversed"].value == 0
    assert finding.measures["held_out_gap"].value == pytest.approx(0.12)
    assert any("none the other way round" in detail for detail in finding.details)
    assert WHOSE in finding.details
    assert finding.advice


def test_sentence_is_no_praise_when_unseen_cases_go_better_by_chance():
    finding = found(labels(52, 1000), labels(50, 1000), labels(20, 400))
    assert finding.sentence.endswith("had it not seen them, no more than that.")
    assert finding.measures["gap"].per_100 is None
    assert finding.measures["gap"].value is not None
    assert finding.advice == ()


def test_no_advice_is_given_when_the_gap_is_proven_small():
    finding = found(labels(500, 5000), labels(600, 5000), labels(240, 2000))
    assert finding.measures["gap"].interval.lower > 0
    assert finding.advice == ()


def test_chance_is_named_when_the_cases_are_few():
    finding = found(labels(1, 20), labels(3, 20), labels(1, 20))
    assert finding.sentence.endswith("about 15, which may be chance.")


def test_nothing_is_judged_when_training_cases_go_far_worse_than_unseen_ones():
    finding = found(labels(300, 1000), labels(100, 1000), labels(40, 400))
    assert finding.measures["gap"].value is None
    assert finding.measures["gap"].why == DOUBT
    assert "cannot be right" in finding.sentence


def test_different_cases_are_compared_and_said_when_it_cannot_be_trained_again():
    finding = found(labels(30, 1000), None, labels(60, 400))
    assert finding.sentence == "Of 100 cases it learned from, it gets about 3 wrong; of 100 other cases, about 15."
    assert finding.details[0] == CANNOT
    assert "different cases" in finding.details[1]
    assert "recipe" in finding.advice[-1].sentence
    assert finding.measures["gap"].value == pytest.approx(0.12)
    assert "by_heart" not in finding.measures


def test_detail_says_so_when_held_out_cases_go_even_worse():
    finding = found(labels(30, 1000), labels(40, 1000), labels(160, 400))
    assert any("does even worse" in detail for detail in finding.details)


def test_groups_are_named_and_widen_the_range_when_rows_belong_together():
    plain = found(labels(30, 1000), labels(150, 1000), labels(60, 400))
    grouped = found(labels(30, 1000), labels(150, 1000), labels(60, 400), groups=True)
    assert any("“person”" in detail for detail in grouped.details)
    assert grouped.measures["gap"].interval.lower < plain.measures["gap"].interval.lower


def test_scores_tell_the_sure_ones_when_there_are_any():
    sure = np.where(np.arange(1000) < 90, 0.95, 0.6)
    finding = found(labels(30, 1000), labels(150, 1000), labels(60, 400), scores=np.column_stack([sure, 1 - sure]))
    assert finding.measures["by_heart_sure"].value == pytest.approx(0.06)


def test_silence_is_said_and_never_helps_when_answers_are_missing():
    seen = labels(30, 1000)
    seen[:30] = -1
    finding = found(seen, labels(150, 1000), labels(60, 400))
    assert finding.measures["gap"].value == pytest.approx(0.15)
    assert any("without an answer" in detail for detail in finding.details)


def test_too_little_is_known_when_no_training_case_is_answered():
    with pytest.raises(InsufficientDataError):
        found(np.full(50, -1, dtype=np.int32), labels(5, 50), labels(5, 50))


def test_errors_are_compared_in_trivial_units_when_the_target_is_a_number():
    right, held_out = np.arange(200.0), np.arange(100.0)
    finding = found(right + 5, right + 10, held_out + 5, task="regression")
    assert finding.sentence == (
        "On cases it learned from, its errors are 0.10 times those of a rule that knows nothing; "
        "had it not seen them, 0.20 times."
    )
    assert finding.measures["gap"].value == pytest.approx(0.10)
    assert finding.measures["gap"].unit == "ratio"
    assert "by_heart" not in finding.measures
    assert found(right + 5, None, held_out + 12, task="regression").measures["gap"].value is not None


def test_planted_gap_is_what_it_should_be_when_averaged_over_many_systems():
    gaps = []
    for seed in range(20):
        system = build(0.10, stream(seed, "p"))
        train = system.data.train
        halves = stream(seed, "h").random(len(train)) < 0.5
        unseen = np.empty(len(train), dtype=np.int32)
        for half in (halves, ~halves):
            unseen[half] = system.refit(train.take(~half), stream(seed, "r")).answers(train.take(half)).labels
        view = CrossFit(train=train, test=system.data.test, unseen=Answers(labels=unseen))
        gaps.append(run(system, view, Options(), TERMS, stream(0, "t")).measures["gap"].value)
    assert np.mean(gaps) == pytest.approx(0.10, abs=0.008)  # three standard errors


def test_held_out_cases_decide_when_the_refits_answer_exactly_alike():
    seen, test = labels(0, 1000), labels(168, 400)
    finding = found(seen, seen.copy(), test)
    assert finding.measures["gap"].value == pytest.approx(0.42)
    assert "by_heart" not in finding.measures
    assert finding.details[0] == ALIKE
    assert finding.advice[-1].sentence == RECIPE


def test_refits_that_only_move_the_scores_are_believed_unless_held_out_cases_go_worse():
    seen, scores = labels(0, 1000), np.full((1000, 2), 0.5)
    moved = np.column_stack([scores[:, 0] + 0.1, scores[:, 1] - 0.1])
    good = found(seen, seen.copy(), labels(0, 400), scores=scores, unseen_scores=moved)
    assert "by_heart" in good.measures
    poor = found(seen, seen.copy(), labels(168, 400), scores=scores, unseen_scores=moved)
    assert poor.measures["gap"].value == pytest.approx(0.42)
    assert poor.details[0] == ALIKE


def test_numbers_that_come_out_exactly_alike_are_doubted_too():
    right, held_out = np.arange(200.0), np.arange(100.0)
    finding = found(right, right.copy(), held_out + 12, task="regression")
    assert finding.details[0] == ALIKE
    assert finding.measures["gap"].value > 0.1


def test_the_reason_is_told_when_there_was_no_refit():
    finding = found(labels(30, 1000), None, labels(60, 400), why="Training it again failed with KeyError.")
    assert finding.details[0] == "Training it again failed with KeyError."
    assert "different cases" in finding.details[1]


def test_the_gap_of_this_model_is_judged_when_it_is_proven_to_be_worse():
    finding = found(labels(30, 1000), labels(40, 1000), labels(160, 400))
    assert finding.measures["gap"] == finding.measures["held_out_gap"]
    assert finding.measures["paired_gap"].value == pytest.approx(0.01)
    assert WHOSE_OWN in finding.details
    assert finding.sentence.endswith("of 100 other cases, about 40.")


def oversampled(seed, rows=1200, times=6):
    """Return a system that memorised training rows whose rare class was copied, so that it weighs more."""
    rng = stream(seed, "oversampled")
    frame = pd.DataFrame({f"x{place}": rng.normal(size=rows) for place in range(6)})
    truth = (rng.random(rows) < np.where(frame["x0"] > 1, 0.5, 0.1)).astype(int)
    half = np.arange(rows) < rows // 2
    rare = np.flatnonzero(half & (truth == 1))
    taken = np.concatenate([np.flatnonzero(half), *[rare] * (times - 1)])
    train = (frame.iloc[taken].reset_index(drop=True), truth[taken])
    data = from_arrays((frame[~half].reset_index(drop=True), truth[~half]), train)
    model = DecisionTreeClassifier(random_state=0).fit(*train)
    return System.of(wrap(model, few(data.test)), data)


def test_copies_are_left_out_together_when_a_class_was_oversampled():
    system = oversampled(1)
    unit = Unit(check=CHECK.id, seed_name=CHECK.id, options=options_for(CHECK, shipped(Stakes.MEDIUM), Effort.STANDARD))
    finding = run_unit(unit, CHECK, Bench(system=system, terms=TERMS, seed=3))
    assert finding.measures["gap"].value > 0.1
    assert finding.measures["gap"].interval.lower > 0.05
    assert any("Equal ones were always left out together" in detail for detail in finding.details)


@pytest.mark.parametrize("depth", [3, None])
def test_range_holds_the_gap_of_this_model_when_trained_on_new_cases_each_time(depth):
    held = 0
    for seed in range(60):
        rng = stream(seed, f"new cases/{depth}")
        frame = pd.DataFrame({f"x{place}": rng.normal(size=20_400) for place in range(5)})
        truth = (rng.random(20_400) < 1 / (1 + np.exp(-2 * frame["x0"] - frame["x1"]))).astype(int).to_numpy()
        train, test, fresh = (slice(*ends) for ends in ((0, 300), (300, 400), (400, None)))
        data = from_arrays(*((frame[part].reset_index(drop=True), truth[part]) for part in (test, train)))
        model = DecisionTreeClassifier(max_depth=depth, random_state=0).fit(frame[train], truth[train])
        unit = Unit(check=CHECK.id, seed_name=CHECK.id, options={"folds": 5, "decide_at": 0.05})
        system = System.of(wrap(model, few(data.test)), data)
        finding = run_unit(unit, CHECK, Bench(system=system, terms=TERMS, seed=seed))
        errors = [float((model.predict(frame[part]) != truth[part]).mean()) for part in (fresh, train)]
        interval = finding.measures["gap"].interval
        held += interval.lower <= errors[0] - errors[1] <= interval.upper
    assert held >= 60 * 0.95 - 2.5 * (60 * 0.95 * 0.05) ** 0.5
