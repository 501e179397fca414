# SPDX-License-Identifier: Apache-2.0
"""What do the shipped limits make of good, careless and best possible systems? Writes ``docs/limits.md``.

``python benchmarks/truth/limits.py --write`` works out what is not known yet and writes the page; without ``--write``
it goes to the screen. Every run is kept (see ``store``): it can be stopped at any time, and ``--repetitions`` raised.
"""

import argparse
import math
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # before numpy is imported

from outcomes import ON  # noqa: E402
from populations import Population, population  # noqa: E402
from real_tables import TABLES, Absent  # noqa: E402
from sampling import draw, measured  # noqa: E402
from store import Store, code_of  # noqa: E402

from probatum.checks.interface import checks  # noqa: E402
from probatum.evidence.judging import judge  # noqa: E402
from probatum.facts.finding import Finding  # noqa: E402
from probatum.facts.plan import Effort  # noqa: E402
from probatum.facts.policy import Stakes  # noqa: E402
from probatum.runs.planning import options_for  # noqa: E402
from probatum.runs.policies import shipped  # noqa: E402
from probatum.seeds import stream  # noqa: E402

PAGE = Path(__file__).resolve().parents[2] / "docs" / "limits.md"
SIZES = (500, 1_000, 2_000, 5_000, 20_000)
REPETITIONS = 100
SELDOM = {20_000: 4}  # of so many rows, one repetition in so many
CHOSEN, CHECKED = "chosen on", "checked on"
DATA = {"Adult": CHOSEN, "COMPAS": CHOSEN, "bank": CHECKED}
STAKES = (Stakes.LOW, Stakes.MEDIUM, Stakes.HIGH)

BEST, GOOD = "Bayes-optimal", "ordinary"
ORDINARY = ("logistic regression", "boosting", "random forest")
FAULTS = {  # careless systems, each with the check that is about its fault
    "overfitted": "usage/overfitting",
    "miscalibrated": "usage/calibration",
    "biased": "usage/bias",
    "uneven": "usage/error-slices",
    "fragile": "input-manipulation/corruption",
    "leaking": "data-manipulation/leakage",
}
LEAKAGE, CORRUPTION = "data-manipulation/leakage", "input-manipulation/corruption"
ANSWERS = ("usage/error-rate", "usage/error-slices", "usage/calibration", "usage/bias", "usage/overfitting")
DAMAGED_AT = (500, 5_000)  # rows; of more, only 500 are damaged
COPIED = 0.10  # share of the test rows that a leaking system learned from
WANTED = 0.90  # of careless systems, so many fail the check that is about their fault; at medium stakes, 5,000 rows
AT = 5_000


