# SPDX-License-Identifier: Apache-2.0
"""The unknowns of the attack on classes: how many people of each class got each answer."""

from collections.abc import Iterator, Sequence

from probatum.facts.finding import Finding, Measure, Part
from probatum.runs.disclosure.attack import Unknowns
from probatum.runs.disclosure.statements import Statement, read

NO_ANSWER = "no answer"
FEWEST_NAMED = 10  # cases of a class that has numbers of its own


def unknowns(finding: Finding, classes: Sequence[str], people: int) -> Unknowns:
    """Return the unknowns of a finding that counts mistakes.

    Args:
        finding: its measures are named as in usage/error-rate.
        classes: as printed.
        people: all of them.
    """
    table = Unknowns()
    silent = "no_answer" in finding.measures or any(
        part.name.startswith(NO_ANSWER) for part in _parts(finding, "mistake_kinds")
    )
    answers = [*classes, *([NO_ANSWER] if silent else [])]
    wrong = [table.of(right, said) for right in classes for said in answers if right != said]
    every = [table.of(right, said) for right in classes for said in answers]
    table.bound(every, people, people)
    total = _mistakes(finding)
    if total is not None:
        table.bound(wrong, total, total)
    for one, found in _stated(finding, "class_recall"):
        missed = [table.of(one, said) for said in answers if said != one]
        _bound(table, found, [table.of(one, one)], missed)
    for one, found in _stated(finding, "error_rate"):
        missed = [table.of(one, said) for said in answers if said != one]
        _bound(table, found, missed, [table.of(one, one)])
    for one, found in _stated(finding, "class_precision"):
        _bound(table, found, [table.of(one, one)], [table.of(right, one) for right in classes if right != one])
    for one, found in _stated(finding, "said_share"):
        said = {table.of(right, one) for right in classes}
        _bound(table, found, sorted(said), [place for place in every if place not in said])
    _kinds(table, finding, classes, answers)
    for what, places in _wanted(table, classes, answers):
        table.want(what, places, float(total) if total is not None and set(places) <= set(wrong) else float("inf"))
    return table


def _kinds(table: Unknowns, finding: Finding, classes: Sequence[str], answers: Sequence[str]) -> None:
    """State the kinds of mistakes; of classes that are told of, a kind that is not listed did not happen."""
    listed = dict(_stated(finding, "mistake_kinds"))
    names = {part.name for part in _parts(finding, "mistake_kinds")}
    told = {part.name for part in _parts(finding, "class_recall")}
    for right in classes:
        rare = right not in told
        if rare:
            table.bound([table.of(right, said) for said in answers], 0, FEWEST_NAMED - 1)
        for said in answers:
            name = f"{said if said == NO_ANSWER else f'said {said}'}, was {right}"
            if name in listed:
                table.bound([table.of(right, said)], *listed[name].counted)
            elif said != right and not rare and name not in names and names:
                table.bound([table.of(right, said)], 0, 0)


def _wanted(table: Unknowns, classes: Sequence[str], answers: Sequence[str]) -> Iterator[tuple[str, list[int]]]:
    for one in classes:
        yield f"people whose right answer is “{one}”", [table.of(one, said) for said in answers]
        yield f"people whose right answer is “{one}”, answered rightly", [table.of(one, one)]
        yield (
            f"people whose right answer is “{one}”, answered wrongly",
            [table.of(one, said) for said in answers if said != one],
        )
        yield f"people answered “{one}”", [table.of(right, one) for right in classes]
        yield f"people answered “{one}” wrongly", [table.of(right, one) for right in classes if right != one]
        for said in answers:
            if said != one:
                yield f"people answered “{said}” whose right answer is “{one}”", [table.of(one, said)]


def _mistakes(finding: Finding) -> int | None:
    rate = finding.measures.get("error_rate")
    return None if rate is None or rate.value is None else round(rate.value * rate.n)


def _parts(finding: Finding, measure: str) -> tuple[Part, ...]:
    found: Measure | None = finding.measures.get(measure)
    return () if found is None else found.groups


def _stated(finding: Finding, measure: str) -> Iterator[tuple[str, Statement]]:
    for part in _parts(finding, measure):
        found = read(part)
        if found is not None:
            yield part.name, found


def _bound(table: Unknowns, found: Statement, counted: Sequence[int], left: Sequence[int]) -> None:
    table.bound(counted, *found.counted)
    table.bound(left, *found.left)
