# SPDX-License-Identifier: Apache-2.0
"""Bytes of a text file become text: by the encoding that was stated, else as its first bytes say, else as UTF-8."""

import codecs

from probatum.errors import DataError

LOOKED_AT = 65536  # bytes in which a file that is no text shows itself
HALF = 0.4  # of every other byte: so many zeros stand in UTF-16 text without a byte-order mark
MARKED = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}  # the longer marks first: that of UTF-16 is the beginning of one of UTF-32


def decode(data: bytes, name: str, stated: str | None, notes: list[str]) -> str:
    """Return the text of a file's bytes without their byte-order mark; an encoding other than UTF-8 is noted.

    Raises:
        DataError: the bytes are no text, or not in the encoding that was stated.
    """
    if stated is not None:
        return _decoded(data, name, stated, stated=True)
    encoding = _told(data)
    if encoding is not None:
        notes.append(f"{name} is {encoding.upper()} text.")
        return _decoded(data, name, encoding, stated=False)
    if b"\0" in data[:LOOKED_AT]:
        raise DataError(f"{name} is no text file; wanted csv (UTF-8), parquet or npz.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{name} is not UTF-8 text (line {line}). Say which encoding it has under [data] or with --encoding, such "
            'as encoding = "cp1252" (Windows in Western Europe), or save it as csv with the encoding UTF-8.'
        ) from None


def _told(data: bytes) -> str | None:
    """Return the encoding that the first bytes show; None: UTF-8, or no text at all."""
    for mark, encoding in MARKED.items():
        if data.startswith(mark):
            return encoding
    head = data[:LOOKED_AT]
    even, odd = head[::2], head[1::2]
    if not even or not odd:
        return None
    zeros = even.count(0) / len(even), odd.count(0) / len(odd)
    if zeros[1] > HALF and zeros[0] == 0:
        return "utf-16-le"
    if zeros[0] > HALF and zeros[1] == 0:
        return "utf-16-be"
    return None


def _decoded(data: bytes, name: str, encoding: str, *, stated: bool) -> str:
    """Return the text in a known encoding."""
    said = f'encoding = "{encoding}"' if stated else encoding.upper()
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except LookupError:
        raise DataError(
            f'[data] encoding: Python knows none called "{encoding}"; wanted one such as "utf-8", "cp1252" or "utf-16".'
        ) from None
    except (UnicodeDecodeError, UnicodeError) as error:
        start = error.start if isinstance(error, UnicodeDecodeError) else 0
        line = data.count(b"\n", 0, start) + 1
        raise DataError(f"{name} is not in {said} (line {line}); say another encoding, or save it as UTF-8.") from None
