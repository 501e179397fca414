# SPDX-License-Identifier: Apache-2.0
"""What travels between a worker and the process that started it: frames with a length in front.

To the worker: a pickled call. It trusts the process that started it. From the worker: JSON and plain arrays, since the
worker may hold code of anybody, and reading JSON runs none.
"""

import io
import json
import pickle
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO, Any

import numpy as np

HEADER = struct.Struct(">Q")
MOST_BYTES = 2**34  # of one frame; more is no frame but noise
ARRAY = "array of this frame"  # key that stands for an array in JSON
PICKLE = 5


class BrokenFrameError(Exception):
    """The other side sent what is no frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A function that the worker shall call, by reference, and its arguments."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]


def write_frame(stream: IO[bytes], content: bytes) -> None:
    """Write one frame and flush."""
    stream.write(HEADER.pack(len(content)) + content)
    stream.flush()


def read_frame(stream: IO[bytes]) -> bytes | None:
    """Return the next frame, None at the end of the stream.

    Raises:
        BrokenFrameError: the stream ends within a frame, or the frame is too long to be one.
    """
    header = stream.read(HEADER.size)
    if not header:
        return None
    if len(header) < HEADER.size:
        raise BrokenFrameError("the stream ended within a header")
    (length,) = HEADER.unpack(header)
    if length > MOST_BYTES:
        raise BrokenFrameError(f"a frame of {length} bytes")
    content = stream.read(length)
    if len(content) < length:
        raise BrokenFrameError("the stream ended within a frame")
    return content


def pack_call(call: Call) -> bytes:
    """Return a call as bytes."""
    return pickle.dumps(call, protocol=PICKLE)


def unpack_call(content: bytes) -> Call:
    """Return the call in these bytes; only a worker does this, with what its own parent sent."""
    call = pickle.loads(content)  # noqa: S301  # see the docstring of the module
    if not isinstance(call, Call):
        raise BrokenFrameError("no call")
    return call


def pack(value: Any) -> bytes:
    """Return a JSON value whose leaves may also be arrays as bytes: the JSON, then each array as an npy file."""
    arrays: list[bytes] = []

    def plain(one: Any) -> Any:
        if isinstance(one, np.ndarray):
            buffer = io.BytesIO()
            np.save(buffer, np.ascontiguousarray(one), allow_pickle=False)
            arrays.append(buffer.getvalue())
            return {ARRAY: len(arrays) - 1}
        if isinstance(one, Mapping):
            return {str(key): plain(item) for key, item in one.items()}
        if isinstance(one, list | tuple):
            return [plain(item) for item in one]
        return one

    text = json.dumps({"value": plain(value), "arrays": [len(array) for array in arrays]}).encode()
    return b"".join([HEADER.pack(len(text)), text, *arrays])


def unpack(content: bytes) -> Any:
    """Return the value that ``pack`` was given, tuples as lists.

    Raises:
        BrokenFrameError: the bytes are of another kind.
    """
    try:
        (length,) = HEADER.unpack_from(content)
        head = json.loads(content[HEADER.size : HEADER.size + length])
        arrays, start = [], HEADER.size + length
        for size in head["arrays"]:
            arrays.append(np.load(io.BytesIO(content[start : start + size]), allow_pickle=False))
            start += size
        return _with_arrays(head["value"], arrays)
    except (ValueError, KeyError, TypeError, IndexError, struct.error, RecursionError, EOFError) as error:
        raise BrokenFrameError(type(error).__name__) from error


def _with_arrays(value: Any, arrays: list[np.ndarray]) -> Any:
    if isinstance(value, dict):
        if value.keys() == {ARRAY}:
            return arrays[value[ARRAY]]
        return {key: _with_arrays(item, arrays) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_arrays(item, arrays) for item in value]
    return value
