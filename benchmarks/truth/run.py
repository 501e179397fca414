# SPDX-License-Identifier: Apache-2.0
"""Do the ranges of each check hold the truth on real populations, and are its verdicts right? Writes ``docs/truth.md``.

``python benchmarks/truth/run.py --write`` works out what is not known yet and writes the page; without ``--write`` the
tables go to the screen. ``--only WORD`` keeps the populations and checks whose name holds the word. Every run is kept
(see ``store``), so it can be stopped at any time, and ``--repetitions`` can be raised later.
"""

import argparse
import math
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # before numpy is imported

import truths  # noqa: E402
from outcomes import as_json, outcomes  # noqa: E402
from populations import Population, population  # noqa: E402
from real_tables import TABLES, Absent  # noqa: E402
from sampling import Sample, draw, measured  # noqa: E402
from store import Store, code_of  # noqa: E402
from truths import bias, calibration, corruption, error_rate, error_slices, leakage, overfitting  # noqa: E402
from truths.truth import Truth  # noqa: E402

from probatum.facts.finding import Finding  # noqa: E402
from probatum.facts.policy import Stakes  # noqa: E402
from probatum.runs.policies import shipped  # noqa: E402
from probatum.seeds import stream  # noqa: E402

PAGE = Path(__file__).resolve().parents[2] / "docs" / "truth.md"
SIZES = (300, 1_000, 4_000)
REPETITIONS = 200
NOMINAL = 0.95
SLOW = 4  # of what takes long, one repetition in so many

Truths = Callable[[Population, Sample, Finding], dict[str, Truth]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One check on samples that are prepared in one way."""

    check: str
    truths: Truths
    note: str = ""  # what was planted
    planted: dict[str, Any] = field(default_factory=dict)
    only: tuple[str, ...] = ()  # populations; empty: all that it applies to
    slow: bool = False

    @property
    def name(self) -> str:
        """The check, and what was planted."""
        return f"{self.check} ({self.note})" if self.note else self.check

    def fits(self, name: str) -> bool:
        """Whether it is tried on this population."""
        numbers = name.partition(",")[0] in ("bank balance", "bank duration", "simulated costs", "simulated claims")
        if self.only:
            return name in self.only
        if self.check == "usage/calibration":
            return not numbers
        return not (name.startswith("MNIST") and self.check in ("usage/error-slices", "usage/bias"))


POPULATIONS = (
    ("Adult", "logistic regression"),
    ("Adult", "boosting"),
    ("Adult", "overfitted"),
    ("bank", "logistic regression"),
    ("bank", "random forest"),
    ("COMPAS", "logistic regression"),
    ("COMPAS", "random forest"),
    ("MNIST", "logistic regression"),
    ("bank balance", "random forest"),
    ("bank duration", "boosting"),
    ("simulated costs", "linear regression"),
    ("simulated claims", "random forest"),
)
LEAKING = ("Adult, logistic regression", "bank, logistic regression", "COMPAS, logistic regression")
DAMAGED = ("Adult, logistic regression", "COMPAS, random forest", "bank duration, boosting")


def _leaking(note: str, **planted: Any) -> Trial:
    return Trial(
        check="data-manipulation/leakage",
        note=note,
        truths=lambda *given: leakage.truths(*given, **planted),
        planted={"again": False, **planted},
        only=LEAKING,
        slow=True,
    )


TRIALS = (
    Trial(check="usage/error-rate", truths=error_rate.truths),
    Trial(check="usage/calibration", truths=calibration.truths),
    Trial(check="usage/error-slices", truths=error_slices.truths),
    Trial(check="usage/bias", truths=bias.truths),
    Trial(check="usage/overfitting", truths=overfitting.truths),
    Trial(check="input-manipulation/corruption", truths=corruption.truths, only=DAMAGED, slow=True),
    _leaking("nothing planted"),
    _leaking("3 of 100 rows copied", copied=0.03),
    _leaking("a column tells the answer", told=True),
)
LEFT_OUT = """Not here, since the truth of each would take an attack on a whole population:
`input-manipulation/evasion`, `universal` and `patch`. Not here, since they count rather than estimate:
`environment/model-file`, `input-manipulation/malformed-input`, `usage/declarations`. `input-manipulation/slow-inputs`
measures a machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is worked out."""

    sizes: Sequence[int] = SIZES
    repetitions: int = REPETITIONS
    only: str = ""
    seed: int = 0

    def times(self, trial: Trial) -> int:
        """Return how often a trial is repeated."""
        return math.ceil(self.repetitions / SLOW) if trial.slow else self.repetitions

    def cells(self) -> Iterator[tuple[str, str, list[Trial]]]:
        """Yield each population, table and kind, with its trials."""
        for table, kind in POPULATIONS:
            name = f"{table}, {kind}"
            trials = [one for one in TRIALS if one.fits(name) and self.only in f"{name} {one.name}"]
            if trials:
                yield table, kind, trials


def main() -> None:
    """Work out what is missing, and write or print the tables."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--repetitions", type=int, default=REPETITIONS)
    arguments.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    arguments.add_argument("--only", default="", help="keep the populations and checks whose name holds this word")
    arguments.add_argument("--write", action="store_true", help="write docs/truth.md")
    arguments.add_argument("--any-code", action="store_true", help="count what other versions of the code came to, too")
    chosen = arguments.parse_args()
    plan = Plan(sizes=chosen.sizes, repetitions=chosen.repetitions, only=chosen.only)
    store = Store("truth", any_code=chosen.any_code)
    skipped = work(plan, store, lambda line: print(line, file=sys.stderr, flush=True))
    page = document(plan, store, skipped)
    if chosen.write:
        PAGE.write_text(page, encoding="utf-8", newline="\n")
    else:
        print(page)


