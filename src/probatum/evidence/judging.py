# SPDX-License-Identifier: Apache-2.0
"""What a policy makes of a finding: one pure function, so that anybody can judge a record again.

An interval wholly beyond the limit fails, one wholly within (the limit included) passes, anything between cannot be
told. A count over an enumerated set has no interval and is exact. An error or an open question is never a pass.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from probatum.facts import bearable
from probatum.facts.deciding import MOST_TIMES, times_needed, too_close, two_digits
from probatum.facts.finding import Finding, Measure, Part, State, Topic
from probatum.facts.interval import Interval
from probatum.facts.plan import Subject
from probatum.facts.policy import Direction, Limit, Policy
from probatum.facts.record import FindingVerdict, MeasureVerdict, TopicVerdict, Verdict

# From worst to best: the verdict of a cell, a finding or a run is the first of these that occurs in it.
SEVERITY = (
    Verdict.FAIL,
    Verdict.ERROR,
    Verdict.INCONCLUSIVE,
    Verdict.EXPIRED,
    Verdict.UNANSWERED,
    Verdict.DECLARED,
    Verdict.PASS,
    Verdict.NOT_APPLICABLE,
)
DECIDE = (
    "The range holds the limit; about {rows:,} fresh rows would decide with a chance of 8 in 10. Look once: whoever "
    "looks again and again at data that grow will find a pass by luck."
)
TOO_CLOSE = "The number is too close to the limit to tell; more rows would hardly decide it."


def judge(finding: Finding, policy: Policy, *, on: date, subject: Subject | None = None) -> FindingVerdict:
    """Return what the policy makes of the finding on that day.

    Args:
        finding: what was measured, or declared.
        policy: the limits.
        on: the day.
        subject: the system, of which its description may state what error is bearable; None: nothing is stated.
    """
    if subject is not None:
        policy = with_bearable(policy, subject)
    if finding.state is State.ERROR:
        return _plain(finding, Verdict.ERROR)
    if finding.state is State.NOT_APPLICABLE:
        return _plain(finding, Verdict.NOT_APPLICABLE)
    if finding.state is State.DECLARED:
        return _judge_topics(finding, policy, on, _answered(policy, subject))
    limits = policy.limits.get(finding.check, {})
    measures = tuple(_judge_measure(finding, name, limits[name]) for name in finding.judged if name in limits)
    if not measures:
        return _plain(finding, Verdict.INCONCLUSIVE, why="The policy sets no limit for this question.")
    free = [name for name in finding.judged if name not in limits and name not in bearable.MEASURES.values()]
    return FindingVerdict(
        check=finding.check,
        part=finding.part,
        verdict=worst(measure.verdict for measure in measures),
        why=f"The policy sets no limit for {', '.join(free)}." if free else finding.why,
        measures=measures,
    )


def with_bearable(policy: Policy, subject: Subject) -> Policy:
    """Return the policy with the error that the description states as bearable; a limit of its own stands."""
    name, value = bearable.MEASURES[subject.task], subject.bearable_error
    limits = policy.limits.get(bearable.CHECK, {})
    if value is None or name in limits:
        return policy
    limit = Limit(
        direction=Direction.AT_MOST,
        limit=value,
        because="It was stated that this much error can be borne.",
        source=f"the description of the system, {bearable.KEY}"
        + (f", by {subject.bearable_error_by}" if subject.bearable_error_by else ""),
    )
    return replace(policy, limits={**policy.limits, bearable.CHECK: {**limits, name: limit}})


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict that speaks for all of them: the most severe that occurs."""
    return min(verdicts, key=SEVERITY.index, default=Verdict.NOT_APPLICABLE)


def _plain(finding: Finding, verdict: Verdict, why: str | None = None) -> FindingVerdict:
    return FindingVerdict(check=finding.check, part=finding.part, verdict=verdict, why=why or finding.why)


def _judge_measure(finding: Finding, name: str, limit: Limit) -> MeasureVerdict:
    measure = finding.measures.get(name)
    why: str | None = None
    rows: int | None = None
    if measure is None:
        verdict, why = Verdict.INCONCLUSIVE, finding.why or "This number was not measured."
    elif measure.value is None:
        verdict, why = Verdict.INCONCLUSIVE, measure.why or "This number could not be measured."
    elif measure.interval is None:
        verdict = Verdict.PASS if _within(measure.value, limit) else Verdict.FAIL
    else:
        verdict, why, rows = _judge_interval(measure, measure.interval, limit)
    return MeasureVerdict(
        measure=name,
        verdict=verdict,
        direction=limit.direction,
        limit=limit.limit,
        because=limit.because,
        source=limit.source,
        why=why,
        rows_needed=rows,
    )


