# SPDX-License-Identifier: Apache-2.0
"""Assess a system: open it, plan, measure, write the record down, judge it, report.

The straight line of the whole house. Nothing flows back: a check never learns a limit, the record holds no verdict.
"""

import os
import platform
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

from probatum.checks.interface import broken, checks
from probatum.errors import ModelError, UnreachableError
from probatum.evidence.judging import judge, worst
from probatum.evidence.keys import Key
from probatum.evidence.wire import record_id
from probatum.facts.finding import Finding
from probatum.facts.plan import Plan
from probatum.facts.policy import Policy
from probatum.facts.record import OBSERVED_FORMAT, RECORD_FORMAT, Judgement, Observed, Record, Verdict
from probatum.report.interface import Context, Edition
from probatum.runs import folder as files
from probatum.runs.disclosure.control import controlled
from probatum.runs.forecast import Forecast
from probatum.runs.foresight import too_few
from probatum.runs.given_plans import completed, model_of, require_same
from probatum.runs.hold import Hold
from probatum.runs.judging import judge_record
from probatum.runs.measuring import Measured, Measuring
from probatum.runs.planning import Choice, make_plan
from probatum.runs.progress import Progress
from probatum.runs.reporting import render
from probatum.runs.session import Session, SystemFacts
from probatum.runs.stored import StoredRun, write_run
from probatum.runs.unfinished import SERVER, Unfinished

WORTH_PROCESSES = 60.0  # seconds foreseen, of which a third or so come true: less is done before others have started
MOST_PROCESSES = 4  # unless more are asked for: each holds the model and the data
LOG = "model.log"  # what the code of others printed; only the owner of the folder may read it
LIBRARIES = ("probatum", "numpy", "scipy", "scikit-learn", "pandas")  # those that the numbers pass through


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A run about to start: everything it needs was found, nothing was measured."""

    session: Session
    plan: Plan
    policy: Policy
    key: Key  # names the rows

    def jobs(self, wanted: int | None) -> int:
        """Return in how many processes it runs; where nobody said, in one where others would not pay or cannot help."""
        if wanted is not None:
            return wanted
        alone = not self.session.movable
        return 1 if alone or self.forecast().seconds < WORTH_PROCESSES else min(cores(), MOST_PROCESSES)

    def forecast(self, jobs: int = 1) -> Forecast:
        """Return about how long it will take in so many processes."""
        return self.session.forecast(self.plan, jobs)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Run:
    """A finished run. In a notebook it shows its report."""

    record: Record
    record_id: str
    judgement: Judgement
    context: Context
    observed: Observed
    folder: Path
    repeat: tuple[str, ...] = ()  # commands

    @property
    def verdict(self) -> Verdict:
        """The most severe verdict of any finding."""
        return worst(verdict.verdict for verdict in self.judgement.verdicts)

    @property
    def edition(self) -> Edition:
        """What a report is made from."""
        return Edition(
            record=self.record,
            record_id=self.record_id,
            judgement=self.judgement,
            context=self.context,
            observed=self.observed.findings,
            repeat=self.repeat,
            folder=str(self.folder),
        )

    def stored(self, policy: Policy) -> StoredRun:
        """Return what is written down of it, beside the policy that it was judged by."""
        return StoredRun(
            folder=self.folder,
            record=self.record,
            record_id=self.record_id,
            judgement=self.judgement,
            context=self.context,
            observed=self.observed,
            policy=policy,
        )

    def __repr__(self) -> str:
        """Name the system, the verdict and the folder; the report is in the folder."""
        counts = Counter(one.verdict.value for one in self.judgement.verdicts)
        told = ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common())
        name = self.record.plan.subject.name
        return f"<Run of {name!r}: {self.verdict.value} ({told}); report in {self.folder / 'report.html'}>"

    def _repr_html_(self) -> str:
        page = escape(render(self.edition, "html"), quote=True)
        return f'<iframe srcdoc="{page}" style="width:100%;height:45em;border:1px solid #ccc"></iframe>'


def prepare(
    session: Session,
    policy: Policy,
    choice: Choice,
    key: Key,
    plan: Plan | None = None,
    *,
    goes_on: bool = False,
) -> Prepared:
    """Fix the plan: a new one, or the one given, with what the default one would have added.

    Args:
        session: the system.
        policy: the limits.
        choice: what the user asked for.
        key: names the rows.
        plan: of an earlier run; None: a new one is made.
        goes_on: it is that of a run that was cut short, so that it stays as it is.

    Raises:
        UsageError: nothing is left to run.
        DescriptionError: the plan given was made for another system, model or policy, or with another key.
    """
    known, facts = checks(), session.facts
    if plan is not None:
        require_same(plan, facts, policy, key, known)
        choice = Choice(effort=plan.effort, seed=int(plan.seed), include_rows=plan.include_rows)
    if plan is None or not goes_on:
        made = make_plan(facts.subject, frozenset(facts.capabilities), known, policy, choice, broken())
        made = replace(made, model=model_of(facts), key=key.digest)
        plan = made if plan is None else completed(plan, made, facts, known)
    return Prepared(session=session, plan=plan, policy=policy, key=key)


def cores() -> int:
    """Return how many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def assess(prepared: Prepared, *, held: Hold, jobs: int | None, progress: Progress, repeat: Sequence[str] = ()) -> Run:
    """Run a plan to its end and leave record, judgement, context and report in the folder that is held.

    What the folder keeps of an earlier attempt is not done again.

    Raises:
        ProbatumError: the model breaks its own promises, the folder cannot be written, or it is of another run.
    """
    start, today = perf_counter(), datetime.now(UTC)
    facts = prepared.session.facts
    server = {SERVER: facts.source} if facts.source else {}
    session, plan, policy = prepared.session, prepared.plan, prepared.policy
    jobs = prepared.jobs(jobs)
    folder = held.path
    files.sweep(folder)
    unfinished = Unfinished(held)
    files.write_fact(folder / "plan.json", plan)  # first: whatever else lies here, the run can go on by its plan
    unfinished.begin(plan, {**_inputs(prepared), **server}, _versions(facts))
    progress.planned(plan, prepared.forecast(jobs))  # whoever has read it may interrupt: the folder can go on
    for doubt in too_few(plan, policy, checks()):
        progress.stage(doubt)

    def tell(finding: Finding) -> None:
        progress.finished(finding, judge(finding, policy, on=today.date(), subject=plan.subject))

    progress.begun()
    try:
        measured = Measuring(session, plan, prepared.key, folder, unfinished, progress, tell).run(jobs)
    except UnreachableError as error:
        raise UnreachableError(f"{error} Start the server again.") from error
    except ModelError:  # it broke its own promises, and would again: the folder can be used for another run
        unfinished.remove()
        (folder / "plan.json").unlink(missing_ok=True)
        raise
    finally:
        progress.ended()
    context = Context(
        measured_on=today.date().isoformat(),
        seconds=round(perf_counter() - start, 1),
        host=f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
    )
    run = _run(prepared, measured, context, held, tuple(repeat), today)
    held.require()
    if printed := session.printed():
        files.write_whole(folder / LOG, printed)
    write_run(held.path, run.stored(prepared.policy), render(run.edition, "html"))
    unfinished.remove()
    return run


