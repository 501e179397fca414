# SPDX-License-Identifier: Apache-2.0
"""What a run has done so far, kept beside its plan, so that one that was cut short can go on where it stopped.

Every file is written whole or not at all, so whatever lies here is right. The folder is gone when the run is whole.
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, final

import numpy as np

from probatum.errors import RunFolderError
from probatum.evidence.canonical import identify
from probatum.evidence.wire import from_json, to_json
from probatum.facts.finding import Finding
from probatum.facts.plan import Plan, Refit, Unit
from probatum.runs.answers import PARTS, KeptAnswers
from probatum.runs.folder import read_fact, write_array, write_fact
from probatum.systems.interface import Answers

Fact = TypeVar("Fact")
FORMAT = "probatum-unfinished/1"
NAME = "unfinished"
SERVER = "server"  # the role of where a model is served, and who allowed that


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


@final
class Unfinished:
    """The folder of a run's finished pieces."""

    def __init__(self, run: Path) -> None:
        """Take the folder of the run."""
        self._folder = run / NAME

    def begin(self, plan: Plan, inputs: Mapping[str, str], versions: Mapping[str, str]) -> None:
        """Start, or make sure that what was started before is the same.

        Raises:
            RunFolderError: it was started with other data, another model or server, or other libraries.
        """
        now = Started(format=FORMAT, plan=identify(to_json(plan)), inputs=dict(inputs), versions=dict(versions))
        file = self._folder / "started.json"
        if not file.exists():
            write_fact(file, now)
            return
        before = read_fact(file, Started)
        changed = [
            what
            for what, same in (
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
        return _read(self._folder / f"{_name(unit)}.json", Finding)

    def keep_finding(self, unit: Unit, finding: Finding) -> None:
        """Keep what a unit found."""
        write_fact(self._folder / f"{_name(unit)}.json", finding)

    def answers(self, name: str) -> KeptAnswers | None:
        """Return where the answers about these rows lie, if they were all asked for."""
        return _read(self._folder / f"answers-{name}.json", KeptAnswers)

    def keep_answers(self, name: str, kept: KeptAnswers) -> None:
        """Keep where answers lie."""
        write_fact(self._folder / f"answers-{name}.json", kept)

    def refit(self, wanted: Refit) -> Answers | None:
        """Return the answers of a refit, if it was done."""
        kept = _read(self._folder / f"refit-{wanted.parts}-{wanted.part}.json", KeptAnswers)
        if kept is None:
            return None
        arrays = {part: np.load(self._file(digest), allow_pickle=False) for part, digest in kept.digests.items()}
        return Answers(**arrays, failures=kept.failures)

    def keep_refit(self, wanted: Refit, answers: Answers) -> None:
        """Keep the answers of a refit."""
        digests = {
            part: write_array(self._folder, array) for part in PARTS if (array := getattr(answers, part)) is not None
        }
        kept = KeptAnswers(digests=digests, failures=answers.failures)
        write_fact(self._folder / f"refit-{wanted.parts}-{wanted.part}.json", kept)

    def asked(self) -> int:
        """Return how many rows earlier attempts asked the model about, where somebody limited that."""
        kept = _read(self._folder / "asked.json", Asked)
        return 0 if kept is None else kept.rows

    def keep_asked(self, rows: int) -> None:
        """Keep how many rows the model was asked about."""
        write_fact(self._folder / "asked.json", Asked(rows=rows))

    def remove(self) -> None:
        """Remove everything: the run is whole, or nothing of it is worth keeping."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _file(self, digest: str) -> Path:
        return self._folder / f"{digest.removeprefix('sha256:')}.npy"


def is_whole(run: Path) -> bool:
    """Say whether the run in this folder came to its end."""
    return (run / "judgement.json").exists() and not (run / NAME).is_dir()


def plan_of(run: Path) -> Path | None:
    """Return the plan of a run that was cut short; None where it was cut short before it had one.

    Raises:
        RunFolderError: there is no such folder, or the run in it is whole.
    """
    if not run.is_dir():
        raise RunFolderError(f"{run} is not a folder. Name the folder of the run that was cut short.")
    if is_whole(run):
        raise RunFolderError(f"{run} holds a run that is whole. Show it with: probatum report {run}")
    if (run / "plan.json").exists():
        return run / "plan.json"
    strange = sorted(file.name for file in run.iterdir() if file.name != NAME and not file.name.endswith(".part"))
    if strange:
        raise RunFolderError(f"{run} holds {strange[0]} and no plan, so no run was begun there. Name a run's folder.")
    return None


def _name(unit: Unit) -> str:
    """Name a unit's file by a digest: ids of other packages may hold anything."""
    return "unit-" + identify([unit.check, unit.part]).removeprefix("sha256:")[:16]


def _others(inputs: Mapping[str, str]) -> dict[str, str]:
    return {role: digest for role, digest in inputs.items() if role != SERVER}


def _read(file: Path, kind: type[Fact]) -> Fact | None:
    """Return the fact in a file; None where there is none, or where the disk spoilt it."""
    try:
        return from_json(kind, json.loads(file.read_bytes()))
    except (OSError, ValueError):
        return None
