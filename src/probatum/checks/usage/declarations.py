# SPDX-License-Identifier: Apache-2.0
"""What can only people say about this system, and did somebody say it?

Vector      usage; the property at risk is integrity: nobody answers for the system.
Attacker    none.
Measure     given: number of topics on which somebody put their name to an answer.
Judged      topic by topic: declared, unanswered or expired. The policy says which topics the stakes demand. The
            topic bearable-error is declared where the description or the policy states the number.
Source      Mitchell et al. 2019, arXiv:1810.03993 (model cards); Gebru et al. 2021, arXiv:1803.09010 (datasheets).
Not shown   whether what was declared is true: a declaration is never more than "declared".
"""

from dataclasses import dataclass

import numpy as np

from probatum.checks.interface import Check
from probatum.facts.finding import Advice, Finding, Known, Measure, State
from probatum.facts.plan import Terms
from probatum.facts.policy import Stakes
from probatum.facts.threats import ALL_TASKS, Property, Vector, atlas
from probatum.systems.interface import Predictions
from probatum.systems.views import Statements

# Topic: from which stakes on it is demanded, and why.
DEMANDED = {
    "harms": (Stakes.LOW, "Somebody bears the mistakes; it should be known who."),
    "may-stop": (Stakes.LOW, "When it goes wrong, somebody must be allowed to stop it."),
    "misuse": (Stakes.MEDIUM, "Wrong uses that can be foreseen can be prevented."),
    "data-source": (Stakes.MEDIUM, "Data of unknown origin cannot be trusted."),
    "lawful-basis": (Stakes.MEDIUM, "Data about people need a reason in law."),
    "bearable-error": (
        Stakes.HIGH,
        "How much error can be borne is for people to say. State it as a number: [system] bearable_error, or a limit "
        "in a policy.",
    ),
    "consulted": (Stakes.HIGH, "Those who are judged know what the builders do not."),
    "values": (Stakes.HIGH, "A trade-off was made; it should be said which."),
    "retention": (Stakes.HIGH, "Data kept for ever leak one day."),
    "recipients": (Stakes.HIGH, "People may ask who gets their data."),
    "purpose": (Stakes.CRITICAL, "A name must stand under what the system is for."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """This check has no settings."""


def run(system: Predictions, data: Statements, options: Options, terms: Terms, rng: np.random.Generator) -> Finding:
    """List what was declared; the judge compares it with what is demanded."""
    count = len(data.topics)
    said = "1 question" if count == 1 else f"{count or 'no'} questions"
    return Finding(
        sentence=f"So far, people have put their name to an answer to {said} that only people can answer.",
        state=State.DECLARED,
        known=Known.DECLARED,
        measures={"given": Measure(value=count, unit="topics", interval=None, n=count)},
        topics=data.topics,
        advice=(Advice(sentence="Answer the open questions listed on this page, each with a name and a date."),),
    )


CHECK = Check(
    id="usage/declarations",
    title="What only people can say",
    vector=Vector.USAGE,
    harms=Property.INTEGRITY,
    taxonomy=(atlas("AML.T0048.003"),),
    tasks=ALL_TASKS,
    needs=(),
    needs_truth=False,
    data=Statements,
    options=Options,
    judged={},
    run=run,
)