def work(plan: Plan, store: Store, tell: Callable[[str], None]) -> list[str]:
    """Run what is not known yet; return why tables were skipped."""
    skipped: list[str] = []
    for table, kind, trials in plan.cells():
        missing = [
            (n, repetition, trial)
            for n in plan.sizes
            for repetition in range(plan.repetitions)
            for trial in trials
            if repetition < plan.times(trial)
            and store.get(_cell(table, kind, trial, n, repetition), _code(trial)) is None
        ]
        if not missing:
            continue
        try:
            people = population(TABLES[table](), kind)
        except Absent as absent:
            skipped.append(f"{table} was skipped: {absent}.")
            continue
        started = time.process_time()
        samples: dict[tuple[int, int, str], Sample] = {}
        for n, repetition, trial in missing:
            key = (n, repetition, trial.note)  # checks for which nothing was planted share a sample
            if key not in samples:
                rng = stream(plan.seed, f"{people.name}/{n}/{repetition}/{trial.note}")
                samples = {key: draw(people, n, rng, **trial.planted)}
            sample = samples[key]
            found = run_one(trial, people, sample, plan.seed + repetition)
            store.put(_cell(table, kind, trial, n, repetition), _code(trial), found)
        tell(f"{people.name}: {len(missing)} runs in {time.process_time() - started:.0f} s")
    return skipped


def run_one(trial: Trial, people: Population, sample: Sample, seed: int) -> list[dict]:
    """Run a check on a sample and hold it against the truth."""
    policy = shipped(Stakes.MEDIUM)
    finding = measured(sample, trial.check, policy, seed)
    return [as_json(one) for one in outcomes(finding, trial.truths(people, sample, finding), policy)]


def document(plan: Plan, store: Store, skipped: Sequence[str]) -> str:
    """Return the page."""
    lines: list[str] = []
    lowest: list[str] = []
    for trial in TRIALS:
        rows = list(_rows(plan, store, trial))
        if rows:
            told = f"{_truth_of(trial.check)}\n" if trial is _first(trial.check) else ""
            lines += [
                f"## {trial.name}",
                "",
                *([told] if told else []),
                _head(plan),
                "|---" * (2 + len(plan.sizes)) + "|",
            ]
            lines += [row for row, _ in rows]
            lines.append("")
            every = [cell for _, cells in rows for cell in cells]
            worst = min(every, key=lambda one: one.coverage)
            wrong = sum(one.wrong for one in every)
            total = sum(one.runs for one in every)
            lowest.append(f"| {trial.name} | {worst.shown} | {wrong} of {total:,} |")
    summary = ["| check | lowest coverage | wrong verdicts |", "|---|---|---|", *lowest]
    return "\n".join([HEAD.format(plan=plan), *skipped, "", *summary, "", LEFT_OUT, "", *lines])


