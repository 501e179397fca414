# SPDX-License-Identifier: Apache-2.0
"""What became of broken input, in sentences. Columns are named, personal ones never; no cell of a row is."""

from collections.abc import Iterator, Mapping, Sequence

from probatum.checks.input_manipulation.outcomes import Nonsense, Outcome
from probatum.facts.finding import Advice
from probatum.systems.datasets import Label

SHOWN = 6  # columns named in a sentence


def sentence(outcomes: Mapping[str, Outcome], *, numbers: bool = False) -> str:
    """Say how many kinds were answered with nonsense, and which; ``numbers`` carry no certainty."""
    bad = [kind for kind, one in outcomes.items() if one.nonsense]
    if numbers and not bad:
        return f"Of {len(outcomes)} kinds of broken input, none got a number far from all that a repair would give."
    if numbers:
        return (
            f"Of {len(outcomes)} kinds of broken input, {len(bad)} got a number far from all that a repair would give, "
            f"as if nothing were wrong: {listed(bad)}."
        )
    if not bad:
        return f"Of {len(outcomes)} kinds of broken input, none got a sure answer that a repair would not have given."
    return f"Of {len(outcomes)} kinds of broken input, {len(bad)} got a sure answer as if nothing were wrong: " + (
        f"{listed(bad)}."
    )


def details(outcomes: Mapping[str, Outcome], classes: Sequence[Label]) -> Iterator[str]:
    """Yield a sentence for each kind that matters, and one each for all that were refused or answered well."""
    for kind, one in outcomes.items():
        if one.nonsense:
            yield f"{_capital(kind)}{_where(one.nonsense)}: {_said(one.nonsense, classes)}."
    for kind, one in outcomes.items():
        if one.crashed:
            yield f"{_capital(kind)}: it broke with {listed(sorted(one.crashed))}."
    refused = [kind for kind, one in outcomes.items() if one.refused]
    if refused:
        yield f"Refused, as it should be: {listed(refused)}."
    calm = [kind for kind, one in outcomes.items() if one.answered and not (one.nonsense or one.crashed)]
    if calm:
        yield f"Answered as if repaired or missing, or without being sure: {listed(calm)}."


def advice(outcomes: Mapping[str, Outcome]) -> Iterator[Advice]:
    """Yield what to do about nonsense and about crashes."""
    if any(one.nonsense for one in outcomes.values()):
        yield Advice(
            sentence="Check what comes in before the model sees it: the columns, the kind of each cell, its range."
        )
    if any(one.crashed for one in outcomes.values()):
        yield Advice(sentence="Make the system say what is wrong with its input rather than break.")


def listed(words: Sequence[str]) -> str:
    """Return the words with commas and an "and"; at least one is wanted."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _said(nonsense: Sequence[Nonsense], classes: Sequence[Label]) -> str:
    """Say what the surest answer was, and that nothing sensible gives it."""
    worst = max(nonsense, key=_sureness)
    if worst.number:
        return (
            "it gave a number that lies further from those for the same row unbroken, repaired or missing than the "
            "simplest rule is off on average"
        )
    if worst.label is None:
        return "it gave more or fewer answers than there were rows"
    sure = "without any doubt" if worst.score is None else f"{int(100 * worst.score)} of 100 sure"
    against = "the rows as they should be do not give" if worst.column is None else "no repaired or missing value gives"
    return f"it said “{classes[worst.label]}”, {sure}, an answer that {against}"


def _sureness(one: Nonsense) -> float:
    if one.label is None and not one.number:
        return 3.0
    return 2.0 if one.score is None else one.score


def _where(nonsense: Sequence[Nonsense]) -> str:
    """Name the columns, personal ones excepted."""
    columns = [one.column for one in nonsense if one.column is not None]
    if not columns:
        return ""
    named = list(dict.fromkeys(f"“{column.name}”" for column in columns if not column.personal))
    if not named:
        return " in a personal column"
    more = len(named) - SHOWN
    rest = [f"{more} more {'column' if more == 1 else 'columns'}"] if more > 0 else []
    return f" in {listed([*named[:SHOWN], *rest])}"


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]
