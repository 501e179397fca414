# SPDX-License-Identifier: Apache-2.0
"""Protocol buffers have no first bytes of their own: ONNX and SavedModel are told by which fields they hold.

Source: Protocol Buffers encoding (wire types); onnx.proto, ModelProto; saved_model.proto, SavedModel.
"""

from collections.abc import Iterator
from mmap import mmap

from probatum.engines.files import kinds
from probatum.engines.files.kinds import Kind

MOST_FIELDS = 10_000  # of the outermost message
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5  # wire types
LONGEST_VARINT = 10  # bytes
ONNX_FIELDS = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26})  # of ModelProto
IR_VERSION, GRAPH, OPSET = (1, VARINT), (7, BYTES), (8, BYTES)


def message(content: bytes | mmap) -> Kind | None:
    """Return the kind of a file that is one whole protocol buffer; None if it is none that is known."""
    try:
        fields = list(_fields(content))
    except ValueError:
        return None
    numbers = {number for number, _ in fields}
    if IR_VERSION in fields and GRAPH in fields and OPSET in fields and numbers <= ONNX_FIELDS:
        return kinds.ONNX
    if fields.count((1, VARINT)) == 1 and (2, BYTES) in fields and numbers == {1, 2}:
        return kinds.SAVED_MODEL
    return None


def _fields(content: bytes | mmap) -> Iterator[tuple[int, int]]:
    """Yield number and wire type of each outermost field.

    Raises:
        ValueError: these bytes are no protocol buffer from the first to the last.
    """
    at, end = 0, len(content)
    for _ in range(MOST_FIELDS):
        if at == end:
            return
        key, at = _varint(content, at)
        number, wire = key >> 3, key & 7
        if number == 0:
            raise ValueError("field 0")
        if wire == VARINT:
            _, at = _varint(content, at)
        elif wire == BYTES:
            length, at = _varint(content, at)
            at += length
        elif wire in (FIXED64, FIXED32):
            at += 8 if wire == FIXED64 else 4
        else:
            raise ValueError("a wire type that is no longer written")
        if at > end:
            raise ValueError("a field beyond the end")
        yield number, wire
    raise ValueError("too many fields")


def _varint(content: bytes | mmap, at: int) -> tuple[int, int]:
    value = 0
    for shift, byte in enumerate(content[at : at + LONGEST_VARINT]):
        value |= (byte & 0x7F) << (7 * shift)
        if byte < 0x80:
            return value, at + shift + 1
    raise ValueError("a number without an end")