HEAD = """# Do ranges hold the truth, and are verdicts right?

A population is a real table without the rows that a fixed model was trained on, up to 20,000 rows; the simulated ones
are skewed on purpose. The truth of a measure is its value on the whole population, worked out by `benchmarks/truth`
from the plain definition. Samples of it are drawn with replacement and given to the check as a user would, at medium
stakes; `data-manipulation/leakage` gets samples without replacement.

Each cell: of 100 samples, in how many the range held the truth, with the Monte-Carlo standard error; how many verdicts
were wrong (a pass beyond the limit, a fail within it), of all; and how many of 100 were decided. A range is stated at
95 of 100. In bold: below 95 by more than two standard errors.

Made by `make truth`, up to {plan.repetitions} samples a cell (a quarter of that for leakage and corruption).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What a measure came to in one population at one size."""

    runs: int
    held: int
    wrong: int
    decided: int

    @property
    def coverage(self) -> float:
        """The share of ranges that held the truth."""
        return self.held / self.runs

    @property
    def error(self) -> float:
        """Its standard error, never 0 (Agresti and Coull 1998: two more of each)."""
        share = (self.held + 2) / (self.runs + 4)
        return math.sqrt(share * (1 - share) / self.runs)

    @property
    def shown(self) -> str:
        """The coverage with its error; bold where it is below nominal."""
        text = f"{100 * self.coverage:.1f} ± {100 * self.error:.1f}"
        return f"**{text}**" if self.coverage + 2 * self.error < NOMINAL else text

    def __str__(self) -> str:
        """All of it."""
        return f"{self.shown}; {self.wrong} wrong; {100 * self.decided / self.runs:.0f} decided"


def _first(check: str) -> Trial:
    return next(one for one in TRIALS if one.check == check)


def _truth_of(check: str) -> str:
    """Return what the truth of a check's measures is, as its file in ``truths`` says."""
    name = check.rpartition("/")[2].replace("-", "_")
    return (getattr(truths, name).__doc__ or "").strip().replace("``", "`")


def _head(plan: Plan) -> str:
    return f"| population | measure | {' | '.join(f'{n:,} rows' for n in plan.sizes)} |"


def _rows(plan: Plan, store: Store, trial: Trial) -> Iterator[tuple[str, list[Cell]]]:
    """Yield a line of the table with its cells, for each population and measure."""
    for table, kind, trials in plan.cells():
        if trial not in trials:
            continue
        cells: dict[str, dict[int, Cell]] = {}
        for n in plan.sizes:
            found: dict[str, list[dict]] = {}
            for repetition in range(plan.times(trial)):
                for one in store.get(_cell(table, kind, trial, n, repetition), _code(trial)) or []:
                    found.setdefault(one["measure"], []).append(one)
            for measure, many in found.items():
                cells.setdefault(measure, {})[n] = Cell(
                    runs=len(many),
                    held=sum(one["held"] for one in many),
                    wrong=sum(one["wrong"] for one in many),
                    decided=sum(one["verdict"] in ("pass", "fail") for one in many),
                )
        for measure, sizes in cells.items():
            shown = " | ".join(str(sizes[n]) if n in sizes else "" for n in plan.sizes)
            yield f"| {table}, {kind} | `{measure}` | {shown} |", list(sizes.values())


def _cell(table: str, kind: str, trial: Trial, n: int, repetition: int) -> list[object]:
    return [table, kind, trial.name, n, repetition]


def _code(trial: Trial) -> str:
    module = trial.check.replace("/", ".").replace("-", "_")
    return code_of(f"probatum.checks.{module}", f"truths.{module.rpartition('.')[2]}")


if __name__ == "__main__":
    main()
