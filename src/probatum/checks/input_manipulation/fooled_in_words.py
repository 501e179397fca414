# SPDX-License-Identifier: Apache-2.0
"""What was found about small changes, in plain sentences."""

from collections.abc import Iterator

from probatum.checks.input_manipulation.evading import Cells, Target
from probatum.checks.input_manipulation.findings import Findings
from probatum.checks.input_manipulation.rounds import in_words
from probatum.checks.input_manipulation.table import Table
from probatum.checks.input_manipulation.unsteady import Unsteady
from probatum.engines.intervals.looks import Trial
from probatum.facts.finding import Advice, Measure

BEWARE = "Beware: "
UNPROVEN = "Nothing was proven. "
POINTS = "the range of all points"
ONLY = "Of the numbers, an attacker may change only: "  # before the names of columns
OTHERWISE = "Any other category may also be stated in: "  # before the names of columns
PLAINLY = {  # what engines call their stages
    "clean": "the answers as they are",
    "intervals": "bounds on every value",
    "linear bounds": "bounds by straight lines",
    "sharpened bounds": "a search for better lines",
    "split regions": "bounds on parts of what can be reached",
    "halved regions": "bounds on halves of what can be reached",
    "first steps": "a few steps along the slope",
    "descent": "many steps along the slope",
    "short patches": "random patches",
    "targets": "steps towards other answers",
    "long patches": "a longer search by patches and steps",
    "given candidates": "changes that were worked out",
}


def sentence(taken: dict[str, Measure]) -> str:
    """Return what was found, in one sentence."""
    fooled, proven = taken["fooled_share"], taken["proven_share"]
    shown, safe = round(fooled.per_100 or 0.0), round(proven.per_100 or 0.0)
    left = 100 - shown - safe  # so that the three add up as they are told
    rest = f"; of {'all of them' if left == 100 else f'the other {left}'}, nobody knows" if left > 0 else ""
    return f"Of 100 right answers, {shown} are turned wrong by a small change; {safe} are proven safe{rest}."


def details(found: Findings, radius: float, target: Target, trial: Trial) -> Iterator[str]:
    """Yield what was allowed and done, and why the numbers may be too good."""
    usual = "its column's usual range (between the 5th and the 95th of 100 rows)"
    of = usual if isinstance(target, Table) else POINTS
    tried, size = len(found.found), f"{100 * radius:.3g} of 100 parts"
    yield f"Each number may change by up to {size} of {of}; {tried:,} cases were tried."
    yield from in_words(trial)
    if isinstance(target, Table):
        numbers, every = target.numbers()
        if len(numbers) < every:
            yield f"{ONLY}{', '.join(numbers) or 'none'}."
        stated = target.stated_otherwise(radius)
        if stated:
            yield f"{OTHERWISE}{', '.join(stated)}."
    if found.stages:
        done = dict.fromkeys(PLAINLY.get(stage, stage) for stage in found.stages)
        yield f"What was done, in this order: {', '.join(done)}."
    why = found.unproven or found.refused
    if why is not None:
        yield f"{UNPROVEN}{why.partition(', so nothing is proven')[0].rstrip('.')}."
    yield from dict.fromkeys((*(target.moves.notes if isinstance(target, Table) else ()), *found.remarks))
    for warning in found.warnings:
        yield f"{BEWARE}{warning[0].lower()}{warning[1:]}"


def oddities(target: Target, left_out: int) -> Iterator[str]:
    """Yield what is odd about the rows themselves."""
    if left_out:
        were = "1 picture was" if left_out == 1 else f"{left_out:,} pictures were"
        yield f"{were} left out: not every point is a number."
    if isinstance(target, Cells) and target.strange is not None:
        yield target.strange


def advice(taken: dict[str, Measure], found: Findings, loose: Unsteady | None, level: str) -> Iterator[Advice]:
    """Yield what to do about it."""
    if taken["fooled_share"].value:
        yield Advice(sentence="Let a person look at answers that a small change would turn.")
    if loose is not None:
        yield Advice(sentence="Let it answer the same case alike (a fixed seed, say); then more can be told.")
    elif found.unproven is not None:  # not where its inside was looked into, and refused
        yield Advice(sentence="Give the model itself rather than a way to ask it; then safety can be proven.")
    elif found.refused is None and taken["unknown_share"].value and level != "deep":
        yield Advice(sentence="Try longer, with --effort deep: it may settle cases of which nobody knows.")
