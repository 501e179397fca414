# SPDX-License-Identifier: Apache-2.0
"""How often is the system wrong, in which ways, and is it better than a rule that knows nothing?

Vector      usage; the property at risk is integrity: people trust answers that are wrong.
Attacker    none; this is how the system does on ordinary cases.
Measure     skill: 1 - (its score / the score of a rule that knows nothing); 1 is perfect, 0 no better than the rule,
            below 0 worse. Where the system gives chances the score is Brier's, and the rule always says how frequent
            each class is. Where it gives labels only, or chances that are always 0 or 1, the score is the share of
            mistakes, and the rule always says the most frequent class. For numbers the score is the mean absolute
            error, and the rule always says the median. The rule is learned from the training rows, or where there are
            none from the held-out ones. error_rate: share of held-out cases answered wrongly, 0 to 1. error_ratio:
            mistakes, or mean absolute errors, divided by those of the rule. No answer counts as a mistake; for numbers
            and for chances as if the rule had answered. Beside them, of each class: class_recall, the share of its
            cases that got it; class_precision, the share right of those that got it; class_f1; said_share, how many got
            it; above_guessing (Youden's J), its recall minus the share of other cases that got it too, 0 for guessing.
            balanced_accuracy: the mean recall. auc: how often a case of the class has a higher score than another.
            For numbers: mean_error, rmse and r_squared.
Judged      skill, against the policy's limit. error_rate, or for numbers mean_error, only where the description
            ([system] bearable_error) or a policy states how much error is bearable: that is for people to say.
Source      Brier 1950 and Murphy 1988 (skill scores); Clopper and Pearson 1934 (shares); Tang, Tang and Chan 2003
            (ratio of paired shares); Fieller 1954 and Hall 1992 (ratio of paired means, R squared, mean square);
            Youden 1950; Fay, Proschan and Brittain 2015 (its range); Zou and Donner 2008 (mean recall); Newcombe 2006
            (area under the ROC curve).
Not shown   which mistakes cost most, and whether the held-out cases are like those of tomorrow. A system whose chances
            are far too sure can lack skill although its labels are right more often than the rule's.
"""

from dataclasses import dataclass

import numpy as np

