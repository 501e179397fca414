# SPDX-License-Identifier: Apache-2.0
"""Zip archives: which format one is, by the names of its members; none of them is unpacked whole."""

import struct
import zipfile
import zlib
from io import SEEK_CUR, SEEK_SET, BytesIO, RawIOBase
from mmap import mmap
from typing import final

from probatum.engines.files import kinds
from probatum.engines.files.kinds import Kind

MOST_MEMBERS = 100_000
HEADER = 4096  # bytes of an array's header that are read


def zipped(content: bytes | mmap) -> Kind:
    """Return the kind of a zip archive."""
    try:
        with zipfile.ZipFile(BytesIO(content) if isinstance(content, bytes) else _Mapped(content)) as archive:
            return _by_members(archive)
    except (zipfile.BadZipFile, zlib.error, struct.error, OSError, ValueError, EOFError, NotImplementedError):
        return kinds.BROKEN_ZIP
    except (RuntimeError, KeyError):  # a password; a member that the list names and the file lacks
        return kinds.BROKEN_ZIP


def arrays(head: bytes) -> Kind:
    """Return the kind of a numpy file by its header: an array of Python objects is a pickle."""
    end = head.find(b"\n")
    header = head[: end if end > 0 else HEADER]
    descr, end_of_it, _ = header.partition(b"'descr':")[2].partition(b"'fortran_order'")
    whole = descr and end_of_it
    return kinds.ARRAYS if whole and b"O" not in descr else kinds.PICKLED_ARRAYS


@final
class _Mapped(RawIOBase):
    """A memory map as a file, so that a large archive is never copied."""

    def __init__(self, content: mmap) -> None:
        self._content = content
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        start = {SEEK_SET: 0, SEEK_CUR: self._at}.get(whence, len(self._content))
        if start + offset < 0:
            raise ValueError("before the start")
        self._at = start + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1) -> bytes:
        end = len(self._content) if size is None or size < 0 else self._at + size
        piece = self._content[self._at : end]
        self._at += len(piece)
        return piece


def _by_members(archive: zipfile.ZipFile) -> Kind:
    names = archive.namelist()
    if not names or len(names) > MOST_MEMBERS:
        return kinds.BROKEN_ZIP
    bare = {name.rpartition("/")[2] for name in names}
    if "data.pkl" in bare or any(name.endswith((".pkl", ".pickle")) for name in names):
        scripted = "constants.pkl" in bare or any("/code/" in f"/{name}" for name in names)
        return kinds.TORCHSCRIPT if scripted else kinds.TORCH
    if "schema.json" in names and all(name.endswith((".json", ".npy", ".npz")) for name in names):
        return _worst(archive, [name for name in names if name.endswith(".npy")], kinds.SKOPS)
    if "config.json" in names and any(name.endswith(".weights.h5") for name in names):
        return kinds.KERAS
    if all(name.endswith(".npy") for name in names):
        return _worst(archive, names, kinds.ARRAYS)
    return kinds.ARCHIVE


def _worst(archive: zipfile.ZipFile, names: list[str], harmless: Kind) -> Kind:
    """Return the harmless kind unless one of the arrays holds Python objects."""
    for name in names:
        with archive.open(name) as member:
            if arrays(member.read(HEADER)).can_run_code:
                return kinds.PICKLED_ARRAYS
    return harmless
