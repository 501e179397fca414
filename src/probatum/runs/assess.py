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
from probatum.errors import DescriptionError, ModelError, UnreachableError
from probatum.evidence.canonical import identify
from probatum.evidence.judging import judge, worst
from probatum.evidence.keys import Key
from probatum.evidence.wire import record_id, to_json
from probatum.facts.finding import Finding
from probatum.facts.plan import Plan
from probatum.facts.policy import Policy
from probatum.facts.record import (
    JUDGEMENT_FORMAT,
    OBSERVED_FORMAT,
    RECORD_FORMAT,
    Judgement,
    Observed,
    Record,
    Verdict,
)
from probatum.report.interface import Context, Edition, judged_beside
from probatum.runs import folder as files
from probatum.runs.disclosure.control import controlled
from probatum.runs.forecast import Forecast, Speed, foreseen
from probatum.runs.foresight import too_few
from probatum.runs.keys import NAME as KEY_FILE
from probatum.runs.keys import key_of
from probatum.runs.measuring import Measured, Measuring
from probatum.runs.opening import Opened
from probatum.runs.planning import Choice, make_plan
from probatum.runs.policies import policy_digest
from probatum.runs.progress import Progress
from probatum.runs.reporting import render
from probatum.runs.unfinished import SERVER, Unfinished

WORTH_PROCESSES = 60.0  # seconds foreseen, of which a third or so come true: less is done before others have started
MOST_PROCESSES = 4  # unless more are asked for: each holds the model and the data
LIBRARIES = ("probatum", "numpy", "scipy", "scikit-learn", "pandas")  # those that the numbers pass through


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A run about to start: everything it needs was found, nothing was measured."""

    opened: Opened
    plan: Plan
    policy: Policy
    key: Key  # names the rows

    def jobs(self, wanted: int | None) -> int:
        """Return in how many processes it runs; where nobody said, in one where others would not pay or cannot help."""
        if wanted is not None:
            return wanted
        alone = self.opened.description is None or self.opened.quota is not None
        return 1 if alone or self.forecast().seconds < WORTH_PROCESSES else min(cores(), MOST_PROCESSES)

    def forecast(self, jobs: int = 1) -> Forecast:
        """Return about how long it will take in so many processes."""
        opened = self.opened
        speed = Speed(row=opened.seconds_per_row, call=opened.seconds_per_call, train=opened.seconds_to_train)
        return foreseen(self.plan, self.opened.system, checks(), speed, jobs)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Run:
    """A finished run. In a notebook it shows its report."""

    record: Record
    record_id: str
    judgement: Judgement
    context: Context
    observed: Observed
    folder: Path

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
    opened: Opened, policy: Policy, choice: Choice, plan: Plan | None = None, *, key: Key | None = None
) -> Prepared:
    """Fix the plan: a new one, or the one given.

    Args:
        opened: the system.
        policy: the limits.
        choice: what the user asked for.
        plan: of an earlier run; None: a new one is made.
        key: names the rows; None: the one beside the description, which is made on first use.

    Raises:
        UsageError: nothing is left to run.
        DescriptionError: the plan given was made for another system, under another policy or with another key.
    """
    known, key = checks(), key or key_of(opened.description)
    if plan is None:
        made = make_plan(opened.subject, opened.system.capabilities, known, policy, choice, broken())
        plan = replace(made, key=key.digest)
    else:
        _require_same(plan, opened, policy, key)
    return Prepared(opened=opened, plan=plan, policy=policy, key=key)


def cores() -> int:
    """Return how many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def assess(
    prepared: Prepared, *, folder: Path, jobs: int | None, progress: Progress, repeat: Sequence[str] = ()
) -> Run:
    """Run a plan to its end and leave record, judgement, context and report in the folder.

    What the folder keeps of an earlier attempt is not done again.

    Raises:
        ProbatumError: the model breaks its own promises, the folder cannot be written, or it is of another run.
    """
    start, today = perf_counter(), datetime.now(UTC)
    opened, plan, policy = prepared.opened, prepared.plan, prepared.policy
    jobs = prepared.jobs(jobs)
    files.sweep(folder)
    unfinished = Unfinished(folder)
    files.write_fact(folder / "plan.json", plan)  # first: whatever else lies here, the run can go on by its plan
    unfinished.begin(plan, {**_inputs(prepared), **_server(opened)}, _versions(opened))
    progress.planned(plan, prepared.forecast(jobs))  # whoever has read it may interrupt: the folder can go on
    for doubt in too_few(plan, policy, checks()):
        progress.stage(doubt)

    def tell(finding: Finding) -> None:
        progress.finished(finding, judge(finding, policy, on=today.date(), subject=plan.subject))

    progress.begun()
    try:
        measured = Measuring(opened, plan, prepared.key, folder, unfinished, progress, tell).run(jobs)
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
        repeat=tuple(repeat),
        folder=str(folder),
    )
    run = _finish(_record(prepared, measured), policy, context, measured.observed, folder, today)
    unfinished.remove()
    return run


