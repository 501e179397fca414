# SPDX-License-Identifier: Apache-2.0
"""Are groups of people treated differently?

Vector      usage; the property at risk is integrity: a good average hides whom the mistakes hit.
Attacker    none; the groups are those that the description calls protected, alone and two columns crossed.
Measure     max_gap: the largest difference between a group and everybody else in the true-positive rate (of those
            whose right answer was yes, how many were answered yes) or in the false-positive rate (of those whose right
            answer was no); 0 to 1. Of several classes, each is compared with the rest. For numbers: the difference in
            the mean of (answer - truth), in units of the mean error of always saying the median. expected_gap: how
            large each gap would be if the system's chances, recalibrated for all people together, were right in every
            group: what unequal base rates alone bring. The shares of cases selected, precision and calibration (truth -
            score; for ranks, at equal rank) are shown beside.
            A case without an answer is left out of the shares; their ranges hold whatever it might have been, and
            the difference in being left without an answer is part of max_gap.
            Where the favourable answer is stated: how often each group gets it, compared with everybody else, as a
            difference and as a ratio (selection_ratio: the lowest ratio of any group). Of a table of decisions that
            does not hold the right answers, that is all that can be measured.
Judged      max_gap, against the policy's limit; selection_ratio instead where the right answers are not known. A pass
            says that no group differs by more from everybody else. Where groups are too small to tell, it speaks of
            groups of at least so many people, and says so; these must hold 90 of 100 people however people are told
            apart, and no smaller group may be proven to differ. Groups of fewer than ten people are put together, and
            no pass speaks of them.
Source      Hardt, Price and Srebro 2016, NeurIPS (equalized odds); Fay, Proschan and Brittain 2015 (melded ranges, of
            differences and of ratios); 29 CFR 1607.4 D (four-fifths rule); Welch 1947; Šidák 1967; Berger 1982
            (intersection-union); Maurer, Hothorn and Lehmacher 1995 (fixed sequence of groups). With unequal base rates
            the numbers shown cannot all be equal: Kleinberg, Mullainathan and Raghavan 2016; Chouldechova 2017.
Not shown   groups told apart by columns that the data do not have, and whether a difference is just.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from probatum.checks.interface import Check
from probatum.engines.groups import grammar, publish, selected_in_words
from probatum.engines.groups.census import Census, census
from probatum.engines.groups.compare import Comparison, compare
from probatum.engines.groups.expected import expected_gap
from probatum.engines.groups.questions import (
    CALIBRATION,
    FALSE_ALARMS,
    HITS,
    MEAN_ERROR,
    SELECTION,
    SILENCE,
    Groups,
    Question,
    about_classes,
    about_favour,
    about_scores,
    about_values,
    arrange,
    expected_at_rank,
    favour_census,
    silence_census,
)
from probatum.engines.groups.selected import (
    RATIO,
    TOO_FEW,
    Against,
    against_the_rest,
    beside,
    family_of,
    lowest_ratio,
)
from probatum.errors import InsufficientDataError
from probatum.facts.capabilities import Capability
from probatum.facts.finding import Advice, Finding, Measure
from probatum.facts.plan import Terms
from probatum.facts.policy import at_least, at_most
from probatum.facts.threats import ALL_TASKS, CLASSIFICATION, Property, Task, Vector, atlas
from probatum.systems.interface import Answers, Predictions
from probatum.systems.views import GroupedRows

JUDGED = (HITS, FALSE_ALARMS, MEAN_ERROR, SILENCE)

ASK = Advice(sentence="Ask the people who know these groups whether the difference is just, and say so in writing.")
NOT_WHETHER_RIGHT = (
    "This compares how often people got a decision, not whether it was right: what turned out to be true is not known "
    "here. A difference may have reasons that the table does not hold, and equal shares may hide wrong decisions."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Settings of this check; every field is written into the evidence."""

    decide_at: float = 0.10  # the difference that is to be ruled out; follows the policy's limit
    decide_ratio_at: float = 0.80  # the ratio below which no group is to be; follows the policy's limit
    least_share: float = 0.90  # of all people, who must be in groups that a pass covers
    groups: int = 100  # shown of each measure
    gaps: int = 10  # shown of each number, worst first


