# SPDX-License-Identifier: Apache-2.0
"""PNG files that any reader can open, and differences that can be seen."""

import struct
import zlib
from base64 import b64decode, b64encode
from dataclasses import replace

import pytest
from attacked import drawn
from hypothesis import given
from hypothesis import strategies as st
from making import NASTY

from probatum.facts.finding import Picture
from probatum.report.pictures import difference, png, strip


def read(file):
    """Return width, height, colour type and the bytes of the pixels; as a reader of PNG would, checks included."""
    assert file[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(file):
        (length,) = struct.unpack_from(">I", file, at)
        name, content = file[at + 4 : at + 8], file[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", file, at + 8 + length) == (zlib.crc32(name + content),)
        chunks[name] = content
        at += 12 + length
    assert list(chunks) == [b"IHDR", b"IDAT", b"IEND"]
    width, height, depth, kind, *rest = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert (depth, rest) == (8, [0, 0, 0])
    lines = zlib.decompress(chunks[b"IDAT"])
    row = width * {0: 1, 2: 3}[kind]
    assert len(lines) == height * (row + 1)
    assert {lines[at] for at in range(0, len(lines), row + 1)} == {0}  # no filter
    return width, height, kind, b"".join(lines[at + 1 : at + 1 + row] for at in range(0, len(lines), row + 1))


@given(st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 3]), st.data())
def test_pixels_come_back_when_a_file_is_read(width, height, colours, data):
    size = width * height * colours
    pixels = data.draw(st.binary(min_size=size, max_size=size))
    kind = {1: 0, 3: 2}[colours]
    assert read(png(pixels, width=width, height=height, colours=colours)) == (width, height, kind, pixels)


def test_difference_is_scaled_to_be_seen_when_it_is_small():
    assert difference(bytes([10, 20, 30]), bytes([10, 25, 20])) == (bytes([127, 127 + 60, 127 - 120]), 12)
    assert difference(bytes([0, 255]), bytes([255, 0])) == (bytes([255, 0]), 1)
    assert difference(bytes([7, 8]), bytes([7, 8])) == (bytes([127, 127]), 0)


@given(st.binary(min_size=1, max_size=40), st.data())
def test_difference_keeps_its_direction_when_scaled(before, data):
    after = data.draw(st.binary(min_size=len(before), max_size=len(before)))
    between, times = difference(before, after)
    for old, new, shade in zip(before, after, between, strict=True):
        assert (shade > 127) == (new > old)
        assert (shade < 127) == (new < old)
    assert (times == 0) == (before == after)


@pytest.mark.parametrize("colours", [1, 3])
def test_three_pictures_are_made_when_the_bytes_fit(colours):
    made = strip(drawn(0, colours))
    assert made is not None
    for address in (made.before, made.after, made.difference):
        kind, _, content = address.partition(",")
        assert kind == "data:image/png;base64"
        assert read(b64decode(content))[:2] == (28, 28)
    assert made.scaled == "5 times as strong; grey: unchanged"


def test_change_too_small_for_256_shades_is_said_when_nothing_can_be_seen():
    same = replace(drawn(0), after=drawn(0).before)
    assert strip(same).scaled == "too small for a picture of 256 shades"


GOOD = Picture(width=2, height=1, colours=1, before=b64encode(b"ab").decode(), after=b64encode(b"cd").decode())


@pytest.mark.parametrize(
    "changes",
    [{"width": 3}, {"width": 0}, {"height": -1, "width": -2}, {"colours": 2}, {"before": "YQ="}, {"after": "é"}]
    + [{"before": name} for name in NASTY],
)
def test_nothing_is_drawn_when_the_bytes_are_not_what_the_sizes_say(changes):
    assert strip(GOOD) is not None
    assert strip(replace(GOOD, **changes)) is None
