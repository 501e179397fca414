# SPDX-License-Identifier: Apache-2.0
"""What a run has done so far, kept beside its plan, so that one that was cut short can go on where it stopped.

Every file is written whole or not at all, and states the digest of its own content and of what the run was started
with. What does not have these digests is reported and done again. The folder is gone when the run is whole.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, final

from probatum.errors import RunFolderError
from probatum.evidence.canonical import identify
from probatum.evidence.wire import read_value, to_json
from probatum.facts.finding import Finding, Json
from probatum.facts.plan import Plan, Refit, Unit
from probatum.runs.answers import PARTS, KeptAnswers
from probatum.runs.folder import ARRAYS, is_folder, make_inner, read_array, read_fact, write_array, write_fact
from probatum.runs.hold import LOCK_FILE, Hold
from probatum.systems.interface import Answers

Fact = TypeVar("Fact")
FORMAT = "probatum-unfinished/2"
NAME = "unfinished"
SERVER = "server"  # the role of where a model is served, and who allowed that
STARTED, ASKED = "started.json", "asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What a run was started with; whoever goes on with it must come with the same."""

    format: str
    plan: str  # digest
    inputs: Mapping[str, str]  # role, digest
    versions: Mapping[str, str]  # library, version


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How many rows a model was asked about, where somebody limited that."""

    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What is kept of a finished piece, with what it belongs to."""

    format: str
    started: str  # digest of what the run was started with
    name: str  # of the file, without its end
    digest: str  # of the fact
    fact: Json


@final
class Unfinished:
    """The folder of a run's finished pieces."""

    def __init__(self, held: Hold) -> None:
        """Take the folder of the run, which nobody else works in."""
        self._held = held
        self._folder = held.path / NAME
        self._started = ""
        self.spoilt: list[str] = []  # names of pieces that were altered or damaged, so that they are done again

    def begin(self, plan: Plan, inputs: Mapping[str, str], versions: Mapping[str, str]) -> None:
        """Start, or make sure that what was started before is the same.

        Raises:
            RunFolderError: it was started with other data, another model or server, or other libraries.
        """
        self._make_folders()
        now = Started(format=FORMAT, plan=identify(to_json(plan)), inputs=dict(inputs), versions=dict(versions))
        file = self._folder / STARTED
        if not file.exists():
            write_fact(file, now)
        before = read_fact(file, Started)
        self._started = identify(to_json(before))
        changed = [
            what
            for what, same in (
                ("the version of Probatum", before.format == FORMAT),
                ("the plan", before.plan == now.plan),
                ("the server or the permission to ask it", before.inputs.get(SERVER) == now.inputs.get(SERVER)),
                ("the model or the data", _others(before.inputs) == _others(now.inputs)),
                ("the installed libraries", before.versions == now.versions),
            )
            if not same
        ]
        if changed:
            raise RunFolderError(
                f"This run cannot go on: {' and '.join(changed)} changed since it was started, so its numbers would "
                "not be those of one run. Start a new one."
            )

    def finding(self, unit: Unit) -> Finding | None:
        """Return what a unit found before, if it was done."""
        finding = self._read(_name(unit), Finding, what=f"{unit.check}{f' ({unit.part})' if unit.part else ''}")
        mine = finding is not None and (finding.check, finding.part) == (unit.check, unit.part)
        return finding if mine else None

    def keep_finding(self, unit: Unit, finding: Finding) -> None:
        """Keep what a unit found."""
        self._keep(_name(unit), finding)

    def answers(self, name: str) -> KeptAnswers | None:
        """Return where the answers about these rows lie, if they were all asked for."""
        kept = self._read(f"answers-{name}", KeptAnswers, what=f"the answers about the {name} rows")
        if kept is None or self._whole(kept, self._held.path / ARRAYS, f"the answers about the {name} rows"):
            return kept
        return None

    def keep_answers(self, name: str, kept: KeptAnswers) -> None:
        """Keep where answers lie."""
        self._keep(f"answers-{name}", kept)

    def refit(self, wanted: Refit) -> Answers | None:
        """Return the answers of a refit, if it was done."""
        what = f"the model trained without part {wanted.part} of {wanted.parts}"
        kept = self._read(_refit_name(wanted), KeptAnswers, what=what)
        if kept is None or not self._whole(kept, self._folder, what):
            return None
        arrays: dict[str, Any] = {part: read_array(self._folder, digest) for part, digest in kept.digests.items()}
        return Answers(**arrays, failures=kept.failures)

    def keep_refit(self, wanted: Refit, answers: Answers) -> None:
        """Keep the answers of a refit."""
        digests = {
            part: write_array(self._folder, array) for part in PARTS if (array := getattr(answers, part)) is not None
        }
        self._keep(_refit_name(wanted), KeptAnswers(digests=digests, failures=answers.failures))

    def asked(self) -> int:
        """Return how many rows earlier attempts asked the model about, where somebody limited that.

        Raises:
            RunFolderError: the count was altered or damaged, so that nobody knows.
        """
        before = len(self.spoilt)
        kept = self._read(ASKED, Asked, what="how many rows were asked about")
        if len(self.spoilt) > before:
            raise RunFolderError(
                f"{self._folder / ASKED}.json was altered or damaged, so nobody knows how many rows the model was "
                "asked about. Start a new run."
            )
        return 0 if kept is None else kept.rows

    def keep_asked(self, rows: int) -> None:
        """Keep how many rows the model was asked about."""
        self._make_folders()
        self._keep(ASKED, Asked(rows=rows))

    def remove(self) -> None:
        """Remove everything: the run is whole, or nothing of it is worth keeping."""
        if self._held.there:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _make_folders(self) -> None:
        self._held.require()
        make_inner(self._folder)
        make_inner(self._held.path / ARRAYS)

    def _keep(self, name: str, fact: object) -> None:
        self._held.require()
        value = to_json(fact)
        piece = Piece(format=FORMAT, started=self._of(name), name=name, digest=identify(value), fact=value)
        write_fact(self._folder / f"{name}.json", piece)

    def _read(self, name: str, kind: type[Fact], *, what: str) -> Fact | None:
        """Return the fact of a piece; None where there is none, or where it is not what was kept."""
        file = self._folder / f"{name}.json"
        if not file.exists():
            return None
        try:
            piece = read_fact(file, Piece)
            belongs = (piece.format, piece.started, piece.name) == (FORMAT, self._of(name), name)
            if belongs and identify(piece.fact) == piece.digest:
                return read_value(kind, piece.fact)
        except (RunFolderError, ValueError):
            pass
        self.spoilt.append(what)
        return None

    def _whole(self, kept: KeptAnswers, folder: Path, what: str) -> bool:
        """Say whether the arrays of answers are what was written."""
        try:
            for name in kept.digests.values():
                read_array(folder, name)
        except RunFolderError:
            self.spoilt.append(what)
            return False
        return True

    def _of(self, name: str) -> str:
        """Return what a piece is bound to; rows are counted before it is known whether the run may go on."""
        return "" if name == ASKED else self._started


