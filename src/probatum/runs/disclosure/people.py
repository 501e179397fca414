# SPDX-License-Identifier: Apache-2.0
"""The unknowns of the attack on groups of people: how many of each group got which answer, and which was right.

It is assumed that the intruder knows that nobody is without a value in a protected column, as is often the case.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from probatum.facts.finding import Finding, Measure
from probatum.runs.disclosure.attack import Unknowns
from probatum.runs.disclosure.statements import Statement, read

KINDS = ("hit", "missed", "alarm", "spared")
STATED = {  # of each measure, what is counted and what is not
    "true_positive_rate": (("hit",), ("missed",)),
    "false_positive_rate": (("alarm",), ("spared",)),
    "selection_rate": (("hit", "alarm"), ("missed", "spared")),
    "precision": (("hit",), ("alarm",)),
    "favourable_rate": (("hit", "alarm"), ("missed", "spared")),
}
SETS = {
    "right, and answered so": ("hit",),
    "right, and answered otherwise": ("missed",),
    "wrong, and answered so": ("alarm",),
    "wrong, and not answered so": ("spared",),
    "whose right answer it is": ("hit", "missed"),
    "whose right answer it is not": ("alarm", "spared"),
    "who were answered so": ("hit", "alarm"),
    "who are there": KINDS,
}
OF_CLASS = re.compile(r"^(?P<name>.*) \(“(?P<of>.*)”\)$")
_LEVELS = (
    re.compile(r"^(?P<column>.*?) = .*$"),
    re.compile(r"^(?P<column>.*?): other \(under \d+ each\)$"),
    re.compile(r"^(?P<column>.*?) (?:up to|below) \S+$"),
    re.compile(r"^(?P<column>.*?) \S+ to (?:below )?\S+$"),
    re.compile(r"^(?P<column>.*?) \S+ or more$"),
)
POOL = ": other (under"
FEWEST_NAMED = 10  # people of a group that has a name of its own


@dataclass(frozen=True, slots=True)
class Names:
    """The names of groups, as an intruder reads them."""

    singles: Mapping[str, tuple[str, ...]]  # by column
    pairs: Mapping[str, tuple[str, str]]  # by name: the two single groups


def unknowns(finding: Finding, people: int, *, missing: bool = False) -> Iterator[Unknowns]:
    """Yield the unknowns, one table for each class that is held against the rest.

    Args:
        finding: that compares groups.
        people: all of them.
        missing: people may be in no group.
    """
    measures = {name: one for name, one in finding.measures.items() if name in STATED}
    classes = {found.group("of") for one in measures.values() for part in one.groups if (found := _of(part.name))}
    for of in sorted(classes) or [""]:
        yield _of_class(measures, of, people, missing=missing)


def _of(name: str) -> re.Match[str] | None:
    return OF_CLASS.match(name)


def _plain(name: str, of: str) -> str | None:
    """Return the name of the group, if the part is about this class."""
    found = _of(name)
    if not of:
        return name
    return found.group("name") if found and found.group("of") == of else None


def _of_class(measures: Mapping[str, Measure], of: str, people: int, *, missing: bool) -> Unknowns:
    stated: dict[tuple[str, str], Statement] = {}
    groups: dict[str, None] = {}
    for measure, one in measures.items():
        for part in one.groups:
            name = _plain(part.name, of)
            if name is not None:
                groups[name] = None
                found = read(part)
                if found is not None:
                    stated[name, measure] = found
    names = read_names(tuple(groups))
    table = Unknowns()
    totals = _totals(table, measures, of, people)
    _columns(table, names, missing=missing)
    for (name, measure), found in stated.items():
        key = names.pairs.get(name, (name,))
        for kinds, ends in zip(STATED[measure], (found.counted, found.left), strict=True):
            table.bound([table.of(*key, kind) for kind in kinds], *ends)
    every: list[tuple[str, ...]] = [(name,) for column in names.singles.values() for name in column]
    every += [pair for first, second in combinations(names.singles, 2) for pair in _crossed(names, first, second)]
    for place in every:
        for what, kinds in SETS.items():
            total = sum(totals.get(kind, float("inf")) for kind in kinds)
            table.want(f"people of {' and '.join(place)} {what}", [table.of(*place, kind) for kind in kinds], total)
    return table


def _totals(table: Unknowns, measures: Mapping[str, Measure], of: str, people: int) -> dict[str, float]:
    """State what is published of all people together; return the most of each kind."""
    most: dict[str, float] = {}
    everybody = {kind: table.of("everybody", kind) for kind in KINDS}
    for measure, one in measures.items():
        found = read(one) if not of and one.value is not None else None
        if found is None:
            continue
        for kinds, ends in zip(STATED[measure], (found.counted, found.left), strict=True):
            table.bound([everybody[kind] for kind in kinds], *ends)
            if len(kinds) == 1:
                most[kinds[0]] = min(most.get(kinds[0], float("inf")), ends[1])
    table.bound(list(everybody.values()), people, people)
    return most


def _columns(table: Unknowns, names: Names, *, missing: bool) -> None:
    """State that the groups of a column are everybody, and those of two columns the groups of each."""
    nobody = ("(nobody knows)",) if missing else ()
    for column, levels in names.singles.items():
        for kind in KINDS:
            inside = [table.of(level, kind) for level in levels] + [table.of(column, one, kind) for one in nobody]
            table.equal(inside, [table.of("everybody", kind)])
    for first, second in combinations(names.singles, 2):
        if not any({first, second} == {_column(one), _column(other)} for one, other in names.pairs.values()):
            continue
        for column, other, turned in ((first, second, False), (second, first, True)):
            for level in names.singles[column]:
                for kind in KINDS:
                    cells = [
                        table.of(*((across, level) if turned else (level, across)), kind)
                        for across in names.singles[other]
                    ]
                    cells += [table.of(level, column, other, one, kind) for one in nobody]
                    table.equal(cells, [table.of(level, kind)])
        for pair in _crossed(names, first, second):
            cells = [table.of(*pair, kind) for kind in KINDS]
            if pair in names.pairs.values():
                table.bound(cells, FEWEST_NAMED, float("inf"))
            elif not any(POOL in one for one in pair):
                table.bound(cells, 0, FEWEST_NAMED - 1)


def _crossed(names: Names, first: str, second: str) -> list[tuple[str, str]]:
    found = [pair for pair in names.pairs.values() if (_column(pair[0]), _column(pair[1])) == (first, second)]
    return [(one, other) for one in names.singles[first] for other in names.singles[second]] if found else []


def read_names(groups: Sequence[str]) -> Names:
    """Tell single groups from crossed ones: those that are two others with "and" between."""
    known = set(groups)
    pairs: dict[str, tuple[str, str]] = {}
    for name in groups:
        for at in (found.start() for found in re.finditer(" and ", name)):
            one, other = name[:at], name[at + 5 :]
            if one in known and other in known:
                pairs[name] = (one, other)
    singles: dict[str, list[str]] = {}
    for name in groups:
        if name not in pairs and not _is_pool_of_pairs(name, known):
            singles.setdefault(_column(name), []).append(name)
    return Names(singles={column: tuple(levels) for column, levels in singles.items()}, pairs=pairs)


def _is_pool_of_pairs(name: str, known: set[str]) -> bool:
    return POOL in name and _column(name) not in {_column(one) for one in known if POOL not in one}


def _column(name: str) -> str:
    found = next((match for level in _LEVELS if (match := level.match(name))), None)
    return found.group("column") if found else name
