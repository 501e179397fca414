# SPDX-License-Identifier: Apache-2.0
"""Assess a system: open it, plan, measure, write the record down, judge it, report.

The straight line of the whole house. Nothing flows back: a check never learns a limit, the record holds no verdict.
"""

import platform
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Protocol

from probatum.checks.interface import broken, checks
from probatum.errors import DescriptionError, ProbatumError
from probatum.evidence.judging import judge, worst
from probatum.evidence.wire import record_id
from probatum.facts.finding import Finding
from probatum.facts.plan import Plan, Terms, Unit
from probatum.facts.policy import Policy
from probatum.facts.record import (
    JUDGEMENT_FORMAT,
    RECORD_FORMAT,
    FindingVerdict,
    Judgement,
    Record,
    Verdict,
)
from probatum.report.interface import Context, Edition
from probatum.runs import answers as base
from probatum.runs import folder as files
from probatum.runs.execution import Bench, Blueprint, Executor, Inline, Processes
from probatum.runs.opening import Opened
from probatum.runs.planning import Choice, make_plan
from probatum.runs.policies import policy_digest
from probatum.runs.publishing import publish
from probatum.runs.reporting import render
from probatum.systems.interface import Answers

LIBRARIES = ("probatum", "numpy", "scipy", "scikit-learn", "pandas")  # those that the numbers pass through


