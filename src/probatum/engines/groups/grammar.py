# SPDX-License-Identifier: Apache-2.0
"""What was found between groups, in plain sentences: different, not different, or too few people to tell."""

from collections.abc import Sequence
from math import ceil, floor, log10

from probatum.engines.groups.averages import Averages
from probatum.engines.groups.compare import Comparison, Gap, Outcome, Reach
from probatum.engines.groups.questions import Question
from probatum.engines.mistakes.small_counts import SMALL
from probatum.facts.deciding import MOST_TIMES, times_needed, too_close
from probatum.facts.numbers import plain_number

NAMED = 3  # groups listed by name in one sentence
UNIT = "in the unit of what is predicted"


def headline(comparison: Comparison, decide_at: float) -> str:
    """Say the largest proven gap, or that none was proven."""
    if comparison.proven:
        return told(comparison.gaps[0])
    if not comparison.gaps:
        return "There are too few people to compare any two groups."
    if comparison.complete and comparison.largest <= decide_at:
        most = _size(comparison.gaps[0], comparison.largest)
        return f"No two groups of people are treated differently by more than {most}."
    return "No difference between groups of people was proven, and there are too few people to rule one out."


def told(gap: Gap) -> str:
    """Say a gap as natural frequencies."""
    question, names = gap.question, gap.question.groups.names
    if isinstance(question.numbers, Averages):
        return (
            f"Compared with the right answers, those of the system are {plain_number(gap.value * question.one)} higher "
            f"for {names[gap.more]} than for {names[gap.less]}, on average ({UNIT})."
        )
    whole = 100 if gap.value >= 0.02 else 1000
    more, less = (_of(question, place, whole) for place in (gap.more, gap.less))
    whom = f"people {question.whose}" if question.whose else "people"
    return f"Of {whole:,} {whom}, {more} among {names[gap.more]} {question.did}, and {less} among {names[gap.less]}."


def verdicts(comparison: Comparison, decide_at: float) -> tuple[str, ...]:
    """Say for each grouping what is proven of its worst pair, and who could not be compared."""
    return tuple(one for outcome in comparison.outcomes for one in _verdict(outcome, decide_at))


def why_open(comparison: Comparison) -> str | None:
    """Say who could not be compared, or nothing if everybody was."""
    names = [name for outcome in comparison.outcomes for _, left in outcome.left_out for name in left]
    bare = [_label(outcome) for outcome in comparison.outcomes if outcome.widest is None]
    missing = list(dict.fromkeys([*names, *bare]))
    return f"There are too few people to compare: {_listed(missing)}." if missing else None


def _verdict(outcome: Outcome, decide_at: float) -> list[str]:
    label = _label(outcome)
    if not outcome.groups.names:
        return [f"By {label} nobody can be compared: it is free text, or it can tell who somebody is."]
    if outcome.widest is None or not outcome.gaps:
        return [f"By {label} nobody can be compared: there are not two groups of at least {_least(outcome)} people."]
    return [f"By {label}: {_word(outcome.gaps[0], outcome.widest, decide_at)}", *_left_out(outcome)]


def _word(gap: Gap, reach: Reach, decide_at: float) -> str:
    most = _size(gap, reach.upper)
    if gap.lower > 0 and reach.upper <= decide_at:
        return f"different (proven), but by no more than {most}."
    if gap.lower > 0:
        least, most = _size(gap, gap.lower, up=False), _size(gap, gap.upper)
        return f"different (proven). {told(gap)} The gap is at least {least}, and at most {most}."
    if reach.upper <= decide_at:
        return f"no difference above {most} (proven)."
    return _undecided(reach, decide_at)


def _undecided(reach: Reach, decide_at: float) -> str:
    """Say why it cannot be told, and how many more people would do."""
    names = reach.question.groups.names
    who = f"“{names[reach.first]}” and “{names[reach.second]}”"
    value = abs(reach.value)
    times = times_needed(reach.upper - value, abs(value - decide_at))
    if too_close(value, decide_at, times):
        return f"too close to the limit to tell, of {who}: more people would hardly decide it."
    if times > MOST_TIMES:
        return f"too few people to tell: more are needed in {who} than data of this kind can give."
    rows = times * reach.rows
    step = int(10 ** max(len(str(int(rows))) - 2, 0))
    many = max(ceil(rows / step) * step, 1)
    return f"too few people to tell: about {many:,} fresh people in {who} would probably decide."


def _left_out(outcome: Outcome) -> list[str]:
    pooled = outcome.groups.names[outcome.groups.pooled] if outcome.groups.pooled >= 0 else None
    whose: dict[str, list[str]] = {}
    for question, names in outcome.left_out:
        for name in names:
            if name != pooled:
                whose.setdefault(name, []).append(question.whose)
    by_whom: dict[str, list[str]] = {}
    for name, lacking in whose.items():
        by_whom.setdefault(" or ".join(dict.fromkeys(lacking)), []).append(name)
    fewer = f"fewer than {_least(outcome)} people"
    said = [
        f"By {_label(outcome)}, some cannot be compared, since there are {fewer} {lacking} among them: "
        f"{_listed(names)}.".replace("people  among", "people among")
        for lacking, names in by_whom.items()
    ]
    if pooled is not None:
        said.append(
            f"By {_label(outcome)}, groups of fewer than {SMALL} people were put together, and how each of them fares "
            "cannot be told."
        )
    return said


def _least(outcome: Outcome) -> int:
    """Return how many people a group needs to be compared: the most of any question that left somebody out."""
    return max((question.numbers.least for question, _ in outcome.left_out), default=SMALL)


def _of(question: Question, place: int, whole: int) -> str:
    """Return a share as a whole number of 100, or as a range where the count is hidden."""
    numbers = question.numbers
    if isinstance(numbers, Averages) or numbers.shown[place]:
        return f"{float(numbers.value[place]) * whole:.0f}"
    n = numbers.seen.n[place]
    return f"between {floor(numbers.seen.fewest[place] / n * whole)} and {ceil(numbers.seen.most[place] / n * whole)}"


def _size(gap: Gap, size: float, *, up: bool = True) -> str:
    if isinstance(gap.question.numbers, Averages):
        return f"{_outwards(size * gap.question.one, up=up)} ({UNIT})"
    whole = 100 if size >= 0.02 else 1000 if size >= 0.002 else 10_000
    return f"{ceil(size * whole - 1e-9) if up else floor(size * whole + 1e-9)} of {whole:,}"


def _outwards(size: float, *, up: bool) -> str:
    """Return a number of two telling digits, rounded up or down."""
    step = 10.0 ** (floor(log10(abs(size))) - 1) if size else 1.0
    return plain_number((ceil(size / step - 1e-9) if up else floor(size / step + 1e-9)) * step, digits=2)


def _label(outcome: Outcome) -> str:
    return " and ".join(outcome.groups.columns)


def _listed(names: Sequence[str]) -> str:
    rest = len(names) - NAMED
    return "; ".join(names[:NAMED]) + (f"; and {rest} more" if rest > 0 else "")
