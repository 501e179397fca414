# SPDX-License-Identifier: Apache-2.0
"""Example pictures as PNG inside the page: as it was, as it was changed, and what lies between, made visible.

PNG (Portable Network Graphics, third edition, W3C 2025): sections 5.3 (chunks), 9.2 (filter 0: none), 11.2 (IHDR).
"""

import struct
import zlib
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass

from probatum.facts.finding import Picture

MIDDLE = 127  # grey: unchanged
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOUR_TYPE = {1: 0, 3: 2}  # colours a pixel: PNG's own number for grey and for red, green and blue


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """Three pictures of one size, each an address that holds the picture itself."""

    width: int  # pixels
    height: int
    before: str
    after: str
    difference: str
    scaled: str  # how the difference is drawn, in words


def strip(picture: Picture) -> Strip | None:
    """Return the three pictures; None where the bytes are not what the sizes say."""
    before, after = (_pixels(content, picture) for content in (picture.before, picture.after))
    if before is None or after is None:
        return None
    between, times = difference(before, after)
    return Strip(
        width=picture.width,
        height=picture.height,
        before=_address(picture, before),
        after=_address(picture, after),
        difference=_address(picture, between),
        scaled=f"{times} times as strong; grey: unchanged" if times else "too small for a picture of 256 shades",
    )


def difference(before: bytes, after: bytes) -> tuple[bytes, int]:
    """Return the change of each byte around the middle grey, as many times as strong as fits; 0 times: no change."""
    changes = [new - old for old, new in zip(before, after, strict=True)]
    largest = max((abs(change) for change in changes), default=0)
    if not largest:
        return bytes([MIDDLE]) * len(changes), 0
    times = max(1, MIDDLE // largest)
    return bytes(min(max(MIDDLE + times * change, 0), 255) for change in changes), times


def png(pixels: bytes, *, width: int, height: int, colours: int) -> bytes:
    """Return a PNG file of 8 bits a colour, ``pixels`` being its rows from the top."""
    row = width * colours
    lines = b"".join(b"\0" + pixels[at : at + row] for at in range(0, height * row, row))
    head = struct.pack(">IIBBBBB", width, height, 8, _COLOUR_TYPE[colours], 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _pixels(content: str, picture: Picture) -> bytes | None:
    try:
        pixels = b64decode(content, validate=True)
    except (Base64Error, ValueError):
        return None
    fits = min(picture.width, picture.height) > 0 and picture.colours in _COLOUR_TYPE
    return pixels if fits and len(pixels) == picture.width * picture.height * picture.colours else None


def _address(picture: Picture, pixels: bytes) -> str:
    file = png(pixels, width=picture.width, height=picture.height, colours=picture.colours)
    return f"data:image/png;base64,{b64encode(file).decode('ascii')}"
