# SPDX-License-Identifier: Apache-2.0
"""Results of runs, kept in a folder outside the project, so that a benchmark goes on where it was stopped.

A result counts only while the code that it came from is the same: a check's own module and everything of the product
that it imports, the judging, and the files of this folder that take part. How a run is put together (``runs``) is not
among them.
"""

import ast
import hashlib
import json
import os
from functools import cache
from pathlib import Path

import probatum

HERE = Path(__file__).resolve().parent
SOURCE = Path(probatum.__file__).resolve().parent
FOLDER = Path(os.environ.get("PROBATUM_CACHE") or Path.home() / ".cache" / "probatum-benchmarks")


class Store:
    """One file, a line a result."""

    def __init__(self, name: str, *, any_code: bool = False) -> None:
        """Read what is there; with ``any_code`` also what other code came to."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        self._file = FOLDER / f"{name}.jsonl"
        self._any_code = any_code
        lines = self._file.read_text(encoding="utf-8").splitlines() if self._file.exists() else []
        kept = [json.loads(line) for line in lines]
        self._known = {self._key(one["cell"], one["code"]): one["found"] for one in kept}

    def get(self, cell: list[object], code: str) -> list[dict] | None:
        """Return what is known of a cell, or None."""
        return self._known.get(self._key(cell, code))

    def put(self, cell: list[object], code: str, found: list[dict]) -> None:
        """Keep what was found."""
        self._known[self._key(cell, code)] = found
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"cell": cell, "code": code, "found": found}) + "\n")

    def _key(self, cell: list[object], code: str) -> tuple[object, ...]:
        return (*cell, None if self._any_code else code)


@cache
def code_of(*names: str) -> str:
    """Return a digest of modules of the product and all that they import of it, or of files of this folder."""
    files: set[Path] = set()
    waiting = [file for name in (*names, "probatum.evidence.judging") for file in _files(name)]
    while waiting:
        file = waiting.pop()
        if file not in files:
            files.add(file)
            if file.name == "sampling.py":
                continue  # it runs a check, and with it all checks are imported
            waiting += [found for name in _imported(file) for found in _files(name)]
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _files(name: str) -> list[Path]:
    top, *rest = name.split(".")
    place = (SOURCE if top == "probatum" else HERE / top).joinpath(*rest)
    found = (place.with_suffix(".py"), place / "__init__.py")
    return [file for file in found if file.is_file()]


@cache
def _imported(file: Path) -> frozenset[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(names)
