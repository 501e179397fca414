# SPDX-License-Identifier: Apache-2.0
"""Who besides its owner may change a file on this machine, or put another in its place: by POSIX owners and mode bits.

A file is replaced by whoever may write its folder, or any folder above it; in a sticky folder (such as ``/tmp``) only
by the owner of what lies there. Where a link stands on the way, its own folders count as much as those behind it.
"""

import os
import stat
from collections.abc import Iterator
from enum import Enum
from pathlib import Path


class Place(Enum):
    """What can be written; no name of it is ever told."""

    FILE = "The model's file"
    FOLDER = "Its folder"
    ABOVE = "A folder above it"


class Doubt(Enum):
    """In which way somebody else can write there."""

    EVERYBODY = "may be written by everybody"
    GROUP = "may be written by its group"
    ANOTHER = "belongs to another user"
    LINK = "is a link, and whoever may change what it leads to changes the model"


def doubts(path: Path, user: int) -> Iterator[tuple[Place, Doubt]]:
    """Yield each way in which somebody else than this user and root could change or replace a file.

    Raises:
        OSError: the rights of the file, or of a folder above it, cannot be read.
    """
    if path.is_symlink():
        yield Place.FILE, Doubt.LINK
    real = path.resolve(strict=True)
    for way in dict.fromkeys((Path(os.path.abspath(path)), real)):  # links stay
        for place, step in zip(_places(), (way, *way.parents), strict=False):
            for doubt in _written_by(step, user, is_folder=place is not Place.FILE):
                yield place, doubt


def _places() -> Iterator[Place]:
    yield from (Place.FILE, Place.FOLDER)
    while True:
        yield Place.ABOVE


def _written_by(path: Path, user: int, *, is_folder: bool) -> Iterator[Doubt]:
    seen = path.stat()
    sticky = is_folder and bool(seen.st_mode & stat.S_ISVTX)  # nobody may replace what another owns in it
    if seen.st_mode & stat.S_IWOTH and not sticky:
        yield Doubt.EVERYBODY
    elif seen.st_mode & stat.S_IWGRP and not sticky:
        yield Doubt.GROUP
    if seen.st_uid not in (user, 0):
        yield Doubt.ANOTHER
