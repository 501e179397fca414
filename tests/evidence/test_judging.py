# SPDX-License-Identifier: Apache-2.0
"""Verdicts come from intervals, and only the policy gives them."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.evidence.judging import SEVERITY, judge, worst
from probatum.facts.deciding import times_needed
from probatum.facts.finding import Finding, Measure, Part, State, Topic
from probatum.facts.interval import Interval
from probatum.facts.policy import Direction, Limit, Policy, Stakes
from probatum.facts.record import Verdict

DAY = date(2026, 6, 1)


def policy(direction=Direction.AT_MOST, limit=0.1, demands=None):
    limits = {"usage/error-rate": {"error_rate": Limit(direction=direction, limit=limit, because="so")}}
    return Policy(
        format="probatum-policy/1", title="t", by="b", stakes=Stakes.MEDIUM, confidence=0.95, limits=limits, options={},
        demands=demands or {},
    )  # fmt: skip


def finding(lower, upper, value=None, n=100, why=None):
    interval = Interval(lower=lower, upper=upper, confidence=0.95, method="m", why=why)
    middle = value if value is not None else ((lower or 0) + (upper or 0)) / 2
    measure = Measure(value=middle, unit="share", interval=interval, n=n)
    return Finding(sentence="s", check="usage/error-rate", judged=("error_rate",), measures={"error_rate": measure})


@pytest.mark.parametrize(
    ("lower", "upper", "verdict"),
    [
        (0.00, 0.09, Verdict.PASS),
        (0.00, 0.10, Verdict.PASS),  # the limit is included
        (0.05, 0.11, Verdict.INCONCLUSIVE),
        (0.10, 0.20, Verdict.INCONCLUSIVE),  # the lower bound still equals the limit
        (0.11, 0.20, Verdict.FAIL),
        (None, 0.09, Verdict.PASS),
        (0.11, None, Verdict.FAIL),
        (0.01, None, Verdict.INCONCLUSIVE),
        (None, None, Verdict.INCONCLUSIVE),
    ],
)
def test_verdict_follows_the_interval_when_the_measure_may_be_at_most_the_limit(lower, upper, verdict):
    assert judge(finding(lower, upper), policy(), on=DAY).verdict is verdict


@pytest.mark.parametrize(
    ("lower", "upper", "verdict"),
    [
        (0.11, 0.2, Verdict.PASS),
        (0.10, 0.2, Verdict.PASS),
        (0.05, 0.2, Verdict.INCONCLUSIVE),
        (0.0, 0.09, Verdict.FAIL),
    ],
)
def test_verdict_follows_the_interval_when_the_measure_must_be_at_least_the_limit(lower, upper, verdict):
    assert judge(finding(lower, upper), policy(Direction.AT_LEAST), on=DAY).verdict is verdict


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_nothing_passes_and_fails_when_the_limit_moves(low, high, limit):
    low, high = sorted((low, high))
    strict = judge(finding(low, high), policy(limit=limit), on=DAY).verdict
    looser = judge(finding(low, high), policy(limit=limit + 0.1), on=DAY).verdict
    order = [Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.PASS]
    assert order.index(looser) >= order.index(strict)


def test_count_is_exact_when_it_has_no_interval():
    count = Measure(value=0, unit="rows", interval=None, n=5)
    counted = Finding(sentence="s", check="usage/error-rate", judged=("error_rate",), measures={"error_rate": count})
    assert judge(counted, policy(limit=0), on=DAY).verdict is Verdict.PASS
    one_more = replace(counted, measures={"error_rate": replace(count, value=1)})
    assert judge(one_more, policy(limit=0), on=DAY).verdict is Verdict.FAIL


def test_error_is_never_a_pass_when_a_check_stops():
    stopped = replace(finding(0, 0.01), state=State.ERROR, why="It stopped.")
    assert judge(stopped, policy(), on=DAY).verdict is Verdict.ERROR


def test_missing_measure_is_never_a_pass_when_the_policy_judges_it():
    assert judge(replace(finding(0, 0.01), measures={}), policy(), on=DAY).verdict is Verdict.INCONCLUSIVE


def test_verdict_is_inconclusive_when_the_policy_sets_no_limit():
    assert judge(replace(finding(0, 0.01), check="usage/other"), policy(), on=DAY).verdict is Verdict.INCONCLUSIVE


def test_rows_needed_are_those_that_decide_with_a_chance_of_eight_in_ten():
    verdict = judge(finding(0.02, 0.14, value=0.08, n=100), policy(limit=0.12), on=DAY).measures[0]
    times = times_needed(0.06, 0.04)
    assert times == pytest.approx(12.26, abs=0.01)
    assert verdict.rows_needed == 1300
    assert "about 1,300 fresh rows would decide with a chance of 8 in 10" in verdict.why


def test_rows_needed_are_not_said_when_over_a_hundred_times_the_rows():
    verdict = judge(bracket(0.03, 0.07, 0.2, 0.9), policy(limit=0.3), on=DAY).measures[0]
    assert verdict.rows_needed is None
    assert "cannot be decided" in verdict.why


@pytest.mark.parametrize(("value", "limit"), [(0.0999, 0.1), (0.09, 0.1), (0.11, 0.1), (0.1, 0.1)])
def test_it_is_too_close_to_tell_when_the_number_lies_next_to_the_limit(value, limit):
    verdict = judge(finding(0.03, 0.17, value=value, n=5000), policy(limit=limit), on=DAY).measures[0]
    assert verdict.rows_needed is None
    assert "too close to the limit to tell" in verdict.why


def test_rows_needed_are_those_of_the_group_that_reaches_furthest_when_the_worst_of_several_is_judged():
    plain = finding(0.02, 0.43, value=0.04, n=1000)
    far = Interval(lower=-0.2, upper=0.43, confidence=0.95, method="m")
    widest = Part(name="c against d", value=0.03, interval=far, n=60)
    one = replace(plain, measures={"error_rate": replace(plain.measures["error_rate"], widest=widest)})
    verdict = judge(one, policy(limit=0.1), on=DAY).measures[0]
    assert verdict.rows_needed == 53_000  # its range reaches .40 far, and the limit lies .07 away


def bracket(lower, value, possible, upper, n=100):
    plain = finding(lower, upper, value=value, n=n)
    return replace(plain, measures={"error_rate": replace(plain.measures["error_rate"], possible=possible)})


@pytest.mark.parametrize("limit", [0.1, 0.2, 0.4])
def test_no_number_of_rows_is_named_when_the_limit_lies_in_what_is_neither_proven_nor_broken(limit):
    verdict = judge(bracket(0.05, 0.1, 0.4, 0.5), policy(limit=limit), on=DAY).measures[0]
    assert verdict.verdict is Verdict.INCONCLUSIVE
    assert verdict.rows_needed is None
    assert verdict.why == "The range holds the limit; more rows cannot decide: 30 of 100 are neither proven nor broken."


@pytest.mark.parametrize(
    ("limit", "rows"),
    [
        (0.48, 840),  # the reach above is .5 - .4, and the limit lies .08 away: 8.4 times the rows
        (0.49, 540),  # .09 away
        (0.06, 840),  # the reach below is .1 - .05, and the limit lies .04 away
    ],
)
def test_rows_needed_are_those_that_bring_the_nearer_end_to_the_limit_when_there_is_a_bracket(limit, rows):
    verdict = judge(bracket(0.05, 0.1, 0.4, 0.5), policy(limit=limit), on=DAY).measures[0]
    assert verdict.rows_needed == rows
    at_least = judge(bracket(0.05, 0.1, 0.4, 0.5), policy(Direction.AT_LEAST, limit=limit), on=DAY).measures[0]
    assert at_least.rows_needed == rows


def test_a_bracket_with_nothing_between_its_sides_is_like_any_number():
    for limit in (0.05, 0.1, 0.12):
        plain = judge(finding(0.02, 0.14, value=0.1), policy(limit=limit), on=DAY).measures[0]
        assert judge(bracket(0.02, 0.1, 0.1, 0.14), policy(limit=limit), on=DAY).measures[0] == plain


def test_a_number_of_rows_is_true_when_there_is_a_bracket():
    """So many rows of the same kind bring the upper end to the limit, even if luck is against it."""
    from probatum.engines.evasion.known import Known, measures

    def known(n):
        part = np.arange(n) / n
        return Known(found=np.where(part < 0.02, 0.1, np.inf), safe=np.where(part >= 0.06, 0.1, 0.0))

    def at(n):
        measure = measures(known(n), 0.1, [], confidence=0.95)["fooled_share"]
        one = Finding(sentence="s", check="usage/error-rate", judged=("error_rate",), measures={"error_rate": measure})
        return judge(one, policy(limit=0.1), on=DAY).measures[0]

    first = at(200)
    assert first.verdict is Verdict.INCONCLUSIVE
    assert at(first.rows_needed).verdict is Verdict.PASS
    assert at(first.rows_needed // 8).verdict is Verdict.INCONCLUSIVE


def declared(*topics):
    return Finding(sentence="s", state=State.DECLARED, check="usage/declarations", topics=topics)


def said(topic, expires=None):
    return Topic(topic=topic, text="t", by="b", expires=expires)


@pytest.mark.parametrize(
    ("topics", "verdict"),
    [
        ((), Verdict.UNANSWERED),
        ((said("harms"),), Verdict.DECLARED),
        ((said("harms", "2026-06-01"),), Verdict.DECLARED),  # the last day counts
        ((said("harms", "2026-05-31"),), Verdict.EXPIRED),
        ((said("values"),), Verdict.UNANSWERED),
    ],
)
def test_topics_are_compared_with_the_demands_when_judged(topics, verdict):
    demands = policy(demands={"harms": "somebody bears them"})
    assert judge(declared(*topics), demands, on=DAY).verdict is verdict


def test_declarations_do_not_apply_when_nothing_is_demanded_or_given():
    assert judge(declared(), policy(), on=DAY).verdict is Verdict.NOT_APPLICABLE


@given(st.lists(st.sampled_from(SEVERITY), min_size=1))
def test_worst_does_not_depend_on_order_when_verdicts_are_joined(verdicts):
    assert worst(verdicts) is worst(reversed(verdicts))
    assert worst(verdicts) in verdicts


def test_nothing_is_greener_than_a_pass_except_what_does_not_apply():
    assert worst([Verdict.PASS, Verdict.NOT_APPLICABLE]) is Verdict.PASS
    assert worst([Verdict.PASS, Verdict.ERROR, Verdict.INCONCLUSIVE]) is Verdict.ERROR
