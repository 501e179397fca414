# SPDX-License-Identifier: Apache-2.0
"""A file that a model is stored in, as a check may look at it: its bytes, and where they lie."""

from dataclasses import dataclass
from mmap import mmap
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StoredFile:
    """One file. Only its role, format and digest ever reach a record; never its path."""

    role: str  # "model"
    content: bytes | mmap
    stated: bool  # its digest stands in the description, so that another file would be refused
    path: Path | None = None  # None: it never lay on a disk
