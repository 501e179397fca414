# SPDX-License-Identifier: Apache-2.0
"""Ways to damage a file: bytes, numbers in text, whole pieces, brackets."""

import random
import re

BYTES = (0, 1, 0x7F, 0x80, 0xFF, ord("-"), ord('"'), ord("\n"), ord("{"), ord("["))
NUMBERS = (
    b"0",
    b"-1",
    b"1",
    b"2147483647",
    b"2147483648",
    b"-9223372036854775808",
    b"18446744073709551616",
    b"1e400",
    b"nan",
)
NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
WORDS = (b"null", b"true", b'""', b"[]", b"{}", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\r\n", b",", b"=", b"\x1b[2J")
LONGEST = 1 << 20  # bytes of a damaged file


def damaged(data: bytes, others: list[bytes], rng: random.Random) -> bytes:
    """Return a file with one to four damages."""
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        data = rng.choice(_WAYS)(data, others, rng)[:LONGEST]
    return data


def _byte(data: bytes, others: list[bytes], rng: random.Random) -> bytes:
    if not data:
        return b"\0"
    at = rng.randrange(len(data))
    value = rng.choice(BYTES) if rng.random() < 0.5 else rng.randrange(256)
    return data[:at] + bytes([value]) + data[at + 1 :]


def _word(data: bytes, others: list[bytes], rng: random.Random) -> bytes:
    """Set four or eight bytes, as sizes and offsets lie in files."""
    width = rng.choice((2, 4, 8))
    if len(data) < width:
        return data
    at = rng.randrange(len(data) - width + 1)
    value = rng.choice((0, 1, 2 ** (8 * width - 1) - 1, 2 ** (8 * width) - 1, rng.randrange(256), len(data)))
    return data[:at] + (value % 2 ** (8 * width)).to_bytes(width, rng.choice(("little", "big"))) + data[at + width :]


def _cut(data: bytes, others: list[bytes], rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _without(data: bytes, others: list[bytes], rng: random.Random) -> bytes:
    start = rng.randrange(len(data) + 1)
    return data[:start] + data[start + rng.choice((1, 4, 64, 1024)) :]


def _twice(data: bytes, others: list[bytes], rng: random.Random) -> bytes:
    start = rng.randrange(len(data) + 1)
    piece = data[start : start + rng.choice((1, 8, 64, 512))]
    return data[:start] + piece * rng.choice((2, 2, 100)) + data[start + len(piece) :]


def _spliced(data: bytes, others: list[bytes], rng: random.Random) -> bytes:
    other = rng.choice(others)
    return data[: rng.randrange(len(data) + 1)] + other[rng.randrange(len(other) + 1) :]


def _inserted(data: bytes, others: list[bytes], rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(WORDS) + data[at:]


def _number(data: bytes, others: list[bytes], rng: random.Random) -> bytes:
    found = list(NUMBER.finditer(data[:LONGEST]))
    if not found:
        return _byte(data, others, rng)
    one = rng.choice(found)
    return data[: one.start()] + rng.choice(NUMBERS) + data[one.end() :]


def _nested(data: bytes, others: list[bytes], rng: random.Random) -> bytes:
    at, times = rng.randrange(len(data) + 1), rng.choice((3, 600, 20_000))
    return data[:at] + rng.choice((b"[", b"{", b'{"a":', b"a.", b"(")) * times + data[at:]


def _lines(data: bytes, others: list[bytes], rng: random.Random) -> bytes:
    lines = data.split(b"\n")
    rng.shuffle(lines) if rng.random() < 0.1 else lines.pop(rng.randrange(len(lines)))
    return b"\n".join(lines)


_WAYS = (_byte, _byte, _word, _word, _cut, _without, _twice, _spliced, _inserted, _number, _number, _nested, _lines)