def judge_record(record: Record, seen: Observed, policy: Policy, on: datetime) -> Judgement:
    """Return the verdicts on every finding of a record, and of those seen beside it that are judged."""
    beside = judged_beside(seen.findings)
    return Judgement(
        format=JUDGEMENT_FORMAT,
        record=seen.record,
        policy=policy_digest(policy),
        policy_title=policy.title,
        policy_by=policy.by,
        stakes=policy.stakes,
        on=on.date().isoformat(),
        verdicts=tuple(
            judge(finding, policy, on=on.date(), subject=record.plan.subject) for finding in (*record.findings, *beside)
        ),
        observed=identify(to_json(seen)) if beside else None,
    )


def _record(prepared: Prepared, measured: Measured) -> Record:
    plan = prepared.plan  # only the checks it names: what else is installed must not change the id
    named = {unit.check for unit in plan.units} | {omission.check for omission in plan.omitted}
    return Record(
        format=RECORD_FORMAT,
        plan=plan,
        inputs=_inputs(prepared),
        versions=_versions(prepared.opened),
        arrays=measured.arrays,
        checks=tuple(check.card for check in checks().values() if check.id in named),
        findings=controlled(measured.findings, plan.subject),
    )


def _inputs(prepared: Prepared) -> dict[str, str]:
    """Return the digests of what was read: of code and models bare, of data as commitments that a key opens."""
    data, key = prepared.opened.system.data.digests, prepared.key
    return {
        role: key.commitment(role, digest) if role in data else digest
        for role, digest in sorted(prepared.opened.inputs.items())
    }


def _server(opened: Opened) -> dict[str, str]:
    """Return what tells servers and permissions apart: a run must not go on with another one's."""
    if opened.description is None or opened.description.model.url is None:
        return {}
    said = opened.description.model
    return {SERVER: identify([said.url, said.allowed_by, str(said.allowed_until), said.max_queries])}


def _versions(opened: Opened) -> dict[str, str]:
    always = {"python": platform.python_version()} | {name: version(name) for name in LIBRARIES}
    return always | dict(opened.libraries)


def _finish(
    record: Record, policy: Policy, context: Context, observed: tuple[Finding, ...], folder: Path, today: datetime
) -> Run:
    """Write everything down, the report last: what looks finished is finished."""
    identity = record_id(record)
    seen = Observed(format=OBSERVED_FORMAT, record=identity, findings=observed)
    judgement = judge_record(record, seen, policy, today)
    run = Run(record=record, record_id=identity, judgement=judgement, context=context, observed=seen, folder=folder)
    files.write_fact(folder / "context.json", context)
    files.write_fact(folder / "policy.json", policy)
    files.write_fact(folder / "observed.json", seen)
    files.write_record(folder / "record.json", record)
    files.write_fact(folder / "judgement.json", judgement)
    files.write_whole(folder / "report.html", render(run.edition, "html").encode())
    return run


def _require_same(plan: Plan, opened: Opened, policy: Policy, key: Key) -> None:
    mistakes = []
    if plan.key != key.digest:
        mistakes.append(
            f"the plan was made with another key. Copy the file {KEY_FILE} from where it was made to beside the "
            "description or the data, or give it with --key (in Python key=)."
        )
    if plan.policy != policy_digest(policy) or plan.confidence != policy.confidence:
        mistakes.append("the plan was made under another policy; give the one it was made under with --policy.")
    if replace(plan.subject, notes=()) != replace(opened.subject, notes=()):
        mistakes.append("the plan was made for another system, or its data have other rows or columns now.")
    if mistakes:
        raise DescriptionError("The plan", mistakes)
