# SPDX-License-Identifier: Apache-2.0
"""What was found about small changes, in plain sentences."""

from collections.abc import Iterator

from probatum.checks.input_manipulation.evading import Cells, Target
from probatum.checks.input_manipulation.findings import Findings
from probatum.checks.input_manipulation.rounds import in_words
from probatum.checks.input_manipulation.table import Table
from probatum.checks.input_manipulation.unsteady import Unsteady
from probatum.engines.evasion.results import Ended
from probatum.engines.intervals.looks import Trial
from probatum.facts.finding import Advice, Measure
from probatum.facts.numbers import plain_number

BEWARE = "Beware: "
CLOSED = "nobody can look inside"  # of what can only be asked
UNPROVEN = "Nothing was proven. "
ENDED = "Why safety could not be proven: "  # before the reason
REASONS = (Ended.SPENT, Ended.EXHAUSTED, Ended.UNFOLLOWED)
STEPPED = "each may change by one step instead"  # of whole numbers, where the radius is less than a step
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
    "starts from bounds": "steps from where the bounds are least",
    "given candidates": "changes that were worked out",
}


def sentence(taken: dict[str, Measure]) -> str:
    """Return what was found, in one sentence."""
    fooled, proven = taken["fooled_share"], taken["proven_share"]
    shown, safe = round(fooled.per_100 or 0.0), round(proven.per_100 or 0.0)
    left = 100 - shown - safe  # so that the three add up as they are told
    whom = "all of them" if left == 100 else f"the other {left}"
    rest = f"; for {whom}, we found no attack and could not prove safety" if left > 0 else ""
    return f"Of 100 right answers, {shown} are turned wrong by a small change; {safe} are proven safe{rest}."


def details(found: Findings, radius: float, target: Target, trial: Trial) -> Iterator[str]:
    """Yield what was allowed and done, and why the numbers may be too good."""
    usual = "its column's usual range (between the 5th and the 95th of 100 rows)"
    of = usual if isinstance(target, Table) else POINTS
    tried, size = len(found.found), f"{plain_number(100 * radius)} of 100 parts"
    yield f"Each number may change by up to {size} of {of}; {tried:,} cases were tried."
    if isinstance(target, Table) and target.stepped:
        yield (
            f"The numbers that may change are whole, and that would be less than one step of any of them, so {STEPPED}."
        )
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


def unsettled(found: Findings, radius: float, limit: int, deeper: int | None) -> Iterator[str]:
    """Say why the proofs ended where there is neither an attack nor a proof, and what more work would cost.

    Args:
        found: what is known.
        radius: the plan's.
        limit: parts into which the region of a row may be split.
        deeper: the same under more effort; None: it allows no more.
    """
    known = found.known()
    ends = found.ended[~(known.broken(radius) | known.certified(radius))]
    spent, exhausted, unfollowed = (int((ends == end).sum()) for end in REASONS)
    if not spent + exhausted + unfollowed or found.unproven is not None or found.refused is not None:
        return
    reasons = []
    if spent:
        more = "" if deeper is None else f"; --effort deep allows {deeper:,}"
        reasons.append(
            f"the search for proofs ended at {limit:,} parts a row, or at the work that goes with them{more}"
        )
    if exhausted:
        reasons.append(f"of {_cases(exhausted)} nothing is left to bound better, so more work would not settle them")
    if unfollowed:
        reasons.append(f"of {_cases(unfollowed)} the model's numbers may grow beyond what it can hold")
    yield f"{ENDED}{'; '.join(reasons)}."


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
    elif found.unproven is not None and CLOSED in found.unproven:  # else why nothing was proven says what would help
        yield Advice(sentence="Give the model itself rather than a way to ask it; then safety can be proven.")
    elif found.unproven is None and found.refused is None and taken["unknown_share"].value and level != "deep":
        yield Advice(
            sentence="Try longer, with --effort deep: it may settle cases that were neither broken nor proven safe."
        )


def _cases(count: int) -> str:
    return "1 case" if count == 1 else f"{count:,} cases"
