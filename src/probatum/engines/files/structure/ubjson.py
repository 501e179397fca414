# SPDX-License-Identifier: Apache-2.0
"""UBJSON as XGBoost writes it, up to a depth: objects, lists, typed lists of numbers, text, numbers.

Source: Universal Binary JSON specification, draft 12; xgboost/src/common/json.cc, UBJReader.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from probatum.engines.files.structure.parts import StructureError, require

TYPES: Mapping[bytes, np.dtype[Any]] = {  # marker: its numpy type, big-endian as the format demands
    b"i": np.dtype(">i1"),
    b"U": np.dtype(">u1"),
    b"I": np.dtype(">i2"),
    b"l": np.dtype(">i4"),
    b"L": np.dtype(">i8"),
    b"d": np.dtype(">f4"),
    b"D": np.dtype(">f8"),
}
CONSTANTS = {b"T": True, b"F": False, b"Z": None}


def parse(content: bytes, deepest: int) -> Any:
    """Return the value that the bytes hold, lists of one type as arrays.

    Raises:
        StructureError: they are cut off, go on behind the value, hold a key twice, or are nested too deeply.
    """
    reader = _Reader(content=content, deepest=deepest)
    value = reader.value(reader.take(1), 0)
    require(reader.at == len(content), "more bytes follow behind the model")
    return value


@final
@dataclass(slots=True, kw_only=True)
class _Reader:
    """A place in the bytes that moves forward."""

    content: bytes
    deepest: int
    at: int = 0

    def take(self, size: int) -> bytes:
        end = self.at + size
        require(size >= 0 and end <= len(self.content), "the file is cut off")
        piece = self.content[self.at : end]
        self.at = end
        return piece

    def value(self, marker: bytes, depth: int) -> Any:
        require(depth <= self.deepest, f"it is nested more than {self.deepest:,} levels deep")
        if marker == b"{":
            return self._object(depth)
        if marker == b"[":
            return self._list(depth)
        if marker == b"S":
            return self._text()
        if marker in CONSTANTS:
            return CONSTANTS[marker]
        require(marker in TYPES, "it holds a value of no known type")
        number = np.frombuffer(self.take(TYPES[marker].itemsize), TYPES[marker])[0]
        return number.item()

    def _object(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while self.content[self.at : self.at + 1] != b"}":
            key = self._text()
            require(key not in found, "a key comes twice")
            found[key] = self.value(self.take(1), depth + 1)
        self.take(1)
        return found

    def _list(self, depth: int) -> Any:
        kind = None
        if self.content[self.at : self.at + 1] == b"$":
            self.take(1)
            kind = self.take(1)
            require(kind in TYPES and self.content[self.at : self.at + 1] == b"#", "a typed list has no length")
        if self.content[self.at : self.at + 1] != b"#":
            return self._until_end(depth)
        self.take(1)
        length = self._length()
        if kind is not None:
            return np.frombuffer(self.take(length * TYPES[kind].itemsize), TYPES[kind])
        require(length <= len(self.content) - self.at, "the file is cut off")
        return [self.value(self.take(1), depth + 1) for _ in range(length)]

    def _until_end(self, depth: int) -> list[Any]:
        found = []
        while (marker := self.take(1)) != b"]":
            found.append(self.value(marker, depth + 1))
        return found

    def _text(self) -> str:
        try:
            return self.take(self._length()).decode()
        except UnicodeDecodeError as error:
            raise StructureError("a text in it is no UTF-8") from error

    def _length(self) -> int:
        marker = self.take(1)
        require(marker in (b"i", b"U", b"I", b"l", b"L"), "a length is no whole number")
        return int(np.frombuffer(self.take(TYPES[marker].itemsize), TYPES[marker])[0])
