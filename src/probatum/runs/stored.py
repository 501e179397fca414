# SPDX-License-Identifier: Apache-2.0
"""A finished run in its folder: written so that its files name each other, read only where they belong together.

The judgement holds the digests of the files beside it, the record those of its arrays, and the judgement's verdicts
must be those that its policy gives the record. So an edit of any one file is found. Whoever makes all of them anew
makes another run, which is not noticed: runs are not signed yet.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from probatum import __version__
from probatum.errors import RunFolderError
from probatum.evidence.canonical import canonical, digest
from probatum.evidence.coherence import incoherent
from probatum.evidence.wire import to_json
from probatum.facts.plan import Plan
from probatum.facts.policy import Policy
from probatum.facts.record import Judgement, Observed, Record
from probatum.report.commands import with_known_commands
from probatum.report.interface import Context, Edition
from probatum.runs.folder import (
    ARRAY_BYTES,
    ARRAYS,
    array_file,
    content_of,
    is_folder,
    parsed,
    write_fact,
    write_record,
    write_whole,
)
from probatum.runs.judging import difference, judge_record
from probatum.runs.repeating import stored_commands

RECORD, JUDGEMENT, CONTEXT, OBSERVED = "record.json", "judgement.json", "context.json", "observed.json"
POLICY, PLAN, REPORT = "policy.json", "plan.json", "report.html"
NEEDED = (CONTEXT, OBSERVED, POLICY)
SPARE = (PLAN, REPORT)  # the record holds the plan, and the report can be made again at any time
ALTERED = "One of the files was altered or damaged."


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """A finished run as it lies in its folder."""

    folder: Path
    record: Record
    record_id: str
    judgement: Judgement
    context: Context
    observed: Observed
    policy: Policy

    @property
    def edition(self) -> Edition:
        """What a report is made from; commands in it are those that this program knows."""
        return Edition(
            record=replace(self.record, findings=with_known_commands(self.record.findings)),
            record_id=self.record_id,
            judgement=self.judgement,
            context=self.context,
            observed=with_known_commands(self.observed.findings),
            folder=str(self.folder),
            repeat=stored_commands(self.folder),
        )


def read_run(folder: Path) -> StoredRun:
    """Read a finished run and make sure that its files belong together.

    Raises:
        RunFolderError: a file is absent or altered; the message names it.
    """
    if not is_folder(folder):
        raise RunFolderError(f"{folder} is not a folder. Name the folder that assess wrote.")
    contents = {name: content_of(folder / name) for name in (RECORD, JUDGEMENT)}
    judgement = parsed(folder / JUDGEMENT, contents[JUDGEMENT], Judgement)
    identity = digest(contents[RECORD])  # the file holds the canonical bytes, so its digest is the record's id
    if identity != judgement.record:
        raise RunFolderError(
            f"{folder}: {RECORD} is not the one that was judged (wanted {judgement.record}, came {identity}). {ALTERED}"
        )
    contents |= _beside(folder, judgement)
    record = _record(folder, contents[RECORD])
    stored = StoredRun(
        folder=folder,
        record=record,
        record_id=identity,
        judgement=judgement,
        context=parsed(folder / CONTEXT, contents[CONTEXT], Context),
        observed=parsed(folder / OBSERVED, contents[OBSERVED], Observed),
        policy=parsed(folder / POLICY, contents[POLICY], Policy),
    )
    if PLAN in contents and parsed(folder / PLAN, contents[PLAN], Plan) != record.plan:
        raise RunFolderError(f"{folder}: {PLAN} is not the plan in {RECORD}. {ALTERED}")
    problem = incoherent(record, identity, stored.observed)
    if problem is not None:
        raise RunFolderError(f"{folder}: {RECORD} contradicts itself: {problem}. {ALTERED}")
    _require_arrays(folder, record)
    return replace(stored, judgement=_judged_again(stored))


def write_run(folder: Path, stored: StoredRun, page: str, *, plan: bool = True) -> None:
    """Write a run's files, the judgement with the digests of those beside it, the report last.

    Args:
        folder: where to; it holds the arrays already, where they are kept.
        stored: the run.
        page: its report, as HTML.
        plan: write the plan beside the record, too.
    """
    content = page.encode()
    facts: list[tuple[str, object]] = [(CONTEXT, stored.context), (OBSERVED, stored.observed), (POLICY, stored.policy)]
    facts += [(PLAN, stored.record.plan)] if plan else []
    digests = {name: write_fact(folder / name, fact) for name, fact in facts} | {REPORT: digest(content)}
    write_record(folder / RECORD, stored.record)
    write_fact(folder / JUDGEMENT, replace(stored.judgement, files=digests))
    write_whole(folder / REPORT, content)


def is_own_file(run: Path, file: Path) -> bool:
    """Say whether a file is one that the run itself has written, so that nothing else may stand there."""
    try:
        return file.exists() and file.parent.samefile(run)
    except (OSError, ValueError):
        return False


def _beside(folder: Path, judgement: Judgement) -> dict[str, bytes]:
    """Return the files that the judgement names, each with the digest that it states.

    Raises:
        RunFolderError: one is absent, or another one.
    """
    missing = [name for name in NEEDED if name not in judgement.files]
    if missing:
        raise RunFolderError(f"{folder}: {JUDGEMENT} states no digest of {missing[0]}. {ALTERED}")
    present = (*NEEDED, *(name for name in SPARE if (folder / name).exists()))
    contents = {name: content_of(folder / name) for name in present}
    for name, content in contents.items():
        if digest(content) != judgement.files.get(name):
            raise RunFolderError(
                f"{folder}: {name} is not the file that was written with {JUDGEMENT}. {ALTERED}{_REMEDY.get(name, '')}"
            )
    return contents


_REMEDY = {REPORT: f" Remove {REPORT}: it can be made again out of the others."}


def _record(folder: Path, content: bytes) -> Record:
    """Return the record in its canonical bytes: another spelling of the same facts would have another id."""
    record = parsed(folder / RECORD, content, Record)
    if canonical(to_json(record)) != content:
        raise RunFolderError(f"{folder}: {RECORD} is not canonical JSON (RFC 8785). {ALTERED}")
    return record


def _require_arrays(folder: Path, record: Record) -> None:
    """Compare the arrays with their digests, where they are kept: they are no part of what is given away."""
    if not (folder / ARRAYS).is_dir():
        return
    for role, name in record.arrays.items():
        file = array_file(folder / ARRAYS, name)
        if not file.exists():
            raise RunFolderError(f"{folder}: the array {role} ({file.name}) is absent. {ALTERED}")
        if not file.is_file() or file.stat().st_size > ARRAY_BYTES:
            raise RunFolderError(f"{folder}: the array {role} ({file.name}) is no file of a run. {ALTERED}")
        with file.open("rb") as stream:
            came = hashlib.file_digest(stream, "sha256").hexdigest()
        if f"sha256:{came}" != name:
            raise RunFolderError(f"{folder}: the array {role} ({file.name}) is not what was written. {ALTERED}")


def _judged_again(stored: StoredRun) -> Judgement:
    """Judge the record again, compare, and return that judgement: only its words are shown.

    Raises:
        RunFolderError: it gives other verdicts, or on another day than that of the run.
    """
    judgement, folder = stored.judgement, stored.folder
    if judgement.on != stored.context.measured_on:
        raise RunFolderError(
            f"{folder}: {JUDGEMENT} is of {judgement.on}, and {CONTEXT} of {stored.context.measured_on}. {ALTERED}"
        )
    try:
        on = date.fromisoformat(judgement.on)
        again = judge_record(stored.record, stored.observed, stored.policy, on)
    except ValueError as error:
        raise RunFolderError(f"{folder}: the record cannot be judged again ({error}). {ALTERED}") from error
    same_version = stored.record.versions.get("probatum") == __version__
    problem = difference(judgement, again, words=same_version)
    if problem is not None:
        raise RunFolderError(f"{folder}: {JUDGEMENT} is wrong: {problem}. {ALTERED}")
    return replace(again, files=judgement.files)