def run(system: Predictions, data: GroupedRows, options: Options, terms: Terms, rng: np.random.Generator) -> Finding:
    """Compare every group with everybody else; people are drawn anew only for the range of what is expected."""
    answers = system.answers(data.rows)
    groupings = arrange(
        [(one.columns, one.names, one.codes) for one in data.groupings], [one.pooled for one in data.groupings]
    )
    if not data.rows.schema.truth_known:
        return _decisions_alone(groupings, data, answers, options, terms.confidence)
    people = _people(groupings, data, answers)
    questions = [question for groups in groupings for question in _questions(groups, data, answers, people)]
    judged = [question for question in questions if question.measure in JUDGED]
    found = compare(
        groupings, judged, confidence=terms.confidence, within=options.decide_at, least_share=options.least_share
    )
    if not found.gaps:
        raise InsufficientDataError(f"{grammar.why_open(found) or TOO_FEW} Give more rows.")
    largest = publish.max_gap(
        found,
        len(data.rows),
        confidence=terms.confidence,
        unit="ratio" if system.task is Task.REGRESSION else "share",
        why=grammar.why_open(found),
        keep=options.gaps,
    )
    alone = _expected(found, data, answers, options, terms.confidence, rng)
    return Finding(
        sentence=grammar.headline(found, options.decide_at),
        details=(*grammar.verdicts(found, options.decide_at), *_details(data, answers, system.task)),
        measures={"max_gap": largest}
        | alone
        | _shown(questions, data, answers, people, options, terms.confidence)
        | _favoured(groupings, data, answers, people, options, terms.confidence),
        advice=_advice(data) if found.proven else (),
        tried=found.compared,
    )


def _expected(
    found: Comparison,
    data: GroupedRows,
    answers: Answers,
    options: Options,
    confidence: float,
    rng: np.random.Generator,
) -> dict[str, Measure]:
    """Return how large the gaps would be had the system judged every group equally well."""
    rows = data.rows
    if rows.schema.task is Task.REGRESSION:
        return {}
    chances = answers.scores
    if chances is None and answers.ranks is not None and rows.schema.positive is not None:
        chances = np.full((len(rows), len(rows.schema.classes)), np.nan)
        chances[:, rows.schema.positive] = answers.ranks
    expected = expected_gap(
        found.gaps, chances, rows.truth, answers.labels, rng, confidence=confidence, keep=options.gaps
    )
    return {"expected_gap": expected}


def _decisions_alone(
    groupings: Sequence[Groups], data: GroupedRows, answers: Answers, options: Options, confidence: float
) -> Finding:
    """Compare who got the favourable decision; nobody knows which decisions were right."""
    (everybody,) = arrange([(("all",), ("everybody",), np.zeros(len(data.rows), dtype=np.int32))])
    people = favour_census(groupings, answers.labels, data.rows.schema.favourable or 0)
    (whole,) = _favour([everybody], data, answers, people)
    questions = _favour(groupings, data, answers, people)
    found = against_the_rest(questions, confidence=confidence)
    if not found:
        raise InsufficientDataError(f"{TOO_FEW} Give more rows.")
    rates = publish.rates(questions, whole, confidence=confidence, keep=options.groups)
    return Finding(
        sentence=selected_in_words.headline(found),
        details=(*selected_in_words.verdicts(found), NOT_WHETHER_RIGHT),
        measures={SELECTION: rates} | _compared(questions, found, len(data.rows), options, confidence),
        advice=(ASK,) if found[0].ratio.upper < 1 else (),
        tried=len(found),
    )


def _favoured(
    groupings: Sequence[Groups],
    data: GroupedRows,
    answers: Answers,
    people: Census,
    options: Options,
    confidence: float,
) -> dict[str, Measure]:
    """Return how often each group gets the favourable answer, compared with everybody else."""
    if data.rows.schema.favourable is None:
        return {}
    questions = _favour(groupings, data, answers, people)
    found = against_the_rest(questions, confidence=confidence)
    return _compared(questions, found, len(data.rows), options, confidence)


def _compared(
    questions: Sequence[Question], found: Sequence[Against], n: int, options: Options, confidence: float
) -> dict[str, Measure]:
    keep = options.groups
    lowest = lowest_ratio(
        found,
        questions,
        n,
        confidence=confidence,
        keep=keep,
        within=options.decide_ratio_at,
        least_share=options.least_share,
    )
    return {RATIO: lowest} | beside(found, n, confidence=confidence, family=family_of(questions), keep=keep)


def _people(groupings: Sequence[Groups], data: GroupedRows, answers: Answers) -> Census:
    """Count everybody in all groupings."""
    schema = data.rows.schema
    if schema.task is Task.REGRESSION:
        return silence_census(groupings, ~np.isnan(answers.labels))
    return census(groupings, data.rows.truth, answers.labels, len(schema.classes))


