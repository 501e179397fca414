# SPDX-License-Identifier: Apache-2.0
"""Can the file that the model is stored in run code on the machine that loads it, and who may write it?

Vector      environment; the property at risk is integrity: whoever changes the file takes over the machine.
Attacker    can replace or change the model's file before it is loaded.
Measure     can_run_code: number of files whose format can run code when it is loaded and whose digest the description
            does not state; a count, exact. With a digest stated under [model] sha256 any other file is refused. The
            format is told by the file's bytes, never by its name; what cannot be told counts as able to run code. A
            file of PyTorch that looks up nothing but what builds tensors holds weights and runs no code; the loader,
            too, asks for trust in any other file of PyTorch, and in none of these.
Judged      can_run_code, against the policy's limit, which is none.
Source      arXiv:2508.15987 (PickleBall: how many models are pickles, and what they can do); the documentation of
            Python's pickle; the formats' own descriptions.
Not shown   whether the code in the file does harm: nobody looked at what it would do. Whether a file without code is
            safe to parse: a damaged one may crash the library that reads it, or make it answer wrongly. Who may write
            the file is seen on this machine only, by its owner and mode bits (not by access lists), so it is told
            beside the record and not judged.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from probatum.checks.inapplicable import not_applicable
from probatum.checks.interface import Check
from probatum.engines.files.identify import identify
from probatum.engines.files.kinds import Kind
from probatum.engines.files.rights import doubts
from probatum.facts.finding import Advice, Finding, Known, Measure
from probatum.facts.plan import Terms
from probatum.facts.policy import at_most
from probatum.facts.threats import ALL_TASKS, Property, Vector, atlas, nist, owasp
from probatum.systems.interface import Predictions
from probatum.systems.stored import StoredFile
from probatum.systems.views import ModelFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """This check has no settings."""


def run(system: Predictions, data: ModelFiles, options: Options, terms: Terms, rng: np.random.Generator) -> Finding:
    """Tell each file's format by its bytes; nothing is loaded and nothing is drawn at random."""
    found = [(file, identify(file.content)) for file in data.files]
    free = [(file, kind) for file, kind in found if kind.can_run_code and not file.stated]
    return Finding(
        sentence=_sentence(found),
        known=Known.PROVEN,
        details=tuple(dict.fromkeys(sentence for file, kind in found for sentence in _details(file, kind))),
        measures={
            "can_run_code": Measure(value=len(free), unit="files", interval=None, n=len(found)),
            "files": Measure(value=len(found), unit="files", interval=None, n=len(found)),
        },
        advice=tuple(_advice(free)),
    )


def observe(system: Predictions, data: ModelFiles, options: Options, terms: Terms, rng: np.random.Generator) -> Finding:
    """Look at who may write the files on this machine."""
    paths = [file.path for file in data.files if file.path is not None]
    if os.name != "posix" or not paths:
        why = "Who may write a file can be seen on POSIX systems only, and only of files on a disk."
        return not_applicable(why)
    found = tuple(dict.fromkeys(sentence for path in paths for sentence in _doubts(path)))
    if not found:
        return Finding(sentence="On this machine, only its owner can change or replace the model's file.")
    return Finding(
        sentence="On this machine, it is not only its owner who could change or replace the model's file.",
        details=found,
        advice=(
            Advice(
                sentence="Keep the file in a folder of its owner, and take the right to write from all others, "
                "also in the folders above it.",
                command="chmod go-w FILE FOLDER",
            ),
        ),
    )


def _sentence(found: list[tuple[StoredFile, Kind]]) -> str:
    """Name the most dangerous format: one that can run code, then one that could not be told."""
    kind = max((kind for _, kind in found), key=lambda kind: (kind.can_run_code, kind.told))
    files, dangerous = len(found), sum(other.can_run_code for _, other in found)
    if not dangerous and files > 1:
        return f"None of the model's {files} files can run code when it is loaded."
    if not dangerous:
        return f"The model is stored as {kind.name}, which cannot run code when it is loaded."
    said = f"The model is stored as {kind.name}"
    if files > 1:
        said = f"Of the model's {files} files, {dangerous} could run code when loaded, such as {kind.name}"
    if not kind.told:
        return f"{said}: nobody can say that it runs no code on the machine that loads it."
    return f"{said}: whoever can change the file can run code on the machine that loads it."


def _details(file: StoredFile, kind: Kind) -> Iterator[str]:
    yield kind.why
    if not kind.can_run_code:
        yield (
            "A file that cannot run code is not for that reason safe to parse: one made to do harm may crash the "
            "library that reads it, or make it answer wrongly. Its counts and indices are compared before that, as far "
            "as the format is known; this finds many such files, not all."
        )
    if kind.can_run_code and file.stated:
        yield "The description states the file's digest, so only this very file is loaded; it must itself be trusted."


def _advice(free: list[tuple[StoredFile, Kind]]) -> Iterator[Advice]:
    """Yield what makes the files safe; the digest of one is no secret."""
    if not free:
        return
    file, kind = free[0]
    yield Advice(
        sentence="If you trust this file, state its digest under [model], so that no other is loaded in its place."
        if len(free) == 1
        else "State the digest of each file that you trust, so that no other is loaded in its place.",
        command=f'sha256 = "{sha256(file.content).hexdigest()}"' if len(free) == 1 else None,
    )
    yield Advice(
        sentence=f"Better still, store the model in a format that holds no code ({kind.instead}), and name a function "
        "that reads it.",
        command='python = "module:function"',
    )


def _doubts(path: Path) -> Iterator[str]:
    """Yield a sentence for each way in which somebody else could change or replace a file; no path is told."""
    try:
        for place, doubt in doubts(path, os.getuid()):
            yield f"{place.value} {doubt.value}."
    except OSError:
        yield "The rights of the model's file, or of a folder above it, could not be read."


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
