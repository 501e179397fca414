# SPDX-License-Identifier: Apache-2.0
"""Is it right 90 times of 100 when it says that it is 90 of 100 sure?"""

import numpy as np
import pandas as pd
import pytest

from probatum.adapters.interface import Wish, few, wrap
from probatum.checks.usage.calibration import Options, run
from probatum.errors import InsufficientDataError
from probatum.facts.plan import Terms
from probatum.planted.answers import answering
from probatum.planted.scores import scoring
from probatum.seeds import stream
from probatum.systems.datasets import from_arrays
from probatum.systems.system import System
from probatum.systems.views import TestRows

TERMS = Terms(confidence=0.95)


def found(system, options=None):
    return run(system, TestRows(rows=system.data.test), options or Options(), TERMS, stream(0, "t"))


def forecaster():
    """Say 0.1 and 0.9; right 30 and 70 of 100 times."""
    said = np.repeat([0.1, 0.9], 500)
    truth = np.concatenate([np.arange(500) < 150, np.arange(500) < 350]).astype(int)
    return scoring(said, truth)


def test_error_is_counted_when_two_numbers_are_said():
    finding = found(forecaster())
    error = finding.measures["calibration_error"]
    # both off by 0.2, less the noise of 0.21 / 499
    assert error.value == pytest.approx(np.sqrt(0.04 - 0.21 / 499))
    assert error.interval.lower > 0.15
    # both answers are wrong 30 of 100 times, and said to be wrong 10 of 100 times
    assert finding.measures["overconfidence"].value == pytest.approx(0.2)
    assert finding.measures["brier_score"].value == pytest.approx(0.7 * 0.01 + 0.3 * 0.81)
    assert [part.value for part in finding.measures["reliability"].groups] == [0.3, 0.7]
    assert [part.value for part in finding.measures["said"].groups] == pytest.approx([0.1, 0.9])
    assert finding.sentence == (
        "When it says 90 of 100 for “1”, it is right 65 to 75 times of 100; "
        "on average its certainty is off by about 20 of 100."
    )
    assert any("surer than it should be" in line for line in finding.details)
    assert finding.advice


def test_nothing_is_advised_when_the_chances_hold():
    said = np.repeat([0.1, 0.5, 0.9], 200)
    truth = np.concatenate([np.arange(200) < count for count in (20, 100, 180)]).astype(int)
    finding = found(scoring(said, truth))
    error = finding.measures["calibration_error"]
    assert error.value == error.interval.lower == 0
    assert error.interval.upper > 0
    assert "not seen to be off" in finding.sentence
    assert finding.advice == ()
    assert "calibration_error_by_class" not in finding.measures


def test_errors_of_both_classes_do_not_cancel_when_there_are_two():
    # of either answer's certainty, 0.8, half is said too often (0.9 true) and half too seldom (0.7 true)
    said = np.repeat([0.2, 0.8], 1000)
    truth = np.concatenate([np.arange(1000) < 100, np.arange(1000) < 700]).astype(int)
    assert found(scoring(said, truth)).measures["calibration_error"].interval.lower > 0.07


def test_each_class_is_measured_when_there_are_three():
    rng = stream(0, "three")
    scores = rng.dirichlet([1, 1, 1], size=2000)
    truth = (rng.random(2000)[:, None] > np.cumsum(scores, axis=1)).sum(axis=1)
    finding = found(scoring(scores, truth))
    assert {part.name for part in finding.measures["calibration_error_by_class"].groups} == {"0", "1", "2"}
    assert finding.measures["calibration_error"].interval.lower == 0
    assert "for “" not in finding.sentence
    sure = scores.max(axis=1)
    assert finding.measures["said"].value == pytest.approx(sure.mean())


def test_zeros_and_ones_are_measured_when_nothing_else_is_said():
    truth = np.repeat([0, 1], 200)
    said = truth.astype(float)
    said[:30] = 1
    finding = found(scoring(said, truth))
    assert finding.measures["calibration_error"].interval.lower > 0.05
    assert "It only ever says 0 or 100 of 100, so it claims to be certain every time." in finding.details


def test_looked_for_class_is_judged_when_it_comes_first():
    said = np.repeat([0.1, 0.9], 500)  # of the first class
    truth = np.where(np.concatenate([np.arange(500) < 150, np.arange(500) < 350]), "a", "b")
    data = from_arrays((pd.DataFrame({"said": said}), truth), positive="a")
    wish = Wish(output="probabilities", positive="a")
    finding = found(System.of(wrap(lambda rows: rows["said"].to_numpy(), few(data.test), wish), data))
    assert "When it says 90 of 100 for “a”" in finding.sentence
    assert [part.value for part in finding.measures["reliability"].groups] == [0.3, 0.7]


@pytest.mark.parametrize(("silent", "used"), [(0, 1000), (3, 990), (10, 990), (40, 960)])
def test_small_number_of_silent_rows_is_not_told_when_they_are_left_out(silent, used):
    rng = stream(0, "silent")
    said = rng.uniform(size=1000)
    truth = (rng.random(1000) < said).astype(int)
    said[:silent] = np.nan
    finding = found(scoring(said, truth))
    assert finding.measures["calibration_error"].n == used
    assert sum(part.n for part in finding.measures["said"].groups) == used
    told = [line for line in finding.details if "left out" in line]
    assert len(told) == (silent > 0)
    if 0 < silent <= 10:
        assert told == ["10 cases are left out: it gave no answer to at least one of them."]


def test_too_few_cases_are_refused_when_asked():
    with pytest.raises(InsufficientDataError, match="Wanted 50 cases"):
        found(scoring(np.full(49, 0.5), np.arange(49) % 2))


def test_labels_alone_are_refused_when_no_chance_is_given():
    truth = np.repeat([0, 1], 100)
    with pytest.raises(InsufficientDataError, match="more rows"):
        found(answering(truth, truth))


def test_groups_are_as_many_as_asked_when_an_option_says_so():
    rng = stream(0, "bins")
    said = rng.uniform(size=1000)
    finding = found(scoring(said, (rng.random(1000) < said).astype(int)), Options(bins=4))
    assert len(finding.measures["said"].groups) == 4


def test_scores_just_above_one_are_taken_for_one_when_rounded():
    scores = np.tile([[1 + 5e-7, 0.0], [0.0, 1 + 5e-7]], (100, 1))
    assert found(scoring(scores, np.tile([0, 1], 100))).measures["calibration_error"].value == 0
