# SPDX-License-Identifier: Apache-2.0
"""Page one: what a person who never trained a model should know, as plain sentences that every format shares."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, zip_longest

from probatum.facts.declaration import TOPICS
from probatum.facts.finding import Advice, Finding, State
from probatum.facts.policy import STARTING_POINT, Stakes
from probatum.facts.record import TopicVerdict, Verdict
from probatum.report.commands import SYSTEM, typed
from probatum.report.decisions import treated, untold
from probatum.report.further import LEAKAGE
from probatum.report.interface import Edition, judged_beside
from probatum.report.lookup import Lookup
from probatum.report.marks import Mark, mark_of, verdict_on
from probatum.report.matrix import MatrixRow, Way, covered, risk_matrix
from probatum.report.overall import Overall, overall, topics_of
from probatum.report.questions import DECLARATIONS, Answer, three_questions
from probatum.report.words import plural, quoted, sentence, visible

RANGES = (
    "Only some cases could be tested, so each number is an estimate. The numbers in brackets are its range. "
    "Such ranges hold the true number at least {sure} times in 100."
)
OWN_LIMITS = (
    "A limit is a choice. To state your own, write them into a file, each with its reason. Then judge the same numbers "
    "by them, without a new test."
)
STANDS_FOR = f" In the command, {SYSTEM} stands for the system: its description, or its file with its settings."
UNKNOWN_TRAINING = "What it learned from is not known here, so it may have seen some of these cases before."
_STEPS_SHOWN = 3
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_STEPS_FIRST = (Verdict.FAIL, Verdict.ERROR, Verdict.INCONCLUSIVE, Verdict.EXPIRED, Verdict.UNANSWERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Introduction:
    """What the system is for, as somebody stated it, or that nobody did."""

    purpose: str
    affected: str
    stakes: str
    tried_on: str
    simulated: str | None
    notes: tuple[str, ...]  # what was repaired or assumed on the way in


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTested:
    """Something nobody looked at, and why."""

    what: str
    why: str
    enable: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """Something only people can say, and have not said or not renewed."""

    topic: str
    mark: Mark
    because: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something useful to do next."""

    sentence: str
    command: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOne:
    """Everything on page one, in the order to be read."""

    name: str
    introduction: Introduction
    overall: Overall
    questions: tuple[Answer, ...]
    ranges: str
    matrix: tuple[MatrixRow, ...]
    not_tested: tuple[NotTested, ...]  # checks that did not run, or broke down
    no_check: tuple[str, ...]  # whole ways that no check looked at
    declarations: str
    open_questions: tuple[OpenQuestion, ...]
    next_steps: tuple[Step, ...]
    holds: str
    holds_until: str | None  # ISO 8601
    limits: str
    own_limits: str  # how to state one's own
    new_policy: str  # command
    rejudge: str  # command
    repeat: str
    repeat_commands: tuple[str, ...]
    record_id: str


def page_one(edition: Edition) -> PageOne:
    """Return page one of an edition; equal editions give equal pages."""
    lookup = Lookup(edition)
    matrix = risk_matrix(edition)
    topics = topics_of(edition)
    until = _holds_until(edition)
    return PageOne(
        name=visible(edition.record.plan.subject.name, longest=120),
        introduction=_introduction(edition),
        overall=overall(lookup, topics, covered(matrix)),
        questions=_questions(lookup),
        ranges=RANGES.format(sure=f"{edition.record.plan.confidence * 100:g}"),
        matrix=matrix,
        not_tested=_not_tested(lookup),
        no_check=tuple(_in_words(row.way) for row in matrix if not any(cell.checks for cell in row.cells)),
        declarations=_declarations(lookup, topics),
        open_questions=tuple(
            OpenQuestion(topic=_topic(topic), mark=mark_of(topic.verdict), because=_maybe(topic.because))
            for topic in topics
            if topic.verdict is not Verdict.DECLARED
        ),
        next_steps=_next_steps(edition, until),
        holds=_holds(until),
        holds_until=until.isoformat() if until else None,
        limits=_limits(edition),
        own_limits=OWN_LIMITS,
        new_policy=f"probatum policy new --stakes {edition.judgement.stakes.value}",
        rejudge=f"probatum rejudge {typed(edition.folder)} --policy FILE",
        repeat=_repeat(edition),
        repeat_commands=tuple(visible(command) for command in edition.repeat),
        record_id=edition.record_id,
    )


def in_full(day: str) -> str:
    """Return an ISO date as ``13 January 2027``."""
    parsed = date.fromisoformat(day)
    return f"{parsed.day} {_MONTHS[parsed.month - 1]} {parsed.year}"


def _questions(lookup: Lookup) -> tuple[Answer, ...]:
    """Return the three questions; of a table of decisions, first how groups of people are treated."""
    subject = lookup.edition.record.plan.subject
    if not subject.decisions:
        return three_questions(lookup)
    return (treated(lookup), *(three_questions(lookup) if subject.truth_known else untold(lookup)))


def _introduction(edition: Edition) -> Introduction:
    subject = edition.record.plan.subject
    learned = f"It learned from {plural(subject.train_rows, 'case')}. " if subject.train_rows else ""
    unknown = "" if learned else f" {UNKNOWN_TRAINING}"
    tested = plural(subject.test_rows, "case" if subject.truth_known else "decision")
    assumed = " Nobody said so; this is assumed." if subject.stakes_assumed else ""
    return Introduction(
        purpose=sentence(visible(subject.purpose)) if subject.purpose else "Not stated.",
        affected=sentence(visible(subject.affected)) if subject.affected else "Not stated.",
        stakes=f"{subject.stakes.value.capitalize()}.{assumed}",
        tried_on=f"{tested} were compared, on {in_full(edition.context.measured_on)}."
        if not subject.truth_known
        else f"{learned}It was tested on {tested}, on {in_full(edition.context.measured_on)}.{unknown}",
        simulated="The cases are made up by a computer. No real person is in them." if subject.simulated else None,
        notes=tuple(sentence(visible(note)) for note in subject.notes),
    )


