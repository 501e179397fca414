# SPDX-License-Identifier: Apache-2.0
"""The plan: which checks run, with which settings and seeds, fixed before the first measurement.

A pure function of the system's shape, the policy, the seed and the effort: no clock, no data, no model.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from probatum.checks.interface import Check
from probatum.errors import DescriptionError, UsageError
from probatum.facts.capabilities import Capability
from probatum.facts.finding import Json
from probatum.facts.plan import (
    CHUNK_ROWS,
    OBSERVED,
    PLAN_FORMAT,
    Effort,
    Omission,
    Plan,
    Refit,
    Subject,
    Unit,
)
from probatum.facts.policy import Policy
from probatum.runs.folder import read_fact
from probatum.runs.policies import policy_digest
from probatum.runs.refits import refits
from probatum.runs.settings import option_mistakes
from probatum.systems.views import AttackedRows, CrossFit, ModelFiles, TrainTest

ENABLE = {
    Capability.PREDICTIONS: "Give a model under [model].",
    Capability.SCORES: 'Give a model that returns probabilities (predict_proba, or output = "probabilities").',
    Capability.REFIT: 'Give a recipe: [recipe] train = "recipe:train".',
}
NEED_A_MODEL: tuple[type[Any], ...] = (TrainTest, CrossFit, ModelFiles, AttackedRows)
NO_MODEL = "There is no model to test: only its decisions are known, as a table."
NO_TRUTH = "It needs the right answers, and nobody said which column holds them."
NOT_CHOSEN = "It was not among those chosen by --only."
SKIPPED = "It was left out by --skip."


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the user asked for."""

    only: tuple[str, ...] = ()  # globs over check ids
    skip: tuple[str, ...] = ()
    effort: Effort = Effort.STANDARD
    seed: int = 0
    include_rows: bool = False


def make_plan(
    subject: Subject,
    capabilities: frozenset[Capability],
    checks: Mapping[str, Check],
    policy: Policy,
    choice: Choice,
    broken: Mapping[str, str],
) -> Plan:
    """Return the plan; plug-ins that are broken stand in it as left out, by name.

    Raises:
        UsageError: a glob matches no check, or nothing is left to run.
    """
    for pattern in (*choice.only, *choice.skip):
        if not any(fnmatchcase(name, pattern) for name in checks):
            raise UsageError(f"No check is called {pattern}. See: probatum checks")
    units: list[Unit] = []
    omitted = [
        Omission(check=name, why="This check of another package cannot be imported. See: probatum doctor", chosen=False)
        for name in broken
    ]
    for check in checks.values():
        omission = _omission(check, subject, capabilities, choice)
        if omission is not None:
            omitted.append(omission)
        else:
            units += _units(check, options_for(check, policy, choice.effort))
    if not units:
        raise UsageError("Nothing is left to run. Loosen --only or --skip.")
    return Plan(
        format=PLAN_FORMAT,
        subject=subject,
        seed=str(choice.seed),
        effort=choice.effort,
        confidence=policy.confidence,
        policy=policy_digest(policy),
        chunk_rows=CHUNK_ROWS,
        include_rows=choice.include_rows,
        units=tuple(units),
        omitted=tuple(omitted),
        refits=refits_for(units, checks, subject, capabilities),
    )


def _units(check: Check, options: dict[str, Json]) -> list[Unit]:
    """Return the check, and what it looks at on this machine as a part of its own; of a volatile one that is all."""
    if check.volatile:
        return [Unit(check=check.id, part=OBSERVED, seed_name=check.id, options=options)]
    return [
        Unit(check=check.id, part=part, seed_name=f"{check.id}/{part}" if part else check.id, options=options)
        for part in parts_of(check)
    ]


def parts_of(check: Check) -> tuple[str, ...]:
    """Return the parts of a check, each of which is a piece of work."""
    if check.volatile:
        return (OBSERVED,)
    return ("",) if check.observe is None else ("", OBSERVED)


def refits_for(
    units: Sequence[Unit], checks: Mapping[str, Check], subject: Subject, capabilities: frozenset[Capability]
) -> tuple[Refit, ...]:
    """Return the refits that the units need, each once."""
    if Capability.REFIT not in capabilities or not subject.train_rows:
        return ()
    wanted = {unit.options["folds"] for unit in units if checks[unit.check].data is CrossFit}
    return tuple(one for parts in sorted(map(int, wanted)) for one in refits(parts))  # type: ignore[arg-type]


def read_plan(file: Path, checks: Mapping[str, Check]) -> Plan:
    """Read the plan of an earlier run.

    Raises:
        RunFolderError: the file is absent or is no plan.
        DescriptionError: it is of another version, or was altered into something that cannot run.
    """
    plan = read_fact(file, Plan)
    mistakes = []
    if plan.format != PLAN_FORMAT:
        mistakes.append(f'format: wanted "{PLAN_FORMAT}"; got {plan.format!r}.')
    if not (plan.seed.isascii() and plan.seed.isdigit()):
        mistakes.append(f'seed: wanted the digits of a whole number, such as "0"; got {plan.seed!r}.')
    if plan.chunk_rows != CHUNK_ROWS:
        mistakes.append(f"chunk_rows: this version asks {CHUNK_ROWS} rows at a time; got {plan.chunk_rows}.")
    for unit in plan.units:
        if unit.check not in checks:
            mistakes.append(f"units: the check {unit.check} is not installed here; see: probatum checks.")
        else:
            mistakes += option_mistakes(checks[unit.check], unit.options)
    if mistakes:
        raise DescriptionError(str(file), mistakes)
    return plan


def _omission(check: Check, subject: Subject, capabilities: frozenset[Capability], choice: Choice) -> Omission | None:
    if choice.only and not _matches(check.id, choice.only):
        return Omission(check=check.id, why=NOT_CHOSEN, chosen=True)
    if _matches(check.id, choice.skip):
        return Omission(check=check.id, why=SKIPPED, chosen=True)
    if subject.task not in check.tasks:
        why = check.not_for or f"It has no meaning for a {subject.task.value} task."
        return Omission(check=check.id, why=why, chosen=False)
    if subject.decisions and (check.asks_anew or check.data in NEED_A_MODEL):
        return Omission(check=check.id, why=NO_MODEL, chosen=False, enable="Give the model itself.")
    if check.needs_truth and not subject.truth_known:
        return Omission(check=check.id, why=NO_TRUTH, chosen=False, enable="Name their column: --target COLUMN.")
    missing = [need for need in check.needs if need not in capabilities]
    if missing:
        why = f"It needs {' and '.join(need.value for need in missing)}, which this model does not give."
        return Omission(check=check.id, why=why, chosen=False, enable=ENABLE.get(missing[0]))
    return None


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def options_for(check: Check, policy: Policy, effort: Effort) -> dict[str, Json]:
    """Return the check's own settings, those of the effort laid over them, the policy's on top."""
    return {**asdict(check.options()), **check.by_effort.get(effort, {}), **policy.options.get(check.id, {})}