def _favour(groupings: Sequence[Groups], data: GroupedRows, answers: Answers, people: Census) -> list[Question]:
    """Return the share of the favourable answer, a question a grouping."""
    schema, truth = data.rows.schema, data.rows.truth
    place = schema.favourable
    if place is None:  # refused where only decisions are known, and not asked otherwise
        return []
    names = [str(label) for label in schema.classes]
    if not schema.truth_known:
        return [about_favour(groups, answers.labels, place, names[place], people) for groups in groupings]
    every = [one for groups in groupings for one in about_classes(groups, truth, answers.labels, names, place, people)]
    return [one for one in every if one.measure == SELECTION]


def _questions(groups: Groups, data: GroupedRows, answers: Answers, people: Census) -> list[Question]:
    rows = data.rows
    if rows.schema.task is Task.REGRESSION:
        middle = float(np.median(rows.truth if data.train is None else data.train.truth))
        return list(about_values(groups, rows.truth, answers.labels, middle, people))
    names, positive = [str(label) for label in rows.schema.classes], rows.schema.positive
    found = list(about_classes(groups, rows.truth, answers.labels, names, positive, people))
    if positive is not None:
        right = rows.truth == positive
        if answers.scores is not None:
            found.append(about_scores(groups, right, answers.scores[:, positive], people))
        elif answers.ranks is not None:
            found.append(about_scores(groups, right, expected_at_rank(right, answers.ranks), people))
    return found


def _shown(
    questions: Sequence[Question],
    data: GroupedRows,
    answers: Answers,
    people: Census,
    options: Options,
    confidence: float,
) -> dict[str, Measure]:
    """Return every number in every group, and its worst gaps."""
    n = len(data.rows)
    (everybody,) = arrange([(("all",), ("everybody",), np.zeros(n, dtype=np.int32))])
    overall = {question.measure: question for question in _questions(everybody, data, answers, people)}
    measures: dict[str, Measure] = {}
    for name, whole in overall.items():
        mine = [question for question in questions if question.measure == name]
        measures[name] = publish.rates(mine, whole, confidence=confidence, keep=options.groups)
        between = f"{name}_between" if name == CALIBRATION else f"{name}_gap"
        measures[between] = publish.gap_measure(mine, n, confidence=confidence, keep=options.gaps)
    return measures


def _details(data: GroupedRows, answers: Answers, task: Task) -> tuple[str, ...]:
    said = []
    silent = int((~answers.given).sum())
    if silent:
        said.append(
            "Some cases got no answer. They are left out of the shares; the ranges hold whatever the answer might have "
            "been; and it is judged whether some groups are left without an answer more often than others."
        )
    if task is Task.MULTICLASS:
        said.append("Each class is compared with all the others together, and all classes are judged at once.")
    if task is not Task.REGRESSION:
        said.append(
            "Where the right answers differ between groups, no system can be equal in all of these numbers at once "
            "(Kleinberg and others 2016; Chouldechova 2017). So only the true-positive and false-positive rates are "
            "judged."
        )
    return tuple(said)


def _advice(data: GroupedRows) -> tuple[Advice, ...]:
    if data.rows.said is not None:  # a table of decisions: there are no training rows to look at
        return (ASK,)
    look = "Look at the training rows of the group that fares worse: are its labels right, and enough?"
    return (ASK, Advice(sentence=look))


CHECK = Check(
    id="usage/bias",
    title="Groups of people",
    vector=Vector.USAGE,
    harms=Property.INTEGRITY,
    taxonomy=(atlas("AML.T0048.002"),),
    tasks=ALL_TASKS,
    needs=(Capability.PREDICTIONS,),
    uses=(Capability.SCORES,),
    data=GroupedRows,
    options=Options,
    # 2.8 standard errors of two shares near .1, each of a quarter of the cases
    least_rows={"max_gap": lambda limit: 5.6 / limit**2},
    judged={
        "max_gap": at_most(
            low=0.20,
            medium=0.10,
            high=0.05,
            because="Who somebody is should not decide how often the system is wrong about them.",
        ),
        RATIO: at_least(
            low=0.80,
            medium=0.80,
            high=0.80,
            because="The four-fifths rule of 1978 (29 CFR 1607.4 D): a group selected less often than that is taken as "
            "evidence of adverse impact.",
            source="29 CFR 1607.4 D (1978)",
            tasks=CLASSIFICATION,
            truth=False,
        ),
    },
    follows={"decide_at": "max_gap", "decide_ratio_at": RATIO},
    needs_truth=False,
    run=run,
)
