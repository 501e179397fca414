# SPDX-License-Identifier: Apache-2.0
"""A run's folder: private to its owner, every file whole or absent, nothing half-written ever read as a record."""

import errno
import io
import json
import os
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import numpy as np

from probatum.errors import InputFileError, RunFolderError, StorageError
from probatum.evidence.canonical import canonical, digest
from probatum.evidence.wire import read, record_id, to_json
from probatum.facts.input_limits import JSON_BYTES
from probatum.facts.record import Record
from probatum.runs.hold import Hold, hold
from probatum.systems.input_files import read_file

Fact = TypeVar("Fact")
RUNS = Path("probatum-runs")
ARRAYS = "arrays"
ARRAY_BYTES = 2**36  # of one array; what a run writes fits into the memory of its machine
FULL = {errno.ENOSPC: "the disk is full", errno.EDQUOT: "the disk is full", errno.ENOENT: "its folder was removed"}


def new_folder(name: str, wanted: Path | None) -> Hold:
    """Make and hold the folder of a run: the one wanted, if it is empty, else the next free one by name.

    Raises:
        RunFolderError: the folder wanted holds something, or another run works in it.
        StorageError: it cannot be made.
    """
    try:
        if wanted is None:
            return hold(_next_free(name))
        if wanted.exists() and not wanted.is_dir():
            raise _not_empty(wanted)
        wanted.mkdir(parents=True, exist_ok=True, mode=0o700)
        held = hold(wanted)
        try:
            if any(file.name not in held.own_files for file in wanted.iterdir()):  # looked at while it is held
                raise _not_empty(wanted)
            wanted.chmod(0o700)
        except BaseException:
            held.release()
            raise
        return held
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise StorageError(f"The run's folder cannot be made ({reason}). Choose another with -o.") from error


def write_whole(file: Path, content: bytes, *, parents: bool = False) -> str:
    """Write a file so that it is there whole or not at all: a temporary file, flushed to the disk, then renamed.

    Args:
        file: its folder must be there: a run's folder that was removed is not made again.
        content: the bytes.
        parents: make its folder, where it is absent.

    Returns:
        The digest of the content.

    Raises:
        StorageError: the disk is full or refuses.
    """
    name = None
    try:
        if parents:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=file.parent, prefix=".", suffix=".part", delete=False) as part:
            name = part.name
            part.write(content)
            part.flush()
            os.fsync(part.fileno())
        Path(name).replace(file)
    except OSError as error:
        if name is not None:
            with suppress(OSError):  # a folder that became read-only keeps it; nobody reads such a file
                Path(name).unlink(missing_ok=True)
        reason = "it is a folder" if file.is_dir() else FULL.get(error.errno or 0, str(error.strerror))
        raise StorageError(f"{file} could not be written: {reason}. Nothing half-written was kept.") from error
    return digest(content)


def make_inner(folder: Path) -> None:
    """Make a folder inside that of a run, where it is absent; a run's folder that was removed is not made again.

    Raises:
        StorageError: the disk refuses.
    """
    try:
        folder.mkdir(exist_ok=True, mode=0o700)
    except OSError as error:
        reason = FULL.get(error.errno or 0, str(error.strerror))
        raise StorageError(f"{folder} could not be made: {reason}.") from error


def sweep(folder: Path) -> None:
    """Remove what a process that was killed left half-written."""
    for part in folder.rglob(".*.part"):
        with suppress(OSError):  # nobody reads such a file, and a disk that refuses is noticed at the next one
            part.unlink(missing_ok=True)


def write_fact(file: Path, fact: object) -> str:
    """Write a fact as readable JSON, and return the digest of the file."""
    text = json.dumps(to_json(fact), indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return write_whole(file, (text + "\n").encode())


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


def read_array(folder: Path, name: str) -> np.ndarray:
    """Read an array by its digest, out of the bytes that have it.

    Raises:
        RunFolderError: it is absent, or not what was written.
    """
    file = array_file(folder, name)
    content = content_of(file, ARRAY_BYTES)
    if digest(content) != name:
        raise RunFolderError(f"{file} is not what was written: it was altered or damaged.")
    return np.asarray(np.load(io.BytesIO(content), allow_pickle=False))


def array_file(folder: Path, name: str) -> Path:
    """Return the file of an array by its digest."""
    return folder / f"{name.removeprefix('sha256:')}.npy"


def read_fact(file: Path, kind: type[Fact]) -> Fact:
    """Read one fact.

    Raises:
        RunFolderError: the file is absent or is not one.
    """
    return parsed(file, content_of(file), kind)


def is_folder(path: Path) -> bool:
    """Say whether a folder is there; a name that none can have is that of none."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def content_of(file: Path, most: int = JSON_BYTES) -> bytes:
    """Return the bytes of a file of a run.

    Raises:
        RunFolderError: it is absent, too large, or no regular file.
    """
    try:
        return read_file(file, most)
    except InputFileError as error:
        if error.absent:
            raise RunFolderError(
                f"There is no file {file}. Check its name; a run that was cut short lacks files."
            ) from error
        raise RunFolderError(f"{file} cannot be read: {error.reason}.") from error


def parsed(file: Path, content: bytes, kind: type[Fact]) -> Fact:
    """Return the fact in the bytes of a file.

    Raises:
        RunFolderError: they hold none.
    """
    try:
        return read(kind, content)
    except ValueError as error:
        raise RunFolderError(f"{file} cannot be read ({error}). It was altered or damaged.") from error


def _next_free(name: str) -> Path:
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


def _not_empty(folder: Path) -> RunFolderError:
    return RunFolderError(f"{folder} is not an empty folder. Choose another with -o, or remove it yourself.")


def _plain(name: str) -> str:
    kept = "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in name.lower())
    return "-".join(part for part in kept.split("-") if part)[:60] or "run"
