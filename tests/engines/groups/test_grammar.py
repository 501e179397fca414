# SPDX-License-Identifier: Apache-2.0
"""What was found between groups, in words."""

from engines.groups.making import question
from probatum.engines.groups.compare import compare
from probatum.engines.groups.grammar import headline, verdicts, why_open


def comparison(counts, n, names=("a", "b"), **more):
    one = question(counts, n, names=names, **more)
    return compare([one.groups], [one], confidence=0.95, within=0.1, least_share=0.9)


def test_rows_needed_follow_the_width_when_too_few():
    (small,) = verdicts(comparison([20, 20], [100, 100]), 0.1)
    (large,) = verdicts(comparison([30, 30], [150, 150]), 0.1)
    # a range that reaches .12 far, and a limit .1 away: 6.4 times the 200 people, to be sure by 8 in 10
    assert small == "By x: too few people to tell: 650 in “a”, among 1,300 fresh ones, would probably decide."
    assert large == "By x: no difference above 10 of 100 (proven)."


def test_all_is_said_when_a_difference_is_proven_and_small():
    found = comparison([2500, 2100], [10_000, 10_000])
    assert verdicts(found, 0.1) == ("By x: different (proven), but by no more than 6 of 100.",)
    assert headline(found, 0.1) == (
        "Of 100 people whose right answer was “no”, 25 among a were stopped, and 21 among b."
    )


def test_more_cannot_be_had_when_the_gap_sits_on_the_line():
    (said,) = verdicts(comparison([20, 30], [100, 100]), 0.1)
    assert said == "By x: too close to the limit to tell, of “a”: more people would hardly decide it."


def test_it_is_too_close_to_tell_when_hundreds_of_thousands_would_be_needed():
    (said,) = verdicts(comparison([158, 140], [200, 200]), 0.1)  # 79 against 70 of 100
    assert said == "By x: too close to the limit to tell, of “a”: more people would hardly decide it."


def test_people_are_too_few_when_the_gap_is_far_from_the_limit():
    (said,) = verdicts(comparison([12, 13], [26, 26]), 0.3)
    assert said.startswith("By x: too few people to tell: ")


def test_it_says_why_when_nobody_can_be_compared():
    found = comparison([3, 30], [5, 100])
    assert headline(found, 0.1) == "There are too few people to compare any group with everybody else."
    assert verdicts(found, 0.1) == ("By x nobody can be compared: there are not two groups of at least 10 people.",)
    assert why_open(found) == "There are too few people to compare: a; x."


def test_the_groups_that_a_pass_speaks_of_are_named():
    found = comparison([2000, 1010, 30, 2], [4000, 2000, 60, 9], names=("a", "b", "c", "d"))
    assert headline(found, 0.1) == (
        "No group of at least 70 people is treated differently from everybody else by more than 4 of 100."
    )
    assert verdicts(found, 0.1) == (
        "By x: no difference above 4 of 100 (proven).",
        "By x, how smaller groups fare cannot be told: c.",
        "By x, some cannot be compared, since there are fewer than 10 people whose right answer was “no” among "
        "them: d.",
    )
    assert why_open(found) is None
    assert found.scope.told() == (
        "This holds for groups of at least 70 people. However people are told apart, at least 98 of 100 are in one. "
        "How smaller groups fare cannot be told."
    )


def test_too_many_people_of_no_known_group_leave_it_open():
    found = comparison([2000, 1000], [4000, 2000], in_none=2000)
    assert why_open(found) == "Of too many people it is not known which group they are in."
