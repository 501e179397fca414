# SPDX-License-Identifier: Apache-2.0
"""Frames: what was packed comes back, and what is no frame is refused."""

import contextlib
import io
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from probatum.runs.isolation.protocol import (
    HEADER,
    BrokenFrameError,
    Call,
    pack,
    pack_call,
    read_frame,
    unpack,
    unpack_call,
    write_frame,
)

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
numbers = arrays.arrays(
    dtype=st.sampled_from([np.int32, np.float64]), shape=arrays.array_shapes(max_dims=3, min_side=0)
)


class Bomb:
    """A pickle that leaves a mark."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return Path.touch, (self.mark,)


@given(plain)
def test_plain_values_come_back(value: object) -> None:
    assert unpack(pack(value)) == value


@given(numbers, numbers)
def test_arrays_come_back_bit_for_bit(one: np.ndarray, other: np.ndarray) -> None:
    back = unpack(pack({"first": one, "more": [other, "text"]}))
    for wanted, came in ((one, back["first"]), (other, back["more"][0])):
        assert came.dtype == wanted.dtype
        np.testing.assert_array_equal(came, wanted)
    assert back["more"][1] == "text"


@given(st.lists(st.binary(max_size=200), max_size=5))
def test_frames_are_told_apart(contents: list[bytes]) -> None:
    stream = io.BytesIO()
    for content in contents:
        write_frame(stream, content)
    stream.seek(0)
    assert [read_frame(stream) for _ in contents] == contents
    assert read_frame(stream) is None


@given(st.binary(max_size=300))
def test_noise_is_refused_or_is_a_value(content: bytes) -> None:
    with contextlib.suppress(BrokenFrameError):
        unpack(content)


@pytest.mark.parametrize("content", [b"\0", HEADER.pack(5) + b"1234", HEADER.pack(2**60)])
def test_a_stream_that_ends_early_is_refused(content: bytes) -> None:
    with pytest.raises(BrokenFrameError):
        read_frame(io.BytesIO(content))


def test_what_a_worker_sends_runs_no_code(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    hostile = np.array([Bomb(mark)], dtype=object)
    buffer = io.BytesIO()
    np.save(buffer, hostile, allow_pickle=True)
    head = b'{"value": {"array of this frame": 0}, "arrays": [%d]}' % len(buffer.getvalue())
    for content in (pickle.dumps(Bomb(mark)), HEADER.pack(len(head)) + head + buffer.getvalue()):
        with pytest.raises(BrokenFrameError):
            unpack(content)
    assert not mark.exists()


def test_a_call_comes_back() -> None:
    call = unpack_call(pack_call(Call(function=len, arguments=("four",))))
    assert call.function(*call.arguments) == 4
    with pytest.raises(BrokenFrameError):
        unpack_call(pickle.dumps("no call"))