def _not_tested(lookup: Lookup) -> tuple[NotTested, ...]:
    """Return what did not run, one entry for all that did not run for the same reason."""
    together: dict[tuple[str, str | None], list[str]] = {}
    for one in _each_not_tested(lookup):
        together.setdefault((one.why, one.enable), []).append(one.what)
    return tuple(NotTested(what="; ".join(names), why=why, enable=enable) for (why, enable), names in together.items())


def _each_not_tested(lookup: Lookup) -> Iterator[NotTested]:
    record = lookup.edition.record
    named = set()
    for omission in record.plan.omitted:
        named.add(omission.check)
        why = sentence(visible(omission.why))
        yield NotTested(
            what=lookup.title(omission.check),
            why=f"Left out by choice. {why}" if omission.chosen else why,
            enable=_maybe(omission.enable),
        )
    for finding in lookup.edition.findings:
        if finding.check not in named and finding.state in (State.NOT_APPLICABLE, State.ERROR):
            yield NotTested(
                what=lookup.title(finding.check),
                why=sentence(visible(finding.why or finding.sentence)),
                enable=next((visible(advice.sentence) for advice in finding.advice), None),
            )


def _in_words(way: Way) -> str:
    return f"{way.name} ({way.subtitle}): {way.means}" if way.subtitle else f"{way.name}: {way.means}"


def _declarations(lookup: Lookup, demanded: tuple[TopicVerdict, ...]) -> str:
    waiting = sum(1 for topic in demanded if topic.verdict is not Verdict.DECLARED)
    if demanded:
        answered = f"Of {plural(len(demanded), 'question')} that only people can answer, {waiting or 'none'}"
        return f"{answered} {'stands' if waiting == 1 else 'stand'} open."
    if lookup.finding(DECLARATIONS):
        return "At these stakes, no answers from people are demanded, and none were given."
    return "Nobody looked at what only people can answer."


def _next_steps(edition: Edition, until: date | None) -> tuple[Step, ...]:
    ranked: list[tuple[int, Finding]] = []
    for finding in edition.findings:
        verdict = verdict_on(finding, edition.judgement.verdicts).verdict
        if verdict in _STEPS_FIRST:
            ranked.append((_STEPS_FIRST.index(verdict), finding))
    # Stable: the record's order within a rank, but a test that leaks comes first, since it makes the others void.
    ranked.sort(key=lambda pair: (pair[0], pair[0] > 0 or pair[1].check != LEAKAGE))
    steps = [_step(advice) for advice in _in_turn(ranked)]
    if until:
        steps.append(Step(sentence=f"Test it again before {in_full(until.isoformat())}, or when anything changes."))
    steps.append(Step(sentence="Look into the risks below that no check covers."))
    steps.append(Step(sentence="Check some answers by hand once it is in use. It may do worse than in a test."))
    return tuple(dict.fromkeys(steps))[:_STEPS_SHOWN]


def _in_turn(ranked: list[tuple[int, Finding]]) -> Iterator[Advice]:
    """Yield the advice of the gravest findings first, and of equally grave ones in turn, so that each gets a word."""
    for _, equals in groupby(ranked, key=lambda pair: pair[0]):
        for turn in zip_longest(*(finding.advice for _, finding in equals)):
            yield from (advice for advice in turn if advice is not None)


def _step(advice: Advice) -> Step:
    return Step(sentence=sentence(visible(advice.sentence)), command=_maybe(advice.command))


def _holds_until(edition: Edition) -> date | None:
    days = [finding.holds_days for finding in edition.findings if finding.state is State.MEASURED]
    return date.fromisoformat(edition.context.measured_on) + timedelta(days=min(days)) if days else None


def _holds(until: date | None) -> str:
    if until is None:
        return "Nothing was measured, so there is nothing that could hold."
    return (
        f"What was found here holds until {in_full(until.isoformat())}. It ends sooner if the model or the kind of "
        "cases changes. That is no leave to use the system until then."
    )


def _repeat(edition: Edition) -> str:
    same = "The same plan on the same machine gives the same numbers, and the same record id."
    beside = any(finding.state is State.MEASURED for finding in judged_beside(edition.observed))
    times = " Times are never quite the same, so they are no part of the record." if beside else ""
    return f"{same}{times}{STANDS_FOR if any(f' {SYSTEM} ' in command for command in edition.repeat) else ''}"


def _limits(edition: Edition) -> str:
    judgement = edition.judgement
    assumed = edition.record.plan.subject.stakes_assumed
    stakes = {Stakes.CRITICAL: "critical"}.get(judgement.stakes, judgement.stakes.value)
    chosen = f"They are for {stakes} stakes{', which is assumed' if assumed else ''}."
    sources = [one.source for verdict in judgement.verdicts for one in verdict.measures]
    start = " They are starting points." if any(STARTING_POINT in source for source in sources) else ""
    by = f"They were chosen by {quoted(judgement.policy_by)}."
    return f"The limits are {quoted(judgement.policy_title)}. {by} {chosen}{start}"


def _topic(topic: TopicVerdict) -> str:
    """Return the topic's question; a topic of somebody else's policy is named as it is."""
    return TOPICS.get(topic.topic) or visible(topic.topic.replace("-", " ").replace("_", " "), longest=120).capitalize()


def _maybe(text: str | None) -> str | None:
    return visible(text) if text else None