def main() -> None:
    """Work out what is missing, and write or print the page."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--repetitions", type=int, default=REPETITIONS)
    arguments.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    arguments.add_argument("--only", default="", help="keep the systems and checks whose name holds this word")
    arguments.add_argument("--write", action="store_true", help="write docs/limits.md")
    arguments.add_argument("--any-code", action="store_true", help="count what other versions of the code came to, too")
    chosen = arguments.parse_args()
    store = Store("limits", any_code=chosen.any_code)
    plan = Plan(sizes=chosen.sizes, repetitions=chosen.repetitions, only=chosen.only)
    skipped = work(plan, store, lambda line: print(line, file=sys.stderr, flush=True))
    page = document(plan, store, skipped)
    if chosen.write:
        PAGE.write_text(page, encoding="utf-8", newline="\n")
    else:
        print(page)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Systems of one kind on samples of one size, under one check."""

    table: str
    kind: str
    n: int
    check: str

    @property
    def key(self) -> list[object]:
        """What it is kept under, with a repetition behind it."""
        return [self.table, self.kind, self.n, self.check]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is worked out."""

    sizes: Sequence[int] = SIZES
    repetitions: int = REPETITIONS
    only: str = ""
    seed: int = 0

    def times(self, n: int) -> int:
        """Return how often samples of this size are drawn."""
        return math.ceil(self.repetitions / SELDOM.get(n, 1))

    def cells(self) -> Iterator[Cell]:
        """Yield all cells: the samples of one system stand together."""
        for table in DATA:
            for kind in (BEST, *ORDINARY, *FAULTS):
                for n in self.sizes:
                    for check in _checks_for(kind, n):
                        if self.only in f"{table}, {kind} {check}":
                            yield Cell(table=table, kind=kind, n=n, check=check)


def _checks_for(kind: str, n: int) -> tuple[str, ...]:
    if kind == "leaking":
        return (LEAKAGE,)
    if kind == "fragile":
        return (CORRUPTION,) if n in DAMAGED_AT else ()
    damaged = (CORRUPTION,) if n in DAMAGED_AT and kind not in FAULTS else ()
    # no model is asked about leaks: one model stands for all
    return (*ANSWERS, *damaged, *((LEAKAGE,) if kind == ORDINARY[0] else ()))


def work(plan: Plan, store: Store, tell: Callable[[str], None]) -> list[str]:
    """Run what is not known yet; return what was skipped, and why."""
    skipped: list[str] = []
    cells = list(plan.cells())
    for table, kind in dict.fromkeys((one.table, one.kind) for one in cells):
        missing = [
            (cell, repetition)
            for cell in cells
            for repetition in range(plan.times(cell.n))
            if (cell.table, cell.kind) == (table, kind) and store.get([*cell.key, repetition], _code(cell)) is None
        ]
        if not missing:
            continue
        try:
            people = population(TABLES[table](), ORDINARY[0] if kind == "leaking" else kind)
        except Absent as absent:
            skipped.append(f"{table} was skipped: {absent}.")
            continue
        started = time.process_time()
        for n, repetition in dict.fromkeys((cell.n, repetition) for cell, repetition in missing):
            many = [cell for cell, again in missing if (cell.n, again) == (n, repetition)]
            _one_sample(people, many, repetition, plan.seed, store)
        tell(f"{table}, {kind}: {len(missing)} runs in {time.process_time() - started:.0f} s")
    return list(dict.fromkeys(skipped))


def _one_sample(people: Population, cells: Sequence[Cell], repetition: int, seed: int, store: Store) -> None:
    """Draw one sample, and run these checks on it; those about leaks get one without any row twice."""
    for leaks in (False, True):
        mine = [cell for cell in cells if (cell.check == LEAKAGE) is leaks]
        if not mine or (leaks and mine[0].n > len(people.people.truth)):
            continue
        name = f"{people.name}/{mine[0].kind}/{mine[0].n}/{repetition}"
        copied = COPIED if mine[0].kind == "leaking" else 0.0
        sample = draw(people, mine[0].n, stream(seed, name), again=not leaks, copied=copied)
        for cell in mine:
            findings: dict[str, Finding] = {}
            verdicts = []
            for stakes in STAKES:
                policy = shipped(stakes)
                options = str(options_for(checks()[cell.check], policy, Effort.STANDARD))
                if options not in findings:
                    findings[options] = measured(sample, cell.check, policy, seed + repetition)
                judged = judge(findings[options], policy, on=ON)
                verdicts.append({"stakes": stakes.value, "measure": "", "verdict": judged.verdict.value})
                verdicts += [
                    {"stakes": stakes.value, "measure": one.measure, "verdict": one.verdict.value}
                    for one in judged.measures
                ]
            store.put([*cell.key, repetition], _code(cell), verdicts)


def document(plan: Plan, store: Store, skipped: Sequence[str]) -> str:
    """Return the page."""
    found = _counted(plan, store)
    lines = [HEAD.format(plan=plan), *skipped, "", *_wanted(found), ""]
    for check in (*ANSWERS, LEAKAGE, CORRUPTION):
        judged = checks()[check].judged
        measures = [
            (name, one)
            for name, one in judged.items()
            if one.truth and "binary" in one.tasks and one.medium is not None  # others are for people to state
        ]
        limits = "; ".join(
            f"`{name}` {one.direction.value.replace('_', ' ')} {one.low:g}, {one.medium:g}, {one.high:g}"
            for name, one in measures
        )
        each = [name for name, _ in measures] if len(measures) > 1 else []
        rows = [row for name in ("", *each) for row in _rows(plan, found, check, name)]
        if rows:
            lines += [f"## {check}", "", f"Limits at low, medium and high stakes: {limits}.", ""]
            lines += [f"| stakes | measure | systems | data | {' | '.join(f'{n:,}' for n in plan.sizes)} |"]
            lines += ["|---" * (4 + len(plan.sizes)) + "|", *rows, ""]
    return "\n".join(lines)


HEAD = """# What the shipped limits make of good and careless systems

