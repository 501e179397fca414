# SPDX-License-Identifier: Apache-2.0
"""Bytes in, kind out.

Whatever cannot be told for sure counts as able to run code: a wrong "harmless" is the one mistake that must not happen.
"""

import ast
import warnings
from collections.abc import Callable
from mmap import mmap

from probatum.engines.files import kinds
from probatum.engines.files.arrays import HEADER, arrays
from probatum.engines.files.described import safetensors, xgboost
from probatum.engines.files.disguises import can_be_read_otherwise, is_tar
from probatum.engines.files.fields import message
from probatum.engines.files.kinds import Kind
from probatum.engines.files.orders import is_pickle
from probatum.engines.files.packed import packed
from probatum.engines.files.zips import zipped

HEAD = 1 << 16  # bytes that are looked at where a format has no end to be checked

MAGIC = {  # first bytes, kind
    **{bytes([0x80, protocol]): kinds.PICKLE for protocol in range(6)},
    b"\x89HDF": kinds.HDF5,
    b"GGUF": kinds.GGUF,
    b"CBM1": kinds.CATBOOST,
    b"tree\nversion=": kinds.LIGHTGBM,
    b"7z\xbc\xaf\x27\x1c": kinds.ARCHIVE,
    b"Rar!\x1a\x07": kinds.ARCHIVE,
    b"\x28\xb5\x2f\xfd": kinds.PACKED,  # Zstandard
    b"\x7fELF": kinds.PROGRAM,
}


def identify(content: bytes | mmap) -> Kind:
    """Return what a file is. Law: it never raises, whatever the bytes.

    A file that begins like a harmless format, and that another reader could take for one that can run code, counts as
    able to run code: which one it is depends on who loads it.
    """
    if not len(content):
        return kinds.EMPTY
    kind = next((found for look in _LOOKS if (found := look(content)) is not None), kinds.UNKNOWN)
    if kind.can_run_code:
        return kind
    is_zip = content[:2] == b"PK"
    return kinds.TWO_IN_ONE if can_be_read_otherwise(content, is_zip=is_zip) else kind


def _by_first_bytes(content: bytes | mmap) -> Kind | None:
    head = bytes(content[: max(map(len, MAGIC))])
    return next((kind for magic, kind in MAGIC.items() if head.startswith(magic)), None)


def _numpy(content: bytes | mmap) -> Kind | None:
    head = bytes(content[:HEADER])
    return arrays(head) if head.startswith(b"\x93NUMPY") else None


def _zip(content: bytes | mmap) -> Kind | None:
    return zipped(content) if content[:4] in (b"PK\x03\x04", b"PK\x05\x06") else None


def _tar(content: bytes | mmap) -> Kind | None:
    return kinds.ARCHIVE if is_tar(content) else None


def _tflite(content: bytes | mmap) -> Kind | None:
    return kinds.TFLITE if content[4:8] == b"TFL3" else None


def _pmml(content: bytes | mmap) -> Kind | None:
    head = bytes(content[:HEADER]).lstrip(b"\xef\xbb\xbf \t\r\n")
    return kinds.PMML if head.startswith((b"<?xml", b"<PMML")) and b"<PMML" in head else None


def _old_pickle(content: bytes | mmap) -> Kind | None:
    return kinds.OLD_PICKLE if is_pickle(content) else None


def _python(content: bytes | mmap) -> Kind | None:
    """Return source code if it parses as such and does more than name a constant."""
    if len(content) > HEAD:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # strings with odd escapes
            tree = ast.parse(bytes(content))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    doing = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    return kinds.PYTHON if any(isinstance(node, doing) for node in tree.body) else None


# What is told by all its bytes comes before what is told by its first ones, and that before what many could be.
_LOOKS: tuple[Callable[[bytes | mmap], Kind | None], ...] = (
    safetensors,
    _by_first_bytes,
    _numpy,
    _zip,
    packed,
    _tar,
    _tflite,
    xgboost,
    _pmml,
    message,
    _old_pickle,
    _python,
)
