# SPDX-License-Identifier: Apache-2.0
"""How often is the system wrong?"""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from probatum.adapters.interface import Wish, few, wrap
from probatum.checks.usage.error_rate import CHECK, Options, run
from probatum.evidence.judging import judge
from probatum.facts.plan import Terms
from probatum.facts.policy import Stakes
from probatum.facts.record import Verdict
from probatum.planted.answers import answering
from probatum.planted.scores import scoring
from probatum.runs.policies import shipped
from probatum.seeds import stream
from probatum.systems.datasets import from_arrays
from probatum.systems.system import System
from probatum.systems.views import TestRows

TERMS = Terms(confidence=0.95)


def found(system):
    view = TestRows(rows=system.data.test, train=system.data.train)
    return run(system, view, Options(), TERMS, stream(0, "t"))


def test_mistakes_are_counted_when_two_classes_are_told_apart():
    truth = np.repeat([0, 1], 100)
    answers = truth.copy()
    answers[:30] = 1
    finding = found(answering(answers, truth))
    assert "30 of 200" in finding.sentence
    assert finding.measures["error_rate"].value == 0.15
    assert finding.measures["error_ratio"].value == pytest.approx(0.3)
    assert finding.measures["skill"].value == pytest.approx(0.7)
    assert "brier_score" not in finding.measures  # labels say nothing of chances
    assert finding.measures["mistake_kinds"].groups[0].name == "said 1, was 0"
    assert [example.row for example in finding.examples] == [0, 1, 2, 3, 4]


def test_missed_class_is_measured_beside_the_rate_when_it_is_rare():
    truth = np.repeat([0, 1], [900, 100])
    answers = truth.copy()
    answers[900:950], answers[:20] = 0, 1
    measures = found(answering(answers, truth)).measures
    assert measures["error_rate"].value == 0.07
    assert [(part.name, part.value) for part in measures["class_recall"].groups] == [("1", 0.5), ("0", 880 / 900)]
    assert measures["balanced_accuracy"].value == pytest.approx((0.5 + 880 / 900) / 2)
    assert "auc" not in measures  # labels alone have no order


def test_area_and_squares_are_measured_where_there_are_scores_and_numbers():
    rng = stream(0, "area")
    truth = rng.integers(2, size=400)
    chance = np.clip(0.5 + 0.2 * (truth - 0.5) + 0.2 * rng.normal(size=400), 0, 1)
    frame = pd.DataFrame({"a": 1 - chance, "b": chance})
    data = from_arrays((frame, truth))
    system = System.of(wrap(lambda rows: rows.to_numpy(), few(data.test), Wish(output="probabilities")), data)
    measures = found(system).measures
    assert 0.6 < measures["auc"].value < 0.9
    left = measures["brier_score"].value / measures["trivial_brier_score"].value
    assert measures["skill"].value == pytest.approx(1 - left)
    assert "how frequent each class is; it was told from these cases" in found(system).details[0]
    numbers = from_arrays((frame, 1000 * chance))
    system = System.of(wrap(lambda rows: 1000 * rows["b"].to_numpy() + 5, few(numbers.test)), numbers)
    measures = found(system).measures
    assert measures["rmse"].value == pytest.approx(5)
    assert measures["r_squared"].value > 0.99


def test_trivial_rule_is_learned_from_train_when_there_is_one():
    frame = pd.DataFrame({"answer": np.repeat([0, 1], 50)})
    data = from_arrays((frame, np.repeat([0, 1], 50)), (frame, np.ones(100, dtype=int) * np.tile([1, 1, 1, 0], 25)))
    system = System.of(wrap(lambda rows: np.asarray(rows["answer"]), few(data.test), Wish(output="labels")), data)
    assert "“1”" in found(system).details[0]


def test_second_choice_is_looked_at_when_there_are_three_classes():
    rng = stream(0, "three")
    truth = rng.integers(3, size=300)
    scores = np.full((300, 3), 0.1)
    scores[np.arange(300), truth] = 0.3
    scores[np.arange(300), (truth + (np.arange(300) < 60)) % 3] += 0.5
    frame = pd.DataFrame(scores / scores.sum(axis=1, keepdims=True), columns=["a", "b", "c"])
    data = from_arrays((frame, truth))
    wish = Wish(output="probabilities")
    system = System.of(wrap(lambda rows: rows.to_numpy(), few(data.test), wish), data)
    assert found(system).measures["runner_up_right"].value == 1.0


def test_type_and_not_text_is_kept_when_the_model_raises_on_some_rows():
    def moody(rows):
        if (rows["x"] > 79).any():
            raise ArithmeticError("secret 4711")
        return np.zeros(len(rows), dtype=int)

    data = from_arrays((pd.DataFrame({"x": np.arange(100)}), np.tile([0, 0, 0, 1], 25)))
    finding = found(System.of(wrap(moody, few(data.test), Wish(output="labels")), data))
    assert finding.details[-1] == "It gave no answer for 20 cases: it raised ArithmeticError."
    assert finding.measures["no_answer"].value == 0.2
    assert "4711" not in str(finding)


def test_errors_are_sized_when_the_target_is_a_number():
    rng = stream(0, "numbers")
    x = rng.normal(size=500)
    data = from_arrays((pd.DataFrame({"x": x}), x + 0.01 * rng.normal(size=500)))
    finding = found(System.of(wrap(lambda rows: rows["x"].to_numpy(), few(data.test)), data))
    assert "error_rate" not in finding.measures
    assert finding.measures["skill"].value == pytest.approx(1 - finding.measures["error_ratio"].value)
    assert finding.measures["error_ratio"].interval.upper < 0.05


def test_chances_that_are_always_0_or_1_are_judged_as_labels():
    truth = np.repeat([0, 1], 100)
    sure = np.where(np.arange(200) % 10 == 0, 1 - truth, truth).astype(float)  # one in ten is wrong
    measures = found(scoring(sure, truth)).measures
    assert measures["skill"].value == pytest.approx(1 - 20 / 100)
    assert "trivial_brier_score" not in measures


def test_a_system_that_knows_nothing_never_passes():
    truth = np.repeat([0, 1], [700, 300])
    finding = replace(found(scoring(np.full(1000, 0.3), truth)), check=CHECK.id, judged=("skill",))
    verdicts = {stakes: judge(finding, shipped(stakes), on=date(2026, 1, 1)).verdict for stakes in Stakes}
    assert verdicts[Stakes.LOW] is Verdict.INCONCLUSIVE
    assert verdicts[Stakes.MEDIUM] is verdicts[Stakes.HIGH] is verdicts[Stakes.CRITICAL] is Verdict.FAIL


def test_perfect_model_has_no_mistakes_when_measured():
    truth = np.repeat([0, 1], 100)
    finding = found(answering(truth, truth))
    assert finding.measures["error_rate"].value == 0
    assert finding.measures["error_ratio"].value == 0
    assert finding.measures["skill"].value == 1
    assert finding.examples == ()
