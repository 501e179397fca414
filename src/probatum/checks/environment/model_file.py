# SPDX-License-Identifier: Apache-2.0
"""Can the file that the model is stored in run code on the machine that loads it, and who may write it?

Vector      environment; the property at risk is integrity: whoever changes the file takes over the machine.
Attacker    can replace or change the model's file before it is loaded.
Measure     can_run_code: number of files whose format can run code when it is loaded and whose digest the description
            does not state; a count, exact. With a digest stated under [model] sha256 any other file is refused. The
            format is told by the file's bytes, never by its name; what cannot be told counts as able to run code.
Judged      can_run_code, against the policy's limit, which is none.
Source      arXiv:2508.15987 (PickleBall: how many models are pickles, and what they can do); the documentation of
            Python's pickle; the formats' own descriptions.
Not shown   whether the code in the file does harm: nobody looked at what it would do. Who may write the file is seen
            on this machine only, so it is told beside the record and not judged.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from probatum.checks.interface import Check
from probatum.engines.files.identify import identify
from probatum.engines.files.kinds import NO_CODE, Kind
from probatum.facts.finding import Advice, Finding, Known, Measure, State
from probatum.facts.plan import Terms
from probatum.facts.policy import at_most
from probatum.facts.threats import ALL_TASKS, Property, Vector, atlas, nist, owasp
from probatum.systems.interface import Predictions
from probatum.systems.stored import StoredFile
from probatum.systems.views import ModelFiles

OTHERS = stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """This check has no settings."""


def run(system: Predictions, data: ModelFiles, options: Options, terms: Terms, rng: np.random.Generator) -> Finding:
    """Tell each file's format by its bytes; nothing is loaded and nothing is drawn at random."""
    found = [(file, identify(file.content)) for file in data.files]
    open_ = [kind for file, kind in found if kind.can_run_code and not file.stated]
    return Finding(
        sentence=_sentence(found),
        known=Known.PROVEN,
        details=tuple(dict.fromkeys(sentence for file, kind in found for sentence in _details(file, kind))),
        measures={
            "can_run_code": Measure(value=len(open_), unit="files", interval=None, n=len(found)),
            "files": Measure(value=len(found), unit="files", interval=None, n=len(found)),
        },
        advice=_advice() if open_ else (),
    )


def observe(system: Predictions, data: ModelFiles, options: Options, terms: Terms, rng: np.random.Generator) -> Finding:
    """Look at who may write the files on this machine."""
    paths = [file.path for file in data.files if file.path is not None]
    if os.name != "posix" or not paths:
        why = "Who may write a file can be seen on POSIX systems only, and only of files on a disk."
        return Finding(sentence="This question does not apply here.", state=State.NOT_APPLICABLE, why=why)
    doubts = tuple(dict.fromkeys(doubt for path in paths for doubt in _doubts(path)))
    if not doubts:
        return Finding(
            sentence="On this machine, only the owner of the model's file can change or replace it.", known=Known.PROVEN
        )
    return Finding(
        sentence="On this machine, others than the owner of the model's file can change or replace it.",
        known=Known.PROVEN,
        details=doubts,
        advice=(Advice(sentence="Take the right to write from all but the owner.", command="chmod go-w FILE FOLDER"),),
    )


def _sentence(found: list[tuple[StoredFile, Kind]]) -> str:
    kind = max((kind for _, kind in found), key=lambda kind: kind.can_run_code)
    article = "an" if kind.name[0] in "aeiouAEIO" else "a"
    said = f"The model is stored as {article} {kind.name}"
    if kind.can_run_code:
        return f"{said}: whoever can change the file can run code on the machine that loads it."
    return f"{said}, which cannot run code when it is loaded."


def _details(file: StoredFile, kind: Kind) -> Iterator[str]:
    yield kind.why
    if kind.can_run_code and file.stated:
        yield "The description states the file's digest, so only this very file is loaded; it must itself be trusted."


def _advice() -> tuple[Advice, ...]:
    return (
        Advice(
            sentence="State the file's digest in the description, so that no other file is ever loaded in its place.",
            command='sha256sum FILE    # then, under [model]: sha256 = "..."',
        ),
        Advice(sentence=f"Better still, store the model in a format that holds no code, such as {NO_CODE}."),
    )


def _doubts(path: Path) -> Iterator[str]:
    """Yield each way in which somebody else could change or replace a file; no name and no path is told."""
    try:
        if path.is_symlink():
            yield "The model's file is a link: whoever may change what it leads to changes the model."
        yield from _writers(path.resolve(), "The model's file", is_folder=False)
        for height, folder in enumerate(path.resolve().parents):
            yield from _writers(folder, "Its folder" if height == 0 else "A folder above it", is_folder=True)
    except OSError:
        yield "The rights of the model's file, or of a folder above it, could not be read."


def _writers(path: Path, what: str, *, is_folder: bool) -> Iterator[str]:
    """Yield who besides the owner may write here; in a sticky folder nobody may replace another's file."""
    seen = path.stat()
    sticky = is_folder and bool(seen.st_mode & stat.S_ISVTX)
    if seen.st_mode & stat.S_IWOTH and not sticky:
        yield f"{what} may be written by everybody."
    elif seen.st_mode & stat.S_IWGRP and not sticky:
        yield f"{what} may be written by its group."
    if seen.st_uid not in (os.getuid(), 0):
        yield f"{what} belongs to another user."


CHECK = Check(
    id="environment/model-file",
    title="The model's file",
    vector=Vector.ENVIRONMENT,
    harms=Property.INTEGRITY,
    taxonomy=(nist("NISTAML.051"), atlas("AML.T0018.002"), atlas("AML.T0011.000"), owasp("ML06")),
    tasks=ALL_TASKS,
    needs=(),
    data=ModelFiles,
    options=Options,
    judged={
        "can_run_code": at_most(
            low=0,
            medium=0,
            high=0,
            because="A file that can run code must be the one that was meant; its digest says which that is.",
        )
    },
    asks=(),
    observe=observe,
    run=run,
)
