# SPDX-License-Identifier: Apache-2.0
"""Help for the reader: what the words mean, and five questions that show whether the page was understood."""

from dataclasses import dataclass

from probatum.facts.threats import Task
from probatum.report.clusters import SLICES, by_what, worst_of
from probatum.report.further import BIAS, leak
from probatum.report.interface import Edition
from probatum.report.lookup import Lookup
from probatum.report.page_one import PageOne, in_full
from probatum.report.questions import RATE
from probatum.report.words import SHARE, amount, of_10_000, of_100, quoted, sentence, visible


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One word and what it means here."""

    word: str
    means: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizQuestion:
    """One question about page one, with the answer and where it stands."""

    question: str
    answer: str


GLOSSARY = (
    Entry(word="System", means="What is tested here: a computer model together with the way it is used."),
    Entry(word="Case", means="One row of the data: one application, one patient, one picture."),
    Entry(word="Answer", means="What the system says about one case."),
    Entry(word="Wrong", means="The answer is not the one that the data gives as right. The data can be wrong too."),
    Entry(
        word="Range",
        means="Only some cases were tested, so the true number is not known to the dot. The range says how far off "
        "the number may be. More cases make it narrower.",
    ),
    Entry(
        word="Limit",
        means="A line that people drew before the test. On one side of it the system passes, on the other it fails.",
    ),
    Entry(
        word="Simplest rule",
        means="It looks at nothing and always gives the same answer. A system that does no better is of no use.",
    ),
    Entry(
        word="Guessing",
        means="To give an answer as often as the system does, but without a look at the case. A system that finds no "
        "more of a class than that knows nothing of it.",
    ),
    Entry(word="Second choice", means="The answer that the system would have given if its first were not allowed."),
    Entry(
        word="Group",
        means="All cases that share some traits, such as one region and one range of age. Groups were searched on "
        "one half of the cases. What was found had to show again on the other half.",
    ),
    Entry(word="Group of people", means="People told apart by who they are, such as women and men. Nobody searched."),
    Entry(
        word="Told yes", means="Given the answer that is looked for, such as ill. Of many answers, each in its turn."
    ),
    Entry(word="Learned by heart", means="Right about a case only because that very case was seen in training."),
    Entry(
        word="Beyond chance", means="More than would come about if nothing were wrong: cases can be equal by chance."
    ),
    Entry(word="Times the average", means="2 times the average: twice as many mistakes as over all cases together."),
    Entry(
        word="Bracket",
        means="Two borders with the true number between them. Below the lower one (certified robust accuracy) answers "
        "are proven safe. Above the upper one (empirical robust accuracy) they were shown broken.",
    ),
    Entry(
        word="Proven safe", means="Nobody can turn this answer wrong by a change that is allowed. That was worked out."
    ),
    Entry(word="Shown broken", means="Somebody found an allowed change that turns this right answer wrong."),
    Entry(word="Record id", means="A fingerprint of all numbers. If one digit changes, the fingerprint changes."),
)


def quiz(edition: Edition, page: PageOne) -> tuple[QuizQuestion, ...]:
    """Return five questions, each answered by page one alone."""
    return (_how_many(edition), _who_is_hit(edition), *_ALWAYS, _until_when(page))


_ALWAYS = (
    QuizQuestion(
        question="A check reads “cannot tell”. Is the system safe in that respect?",
        answer="Nobody knows. The numbers fit a pass and a fail alike. It must not be read as a pass.",
    ),
    QuizQuestion(
        question="A box in the table of risks reads “not covered”. How big is that risk?",
        answer="Nobody knows. Nobody looked. It may be small or large.",
    ),
)


def _how_many(edition: Edition) -> QuizQuestion:
    lookup = Lookup(edition)
    rate, size = lookup.measure(RATE, "error_rate"), lookup.measure(RATE, "mean_error")
    if edition.record.plan.subject.task is Task.REGRESSION:
        answer = f"By {amount(size)}. Single answers can be off by much more." if size else "The page cannot say."
        return QuizQuestion(question="By how much is an answer off, on average?", answer=answer)
    answer = "The page cannot say."
    if rate:
        answer = f"{sentence(of_10_000(rate, 'answers', 'are wrong'))} Which ones, the page cannot say."
        answer += " It may be far more, since the test itself cannot be trusted." if leak(lookup) else ""
    question = "The system gives 10,000 answers and nobody checks them. How many are wrong?"
    return QuizQuestion(question=question, answer=answer)


def _who_is_hit(edition: Edition) -> QuizQuestion:
    lookup = Lookup(edition)
    question = "Are all cases hit by mistakes alike?"
    finding, found = lookup.finding(SLICES), worst_of(lookup)
    if finding is None:
        return QuizQuestion(question=question, answer="The page cannot say. It was not tested.")
    if found and found.groups:
        worst = found.groups[0]
        if found.unit == SHARE:
            much = f"{of_100(worst, 'answers')} more are wrong than {by_what(finding)}"
        else:
            much = f"errors are {amount(worst, 'times the average')}"
        return QuizQuestion(question=question, answer=f"No. In the group {quoted(worst.name)}, {much}.")
    people = lookup.finding(BIAS)
    gap = lookup.measure(BIAS, "max_gap")
    if people and gap and gap.interval and gap.interval.lower:
        return QuizQuestion(question=question, answer=f"No. {sentence(visible(people.sentence))}")
    answer = "No group stood out among those that were tried. That does not prove that all are hit alike."
    return QuizQuestion(question=question, answer=answer)


def _until_when(page: PageOne) -> QuizQuestion:
    answer = "It holds for nothing, as nothing was measured."
    if page.holds_until:
        answer = f"Until {in_full(page.holds_until)}, but no longer than the model and the kind of cases stay the same."
    return QuizQuestion(question="Until when may you lean on this page?", answer=answer)
