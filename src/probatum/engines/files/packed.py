# SPDX-License-Identifier: Apache-2.0
"""Compressed files: joblib writes pickles packed in one of six ways."""

import bz2
import lzma
import zlib
from collections.abc import Callable
from mmap import mmap

from probatum.engines.files import kinds
from probatum.engines.files.kinds import Kind

HEAD = 1 << 20  # packed bytes that are unpacked for a look: bzip2 gives nothing before a block of 900 kB is whole
LOOK = 16  # unpacked bytes that are looked at: a bomb never goes off
MOST_MEMORY = 1 << 28  # bytes that a file may make its unpacker ask for; the strongest usual setting wants 2**26
# First bytes, packing. The second byte of zlib's two tells how hard it tried.
MAGIC = {
    b"\x1f\x8b": "gzip",
    b"x\x01": "zlib",
    b"x\x5e": "zlib",
    b"x\x9c": "zlib",
    b"x\xda": "zlib",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"]\x00": "lzma",
    b"\x04\x22\x4d\x18": "lz4",
}
_UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: zlib.decompressobj(wbits=31).decompress(data, LOOK),
    "zlib": lambda data: zlib.decompressobj().decompress(data, LOOK),
    "bzip2": lambda data: bz2.BZ2Decompressor().decompress(data, LOOK),
    "xz": lambda data: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MOST_MEMORY).decompress(data, LOOK),
    "lzma": lambda data: lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=MOST_MEMORY).decompress(data, LOOK),
}


def packed(content: bytes | mmap) -> Kind | None:
    """Return the kind of a compressed file; None if it is not compressed.

    A packed pickle is told by its first byte. What is packed otherwise, or cannot be unpacked, is not told: the reader
    of a model would unpack and load it all the same.
    """
    packing = _packing(content)
    if packing is None:
        return None
    if packing not in _UNPACK:  # lz4 is no part of Python; joblib packs nothing but pickles with it
        return kinds.PACKED_PICKLES[packing]
    inside = _inside(content, packing)
    return kinds.PACKED_PICKLES[packing] if inside and inside.startswith(b"\x80") else kinds.PACKED


def unpacks(content: bytes | mmap) -> bool:
    """Whether a reader that unpacks would find something here, whatever else the bytes may be."""
    packing = _packing(content)
    return packing is not None and (packing not in _UNPACK or _inside(content, packing) is not None)


def _packing(content: bytes | mmap) -> str | None:
    head = bytes(content[: max(map(len, MAGIC))])
    return next((name for magic, name in MAGIC.items() if head.startswith(magic)), None)


def _inside(content: bytes | mmap, packing: str) -> bytes | None:
    """Return the first bytes inside; None if nothing can be unpacked."""
    try:
        return _UNPACK[packing](bytes(content[:HEAD]))
    except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError, MemoryError):
        return None
