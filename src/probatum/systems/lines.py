# SPDX-License-Identifier: Apache-2.0
"""Where in a TOML file each key stands: ``tomllib`` gives values without lines.

Where a setting was stated without a file, it has a name of its own and no line.

Only for text that ``tomllib`` has accepted: what is no TOML is not looked for here.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

Path = tuple[str | int, ...]  # ("data", "columns", "protected"), ("rules", 0, "kind")

PART = r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)"""
DOTTED = rf"{PART}(?:\s*\.\s*{PART})*"
HEADER = re.compile(rf"\s*(\[\[?)\s*({DOTTED})\s*\]")
KEY = re.compile(rf"\s*({DOTTED})\s*=")
OPENING = re.compile(r'"""|\'\'\'|"|\'|[\[{]|[\]}]|#')


@final
@dataclass(frozen=True, slots=True)
class Lines:
    """The line of every section and key of one file, and the text to look for items in."""

    places: dict[Path, int]
    text: tuple[str, ...]

    def called(self, path: Path) -> str | None:
        """Return that a key is called as it stands in the file."""
        return None

    def of(self, path: Path, item: str | None = None) -> int | None:
        """Return the line of a key, or of the nearest thing around it; with ``item``, of that text in its value."""
        for length in range(len(path), 0, -1):
            start = self.places.get(path[:length])
            if start is not None:
                return start if item is None else self._within(start, item)
        return None

    def _within(self, start: int, item: str) -> int:
        """Return the first line from ``start``, before the next key, on which ``item`` stands as a word of its own."""
        later = [line for line in self.places.values() if line > start]
        end = min(later, default=len(self.text) + 1)
        word = re.compile(rf"(?<![\w-]){re.escape(item)}(?![\w-])")
        return next((line for line in range(start, end) if word.search(self.text[line - 1])), start)


@final
@dataclass(frozen=True, slots=True)
class Spoken:
    """What each setting is called where there is no file: the option, or the argument. Nothing has a line."""

    names: Mapping[Path, str]

    def of(self, path: Path, item: str | None = None) -> int | None:
        """Return that there is no line."""
        return None

    def called(self, path: Path) -> str | None:
        """Return the name of the setting, or of the nearest thing around it."""
        found = (self.names.get(path[:length]) for length in range(len(path), 0, -1))
        return next((name for name in found if name is not None), None)


Whereabouts = Lines | Spoken


def locate(text: str) -> Lines:
    """Find the line, counted from 1, of every section and key; of ``[[x]]`` also of each element."""
    places: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    section: Path = ()
    open_value = _Open()
    rows = tuple(text.replace("\r\n", "\n").split("\n"))
    for number, line in enumerate(rows, start=1):
        rest = line
        if open_value.closed:
            header = HEADER.match(line)
            key = None if header else KEY.match(line)
            if header:
                section = _entered(_parts(header[2]), header[1] == "[[", counts)
                places.setdefault(section, number)
                continue
            if key:
                path = section + _parts(key[1])
                for length in range(len(section) + 1, len(path) + 1):
                    places.setdefault(path[:length], number)
                rest = line[key.end() :]
        open_value.read(rest)
    return Lines(places=places, text=rows)


class _Open:
    """How far a value that runs over several lines is still open."""

    def __init__(self) -> None:
        self.depth = 0  # of brackets
        self.quote = ""  # of a string of several lines

    @property
    def closed(self) -> bool:
        """Whether the next line begins a key or a section."""
        return not self.depth and not self.quote

    def read(self, line: str) -> None:
        """Follow brackets and quotes through one line."""
        position = 0
        while position < len(line):
            if self.quote:
                position = _end_of_string(line, position, self.quote)
                if position > len(line):
                    return
                self.quote = ""
                continue
            found = OPENING.search(line, position)
            if found is None or found[0] == "#":
                return
            position = found.end()
            if found[0] in "[{":
                self.depth += 1
            elif found[0] in "]}":
                self.depth -= 1
            else:
                self.quote = found[0]


def _end_of_string(line: str, position: int, quote: str) -> int:
    """Return the position after the closing quote, beyond the line if it does not close here."""
    while position < len(line):
        if line[position] == "\\" and quote[0] == '"':
            position += 2
        elif line.startswith(quote, position):
            return position + len(quote)
        else:
            position += 1
    return len(line) + 1


def _parts(dotted: str) -> Path:
    """Return the parts of a dotted key, without their quotes."""
    return tuple(next(iter(tomllib.loads(f"{part} = 0"))) for part in re.findall(PART, dotted))


def _entered(names: Path, is_element: bool, counts: dict[Path, int]) -> Path:
    """Return the path of a section, with the number of each array's element on the way."""
    path: Path = ()
    for position, name in enumerate(names):
        path = (*path, name)
        if is_element and position == len(names) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path
