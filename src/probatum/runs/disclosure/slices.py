# SPDX-License-Identifier: Apache-2.0
"""The unknowns of the attack on groups in which mistakes cluster: people by which of them they are in."""

from itertools import product

from probatum.facts.finding import Finding
from probatum.runs.disclosure.attack import Unknowns
from probatum.runs.disclosure.statements import read

WRONG, RIGHT = "wrong", "right"
MOST = 8  # groups looked at together


def unknowns(finding: Finding) -> Unknowns:
    """Return the unknowns; who is in a group is read from the conditions in its name."""
    parts = finding.measures["slice_error_rate"].groups[:MOST]
    conditions = [frozenset(part.name.split(" and ")) for part in parts]
    table = Unknowns()
    cells = [
        inside for inside in product((False, True), repeat=len(parts)) if any(inside) and _possible(inside, conditions)
    ]
    for place, part in enumerate(parts):
        stated = read(part)
        mine = [inside for inside in cells if inside[place]]
        if stated is not None:
            table.bound([table.of(*_key(inside), WRONG) for inside in mine], *stated.counted)
            table.bound([table.of(*_key(inside), RIGHT) for inside in mine], *stated.left)
    for inside in cells:
        name = " and ".join(f"“{part.name}”" for part, there in zip(parts, inside, strict=True) if there)
        for kinds in ((WRONG,), (RIGHT,), (WRONG, RIGHT)):
            places = [table.of(*_key(inside), kind) for kind in kinds]
            table.want(f"people only in {name}, {' or '.join(kinds)}", places, float("inf"))
    return table


def _key(inside: tuple[bool, ...]) -> tuple[str, ...]:
    return tuple("in" if there else "out" for there in inside)


def _possible(inside: tuple[bool, ...], conditions: list[frozenset[str]]) -> bool:
    """Say whether somebody can be in just these groups: whoever meets all conditions of one is in it."""
    met = frozenset[str]().union(*(one for one, there in zip(conditions, inside, strict=True) if there))
    columns = [condition.split(" = ", maxsplit=1)[0] for condition in met if " = " in condition]
    if len(columns) != len(set(columns)):  # two values of one column
        return False
    return all(there or not conditions[place] <= met for place, there in enumerate(inside))
