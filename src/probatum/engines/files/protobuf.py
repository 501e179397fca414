# SPDX-License-Identifier: Apache-2.0
"""Protocol buffers, field by field, without a schema and without copying.

Source: Protocol Buffers encoding (wire types).
"""

from collections.abc import Iterator
from mmap import mmap

import numpy as np

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5  # wire types
LONGEST_VARINT = 10  # bytes
MOST_FIELDS = 20_000_000  # of one message
Span = tuple[int, int]  # first byte, and the one behind the last
Field = tuple[int, int, int, int]  # number, wire type, first byte of the value, the one behind its last


def fields(content: bytes | mmap, span: Span | None = None, most: int = MOST_FIELDS) -> Iterator[Field]:
    """Yield the fields of the message in a span of bytes.

    Raises:
        ValueError: these bytes are no protocol buffer from the first to the last.
    """
    at, end = span or (0, len(content))
    for _ in range(most):
        if at == end:
            return
        key, at = varint(content, at, end)
        number, wire = key >> 3, key & 7
        if number == 0:
            raise ValueError("field 0")
        start = at
        if wire == VARINT:
            _, at = varint(content, at, end)
        elif wire == BYTES:
            length, start = varint(content, at, end)
            at = start + length
        elif wire in (FIXED64, FIXED32):
            at += 8 if wire == FIXED64 else 4
        else:
            raise ValueError("a wire type that is no longer written")
        if at > end:
            raise ValueError("a field beyond the end")
        yield number, wire, start, at
    raise ValueError("too many fields")


def within(content: bytes | mmap, span: Span, number: int, wire: int) -> list[Span]:
    """Return where the values of one field of a message lie."""
    return [(start, end) for found, kind, start, end in fields(content, span) if (found, kind) == (number, wire)]


def varint(content: bytes | mmap, at: int, end: int) -> tuple[int, int]:
    """Return a number without a sign, and where it ends."""
    value = 0
    for shift, byte in enumerate(content[at : min(at + LONGEST_VARINT, end)]):
        value |= (byte & 0x7F) << (7 * shift)
        if byte < 0x80:
            return value, at + shift + 1
    raise ValueError("a number without an end")


def signed(content: bytes | mmap, span: Span) -> int:
    """Return a number of 64 bits with its sign."""
    value, _ = varint(content, *span)
    value &= 2**64 - 1
    return value - 2**64 if value >= 2**63 else value


def text(content: bytes | mmap, span: Span) -> str:
    """Return a text; bytes that are none stay visible as such."""
    return bytes(content[span[0] : span[1]]).decode("utf-8", "backslashreplace")


def packed_varints(content: bytes | mmap, span: Span) -> np.ndarray:
    """Return numbers that follow one another as int64, (n,).

    Raises:
        ValueError: the last of them has no end, or one is too long.
    """
    raw = np.frombuffer(content, dtype=np.uint8, count=span[1] - span[0], offset=span[0])
    ends = np.flatnonzero(raw < 0x80)
    if not raw.size:
        return np.zeros(0, dtype=np.int64)
    starts = np.concatenate([[0], ends[:-1] + 1]) if ends.size else ends
    if not ends.size or ends[-1] != len(raw) - 1 or (ends - starts).max() >= LONGEST_VARINT:
        raise ValueError("a number without an end")
    values = np.zeros(len(ends), dtype=np.uint64)
    for shift in range(LONGEST_VARINT):
        there = starts + shift <= ends
        if not there.any():
            break
        parts = (raw[(starts + shift)[there]] & 0x7F).astype(np.uint64)
        values[there] |= parts << np.uint64(7 * shift)
    return values.view(np.int64)
