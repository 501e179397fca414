# SPDX-License-Identifier: Apache-2.0
"""The one way in which an input file is read: a regular file, up to a number of bytes, once.

Devices, pipes and sockets are refused without waiting for them. Whoever digests a file digests the bytes that this
returned, and nothing else.
"""

import gzip
import os
import stat
import zlib
from io import BytesIO
from pathlib import Path

from probatum.errors import InputFileError
from probatum.facts.input_limits import JSON_BYTES

RAISE_LIMIT = "if it is meant to be so large, raise file_bytes under [input_limits] in probatum.toml"
PIECE = 2**20  # bytes that are read, or unpacked, at once
GZIP = b"\x1f\x8b"
KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def read_file(path: Path, most: int) -> bytes:
    """Return the bytes of a regular file.

    Args:
        path: where it lies; a link is followed.
        most: bytes that it may have.

    Raises:
        InputFileError: it is absent, no regular file, too large, or cannot be read; ``reason`` says which.
    """
    # O_NONBLOCK: opening a pipe that nobody writes to would wait for ever
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags)
    except FileNotFoundError:
        raise InputFileError(path.name, "there is no such file", absent=True) from None
    except OSError as error:  # a socket cannot even be opened
        raise InputFileError(path.name, _not_opened(path, error)) from None
    except ValueError:  # a zero byte in the name
        raise InputFileError(path.name, "no file can have this name") from None
    try:
        return _read(handle, path, most)
    except OSError as error:
        raise InputFileError(path.name, f"it cannot be read ({error.strerror})") from None
    except MemoryError:
        raise InputFileError(path.name, "it does not fit into the memory") from None
    finally:
        os.close(handle)


def _read(handle: int, path: Path, most: int) -> bytes:
    state = os.fstat(handle)
    if not stat.S_ISREG(state.st_mode):
        raise InputFileError(path.name, f"it is {_kind(state.st_mode)}; a regular file was wanted")
    if state.st_size > most:
        raise InputFileError(path.name, _too_large(state.st_size, most))
    pieces, size = [], 0
    while piece := os.read(handle, min(PIECE, most + 1 - size)):  # a file may grow, or state no size (/proc)
        pieces.append(piece)
        size += len(piece)
        if size > most:
            raise InputFileError(path.name, _too_large(size, most))
    return b"".join(pieces)


def _too_large(size: int, most: int) -> str:
    hint = "" if most <= JSON_BYTES else f"; {RAISE_LIMIT}"
    return f"it has {size:,} bytes, and at most {most:,} are read{hint}"


def _not_opened(path: Path, error: OSError) -> str:
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        mode = stat.S_IFREG
    if stat.S_ISREG(mode):
        return f"it cannot be read ({error.strerror})"
    return f"it is {_kind(mode)}; a regular file was wanted"


def _kind(mode: int) -> str:
    return next((name for test, name in KINDS if test(mode)), "no regular file")


def unpacked(data: bytes, name: str, most: int) -> bytes:
    """Return bytes as they are, or unpacked where they are gzipped; unpacking ends at the limit.

    Raises:
        InputFileError: they unpack to more than ``most`` bytes, or are damaged.
    """
    if not data.startswith(GZIP):
        return data
    pieces, size = [], 0
    try:
        with gzip.GzipFile(fileobj=BytesIO(data)) as stream:
            while piece := stream.read(PIECE):
                pieces.append(piece)
                size += len(piece)
                if size > most:
                    raise InputFileError(name, f"it unpacks to more than {most:,} bytes; {RAISE_LIMIT}")
    except (OSError, EOFError, zlib.error):
        raise InputFileError(name, "it is a damaged or cut-off gzip file; fetch it again") from None
    return b"".join(pieces)
