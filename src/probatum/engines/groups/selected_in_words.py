# SPDX-License-Identifier: Apache-2.0
"""How often groups get the favourable answer, compared with everybody else, in plain sentences."""

from collections.abc import Sequence
from math import ceil, floor

from probatum.engines.groups.selected import Against, Estimate

TOLD = 3  # groups told one by one


def headline(found: Sequence[Against]) -> str:
    """Say the group that is proven to fare worst, or that none is."""
    if not found:
        return "There are too few people to compare any group with everybody else."
    worst = found[0]
    did = worst.question.did
    if worst.ratio.upper < 1:
        return f"Of 100 people, {_of(worst.rate)} among {worst.name} {did}, and {_of(worst.rest)} among everybody else."
    return f"No group of people was proven to fare worse than everybody else in how often they {did}."


def verdicts(found: Sequence[Against]) -> tuple[str, ...]:
    """Say for each grouping who is proven to fare worse, or that nobody is."""
    by_label: dict[str, list[Against]] = {}
    for one in found:
        by_label.setdefault(" and ".join(one.question.groups.columns), []).append(one)
    return tuple(sentence for label, groups in by_label.items() for sentence in _of_label(label, groups))


def _of_label(label: str, groups: Sequence[Against]) -> list[str]:
    worse = [one for one in groups if one.ratio.upper < 1]
    if not worse:
        return [f"By {label}, no group was proven to fare worse than everybody else."]
    told = [f"By {label}, {one.name} fares worse (proven): {_times(one.ratio)} as often." for one in worse[:TOLD]]
    rest = len(worse) - TOLD
    return [*told, f"By {label}, {rest} more groups fare worse (proven)."] if rest > 0 else told


def _of(rate: Estimate) -> str:
    return f"{rate.value * 100:.0f}"


def _times(ratio: Estimate) -> str:
    lower, upper = floor(ratio.lower * 100) / 100, ceil(ratio.upper * 100) / 100  # only told where proven below 1
    return f"{ratio.value:.2f} times (between {lower:.2f} and {upper:.2f})"
