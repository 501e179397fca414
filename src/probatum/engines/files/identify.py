# SPDX-License-Identifier: Apache-2.0
"""Bytes in, kind out.

Whatever cannot be told for sure counts as able to run code: a wrong "harmless" is the one mistake that must not happen.
"""

import ast
import json
import pickletools
import warnings
from collections.abc import Callable
from io import BytesIO
from mmap import mmap

from probatum.engines.files import kinds
from probatum.engines.files.fields import message
from probatum.engines.files.kinds import Kind
from probatum.engines.files.packed import packed
from probatum.engines.files.zips import HEADER, arrays, zipped

HEAD = 1 << 16  # bytes that are looked at where a format has no end to be checked
MOST_ORDERS = 2_000  # of a pickle of protocol 0 or 1, which has no first byte of its own
MOST_HEADER = 100_000_000  # bytes of a safetensors header, as its own readers allow
MOST_JSON = 50_000_000  # bytes of a JSON model that are parsed

# First bytes, kind; what begins so and is something else would be refused by every reader of that kind.
MAGIC = {
    b"\x80": kinds.PICKLE,
    b"\x89HDF": kinds.HDF5,
    b"GGUF": kinds.GGUF,
    b"CBM1": kinds.CATBOOST,
    b"tree\nversion=": kinds.LIGHTGBM,
    b"7z\xbc\xaf\x27\x1c": kinds.ARCHIVE,
    b"Rar!\x1a\x07": kinds.ARCHIVE,
    b"\x28\xb5\x2f\xfd": kinds.ARCHIVE,  # Zstandard
}


def identify(content: bytes | mmap) -> Kind:
    """Return what a file is. Law: it never raises, whatever the bytes.

    Some harmless forms leave their first bytes so free that one file may read as that and as a pickle, too; which it is
    depends on who loads it, so it counts as able to run code.
    """
    if not len(content):
        return kinds.EMPTY
    kind = _kind(content, bytes(content[:HEADER]))
    return kinds.TWO_IN_ONE if not kind.can_run_code and _old_pickle(content) is not None else kind


def _kind(content: bytes | mmap, head: bytes) -> Kind:
    known = next((kind for magic, kind in MAGIC.items() if head.startswith(magic)), None)
    if known is not None:
        return known
    if head.startswith(b"\x93NUMPY"):
        return arrays(head)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return zipped(content)
    if head[257:262] == b"ustar":
        return kinds.ARCHIVE
    if head[4:8] == b"TFL3":
        return kinds.TFLITE
    return next((found for look in _LOOKS if (found := look(content)) is not None), kinds.UNKNOWN)


def _safetensors(content: bytes | mmap) -> Kind | None:
    """Eight bytes of length, then JSON of exactly that length that covers every byte after it.

    Source: the format's description, huggingface/safetensors README.
    """
    length = int.from_bytes(bytes(content[:8]), "little")
    if not 2 <= length <= MOST_HEADER or 8 + length > len(content) or content[8:9] != b"{":
        return None
    header = _object(bytes(content[8 : 8 + length]))
    if header is None:
        return None
    spans = [_span(entry) for name, entry in header.items() if name != "__metadata__"]
    covered = 0
    for span in sorted(span or (-1, -1) for span in spans):
        if span[0] != covered or span[1] < covered:
            return None
        covered = span[1]
    return kinds.SAFETENSORS if 8 + length + covered == len(content) else None


def _span(tensor: object) -> tuple[int, int] | None:
    """Return from which byte to which a tensor lies; None if its entry does not say."""
    ends = tensor.get("data_offsets") if isinstance(tensor, dict) else None
    if not isinstance(ends, list) or len(ends) != 2 or not all(type(end) is int for end in ends):
        return None
    return ends[0], ends[1]


def _json(content: bytes | mmap) -> Kind | None:
    """Return XGBoost's JSON, which is an object with a learner and a version."""
    if content[:1] != b"{" or len(content) > MOST_JSON:
        return None
    body = _object(bytes(content))
    return kinds.XGBOOST if body is not None and {"learner", "version"} <= set(body) else None


def _ubjson(content: bytes | mmap) -> Kind | None:
    """Return XGBoost's UBJSON: an object whose first key, with its length before it, is the learner."""
    head = bytes(content[:64])
    return kinds.XGBOOST if head.startswith(b"{L\x00\x00\x00\x00\x00\x00\x00\x07learner{") else None


def _xml(content: bytes | mmap) -> Kind | None:
    head = bytes(content[:HEADER]).lstrip(b"\xef\xbb\xbf \t\r\n")
    return kinds.PMML if head.startswith((b"<?xml", b"<PMML")) and b"<PMML" in head else None


def _old_pickle(content: bytes | mmap) -> Kind | None:
    """Return an old pickle if the bytes read as its orders, to the end or for very many; none is carried out."""
    try:
        for order, (opcode, _, _) in enumerate(pickletools.genops(BytesIO(bytes(content[:HEAD]))), start=1):
            if opcode.name == "STOP":
                return kinds.OLD_PICKLE if order > 1 else None
            if order > MOST_ORDERS:
                return kinds.OLD_PICKLE
            if opcode.name in ("GLOBAL", "INST", "REDUCE"):  # orders that name and call functions
                return kinds.OLD_PICKLE
    except Exception:  # noqa: BLE001  # genops may raise anything on bytes that are no pickle
        return None
    return None


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


def _object(text: bytes) -> dict[str, object] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


# In this order: what has a strict form comes before what many bytes could be.
_LOOKS: tuple[Callable[[bytes | mmap], Kind | None], ...] = (
    packed,
    _safetensors,
    _json,
    _ubjson,
    _xml,
    message,
    _old_pickle,
    _python,
)