from probatum.checks.interface import Check
from probatum.engines.disclosure.confusion import confusion
from probatum.engines.mistakes import classes, per_class, skill, values
from probatum.engines.mistakes.small_counts import SMALL
from probatum.facts.capabilities import Capability
from probatum.facts.finding import Advice, Example, Finding, Measure
from probatum.facts.numbers import plain_number
from probatum.facts.plan import Terms
from probatum.facts.policy import at_least, at_most_as_stated
from probatum.facts.threats import ALL_TASKS, CLASSIFICATION, Property, Task, Vector, atlas
from probatum.systems.interface import Answers, Predictions
from probatum.systems.views import TestRows


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Settings of this check; every field is written into the evidence."""

    examples: int = 5  # of the mistakes the model was surest of


def run(system: Predictions, data: TestRows, options: Options, terms: Terms, rng: np.random.Generator) -> Finding:
    """Compare the answers with the truth; nothing is drawn at random."""
    answers = system.answers(data.rows)
    judge = _numbers if system.task is Task.REGRESSION else _classes
    return judge(data, answers, options, terms)


def _classes(data: TestRows, answers: Answers, options: Options, terms: Terms) -> Finding:
    names = [str(label) for label in data.rows.schema.classes]
    truth, labels = data.rows.truth, answers.labels
    reference = data.train.truth if data.train is not None else truth
    trivial = classes.trivial_class(reference, len(names))
    sure, counts = terms.confidence, confusion(truth, labels, len(names))
    measures = {
        "error_rate": classes.error_rate(counts, names, confidence=sure),
        "trivial_error_rate": classes.trivial_error_rate(counts, trivial, confidence=sure),
        "mistake_kinds": classes.mistake_kinds(counts, names, confidence=sure),
        **per_class.measures(counts, names, confidence=sure),
        **classes.discreetly(
            {
                "error_ratio": classes.error_ratio(truth, labels, trivial, confidence=sure),
                **_skill(truth, answers, reference, len(names), confidence=sure),
            },
            counts,
            trivial,
        ),
    }
    scored = answers.scored
    if answers.scores is not None and scored.any():
        scores = answers.scores[scored]
        area = per_class.areas(truth[scored], scores, names, confidence=sure)
        measures |= {"auc": area} if area is not None else {}
        measures["close_calls"] = classes.close_calls(scores, confidence=sure)
        if len(names) > 2:
            measures["runner_up_right"] = classes.runner_up_right(
                truth[scored], labels[scored], scores, confidence=sure
            )
    wrong = int((truth != labels).sum())
    return Finding(
        sentence=f"The system answered {wrong:,} of {len(truth):,} {_cases(data)} wrongly.",
        details=(_rule(names[trivial], data, chances="brier_score" in measures), *_silent(answers)),
        measures=measures | _no_answer(answers, sure),
        examples=_surest_mistakes(names, truth, answers, options.examples),
        advice=_advice(answers, terms) if wrong else (),
    )


def _numbers(data: TestRows, answers: Answers, options: Options, terms: Terms) -> Finding:
    truth = data.rows.truth
    median = float(np.median(data.train.truth if data.train is not None else truth))
    error = values.mean_error(truth, answers.labels, confidence=terms.confidence)
    measures = {
        "skill": skill.skill_of_numbers(truth, answers.labels, median, confidence=terms.confidence),
        "error_ratio": values.error_ratio(truth, answers.labels, median, confidence=terms.confidence),
        "mean_error": error,
        "rmse": values.root_mean_square(truth, answers.labels, confidence=terms.confidence),
        "r_squared": values.determination(truth, answers.labels, confidence=terms.confidence),
        "trivial_mean_error": values.mean_error(truth, np.full(len(truth), median), confidence=terms.confidence),
    }
    return Finding(
        sentence=f"On {error.n:,} {_cases(data)} the system's number was off by {_size(error)} on average.",
        details=(
            f"Always answering the middle value would be the rule that knows nothing{_learned(data)}",
            *_silent(answers),
        ),
        measures=measures | _no_answer(answers, terms.confidence),
        advice=(Advice(sentence="Look at the cases with the largest errors, and at what they have in common."),),
    )


def _skill(
    truth: np.ndarray, answers: Answers, reference: np.ndarray, classes_: int, *, confidence: float
) -> dict[str, Measure]:
    """Return skill by chances where there are any, else by mistakes."""
    if answers.scores is None or not skill.are_chances(answers.scores[answers.scored]):
        trivial = classes.trivial_class(reference, classes_)
        return {"skill": skill.skill_of_labels(truth, answers.labels, trivial, confidence=confidence)}
    scores = np.where(answers.scored[:, None], answers.scores, np.nan)
    shares = skill.class_shares(reference, classes_)
    return skill.skill_of_chances(scores, truth, shares, confidence=confidence)


def _rule(trivial: str, data: TestRows, *, chances: bool) -> str:
    """Say what the rule that knows nothing does, and where it was learned."""
    of_chances = "; of chances, always saying how frequent each class is" if chances else ""
    return f"Always answering “{trivial}” would be the rule that knows nothing{of_chances}{_learned(data)}"


def _learned(data: TestRows) -> str:
    return "." if data.train is not None else "; it was told from these cases themselves."


def _cases(data: TestRows) -> str:
    """Name the cases: of a table of cases nobody knows whether the system had seen them."""
    return "held-out cases" if data.rows.said is None else "cases"


def _advice(answers: Answers, terms: Terms) -> tuple[Advice, ...]:
    surest = "the mistakes the system was surest of" if answers.scores is not None else "some of the mistakes"
    again = "" if terms.include_rows else ": run it again with example rows included"
    read = Advice(sentence=f"Read {surest}{again}.")
    close = Advice(sentence="Let a person decide the cases where the two best answers are close.")
    return (read, close) if answers.scores is not None else (read,)


def _size(error: Measure) -> str:
    return "an unknown amount" if error.value is None else f"{plain_number(error.value)}"


def _silent(answers: Answers) -> tuple[str, ...]:
    """Say where the model gave no answer; the type of what it raised, never its text."""
    told = [
        f"It gave no answer for {_count(rows)} cases: {f'it raised {kind}' if kind.isidentifier() else kind}."
        for kind, rows in answers.failures.items()
    ]
    unusable = int((~answers.given).sum()) - sum(answers.failures.values())
    if unusable > 0:
        told.append(f"It gave no usable answer for {_count(unusable)} cases: none of the labels, or not a number.")
    bare = 0 if answers.scores is None else int((answers.given & ~answers.scored).sum())
    if bare:
        told.append(f"For {_count(bare)} cases it gave an answer and no score; what needs scores leaves them out.")
    return tuple(told)


def _count(rows: int) -> str:
    return f"fewer than {SMALL}" if rows < SMALL else f"{rows:,}"


def _no_answer(answers: Answers, confidence: float) -> dict[str, Measure]:
    silent = int((~answers.given).sum())
    return {"no_answer": classes.discreet_share(silent, len(answers.given), confidence=confidence)} if silent else {}


def _surest_mistakes(names: list[str], truth: np.ndarray, answers: Answers, most: int) -> tuple[Example, ...]:
    wrong = np.flatnonzero((truth != answers.labels) & answers.given)
    if answers.scores is None:
        return tuple(
            Example(row=int(row), truth=names[truth[row]], answer=names[answers.labels[row]]) for row in wrong[:most]
        )
    wrong = wrong[answers.scored[wrong]]
    sure = answers.scores[wrong, answers.labels[wrong]]
    return tuple(
        Example(row=int(row), truth=names[truth[row]], answer=names[answers.labels[row]], score=float(score))
        for row, score in sorted(zip(wrong, sure, strict=True), key=lambda pair: (-pair[1], pair[0]))[:most]
    )


CHECK = Check(
    id="usage/error-rate",
    title="Mistakes",
    vector=Vector.USAGE,
    harms=Property.INTEGRITY,
    taxonomy=(atlas("AML.T0048.003"),),
    tasks=ALL_TASKS,
    needs=(Capability.PREDICTIONS,),
    uses=(Capability.SCORES,),
    data=TestRows,
    options=Options,
    judged={
        # Starting points, all in this place: docs/adr/0014 says why, and what they were checked on.
        "skill": at_least(
            low=0.0,
            medium=0.02,
            high=0.05,
            because="A system must earn its place: it has to be proven better than a rule that knows nothing, and by "
            "more as more hangs on it.",
            source="0 is where a skill score begins (Murphy 1988, Monthly Weather Review 116:2417); the margin beyond "
            "it was chosen by the authors as a starting point",
        ),
        "error_rate": at_most_as_stated(
            tasks=CLASSIFICATION, because="Which share of wrong answers is bearable is for people to say."
        ),
        "mean_error": at_most_as_stated(
            tasks=(Task.REGRESSION,),
            because="Which average error is bearable, in the unit of the target, is for people to say.",
        ),
    },
    run=run,
)