def is_whole(run: Path) -> bool:
    """Say whether the run in this folder came to its end."""
    return (run / "judgement.json").exists() and not (run / NAME).is_dir()


def plan_of(run: Path) -> Path | None:
    """Return the plan of a run that was cut short; None where it was cut short before it had one.

    Raises:
        RunFolderError: there is no such folder, or the run in it is whole.
    """
    if not is_folder(run):
        raise RunFolderError(f"{run} is not a folder. Name the folder of the run that was cut short.")
    if is_whole(run):
        raise RunFolderError(f"{run} holds a run that is whole. Show it with: probatum report {run}")
    if (run / "plan.json").exists():
        return run / "plan.json"
    strange = sorted(file.name for file in run.iterdir() if not _ours(file))
    if strange:
        raise RunFolderError(f"{run} holds {strange[0]} and no plan, so no run was begun there. Name a run's folder.")
    return None


def _ours(file: Path) -> bool:
    """Say whether a run makes such a file or folder before its plan."""
    return file.name in (NAME, ARRAYS, LOCK_FILE) or file.name.endswith(".part")


def _name(unit: Unit) -> str:
    """Name a unit's file by a digest: ids of other packages may hold anything."""
    return "unit-" + identify([unit.check, unit.part]).removeprefix("sha256:")[:16]


def _refit_name(wanted: Refit) -> str:
    return f"refit-{wanted.parts}-{wanted.part}"


def _others(inputs: Mapping[str, str]) -> dict[str, str]:
    return {role: digest for role, digest in inputs.items() if role != SERVER}