class Progress(Protocol):
    """Who is told how far a run is."""

    def stage(self, what: str) -> None:
        """Something other than a check began."""

    def planned(self, plan: Plan, seconds: float) -> None:
        """The plan is fixed; it will take about so many seconds."""

    def started(self, unit: Unit) -> None:
        """A unit began."""

    def finished(self, finding: Finding, verdict: FindingVerdict) -> None:
        """A unit is done; its finding under the policy of the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A run about to start: everything it needs was found, nothing was measured."""

    opened: Opened
    plan: Plan
    policy: Policy
    seconds: float  # about how long it will take


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A finished run. In a notebook it shows its report."""

    record: Record
    record_id: str
    judgement: Judgement
    context: Context
    folder: Path

    @property
    def verdict(self) -> Verdict:
        """The most severe verdict of any finding."""
        return worst(verdict.verdict for verdict in self.judgement.verdicts)

    @property
    def edition(self) -> Edition:
        """What a report is made from."""
        return Edition(record=self.record, record_id=self.record_id, judgement=self.judgement, context=self.context)

    def _repr_html_(self) -> str:
        page = escape(render(self.edition, "html"), quote=True)
        return f'<iframe srcdoc="{page}" style="width:100%;height:45em;border:1px solid #ccc"></iframe>'


def prepare(opened: Opened, policy: Policy, choice: Choice, plan: Plan | None = None) -> Prepared:
    """Fix the plan: a new one, or the one given.

    Raises:
        UsageError: nothing is left to run.
        DescriptionError: the plan given was made for another system or another policy.
    """
    known = checks()
    if plan is None:
        plan = make_plan(opened.subject, opened.system.capabilities, known, policy, choice, broken())
    else:
        _require_same(plan, opened, policy)
    subject = opened.subject
    work = sum(known[unit.check].seconds(subject.test_rows, subject.columns) for unit in plan.units)
    return Prepared(opened=opened, plan=plan, policy=policy, seconds=opened.seconds_per_row * subject.test_rows + work)


def assess(prepared: Prepared, *, folder: Path, jobs: int, progress: Progress, repeat: Sequence[str] = ()) -> Run:
    """Run a plan to its end and leave record, judgement, context and report in the folder.

    Raises:
        ProbatumError: the model breaks its own promises, or the folder cannot be written.
    """
    start = perf_counter()
    opened, plan, policy = prepared.opened, prepared.plan, prepared.policy
    today = datetime.now(UTC)
    progress.planned(plan, prepared.seconds)
    files.write_fact(folder / "plan.json", plan)
    rows, seed = opened.system.data.test, int(plan.seed)
    progress.stage(f"asking the model about {len(rows):,} cases")
    try:
        answers = opened.system.answers(rows)
    except ProbatumError:
        (folder / "plan.json").unlink(missing_ok=True)  # nothing was measured: the folder can be used again
        raise
    arrays = base.keep(folder / "arrays", seed, rows, answers)
    findings: dict[tuple[str, str], Finding] = {}
    places = base.order(seed, rows)
    for unit, finding in _executor(prepared, answers, arrays, folder, jobs, progress).run(plan.units):
        shown = publish(finding, rows, places, include_rows=plan.include_rows)
        findings[unit.check, unit.part] = shown
        progress.finished(shown, judge(shown, policy, on=today.date()))
    record = _record(prepared, [findings[unit.check, unit.part] for unit in plan.units], arrays)
    context = Context(
        measured_on=today.date().isoformat(),
        seconds=round(perf_counter() - start, 1),
        host=f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        repeat=tuple(repeat),
        folder=str(folder),
    )
    return _finish(record, policy, context, folder, today)


def judge_record(record: Record, identity: str, policy: Policy, on: datetime) -> Judgement:
    """Return the verdicts on every finding of a record under a policy."""
    return Judgement(
        format=JUDGEMENT_FORMAT,
        record=identity,
        policy=policy_digest(policy),
        policy_title=policy.title,
        policy_by=policy.by,
        stakes=policy.stakes,
        on=on.date().isoformat(),
        verdicts=tuple(judge(finding, policy, on=on.date()) for finding in record.findings),
    )


def _executor(
    prepared: Prepared, answers: Answers, arrays: dict[str, str], folder: Path, jobs: int, progress: Progress
) -> Executor:
    """Choose where the units run: live objects cannot travel, so they stay in this process."""
    opened, plan = prepared.opened, prepared.plan
    terms = Terms(confidence=plan.confidence, include_rows=plan.include_rows)
    if jobs > 1 and opened.description is not None:
        return Processes(
            Blueprint(
                description=opened.description,
                schema=opened.system.schema,
                capabilities=opened.system.capabilities,
                arrays=(folder / "arrays").resolve(),
                digests=arrays,
                failures=answers.failures,
                topics=opened.system.topics,
                terms=terms,
                seed=int(plan.seed),
            ),
            jobs,
        )
    if jobs > 1:
        progress.stage("running in this process: a model made of live Python objects cannot travel to another")
    bench = Bench(system=opened.system, terms=terms, seed=int(plan.seed))
    return Inline(bench, checks(), progress.started)


def _record(prepared: Prepared, findings: Sequence[Finding], arrays: dict[str, str]) -> Record:
    plan = prepared.plan  # only the checks it names: what else is installed must not change the id
    named = {unit.check for unit in plan.units} | {omission.check for omission in plan.omitted}
    return Record(
        format=RECORD_FORMAT,
        plan=plan,
        inputs=dict(sorted(prepared.opened.inputs.items())),
        versions={"python": platform.python_version()} | {name: version(name) for name in LIBRARIES},
        arrays=arrays,
        checks=tuple(check.card for check in checks().values() if check.id in named),
        findings=tuple(findings),
    )


def _finish(record: Record, policy: Policy, context: Context, folder: Path, today: datetime) -> Run:
    """Write everything down, the report last: what looks finished is finished."""
    identity = record_id(record)
    judgement = judge_record(record, identity, policy, today)
    run = Run(record=record, record_id=identity, judgement=judgement, context=context, folder=folder)
    files.write_fact(folder / "context.json", context)
    files.write_fact(folder / "policy.json", policy)
    files.write_fact(folder / "observed.json", {"format": "probatum-observed/1", "findings": []})
    files.write_record(folder / "record.json", record)
    files.write_fact(folder / "judgement.json", judgement)
    files.write_whole(folder / "report.html", render(run.edition, "html").encode())
    return run


def _require_same(plan: Plan, opened: Opened, policy: Policy) -> None:
    mistakes = []
    if plan.policy != policy_digest(policy) or plan.confidence != policy.confidence:
        mistakes.append("the plan was made under another policy; give the one it was made under with --policy.")
    if replace(plan.subject, notes=()) != replace(opened.subject, notes=()):
        mistakes.append("the plan was made for another system, or its data have other rows or columns now.")
    if mistakes:
        raise DescriptionError("The plan", mistakes)
