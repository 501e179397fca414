# SPDX-License-Identifier: Apache-2.0
"""When the system says that it is 90 of 100 sure, is it right 90 times of 100?

Vector      usage; the property at risk is integrity: people weigh an answer by how sure it sounds.
Attacker    none; this is how the system's certainty holds up on ordinary cases.
Measure     calibration_error: the cases are put together by what was said, and the error is the root of the mean
            square of what each of these groups is off, 0 to 1, without the noise that chance alone would add. Of
            two classes the chance given to the one that is looked for is held against how often it came true; of
            more classes, how sure the answer was against how often it was right. calibration_error_by_class: the
            same for each class against the rest. reliability and said: what came true and what was said, group by
            group. overconfidence: how sure it was minus how often it was right. brier_score: mean squared distance
            of the chances from what came true. Cases without an answer are left out.
Judged      calibration_error, against the policy's limit.
Source      Bröcker 2012 and Kumar, Liang and Ma 2019, arXiv:1909.10155 (the noise taken off); Sun, Chaudhari,
            Barnett and Dobriban 2024, arXiv:2408.08998, and Satterthwaite 1946 (the range); Brier 1950; Clopper and
            Pearson 1934; Šidák 1967.
Not shown   errors that cancel within one group of about equal scores, or between kinds of people: the true error
            is at least as large as the one measured here. With few cases the groups are coarse.
"""

from dataclasses import dataclass

import numpy as np

from probatum.checks.interface import Check
from probatum.engines.calibration.bins import put_together
from probatum.engines.calibration.measures import by_class, in_bins, on_the_whole
from probatum.engines.mistakes.small_counts import SMALL
from probatum.errors import InsufficientDataError
from probatum.facts.capabilities import Capability
from probatum.facts.finding import Advice, Finding, Measure, Part
from probatum.facts.plan import Terms
from probatum.facts.policy import at_most
from probatum.facts.threats import CLASSIFICATION, Property, Task, Vector, atlas
from probatum.systems.interface import Answers, Scores
from probatum.systems.views import TestRows