*Bayes-optimal*: the right answers are drawn from the system's own chances, so nobody can know better. *Ordinary*:
logistic regression, boosting and a random forest, trained plainly. Careless by construction: *overfitted*, a tree grown
to the end; *miscalibrated*, boosting whose odds are raised to the third power; *biased*, one group of a protected
column held to odds 4.5 times as high; *uneven*, for 30 of 100 of the oldest the opposite came true, of which training
knew nothing; *fragile*, a system that reads its answer out of the last digit of one number; *leaking*, 10 of 100 test
rows were trained on.

Limits may be chosen on Adult and COMPAS (*chosen on*), and are only checked on bank marketing (*checked on*).

Each cell: pass / fail / cannot tell, of 100 samples of so many rows; up to {plan.repetitions} samples of each system
(a quarter of that at 20,000 rows). At most 500 rows are damaged, however many there are. Made by `make limits`.
"""

Found = dict[tuple[str, str, str, str, str, int], Counter[str]]  # check, measure, stakes, kind, data, rows


def _counted(plan: Plan, store: Store) -> Found:
    found: Found = {}
    for cell in plan.cells():
        for repetition in range(plan.times(cell.n)):
            for one in store.get([*cell.key, repetition], _code(cell)) or []:
                key = (cell.check, one["measure"], one["stakes"], cell.kind, DATA[cell.table], cell.n)
                found.setdefault(key, Counter())[one["verdict"]] += 1
    return found


def _wanted(found: Found) -> Iterator[str]:
    """Yield what is wanted at medium stakes, and whether it holds."""
    yield f"## Wanted at medium stakes and {AT:,} rows\n"
    yield "| wanted | data | found |\n|---|---|---|"
    for data in dict.fromkeys(DATA.values()):
        for check in (*ANSWERS, CORRUPTION):
            counts = found.get((check, "", Stakes.MEDIUM.value, BEST, data, AT))
            if counts and check != "usage/bias":
                yield _line(f"a Bayes-optimal system does not fail {check}", data, counts["fail"], counts.total(), 0.0)
        for kind, check in FAULTS.items():
            counts = found.get((check, "", Stakes.MEDIUM.value, kind, data, AT))
            if counts:
                yield _line(f"what is {kind} fails {check}", data, counts["fail"], counts.total(), WANTED)


def _line(wanted: str, data: str, failed: int, total: int, least: float) -> str:
    holds = failed >= least * total if least else failed == 0
    return f"| {wanted} | {data} | {failed} of {total} failed{'' if holds else ': **NOT AS WANTED**'} |"


def _rows(plan: Plan, found: Found, check: str, measure: str) -> Iterator[str]:
    careless = [kind for kind, about in FAULTS.items() if about == check]
    for stakes in STAKES:
        for name, kinds in ((BEST, (BEST,)), (GOOD, ORDINARY), *((kind, (kind,)) for kind in careless)):
            for data in dict.fromkeys(DATA.values()):
                cells = [Counter[str]() for _ in plan.sizes]
                for cell, n in zip(cells, plan.sizes, strict=True):
                    for kind in kinds:
                        cell.update(found.get((check, measure, stakes.value, kind, data, n), {}))
                if any(cells):
                    shown = " | ".join(map(_shares, cells))
                    yield f"| {stakes.value} | {f'`{measure}`' if measure else 'all'} | {name} | {data} | {shown} |"


def _shares(counts: Counter[str]) -> str:
    total = counts.total()
    if not total:
        return ""
    passed, failed, open_ = (round(100 * counts[one] / total) for one in ("pass", "fail", "inconclusive"))
    other = total - counts["pass"] - counts["fail"] - counts["inconclusive"]
    return f"{passed} / {failed} / {open_}" + (f" ({other} not measured)" if other else "")


def _code(cell: Cell) -> str:
    module = cell.check.replace("/", ".").replace("-", "_")
    return code_of(f"probatum.checks.{module}", "populations", "sampling")


if __name__ == "__main__":
    main()
