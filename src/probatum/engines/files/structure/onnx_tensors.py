# SPDX-License-Identifier: Apache-2.0
"""Tensors of an ONNX model: as many numbers as their shape states, and all of them in the file itself.

Source: onnx.proto, TensorProto and SparseTensorProto.
"""

from dataclasses import dataclass
from math import prod
from typing import final

import numpy as np

from probatum.engines.files.protobuf import BYTES, FIXED32, FIXED64, VARINT, Span, fields, packed_varints, signed, text
from probatum.engines.files.structure.parts import StructureError, require
from probatum.systems.mistakes import visible

DIMS, TYPE, NAME, RAW, EXTERNAL, LOCATION = 1, 2, 8, 9, 13, 14  # fields
BITS = {
    **dict.fromkeys((25, 26), 2),
    **dict.fromkeys((21, 22, 23), 4),
    **dict.fromkeys((2, 3, 9, 17, 18, 19, 20, 24), 8),
    **dict.fromkeys((4, 5, 10, 16), 16),
    **dict.fromkeys((1, 6, 12), 32),
    **dict.fromkeys((7, 11, 13, 14), 64),
    15: 128,
}  # of an element, by data type
INT64, COMPLEX = 7, (14, 15)
FLOATS, INTS, STRINGS, LONGS, DOUBLES, UNSIGNED = 4, 5, 6, 7, 10, 11  # fields that hold the numbers one by one
WIDTHS = {FLOATS: 4, DOUBLES: 8}
MOST_AXES = 64


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    """What is known of a tensor."""

    name: str
    whole: int | None  # its number, if it is a single whole one


def check_tensor(content: bytes, span: Span) -> Tensor:
    """Refuse a tensor whose bytes are not those that its shape promises.

    Raises:
        StructureError: says which.
    """
    dims: list[int] = []
    kind, name, raw = 0, "", None
    held: dict[int, int] = {}
    first_long = None
    for number, wire, start, end in fields(content, span):
        if number == DIMS:
            dims += packed_varints(content, (start, end)).tolist() if wire == BYTES else [signed(content, (start, end))]
        elif (number, wire) == (TYPE, VARINT):
            kind = signed(content, (start, end))
        elif (number, wire) == (NAME, BYTES):
            name = text(content, (start, end))
        elif (number, wire) == (RAW, BYTES):
            raw = (start, end)
        elif number in (EXTERNAL, LOCATION) and (wire == BYTES or signed(content, (start, end)) != 0):
            _refuse_other_file(content, (start, end), wire)
        elif number in (FLOATS, INTS, STRINGS, LONGS, DOUBLES, UNSIGNED):
            held[number] = held.get(number, 0) + _entries(content, number, wire, (start, end))
            first_long = (wire, start, end) if number == LONGS and first_long is None else first_long
    _check_sizes(dims, kind, name, None if raw is None else raw[1] - raw[0], held)
    return Tensor(name=name, whole=_whole(content, dims, kind, raw, first_long))


def check_sparse(content: bytes, span: Span, most: int) -> None:
    """Refuse a sparse tensor that would unfold to more bytes than allowed.

    Raises:
        StructureError: says so.
    """
    dims: list[int] = []
    for number, wire, start, end in fields(content, span):
        if number in (1, 2) and wire == BYTES:
            check_tensor(content, (start, end))
        elif number == 3:
            dims += packed_varints(content, (start, end)).tolist() if wire == BYTES else [signed(content, (start, end))]
    require(len(dims) <= MOST_AXES and min(dims, default=0) >= 0, "a sparse tensor has a size below 0")
    require(prod(dims) * 8 <= most, f"a sparse tensor unfolds to more than {most:,} bytes")


def _refuse_other_file(content: bytes, span: Span, wire: int) -> None:
    """Refuse a tensor whose numbers lie in another file: it would be read from wherever this runs."""
    pairs = {}
    if wire == BYTES:
        entry = {
            number: text(content, (start, end)) for number, kind, start, end in fields(content, span) if kind == BYTES
        }
        pairs = {entry.get(1, ""): entry.get(2, "")}
    where = f" ({visible(pairs['location'][:80])})" if "location" in pairs else ""
    raise StructureError(
        f"it keeps its numbers in another file{where}, and only this one was read; export it into one file: "
        "torch.onnx.export(…, external_data=False)"
    )


def _check_sizes(dims: list[int], kind: int, name: str, raw: int | None, held: dict[int, int]) -> None:
    what = f"the tensor {visible(name[:80])}"
    require(len(dims) <= MOST_AXES and min(dims, default=0) >= 0, f"{what} has a size below 0")
    wanted = prod(dims)
    if raw is not None:
        require(kind in BITS, f"{what} is of no known type")
        require(raw == -(-wanted * BITS[kind] // 8), f"{what} has {raw:,} bytes, and its shape wants others")
        require(not held, f"{what} holds its numbers twice")
        return
    require(len(held) <= 1, f"{what} holds its numbers twice")
    for number, came in held.items():
        many = wanted * 2 if kind in COMPLEX else wanted
        if number == INTS and BITS.get(kind, 8) < 8:  # two or four share one entry
            many = -(-wanted * BITS[kind] // 8)
        require(came == many, f"{what} has {came:,} numbers, and its shape wants {many:,}")
    require(held or not wanted, f"{what} has no numbers")


def _entries(content: bytes, number: int, wire: int, span: Span) -> int:
    """Return how many numbers a field holds."""
    if number == STRINGS or wire in (VARINT, FIXED32, FIXED64):
        return 1
    if number in WIDTHS:
        return (span[1] - span[0]) // WIDTHS[number]
    return int((np.frombuffer(content, dtype=np.uint8, count=span[1] - span[0], offset=span[0]) < 0x80).sum())


def _whole(
    content: bytes, dims: list[int], kind: int, raw: Span | None, first_long: tuple[int, int, int] | None
) -> int | None:
    """Return the number of a tensor that is a single one of 64 bits, or a single truth value."""
    if prod(dims) != 1:
        return None
    if kind == INT64 and raw is not None:
        return int.from_bytes(content[raw[0] : raw[1]], "little", signed=True)
    if kind == INT64 and first_long is not None:
        _, start, end = first_long
        return int(packed_varints(content, (start, end))[0])
    return None
