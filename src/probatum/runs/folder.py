# SPDX-License-Identifier: Apache-2.0
"""A run's folder: private to its owner, every file whole or absent, nothing half-written ever read as a record."""

import errno
import io
import json
import os
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Never, TypeVar

import numpy as np

from probatum.errors import RunFolderError, StorageError
from probatum.evidence.canonical import canonical, digest, identify
from probatum.evidence.wire import from_json, record_id, to_json
from probatum.facts.record import Judgement, Observed, Record
from probatum.report.interface import Context

Fact = TypeVar("Fact")
RUNS = Path("probatum-runs")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """A finished run as it lies in its folder."""

    folder: Path
    record: Record
    record_id: str
    judgement: Judgement
    context: Context
    observed: Observed


def new_folder(name: str, wanted: Path | None) -> Path:
    """Make the folder of a run: the one wanted, if it is empty, else the next free one by name.

    Raises:
        RunFolderError: the folder wanted holds something.
        StorageError: it cannot be made.
    """
    try:
        if wanted is not None:
            if wanted.exists() and (not wanted.is_dir() or any(wanted.iterdir())):
                raise RunFolderError(f"{wanted} is not an empty folder. Choose another with -o, or remove it yourself.")
            wanted.mkdir(parents=True, exist_ok=True, mode=0o700)
            wanted.chmod(0o700)
            return wanted
        RUNS.mkdir(exist_ok=True, mode=0o700)
        count = 1
        while True:
            folder = RUNS / f"{_plain(name)}-{count}"
            try:
                folder.mkdir(mode=0o700)
            except FileExistsError:
                count += 1
            else:
                return folder
    except OSError as error:
        raise StorageError(f"The run's folder cannot be made ({error.strerror}). Choose another with -o.") from error


def write_whole(file: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all: a temporary file, flushed to the disk, then renamed.

    Raises:
        StorageError: the disk is full or refuses.
    """
    name = None
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=file.parent, prefix=".", suffix=".part", delete=False) as part:
            name = part.name
            part.write(content)
            part.flush()
            os.fsync(part.fileno())
        Path(name).replace(file)
    except OSError as error:
        if name is not None:
            Path(name).unlink(missing_ok=True)
        full = "the disk is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else str(error.strerror)
        raise StorageError(f"{file} could not be written: {full}. Nothing half-written was kept.") from error


def sweep(folder: Path) -> None:
    """Remove what a process that was killed left half-written."""
    for part in folder.rglob(".*.part"):
        part.unlink(missing_ok=True)


def write_fact(file: Path, fact: object) -> None:
    """Write a fact as readable JSON; its id does not depend on the layout."""
    text = json.dumps(to_json(fact), indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    write_whole(file, (text + "\n").encode())


def write_record(file: Path, record: Record) -> str:
    """Write a record in its canonical bytes and return its id, which is the digest of the file."""
    write_whole(file, canonical(to_json(record)))
    return record_id(record)


def write_array(folder: Path, array: np.ndarray, *, salt: bytes = b"") -> str:
    """Write an array under the digest of its own file, little-endian and in C order; return the digest.

    The salt stands behind the array, where readers do not look, and keeps its digest from being guessed.
    """
    buffer = io.BytesIO()
    plain = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    np.save(buffer, plain, allow_pickle=False)
    buffer.write(salt)
    name = sha256(buffer.getvalue()).hexdigest()
    write_whole(folder / f"{name}.npy", buffer.getvalue())
    return f"sha256:{name}"


def read_fact(file: Path, kind: type[Fact]) -> Fact:
    """Read one fact.

    Raises:
        RunFolderError: the file is absent or is not one.
    """
    return _parsed(file, _content(file), kind)


def read_run(folder: Path) -> StoredRun:
    """Read a finished run and make sure that its record is the one that was judged.

    Raises:
        RunFolderError: a file is absent or altered.
    """
    if not folder.is_dir():
        raise RunFolderError(f"{folder} is not a folder. Name the folder that assess wrote.")
    content = _content(folder / "record.json")
    judgement = read_fact(folder / "judgement.json", Judgement)
    context = read_fact(folder / "context.json", Context)
    identity = digest(content)  # the file holds the canonical bytes, so its digest is the record's id
    if identity != judgement.record:
        raise RunFolderError(
            f"{folder}: the record is not the one that was judged (wanted {judgement.record}, came {identity}). "
            "One of the files was altered."
        )
    record = _parsed(folder / "record.json", content, Record)
    observed = read_fact(folder / "observed.json", Observed)
    if judgement.observed is not None and identify(to_json(observed)) != judgement.observed:
        raise RunFolderError(
            f"{folder}: what was seen on this machine (observed.json) is not what was judged. One of the files was "
            "altered."
        )
    return StoredRun(
        folder=folder,
        record=record,
        record_id=identity,
        judgement=judgement,
        context=context,
        observed=observed,
    )


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError as error:
        raise RunFolderError(
            f"There is no file {file}. Check its name; a run that was cut short lacks files."
        ) from error
    except OSError as error:
        raise RunFolderError(
            f"{file} cannot be read ({error.strerror}). Check its name and who may read it."
        ) from error


def _parsed(file: Path, content: bytes, kind: type[Fact]) -> Fact:
    try:
        return from_json(kind, json.loads(content, parse_constant=_refuse))
    except (ValueError, RecursionError) as error:
        raise RunFolderError(f"{file} cannot be read ({error}). It was altered or damaged; run again.") from error


def _refuse(constant: str) -> Never:
    raise ValueError(f"{constant} is no number in JSON")


def _plain(name: str) -> str:
    kept = "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in name.lower())
    return "-".join(part for part in kept.split("-") if part)[:60] or "run"
