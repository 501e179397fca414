# SPDX-License-Identifier: Apache-2.0
"""Numpy files: an array of numbers is data, an array of Python objects is a pickle.

Source: the format's description, ``numpy.lib.format``. The header is a Python literal; it is taken apart, never run.
"""

import ast
import re

from probatum.engines.files import kinds
from probatum.engines.files.kinds import Kind

MAGIC = b"\x93NUMPY"
MOST_HEADER = 10_000  # bytes of a header that numpy itself reads from a file that nobody trusts
HEADER = MOST_HEADER + 12  # bytes that must be given: magic, version, length and header
KEYS = ["descr", "fortran_order", "shape"]
# Byte order, kind and size of numbers, text and bytes; with their unit, of times. "O", for objects, is not among them.
NUMBERS = re.compile(r"[<>|=]?[biufcmMSUV]\d{1,9}(\[[0-9a-zA-Z/]{1,12}\])?")


def arrays(head: bytes) -> Kind:
    """Return the kind of a numpy file by its first ``HEADER`` bytes."""
    width = 2 if head[6:7] == b"\x01" else 4  # bytes of the header's length, by version
    length = int.from_bytes(head[8 : 8 + width], "little")
    text = head[8 + width : 8 + width + length]
    if not head.startswith(MAGIC) or length > MOST_HEADER or len(text) < length:
        return kinds.BROKEN_ARRAYS
    try:
        described = _described(text)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return kinds.BROKEN_ARRAYS
    return kinds.ARRAYS if _is_plain(described) else kinds.PICKLED_ARRAYS


def _described(text: bytes) -> object:
    """Return what the header says of an element.

    Raises:
        ValueError: it is no dictionary of three different keys, all as plain literals.
    """
    body = ast.parse(text.decode("utf-8").strip(), mode="eval").body
    if not isinstance(body, ast.Dict):
        raise ValueError("no dictionary")
    keys = [ast.literal_eval(key) for key in body.keys if key is not None]
    if sorted(keys) != KEYS or len(body.values) != len(KEYS):  # a key that comes twice says two things
        raise ValueError("other keys")
    return ast.literal_eval(body.values[keys.index("descr")])


def _is_plain(described: object) -> bool:
    """Whether elements are numbers, text or bytes, or records of them."""
    if isinstance(described, str):
        return NUMBERS.fullmatch(described) is not None
    if isinstance(described, list):
        return all(isinstance(part, tuple) and len(part) in (2, 3) and _is_plain(part[1]) for part in described)
    return isinstance(described, tuple) and len(described) == 2 and _is_plain(described[0])  # an array in each element
