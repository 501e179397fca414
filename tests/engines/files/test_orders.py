# SPDX-License-Identifier: Apache-2.0
"""Whatever Python's own reader would load, or name a function for, is told to be a pickle; nothing is carried out."""

import io
import pickle
import pickletools
from mmap import mmap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.engines.files.orders import MOST_ORDERS, is_pickle, names_function

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
    max_leaves=20,
)
PIECES = [
    *(b"N", b"]", b"}", b")", b"(", b"0", b"1", b"2", b"e", b"t", b"l", b"d", b"a", b"\x85", b"\x86", b"\x88", b"\x94"),
    *(b"K\x07", b"M\x01\x02", b"J\x01\x02\x03\x04", b"G" + bytes(8), b"\x8a\x01\x02", b"C\x02ab", b"U\x02ab"),
    *(b"I5\n", b"I01\n", b"L5L\n", b"F1.5\n", b"S'a b'\n", b'S"\\x41"\n', b"Va\\u0041\n", b"P1\n", b"Q"),
    *(b"X\x02\x00\x00\x00ab", b"\x8c\x02ab", b"B\x02\x00\x00\x00\xff\x00", b"\x8e\x01" + bytes(7) + b"z"),
    *(
        b"q\x00",
        b"h\x00",
        b"p0\n",
        b"g0\n",
        b"\x80\x02",
        b"\x80\x05",
        b"\x80\x09",
        b"\x93",
        b"cos\nsystem\n",
        b"R",
        b".",
    ),
    *(b"ios\nsystem\n", b"\x82\x00", b"\x82\x01", b"b", b"o", b"\x81", b"\x8f", b"\x90", b"\x91"),
]


class NamedError(Exception):
    """A reader asked for a function."""


class Trap:
    """What a reader does when it meets a name: stop here, before anything is imported."""

    def find_class(self, module, name):
        raise NamedError

    def get_extension(self, code):
        raise NamedError if code > 0 else ValueError  # nothing can be registered under 0

    def persistent_load(self, pid):
        return pid


class C(Trap, pickle.Unpickler):
    """The reader written in C."""


class Python(Trap, pickle._Unpickler):
    """The reader written in Python."""


def takes(reader, content):
    try:
        reader(io.BytesIO(content), encoding="latin1").load()
    except NamedError:
        return True
    except Exception:
        return False
    return True


@given(PLAIN, st.integers(0, 5))
def test_what_python_writes_is_told_when_it_is_of_any_protocol(value, protocol):
    assert is_pickle(pickle.dumps(value, protocol=protocol))


@given(st.lists(st.sampled_from(PIECES), max_size=25), st.binary(max_size=5))
def test_it_is_told_when_a_reader_would_take_it(pieces, rest):
    content = b"".join(pieces) + rest
    if takes(C, content) or takes(Python, content):
        assert is_pickle(content)


@given(st.binary(max_size=60))
def test_any_bytes_are_told_when_a_reader_would_take_them(content):
    if takes(C, content) or takes(Python, content):
        assert is_pickle(content)


def test_every_order_that_reads_a_line_has_its_rule():
    from probatum.engines.files.orders import _LINES

    lines = {order.name for order in pickletools.opcodes if order.arg and order.arg.n == pickletools.UP_TO_NEWLINE}
    assert {*_LINES} == lines | {"GLOBAL", "INST"}


@pytest.mark.parametrize(
    "content",
    [b"", b"N", b"hello\n", b"\x93NUMPY", b"\x80\x06.", b".", b"(.", b"I5", b"X\xff\xff\xff\xff."],
)
def test_other_bytes_are_no_pickle(content):
    assert not is_pickle(content)


def test_a_function_is_told_when_it_is_named_far_behind():
    content = b"B" + (200_000).to_bytes(4, "little") + bytes(200_000) + b"0cbuiltins\nlen\n."
    assert pickle.loads(content) is len
    assert is_pickle(content)
    mapped = mmap(-1, len(content))
    mapped.write(content)
    assert is_pickle(mapped)


def test_very_many_orders_are_a_pickle_when_their_end_was_not_reached():
    assert is_pickle(b"N" * MOST_ORDERS + b"\xff")
    assert not is_pickle(b"N" * (MOST_ORDERS - 1) + b"\xff")


def test_a_function_is_told_when_it_stands_in_a_later_pickle():
    assert names_function(pickle.dumps(1.5, protocol=1) + pickle.dumps(len, protocol=1))
    assert not names_function(pickle.dumps(True, protocol=1) + b"\xff")
