# SPDX-License-Identifier: Apache-2.0
"""What a check says where its question does not apply, and what would make it apply."""

from probatum.facts.finding import Advice, Finding, State
from probatum.systems.datasets import Kind, Rows

# Why an attack on the class of an answer does not run where the answer is a number.
NO_CLASS = (
    "It looks for a change of the answer from one class to another. A number changes a little with every change of the "
    "input, and nobody has said by how much it may."
)


def not_applicable(why: str, enable: str | None = None) -> Finding:
    """Return that the question does not apply, and how it would, in plain sentences."""
    return Finding(
        sentence="This question does not apply here.",
        state=State.NOT_APPLICABLE,
        why=why,
        advice=() if enable is None else (Advice(sentence=enable),),
    )


def nothing_to_ask(rows: Rows) -> Finding | None:
    """Return why nothing can be asked where a table of cases stands for the model; None where there is a model."""
    if rows.said is None:
        return None
    return not_applicable(
        "There is no model to ask: what the system said was read from a table of cases.",
        "Name the model itself under [model], so that it can be asked.",
    )


def only_text(rows: Rows) -> Finding | None:
    """Return why cells cannot be changed or damaged where all of them are free text; None where some are not."""
    given = rows.schema.given
    if not given or any(column.kind is not Kind.TEXT for column in given):
        return None
    return not_applicable(
        "All that the model is given is free text. This version changes numbers, categories and pictures; it cannot "
        "tell which changes of a sentence leave its meaning as it is."
    )