def _judge_interval(measure: Measure, interval: Interval, limit: Limit) -> tuple[Verdict, str | None, int | None]:
    lower, upper = interval.lower, interval.upper
    near, far = (lower, upper) if limit.direction is Direction.AT_MOST else (upper, lower)
    if far is not None and _within(far, limit):
        return Verdict.PASS, None, None
    if near is not None and not _within(near, limit):
        return Verdict.FAIL, None, None
    if _between(measure, limit.limit):
        return Verdict.INCONCLUSIVE, _in_vain(measure), None
    value, times = _times(measure, interval, limit.limit)
    rows = two_digits(measure.n * times) if times is not None and times <= MOST_TIMES else None
    if interval.why and (lower is None or upper is None):
        return Verdict.INCONCLUSIVE, interval.why, rows
    if value is not None and times is not None and too_close(value, limit.limit, times):
        return Verdict.INCONCLUSIVE, TOO_CLOSE, None
    if rows is None:
        return Verdict.INCONCLUSIVE, "The range holds the limit; it cannot be decided with data of this kind.", None
    return Verdict.INCONCLUSIVE, DECIDE.format(rows=rows), rows


def _within(value: float, limit: Limit) -> bool:
    return value <= limit.limit if limit.direction is Direction.AT_MOST else value >= limit.limit


def _between(measure: Measure, limit: float) -> bool:
    """Say whether the limit lies inside a bracket, so that no number of rows would decide."""
    low, high = measure.value, measure.possible
    return low is not None and high is not None and low < high and low <= limit <= high


def _in_vain(measure: Measure) -> str:
    left = 100 * ((measure.possible or 0.0) - (measure.value or 0.0))
    count = f"{left:.0f}" if left >= 0.5 else "fewer than 1"
    return f"The range holds the limit; more rows cannot decide: {count} of 100 are neither proven nor broken."


def _times(measure: Measure, interval: Interval, limit: float) -> tuple[float | None, float | None]:
    """Return the number nearest to the limit, and how many times the rows are likely to decide.

    What shrinks is the range around the nearer side, where there is a bracket; the bracket itself stays. Of the worst
    of several groups, the limit is held against the one whose range reaches furthest.
    """
    one: Measure | Part = measure
    around = interval
    if measure.widest is not None and measure.widest.interval is not None and (measure.value or 0.0) <= limit:
        one, around = measure.widest, measure.widest.interval
    value, lower, upper = one.value, around.lower, around.upper
    if value is None or lower is None or upper is None or one.n == 0:
        return None, None
    most = value if measure.possible is None else measure.possible
    side, reach = (most, upper - most) if limit > value else (value, value - lower)
    bracket = measure.possible is not None and measure.possible > value
    return side, times_needed(reach, abs(limit - side), one_side=bracket)


def _answered(policy: Policy, subject: Subject | None) -> frozenset[str]:
    """Return the topics that a number answers: the bearable error, where the description or the policy states it."""
    stated = subject is not None and bearable.MEASURES[subject.task] in policy.limits.get(bearable.CHECK, {})
    return frozenset((bearable.TOPIC,)) if stated else frozenset()


def _judge_topics(finding: Finding, policy: Policy, on: date, answered: frozenset[str]) -> FindingVerdict:
    given = {topic.topic: topic for topic in finding.topics}
    names = sorted(set(given) | set(policy.demands))
    topics = tuple(
        TopicVerdict(
            topic=name, verdict=_topic_verdict(given.get(name), name in answered, on), because=policy.demands.get(name)
        )
        for name in names
    )
    if not topics:
        return _plain(finding, Verdict.NOT_APPLICABLE, why="The policy demands no declaration, and none was given.")
    verdict = worst(topic.verdict for topic in topics)
    return FindingVerdict(check=finding.check, part=finding.part, verdict=verdict, topics=topics)


def _topic_verdict(topic: Topic | None, answered: bool, on: date) -> Verdict:
    if topic is None:
        return Verdict.DECLARED if answered else Verdict.UNANSWERED
    if topic.expires is not None and date.fromisoformat(topic.expires) < on:
        return Verdict.EXPIRED
    return Verdict.DECLARED
