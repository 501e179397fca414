# SPDX-License-Identifier: Apache-2.0
"""JSON is read in one way only."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.evidence.strict import DEEPEST, LARGEST, parse

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-LARGEST + 1, LARGEST - 1)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=20,
)


@given(values, st.booleans())
def test_every_value_is_read_as_it_was_written(value: object, plain: bool) -> None:
    assert parse(json.dumps(value, ensure_ascii=plain).encode()) == value


@given(st.binary(max_size=60) | st.text(alphabet='{}[]",:0123456789.eE-\\u nulltrfasdINF', max_size=60).map(str.encode))
def test_any_bytes_are_read_as_python_reads_them_or_refused(content: bytes) -> None:
    try:
        value = parse(content)
    except ValueError:
        return
    assert json.loads(content) == value


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b'{"a": 1, "a": 2}', "the key 'a' stands twice"),
        (b'{"b": {"a": 1, "\\u0061": 1}}', "stands twice"),
        (b"[NaN]", "NaN is no number"),
        (b"[-Infinity]", "-Infinity is no number"),
        (b"[1e400]", "too large"),
        (b"[-1e400]", "too large"),
        (b"[9007199254740992]", "too large"),
        (b"[" + b"9" * 5000 + b"]", "too large"),
        (rb'["\ud800"]', "half of a character"),
        (rb'{"\udfff": 1}', "half of a character"),
        (b'["\xff"]', "UTF-8"),
        (b"\xef\xbb\xbf[]", "not JSON"),
        (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), "levels deep"),
        (b"", "not JSON"),
        (b"{} {}", "not JSON"),
        (b"[1,]", "not JSON"),
    ],
)
def test_what_two_readers_may_read_differently_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse(content)


def test_brackets_in_texts_are_no_nesting() -> None:
    assert parse(b'["' + b"[" * 1000 + b'\\"]"]') == ["[" * 1000 + '"]']


@pytest.mark.parametrize(
    "content", [b'{"a":' * 10**6, b"[" * 10**6, b'"' + b'\\"' * 10**6, b'"' * (10**6 + 1), b'["a",' * 10**6]
)
def test_long_nonsense_is_refused_soon(content: bytes) -> None:
    begun = time.process_time()
    with pytest.raises(ValueError, match=r"levels deep|not JSON"):
        parse(content)
    assert time.process_time() - begun < 5
