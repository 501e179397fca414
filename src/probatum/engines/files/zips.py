# SPDX-License-Identifier: Apache-2.0
"""Zip archives: which format one is, by the names of its members; none of them is unpacked whole."""

import zipfile
from io import SEEK_CUR, SEEK_SET, BytesIO, RawIOBase
from mmap import mmap
from typing import final

from probatum.engines.files import kinds
from probatum.engines.files.arrays import HEADER, arrays
from probatum.engines.files.kinds import Kind
from probatum.engines.files.weights import MOST_BYTES, only_weights

MOST_MEMBERS = 100_000
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # what numpy and skops write; others unpack without a bound


def zipped(content: bytes | mmap) -> Kind:
    """Return the kind of a zip archive."""
    try:
        with zipfile.ZipFile(BytesIO(content) if isinstance(content, bytes) else _Mapped(content)) as archive:
            return _by_members(archive)
    except Exception:  # noqa: BLE001  # the reader may raise anything on broken bytes, and on a password
        return kinds.BROKEN_ZIP


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
        if scripted:
            return kinds.TORCHSCRIPT
        return kinds.TORCH_WEIGHTS if _weights(archive) else kinds.TORCH
    if len(set(names)) < len(names):
        return kinds.TWICE
    if "schema.json" in names and all(name.endswith((".json", ".npy", ".npz")) for name in names):
        return _worst(archive, kinds.SKOPS)
    if "config.json" in names and any(name.endswith(".weights.h5") for name in names):
        return kinds.KERAS
    if all(name.endswith(".npy") for name in names):
        return _worst(archive, kinds.ARRAYS)
    return kinds.ARCHIVE


def _weights(archive: zipfile.ZipFile) -> bool:
    """Whether the one pickle of an archive, as torch writes it, names nothing but what builds tensors."""
    names = archive.namelist()
    folder = names[0].partition("/")[0]
    pickles = [one for one in archive.infolist() if one.filename.endswith((".pkl", ".pickle"))]
    as_written = len(set(names)) == len(names) and all(name.startswith(f"{folder}/") for name in names)
    if not as_written or [one.filename for one in pickles] != [f"{folder}/data.pkl"]:
        return False
    (orders,) = pickles
    if orders.compress_type != zipfile.ZIP_STORED or orders.file_size > MOST_BYTES:
        return False
    return only_weights(archive.read(orders))


def _worst(archive: zipfile.ZipFile, harmless: Kind) -> Kind:
    """Return the harmless kind unless one of the arrays holds Python objects, or cannot be read."""
    for member in archive.infolist():
        if not member.filename.endswith(".npy"):
            continue
        if member.compress_type not in PACKINGS:
            return kinds.BROKEN_ZIP
        with archive.open(member) as opened:
            kind = arrays(opened.read(HEADER))
        if kind.can_run_code:
            return kind
    return harmless
