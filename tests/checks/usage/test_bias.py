# SPDX-License-Identifier: Apache-2.0
"""Are groups of people treated differently?"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from probatum.adapters.cases import CasesModel
from probatum.adapters.interface import few, wrap
from probatum.checks.usage.bias import CHECK, Options, run
from probatum.errors import InsufficientDataError
from probatum.facts.plan import Terms
from probatum.planted.usage.bias import told_apart
from probatum.seeds import stream
from probatum.systems.datasets import Said, from_arrays
from probatum.systems.datasets.groups import groupings
from probatum.systems.system import System
from probatum.systems.views import GroupedRows

TERMS = Terms(confidence=0.95)
NONE = 9  # a label that is no class: no answer


def found(system, **options):
    data = system.data
    view = GroupedRows(rows=data.test, groupings=groupings(data.test), train=data.train)
    return run(system, view, Options(**options), TERMS, stream(0, "t"))


def people(*cells):
    """Return answers, truth and groups from (group, truth, answer, how many)."""
    group, truth, answers = (np.concatenate([np.full(cell[3], cell[at]) for cell in cells]) for at in (0, 1, 2))
    return answers.astype(int), truth.astype(int), group


def flagged(a, b, n=1000, hits=800):
    """Two groups of 2 n people, of whom ``a`` and ``b`` are flagged wrongly."""
    return people(
        *[("x", 0, 1, a), ("x", 0, 0, n - a), ("x", 1, 1, hits), ("x", 1, 0, n - hits)],
        *[("y", 0, 1, b), ("y", 0, 0, n - b), ("y", 1, 1, hits), ("y", 1, 0, n - hits)],
    )


def test_gap_is_told_as_people_of_100_when_proven():
    finding = found(told_apart(*flagged(420, 220)))
    assert finding.sentence == (
        "Of 100 people whose right answer was “0”, 42 among region = x were answered “1”, and 22 among region = y."
    )
    largest = finding.measures["max_gap"]
    assert largest.value == 0.2
    # two independent shares, z of 2.24 for two gaps: 0.2 -+ 2.24 * 0.0203
    assert largest.interval.lower == pytest.approx(0.154, abs=0.003)
    assert largest.interval.upper == pytest.approx(0.240, abs=0.003)  # z of 1.96
    assert "different (proven)" in finding.details[0]
    assert finding.tried == 2


def test_every_number_stands_beside_the_judged_ones_when_shown():
    measures = found(told_apart(*flagged(420, 220))).measures
    by_name = {part.name: part.value for part in measures["false_positive_rate"].groups}
    assert by_name == {"region = x": 0.42, "region = y": 0.22}
    assert measures["true_positive_rate"].value == 0.8
    assert measures["selection_rate"].groups[0].value == 0.61
    assert measures["precision"].groups[0].value == 800 / 1220
    assert measures["precision_gap"].groups[0].name == "region = y against region = x"
    assert "calibration_gap" not in measures


def test_difference_is_ruled_out_when_people_are_many():
    finding = found(told_apart(*flagged(220, 220)))
    assert finding.sentence == ("No group of people is treated differently from everybody else by more than 4 of 100.")
    assert finding.details[0] == "By region: no difference above 4 of 100 (proven)."
    assert finding.measures["max_gap"].interval.upper < 0.05


def test_more_people_are_asked_for_when_too_few():
    finding = found(told_apart(*flagged(22, 22, n=100, hits=80)))
    assert "too few people to tell: " in finding.details[0]
    assert " fresh ones, would probably decide" in finding.details[0]
    assert finding.measures["max_gap"].interval.upper > 0.1


def test_verdict_stays_open_when_a_group_has_nobody_to_compare():
    answers, truth, group = flagged(220, 220)
    group[truth == 1] = "x"  # nobody in y has the right answer 1
    finding = found(told_apart(answers, truth, group))
    assert finding.measures["max_gap"].interval.upper is None
    assert "fewer than 10 people whose right answer was “1” among them: region = y" in finding.details[1]


def test_it_cannot_tell_when_there_is_one_group_only():
    answers, truth, _ = flagged(220, 220)
    with pytest.raises(InsufficientDataError, match="region"):
        found(told_apart(answers, truth, np.full(len(truth), "x")))


def test_silence_never_closes_a_gap_when_answers_are_withheld():
    answers, truth, group = flagged(420, 220)
    quiet = answers.copy()
    quiet[np.flatnonzero((group == "x") & (truth == 0) & (answers == 1))[:200]] = NONE
    finding = found(told_apart(quiet, truth, group))
    largest = finding.measures["max_gap"].interval
    assert largest.lower > 0.1  # x is left without an answer, y is not
    assert largest.upper > 0.2  # had they been answered "1"
    assert "got no answer" in finding.sentence
    assert any("no answer" in detail for detail in finding.details[1:])
    even = answers.copy()
    even[np.flatnonzero((group == "y") & (truth == 0) & (answers == 0))[:200]] = NONE
    assert found(told_apart(even, truth, group)).measures["max_gap"].interval.lower > 0.1


def test_no_small_count_comes_out_when_the_whole_is_known():
    hits = [("x", 1, 1, 60), ("x", 1, 0, 40), ("y", 1, 1, 60), ("y", 1, 0, 40)]
    three = [("x", 0, 1, 3), ("x", 0, 0, 1000), ("y", 0, 1, 254), ("y", 0, 0, 246)]
    five = [("x", 0, 1, 5), ("x", 0, 0, 998), ("y", 0, 1, 252), ("y", 0, 0, 248)]  # the same sums
    finding, other = found(told_apart(*people(*three, *hits))), found(told_apart(*people(*five, *hits)))
    assert finding.measures["false_positive_rate"].groups[0].value is None
    assert finding.measures == other.measures
    assert (finding.sentence, finding.details) == (other.sentence, other.details)
    assert finding.measures["max_gap"].interval.lower > 0.4
    assert "between 0 and 1 among region = x" in finding.sentence


def test_each_class_is_held_against_the_rest_when_there_are_three():
    rng = stream(0, "three")
    truth, group = rng.integers(3, size=3000), rng.integers(2, size=3000)
    answers = np.where((truth == 2) & (group == 1) & (rng.random(3000) < 0.4), 0, truth)
    finding = found(told_apart(answers, truth, np.array(["x", "y"])[group], classes=(0, 1, 2)))
    assert finding.tried == 6
    assert "whose right answer was “2”" in finding.sentence
    assert finding.measures["true_positive_rate"].value is None
    assert "region = x (“0”)" in [part.name for part in finding.measures["true_positive_rate"].groups]
    assert any("Each class" in detail for detail in finding.details)


def test_calibration_is_compared_when_there_are_probabilities():
    rng = stream(0, "scores")
    score, group = rng.random(4000), rng.integers(2, size=4000)
    truth = (rng.random(4000) < score - 0.1 * group * (score > 0.2)).astype(int)
    frame = pd.DataFrame({"sex": np.array(["f", "m"])[group], "score": score})
    data = from_arrays((frame, truth), classes=(0, 1), positive=1, protected=("sex",))
    model = wrap(lambda rows: np.column_stack([1 - rows["score"], rows["score"]]), few(data.test))
    measures = found(System.of(model, data)).measures
    assert measures["calibration_gap"].groups[1].value == pytest.approx(-0.08, abs=0.03)
    assert measures["calibration_gap_between"].groups[0].interval.lower > 0


def test_equal_ranks_are_compared_when_there_are_no_probabilities():
    rng = stream(0, "ranks")
    rank, group = rng.integers(1, 11, size=4000), rng.integers(2, size=4000)
    truth = (rng.random(4000) < rank / 12 + 0.1 * group).astype(int)
    frame = pd.DataFrame({"sex": np.array(["f", "m"])[group]})
    data = from_arrays((frame, truth), classes=(0, 1), positive=1, protected=("sex",))
    said = Said(labels=(rank >= 5).astype(np.int32), ranks=rank.astype(float))
    data = replace(data, test=replace(data.test, said=said))
    measures = found(System.of(CasesModel(data.test), data)).measures
    assert measures["calibration_gap_between"].value == pytest.approx(0.1, abs=0.03)
    assert measures["calibration_gap"].value == pytest.approx(0.0, abs=1e-9)


def test_numbers_are_compared_in_units_of_the_trivial_error_when_the_target_is_one():
    rng = stream(0, "numbers")
    truth, group = rng.normal(size=2000), rng.integers(2, size=2000)
    frame = pd.DataFrame({"sex": np.array(["f", "m"])[group], "said": truth + 0.4 * group})
    data = from_arrays((frame, truth), protected=("sex",))
    finding = found(System.of(wrap(lambda rows: rows["said"].to_numpy(), few(data.test)), data))
    largest = finding.measures["max_gap"]
    assert largest.unit == "ratio"
    assert largest.value == pytest.approx(0.4 / np.abs(truth - np.median(truth)).mean(), abs=0.001)
    assert (
        "Compared with the right answers, those of the system are 0.4 higher for sex = m than for" in finding.sentence
    )
    assert "in the unit of what is predicted" in finding.details[0]


def test_limit_is_followed_when_the_policy_sets_one():
    assert CHECK.follows == {"decide_at": "max_gap", "decide_ratio_at": "selection_ratio"}
    finding = found(told_apart(*flagged(220, 220)), decide_at=0.02)
    assert "too few people to tell" in finding.details[0]


def nations(*small, many=2400):
    """Two large groups that are treated alike, and small ones."""
    large = [(name, right, said, many) for name in ("x", "y") for right in (0, 1) for said in (0, 1)]
    return told_apart(*people(*large, *small))


def test_a_small_group_that_never_gets_a_yes_is_not_hidden_in_a_pool():
    """Four nations of nine people each, one of which is always told no: the pool looks fair enough."""
    small = [(name, 1, int(name != "d"), 9) for name in "abcd"]
    finding = found(nations(*small))
    measure = finding.measures["max_gap"]
    assert "holds for groups of at least 10 people" in measure.scope
    assert finding.sentence.startswith("No group of at least 10 people is treated differently")
    assert any("how each of them fares cannot be told" in detail for detail in finding.details)
    assert not any("under 10" in part.name for part in measure.groups)
    few = found(nations(*small, many=40)).measures["max_gap"]
    assert few.interval.upper is None  # a tenth of all people are in no group to speak of
    assert few.interval.why


def test_a_pass_is_kept_from_all_when_a_small_group_is_proven_to_fare_worse():
    """A nation of 60 people, half of whom should get a yes and never do."""
    finding = found(nations(("d", 1, 0, 30), ("d", 0, 0, 30)))
    measure = finding.measures["max_gap"]
    assert measure.scope is None
    assert measure.interval.lower > 0.1
    assert "0 among region = d" in finding.sentence
