# SPDX-License-Identifier: Apache-2.0
"""The last pass over what is published, also by checks of others."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.engines.intervals.proportions import clopper_pearson
from probatum.evidence.judging import judge
from probatum.facts.finding import Finding, Measure, Part
from probatum.facts.policy import POLICY_FORMAT, Direction, Limit, Policy, Stakes
from probatum.facts.record import Verdict
from probatum.runs.disclosure.control import discreet


def part(name, count, n):
    return Part(name=name, value=count / n, interval=clopper_pearson(count, n, confidence=0.95), n=n)


def finding(*parts, **more):
    whole = Measure(value=0.3, unit="share", interval=None, n=1000, groups=parts, **more)
    return Finding(sentence="x", check="other/check", measures={"m": whole}, judged=("m",))


@pytest.mark.parametrize(("count", "n"), [(1, 100), (9, 100), (91, 100), (99, 100), (8, 23), (15, 23), (5, 12)])
def test_small_count_of_a_check_of_others_is_hidden(count, n):
    (found,) = discreet(finding(part("g", count, n))).measures["m"].groups
    assert found.value is None
    assert found.interval.lower <= count / n <= found.interval.upper
    same = [discreet(finding(part("g", other, n))).measures["m"].groups[0] for other in (1, 5) if count < 10]
    assert not same or same[0].value is same[1].value is None


@pytest.mark.parametrize(("count", "n"), [(0, 100), (10, 100), (90, 100), (100, 100)])
def test_other_counts_are_told(count, n):
    (found,) = discreet(finding(part("g", count, n))).measures["m"].groups
    assert found.value == count / n


def test_group_of_fewer_than_ten_has_no_part():
    assert discreet(finding(part("rare", 1, 2), part("g", 30, 100))).measures["m"].groups[0].name == "g"


def test_amounts_of_damage_are_no_groups_of_people():
    (found,) = discreet(finding(part("damage", 1, 445), whole=True)).measures["m"].groups
    assert found.value == round(1 / 445, 4)


@given(st.floats(0, 1), st.floats(0, 0.3), st.floats(0, 0.3), st.floats(0.01, 0.99))
def test_verdict_is_never_turned_round_by_rounding(value, below, above, limit):
    ends = clopper_pearson(1, 2, confidence=0.95)
    ends = type(ends)(
        lower=max(0.0, value - below), upper=min(1.0, value + above), confidence=0.95, method="m", why=None
    )
    one = Finding(
        sentence="x",
        check="a/b",
        judged=("m",),
        measures={"m": Measure(value=value, unit="share", interval=ends, n=1000)},
    )
    rule = Limit(direction=Direction.AT_MOST, limit=limit, because="x")
    policy = Policy(
        format=POLICY_FORMAT,
        title="t",
        by="b",
        stakes=Stakes.MEDIUM,
        confidence=0.95,
        limits={"a/b": {"m": rule}},
        options={},
        demands={},
    )
    before, after = (judge(found, policy, on=date(2026, 1, 1)).verdict for found in (one, discreet(one)))
    assert after in (before, Verdict.INCONCLUSIVE)
    assert discreet(discreet(one)) == discreet(one)
