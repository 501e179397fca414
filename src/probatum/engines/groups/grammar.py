# SPDX-License-Identifier: Apache-2.0
"""What was found between groups, in plain sentences: different, not different, or too few people to tell."""

from collections.abc import Sequence
from math import ceil, floor, log10

from probatum.engines.groups.averages import Averages
from probatum.engines.groups.compare import Comparison, Gap, Outcome
from probatum.engines.groups.shares import Shares
from probatum.engines.mistakes.small_counts import SMALL
from probatum.facts.deciding import MOST_TIMES, times_needed, too_close, two_digits
from probatum.facts.numbers import plain_number

NAMED = 3  # groups listed by name in one sentence
UNIT = "in the unit of what is predicted"


def headline(comparison: Comparison, decide_at: float) -> str:
    """Say the largest proven gap, or that none was proven."""
    if comparison.proven:
        return told(comparison.gaps[0])
    if not comparison.gaps:
        return "There are too few people to compare any group with everybody else."
    if comparison.scope is not None and comparison.largest <= decide_at:
        most, known = _size(comparison.gaps[0], comparison.largest), comparison.scope
        who = "No group of people" if known.everybody else f"No group of at least {known.least:,} people"
        return f"{who} is treated differently from everybody else by more than {most}."
    return "No difference between a group and everybody else was proven, and there are too few people to rule one out."


def told(gap: Gap) -> str:
    """Say a gap as natural frequencies."""
    question, (more, less) = gap.question, gap.sides
    if isinstance(question.numbers, Averages):
        return (
            f"Compared with the right answers, those of the system are {plain_number(gap.value * question.one)} higher "
            f"for {more} than for {less}, on average ({UNIT})."
        )
    whole = 100 if gap.value >= 0.02 else 1000
    own, rest = (_of(numbers, gap.place, whole) for numbers in (question.numbers, question.rest))
    first, second = (own, rest) if gap.more else (rest, own)
    whom = f"people {question.whose}" if question.whose else "people"
    return f"Of {whole:,} {whom}, {first} among {more} {question.did}, and {second} among {less}."


def verdicts(comparison: Comparison, decide_at: float) -> tuple[str, ...]:
    """Say for each grouping what is proven of its worst group, and who could not be compared."""
    return tuple(one for outcome in comparison.outcomes for one in _verdict(outcome, comparison, decide_at))


def why_open(comparison: Comparison) -> str | None:
    """Say who could not be compared, if these are too many for the rest to speak for them."""
    if comparison.scope is not None or comparison.complete:
        return None
    names = [name for outcome in comparison.outcomes for _, left in outcome.left_out for name in left]
    bare = [_label(outcome) for outcome in comparison.outcomes if not outcome.gaps]
    missing = list(dict.fromkeys([*names, *bare]))
    if missing:
        return f"There are too few people to compare: {_listed(missing)}."
    return "Of too many people it is not known which group they are in."


def _verdict(outcome: Outcome, comparison: Comparison, decide_at: float) -> list[str]:
    label = _label(outcome)
    if not outcome.groups.names:
        return [f"By {label} nobody can be compared: it is free text, or it can tell who somebody is."]
    if not outcome.gaps:
        return [f"By {label} nobody can be compared: there are not two groups of at least {_least(outcome)} people."]
    spoken = [gap for gap in outcome.gaps if comparison.speaks_of(gap)] or list(outcome.gaps)
    widest = max(spoken, key=lambda gap: gap.reach)
    said = [f"By {label}: {_word(outcome.gaps[0], widest, decide_at)}"]
    if len(spoken) < len(outcome.gaps):
        smaller = [gap for gap in outcome.gaps if gap not in spoken]
        names = list(dict.fromkeys(gap.question.groups.names[gap.place] for gap in smaller))
        said.append(f"By {label}, how smaller groups fare cannot be told: {_listed(names)}.")
    return [*said, *_left_out(outcome)]


def _word(gap: Gap, widest: Gap, decide_at: float) -> str:
    most = _size(gap, widest.reach)
    if gap.lower > 0 and widest.reach <= decide_at:
        return f"different (proven), but by no more than {most}."
    if gap.lower > 0:
        least, most = _size(gap, gap.lower, up=False), _size(gap, gap.upper)
        return f"different (proven). {told(gap)} The gap is at least {least}, and at most {most}."
    if widest.reach <= decide_at:
        return f"no difference above {most} (proven)."
    return _undecided(widest, decide_at)


def _undecided(gap: Gap, decide_at: float) -> str:
    """Say why it cannot be told, and how many more people would do."""
    who = f"“{gap.question.groups.names[gap.place]}”"
    times = times_needed(gap.reach - gap.value, abs(gap.value - decide_at))
    if too_close(gap.value, decide_at, times):
        return f"too close to the limit to tell, of {who}: more people would hardly decide it."
    if times > MOST_TIMES:
        return f"too few people to tell: more are needed in {who} than data of this kind can give."
    many, all_of_them = (two_digits(times * rows) for rows in (gap.rows, len(gap.question.groups.codes)))
    return f"too few people to tell: {many:,} in {who}, among {all_of_them:,} fresh ones, would probably decide."


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


def _of(numbers: Shares | Averages, place: int, whole: int) -> str:
    """Return a share as a whole number of 100, or as a range where the count is hidden."""
    if isinstance(numbers, Averages) or numbers.shown[place]:
        return f"{float(numbers.value[place]) * whole:.0f}"
    least, most = (float(share[place]) for share in (numbers.seen.least_share, numbers.seen.most_share))
    return f"between {floor(least * whole)} and {ceil(most * whole)}"


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
