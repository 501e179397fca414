# SPDX-License-Identifier: Apache-2.0
"""What was found between groups, in words."""

import numpy as np

from probatum.engines.groups.compare import compare
from probatum.engines.groups.grammar import headline, verdicts, why_open
from probatum.engines.groups.questions import Groups, Question
from probatum.engines.groups.shares import Shares
from probatum.engines.groups.tallies import tally


def comparison(counts, n, names=("a", "b")):
    counts, n = np.asarray(counts), np.asarray(n)
    groups = Groups(
        names=names,
        columns=("x",),
        codes=np.zeros(1, dtype=np.int32),
        lines=np.ones((1, len(names) + 1), dtype=bool),
    )
    found = tally(counts, n)
    numbers = Shares(seen=found, possible=found)
    one = Question(
        measure="m", groups=groups, rows=n, numbers=numbers, whose="whose right answer was “no”", did="were stopped"
    )
    return compare([groups], [one], confidence=0.95, keep=5)


def test_rows_needed_follow_the_width_when_too_few():
    (small,) = verdicts(comparison([20, 20], [100, 100]), 0.1)
    (large,) = verdicts(comparison([30, 30], [150, 150]), 0.1)
    # a range that reaches .12 far, and a limit .1 away: 6.4 times the 200 people, to be sure by 8 in 10
    assert small == "By x: too few people to tell: about 1,300 fresh people in “b” and “a” would probably decide."
    assert large == "By x: no difference above 10 of 100 (proven)."


def test_all_is_said_when_a_difference_is_proven_and_small():
    found = comparison([2500, 2100], [10_000, 10_000])
    assert verdicts(found, 0.1) == ("By x: different (proven), but by no more than 6 of 100.",)
    assert headline(found, 0.1) == (
        "Of 100 people whose right answer was “no”, 25 among a were stopped, and 21 among b."
    )


def test_more_cannot_be_had_when_the_gap_sits_on_the_line():
    (said,) = verdicts(comparison([20, 30], [100, 100]), 0.1)
    assert said == "By x: too close to the limit to tell, of “b” and “a”: more people would hardly decide it."


def test_it_is_too_close_to_tell_when_hundreds_of_thousands_would_be_needed():
    (said,) = verdicts(comparison([158, 140], [200, 200]), 0.1)  # 79 against 70 of 100
    assert said == "By x: too close to the limit to tell, of “a” and “b”: more people would hardly decide it."


def test_people_are_too_few_when_the_gap_is_far_from_the_limit():
    (said,) = verdicts(comparison([5, 6], [12, 12]), 0.3)
    assert said.startswith("By x: too few people to tell: about ")


def test_it_says_why_when_nobody_can_be_compared():
    found = comparison([3, 30], [5, 100])
    assert headline(found, 0.1) == "There are too few people to compare any two groups."
    assert verdicts(found, 0.1) == ("By x nobody can be compared: there are not two groups of at least 10 people.",)
    assert why_open(found) == "There are too few people to compare: a; x."