def _record(prepared: Prepared, measured: Measured) -> Record:
    facts, plan = prepared.session.facts, prepared.plan
    # only the checks that it names: what else is installed must not change the id
    named = {unit.check for unit in plan.units} | {omission.check for omission in plan.omitted}
    return Record(
        format=RECORD_FORMAT,
        plan=plan,
        inputs=dict(sorted({**_inputs(prepared), **measured.imported}.items())),
        versions=_versions(facts),
        arrays=measured.arrays,
        checks=tuple(check.card for check in checks().values() if check.id in named),
        findings=controlled(measured.findings, plan.subject),
    )


def _inputs(prepared: Prepared) -> dict[str, str]:
    """Return the digests of what was read: of code and models bare, of data as commitments that a key opens."""
    facts, key = prepared.session.facts, prepared.key
    return {
        role: key.commitment(role, digest) if role in facts.data else digest
        for role, digest in sorted(facts.inputs.items())
    }


def _versions(facts: SystemFacts) -> dict[str, str]:
    always = {"python": platform.python_version()} | {name: version(name) for name in LIBRARIES}
    return always | dict(facts.libraries)


def _run(
    prepared: Prepared, measured: Measured, context: Context, held: Hold, repeat: tuple[str, ...], today: datetime
) -> Run:
    record = _record(prepared, measured)
    identity = record_id(record)
    seen = Observed(format=OBSERVED_FORMAT, record=identity, findings=measured.observed)
    return Run(
        record=record,
        record_id=identity,
        judgement=judge_record(record, seen, prepared.policy, today.date()),
        context=context,
        observed=seen,
        folder=held.path,
        repeat=repeat,
    )
