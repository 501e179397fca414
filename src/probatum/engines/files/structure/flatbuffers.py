# SPDX-License-Identifier: Apache-2.0
"""Flat buffers: tables and lists by their offsets, each of which is looked at before it is followed.

Source: FlatBuffers, internals of the binary encoding.
"""

from dataclasses import dataclass
from typing import final

import numpy as np

from probatum.engines.files.structure.parts import require

BEYOND = "an offset in it leads beyond its end"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table in a buffer."""

    buffer: bytes
    at: int  # where it begins

    def whole(self, field: int, otherwise: int) -> int:
        """Return a number of 32 bits; another one where the table lacks the field."""
        place = self._place(field)
        return otherwise if place is None else _number(self.buffer, place, "<i4")

    def numbers(self, field: int, kind: str) -> np.ndarray:
        """Return a list of numbers of a numpy type, (n,); none where the table lacks the field."""
        start, count = self._list(field)
        size = np.dtype(kind).itemsize
        require(start + count * size <= len(self.buffer), BEYOND)
        return np.frombuffer(self.buffer, dtype=kind, count=count, offset=start)

    def table(self, field: int) -> "Table | None":
        """Return a table within; None where this one lacks the field."""
        place = self._place(field)
        return None if place is None else table_at(self.buffer, place)

    def tables(self, field: int) -> list["Table"]:
        """Return a list of tables."""
        start, count = self._list(field)
        require(start + count * 4 <= len(self.buffer), BEYOND)
        return [table_at(self.buffer, start + 4 * place) for place in range(count)]

    def _place(self, field: int) -> int | None:
        """Return where a field lies, by the list of fields of the table's kind."""
        kind = self.at - _number(self.buffer, self.at, "<i4")
        size = _number(self.buffer, kind, "<u2")
        entry = 4 + 2 * field
        if entry + 2 > size:
            return None
        offset = _number(self.buffer, kind + entry, "<u2")
        return None if offset == 0 else self.at + offset

    def _list(self, field: int) -> tuple[int, int]:
        place = self._place(field)
        if place is None:
            return 0, 0
        start = place + _number(self.buffer, place, "<u4")
        return start + 4, _number(self.buffer, start, "<u4")


def table_at(buffer: bytes, place: int) -> Table:
    """Return the table to which the offset at a place leads."""
    at = place + _number(buffer, place, "<u4")
    require(at + 4 <= len(buffer), BEYOND)
    return Table(buffer=buffer, at=at)


def _number(buffer: bytes, place: int, kind: str) -> int:
    size = np.dtype(kind).itemsize
    require(place >= 0 and place + size <= len(buffer), BEYOND)
    return int.from_bytes(buffer[place : place + size], "little", signed=kind[1] == "i")
