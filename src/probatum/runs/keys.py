# SPDX-License-Identifier: Apache-2.0
"""Where the key lies: beside the description, or beside the test file where there is none; made on first use."""

import os
import secrets
from pathlib import Path

from probatum.errors import StorageError, UsageError
from probatum.evidence.keys import BYTES, Key
from probatum.systems.description import Description

NAME = ".probatum-key"
NO_KEY = Key(bytes(BYTES))  # of a plan that is shown and not kept


def key_of(description: Description | None, beside: Path = Path()) -> Key:
    """Return the key of a described system, making one where there is none.

    Args:
        description: of the system; None: it is made of live objects.
        beside: where the key of live objects lies.

    Raises:
        StorageError: there is none, and it cannot be written.
        UsageError: the file is no key.
    """
    return made_key((beside if description is None else _place(description)) / NAME)


def made_key(file: Path) -> Key:
    """Read the key in a file; make one, readable by its owner only, where there is no such file.

    Raises:
        StorageError: it cannot be written, or not be read.
        UsageError: it is no key.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        place = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return read_key(file)
    except OSError as error:
        raise StorageError(
            f"{file} cannot be written ({error.strerror}). It holds the key that names rows; give the file of a key "
            "with --key (in Python key=), or make the folder writable."
        ) from error
    key = Key(secrets.token_bytes(BYTES))
    with os.fdopen(place, "w", encoding="ascii", newline="\n") as out:
        out.write(key.secret.hex() + "\n")
    return key


def read_key(file: Path) -> Key:
    """Read a key.

    Raises:
        StorageError: the file cannot be read.
        UsageError: it is no key.
    """
    try:
        with file.open("rb") as opened:
            text = opened.read(4 * BYTES)  # a key is shorter
        return Key(bytes.fromhex(text.decode("ascii").strip()))
    except OSError as error:
        raise StorageError(f"{file} cannot be read ({error.strerror}). It holds the key that names rows.") from error
    except ValueError as error:
        raise UsageError(
            f"{file} is not a key: wanted {2 * BYTES} hexadecimal digits. Restore it from where the data came from, or "
            "remove it; then a new one is made, under which rows have other names."
        ) from error


def _place(description: Description) -> Path:
    if description.path is not None:
        return description.path.parent
    file = description.data.test or description.model.scores
    return description.folder if file is None else (description.folder / file.partition(":")[0]).parent


def ignored(folder: Path) -> None:
    """Add the key to the folder's ``.gitignore``, unless it is there: a key must not be published with the code.

    Raises:
        StorageError: the file cannot be written.
    """
    file = folder / ".gitignore"
    try:
        before = file.read_bytes() if file.exists() else b""
        if NAME.encode() not in before.split():
            start = b"" if not before or before.endswith(b"\n") else b"\n"
            with file.open("ab") as out:
                out.write(start + NAME.encode() + b"\n")
    except OSError as error:
        raise StorageError(f"{file} cannot be written ({error.strerror}). Add {NAME} to it yourself.") from error