TOLD = 0.9  # the sentence tells of the group whose certainty is nearest to this


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Settings of this check; every field is written into the evidence."""

    bins: int = 0  # groups by what was said, at most; 0: the cube root of the number of cases, 5 to 25
    min_rows: int = 50  # fewest cases with an answer


def run(system: Scores, data: TestRows, options: Options, terms: Terms, rng: np.random.Generator) -> Finding:
    """Hold what was said against what came true; draws rows only to hide how few had no answer.

    Raises:
        InsufficientDataError: fewer than ``options.min_rows`` cases have an answer.
    """
    answers, sure = system.answers(data.rows), terms.confidence
    used = _used(answers, rng)
    if answers.scores is None or len(used) < options.min_rows:
        raise InsufficientDataError(
            f"Wanted {options.min_rows} cases with an answer, to see how often it is right; there are fewer. "
            "Give more rows."
        )
    scores = np.clip(answers.scores[used], 0, 1)  # sums may miss 1 by a rounding error
    labels, truth, schema = answers.labels[used], data.rows.truth[used], data.rows.schema
    names = [str(label) for label in schema.classes]
    if system.task is Task.BINARY:
        # The certainty of whichever answer was given would let one class that is said too often cancel out against
        # the other, said too seldom. The chance of one class cannot: it is 1 minus the other's, error for error.
        looked_for = 1 if schema.positive is None else schema.positive
        said, right, about = scores[:, looked_for], truth == looked_for, f" for “{names[looked_for]}”"
    else:
        said, right, about = scores[np.arange(len(used)), labels], truth == labels, ""
    bins = put_together(said, right, bins=options.bins)
    measures = in_bins(bins, confidence=sure) | on_the_whole(scores, labels, truth, confidence=sure)
    if system.task is Task.MULTICLASS:
        each = by_class(scores, truth, names, confidence=sure, bins=options.bins)
        measures["calibration_error_by_class"] = each
    certain = bool(((said == 0) | (said == 1)).all())
    return Finding(
        sentence=_sentence(measures, about),
        details=(*_details(measures, len(bins.rows), certain), *_left_out(len(answers.labels), len(used))),
        measures=measures,
        advice=_advice(measures["calibration_error"]),
    )


def _used(answers: Answers, rng: np.random.Generator) -> np.ndarray:
    """Return the places of the rows with an answer.

    The number of rows is told, so where fewer than ``SMALL`` had none, others drawn at random are left out too.
    """
    known = answers.given if answers.scores is None else answers.given & ~np.isnan(answers.scores).any(axis=1)
    given = np.flatnonzero(known)
    silent = len(known) - len(given)
    if not 0 < silent < SMALL or len(given) <= SMALL:
        return given
    return np.delete(given, rng.choice(len(given), size=SMALL - silent, replace=False))


def _sentence(measures: dict[str, Measure], about: str) -> str:
    said, reliability = measures["said"].groups, measures["reliability"].groups
    place = min(range(len(said)), key=lambda one: abs((said[one].value or 0.0) - TOLD))
    return (
        f"When it says {_of_100(said[place].value)} of 100{about}, it is right {_times(reliability[place])} of 100; "
        f"{_off(measures['calibration_error'])}."
    )


def _times(group: Part) -> str:
    """Return "88 to 91 times", the whole range told from outside."""
    lower, upper = (None, None) if group.interval is None else (group.interval.lower, group.interval.upper)
    low, high = np.floor(100 * (lower or 0.0)), np.ceil(100 * (1.0 if upper is None else upper))
    return f"{low:.0f} to {high:.0f} times"


def _off(error: Measure) -> str:
    upper = 1.0 if error.interval is None or error.interval.upper is None else error.interval.upper
    if not error.value:
        return f"its certainty is not seen to be off, and by no more than {_of_100(upper)} of 100 on average"
    return f"on average its certainty is off by about {_of_100(error.value)} of 100"


def _of_100(share: float | None) -> str:
    """Return a share out of 100, with a decimal only near the ends, where it matters."""
    amount = 100 * (share or 0.0)
    return f"{amount:.0f}" if 1 <= amount <= 99 else f"{amount:.1f}".removesuffix(".0")


def _details(measures: dict[str, Measure], bins: int, certain: bool) -> tuple[str, ...]:
    said = [f"The cases were put together in {bins} groups, by how likely it said that the answer was."]
    if certain:
        said.append("It only ever says 0 or 100 of 100, so it claims to be certain every time.")
    ends = measures["overconfidence"].interval
    if ends is not None and ends.lower is not None and ends.upper is not None and (ends.lower > 0 or ends.upper < 0):
        near, far = sorted((abs(ends.lower), abs(ends.upper)))
        word = "surer" if ends.lower > 0 else "less sure"
        said.append(f"On the whole it is {word} than it should be, by {_of_100(near)} to {_of_100(far)} of 100.")
    return tuple(said)


def _left_out(rows: int, used: int) -> tuple[str, ...]:
    left = rows - used
    if left > SMALL:
        return (f"{left:,} cases are left out, since it gave no answer to them.",)
    # exactly SMALL may be fewer, filled up: it must not be told how many
    return (f"{SMALL} cases are left out: it gave no answer to at least one of them.",) if left else ()


def _advice(error: Measure) -> tuple[Advice, ...]:
    if error.interval is None or not error.interval.lower:
        return ()
    return (
        Advice(
            sentence="On cases kept aside, count how often it is right at each certainty, and correct what it says."
        ),
        Advice(sentence="Until then, do not read what it says as chances."),
    )


CHECK = Check(
    id="usage/calibration",
    title="How sure it is",
    vector=Vector.USAGE,
    harms=Property.INTEGRITY,
    taxonomy=(atlas("AML.T0048.003"),),
    tasks=CLASSIFICATION,
    not_for="A predicted number comes without a chance, so there is nothing to hold against how often it came true.",
    needs=(Capability.PREDICTIONS, Capability.SCORES),
    data=TestRows,
    options=Options,
    # simulated: with 2 / limit**2 none of 40 samples of right chances passes, with 4 most do
    least_rows={"calibration_error": lambda limit: 3 / limit**2},
    judged={
        "calibration_error": at_most(
            low=0.10,
            medium=0.05,
            high=0.02,
            because="Who acts on a chance must be able to take it at its word, give or take a few of 100.",
        )
    },
    run=run,
)
