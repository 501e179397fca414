# SPDX-License-Identifier: Apache-2.0
"""TOML: whatever is wrong with a file is one sentence, and soon."""

import contextlib
import time

import pytest

from probatum.systems.toml import TOML_BYTES, decoded, tables


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a = " + "[" * 100_000, "nested too deeply"),
        ("a = " + "{a=" * 100_000, "nested too deeply"),
        (".".join(["a"] * 20_000) + " = 1", "more than 50 parts"),
        ('"x".' + ".".join(["a"] * 20_000) + " = 1", "more than 50 parts"),
        ("[" + " . ".join(["a"] * 20_000) + "]", "more than 50 parts"),
        ("a = " + "1" * 100_000, "this is not TOML"),
        ("a = 1\na = 2", "line 2"),
    ],
)
def test_a_text_that_would_take_too_much_is_refused_soon(text, words):
    start = time.monotonic()
    with pytest.raises(ValueError, match=words):
        tables(text)
    assert time.monotonic() - start < 2


@pytest.mark.parametrize("piece", ["\n", " ", "# x\n", "a" * 79 + "\n"])
def test_as_much_text_as_is_read_is_parsed_soon(piece):
    start = time.monotonic()
    text = piece * (TOML_BYTES // len(piece))
    with contextlib.suppress(ValueError):  # a name without a value is no TOML
        tables(text)
    assert time.monotonic() - start < 5  # on a busy machine


def test_long_texts_with_points_are_no_long_keys():
    assert tables('a = "' + "x." * 500 + '"  # ' + "y, " * 99)["a"].startswith("x.")


def test_other_bytes_are_told_as_such():
    with pytest.raises(ValueError, match="UTF-8 text"):
        decoded(b"\xff\xfea\0")
