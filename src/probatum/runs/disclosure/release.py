# SPDX-License-Identifier: Apache-2.0
"""The part of a run that may be given away: report, record, judgement and policy, and nothing of a single person.

It holds no arrays, no log, no host, no folder and no times; of what was seen on the machine only what is judged, such
as how long answers take. It can be read and judged again like a run.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from probatum.errors import RunFolderError
from probatum.evidence.keys import COMMITMENT
from probatum.facts.finding import Finding
from probatum.facts.record import Observed, Record
from probatum.report.interface import Context, judged_beside
from probatum.runs.disclosure.control import controlled
from probatum.runs.folder import new_folder
from probatum.runs.judging import judge_record
from probatum.runs.reporting import render
from probatum.runs.stored import StoredRun, read_run, write_run

DATA = ("test", "train", "cases")  # roles of data among what was read


def release(run: Path, folder: Path) -> None:
    """Write the part of a finished run that may be given away into a new folder.

    Raises:
        RunFolderError: the run is not whole, was altered, or tells of single people.
    """
    stored = read_run(run)
    why = next(_objections(stored), None)
    if why is not None:
        raise RunFolderError(f"{run} cannot be published: {why} Nothing was written.")
    record = stored.record
    seen = Observed(
        format=stored.observed.format, record=stored.record_id, findings=judged_beside(stored.observed.findings)
    )
    released = replace(
        stored,
        judgement=judge_record(record, seen, stored.policy, date.fromisoformat(stored.judgement.on)),
        context=Context(measured_on=stored.context.measured_on),
        observed=seen,
    )
    page = render(replace(released.edition, folder="", repeat=()), "html")
    with new_folder(record.plan.subject.name, folder) as held:
        write_run(held.path, released, page, plan=False)


def _objections(stored: StoredRun) -> Iterator[str]:
    """Yield why a run may not be given away, the plainest first."""
    record = stored.record
    if record.plan.include_rows or any(_shows_rows(finding) for finding in record.findings):
        yield "it shows example rows. Run it again without --include-rows."
    if not record.plan.key or _bare_digests(record):
        yield "it was made by an earlier version, whose digests let guesses be confirmed. Run it again."
    seen = stored.observed.findings
    if any(controlled(findings, record.plan.subject) != findings for findings in (record.findings, seen)):
        yield "small counts of people follow from its numbers. An earlier version made it, or it was altered."


def _shows_rows(finding: Finding) -> bool:
    return finding.pattern is not None or any(example.cells or example.picture for example in finding.examples)


def _bare_digests(record: Record) -> bool:
    return any(role in DATA and not digest.startswith(COMMITMENT) for role, digest in record.inputs.items())
