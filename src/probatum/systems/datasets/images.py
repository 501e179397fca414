# SPDX-License-Identifier: Apache-2.0
"""A folder of pictures as a data set: one folder a class, called as the class is, with PNG or JPEG files in it.

Rows are arrays of whole numbers from 0 to 255, as the files hold them: grey ones ``(n, height, width)``, colours
``(n, height, width, 3)``.
"""

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from probatum.errors import DataError, MissingExtraError
from probatum.systems.datasets.tables import Table
from probatum.systems.mistakes import visible

FORMAT = b"probatum-images/1\n"
KINDS = (".png", ".jpg", ".jpeg")
TARGET = "class"  # what the target is called where nobody said
GREY = ("1", "L")  # Pillow's names for how points are kept
COLOURS = ("RGB", "P", "RGBA", "LA", "CMYK", "YCbCr")
MOST_BYTES = 4_000_000_000  # of all pictures together
OWN_WAY = 'or read them yourself, in a function named by load = "module:function" under [data]'


def read_folder(folder: Path, target: str | None, notes: list[str]) -> Table:
    """Return the pictures of a folder of folders as a table of arrays; classes in order, files in order of their names.

    Args:
        folder: holds one folder a class.
        target: what the class is called.
        notes: what was left out or converted is added here.

    Raises:
        MissingExtraError: Pillow is not installed.
        DataError: there are none, one cannot be read, or they are of different sizes.
    """
    files = _files(folder, notes)
    if find_spec("PIL") is None:
        raise MissingExtraError(
            f'Reading the pictures in {folder.name} needs Pillow, which is missing: pip install "probatum[images]"'
        )
    digest, pictures = sha256(FORMAT), []
    for file in files:
        name = file.relative_to(folder).as_posix()
        try:
            data = file.read_bytes()
        except OSError as error:
            raise DataError(f"{folder.name}/{name} cannot be read: {error.strerror}.") from None
        digest.update(f"{len(name.encode())}:{name}{len(data)}:".encode() + data)
        pictures.append(_points(data, f"{folder.name}/{visible(name)}"))
        _require_one_size(pictures, files, folder)
    labels = [file.relative_to(folder).parts[0] for file in files]
    return Table(
        features=np.stack(_of_one_kind(pictures, folder, notes)),
        truth=pd.Series(labels, name=target or TARGET, dtype=object),
        what=folder.name,
        digest=f"sha256:{digest.hexdigest()}",
    )


def _files(folder: Path, notes: list[str]) -> list[Path]:
    """Return the pictures in the folders of the classes, sorted by their path; hidden files are none."""
    found = sorted(
        (file for file in folder.rglob("*") if file.is_file()), key=lambda file: file.relative_to(folder).parts
    )
    seen = [file for file in found if not any(part.startswith(".") for part in file.relative_to(folder).parts)]
    pictures = [file for file in seen if file.suffix.lower() in KINDS]
    loose = [file for file in pictures if file.parent == folder]
    if loose:
        raise DataError(
            f"{folder.name} holds pictures beside the folders, such as {visible(loose[0].name)}; wanted one folder a "
            "class, with its pictures in it."
        )
    if not pictures:
        raise DataError(
            f"{folder.name} is a folder without pictures; wanted a file, or one folder a class with PNG or JPEG files."
        )
    others = len(seen) - len(pictures)
    if others:
        notes.append(
            f"{folder.name} holds {others:,} file{'s' if others > 1 else ''} that are no PNG or JPEG; left out."
        )
    return pictures


def _points(data: bytes, name: str) -> np.ndarray:
    """Return a picture as (h, w) or (h, w, 3) uint8."""
    from PIL import Image

    try:
        with Image.open(BytesIO(data), formats=("PNG", "JPEG")) as picture:
            picture.load()
            if picture.mode in GREY:
                return np.asarray(picture.convert("L"))
            if picture.mode not in COLOURS:
                raise DataError(
                    f"{name} keeps its points as {picture.mode}, which is not 8 bits a colour; save it as such, "
                    f"{OWN_WAY}."
                )
            return _opaque(picture, name)
    except DataError:
        raise
    except Exception as error:  # Pillow raises many kinds for damaged files
        raise DataError(
            f"{name} is damaged or no PNG or JPEG file ({type(error).__name__}); save it again, or take it away."
        ) from error


def _opaque(picture: Any, name: str) -> np.ndarray:
    """Return a picture of colours as (h, w, 3) uint8; what is seen through has no colour of its own."""
    if picture.mode in ("RGBA", "LA", "P"):
        full = np.asarray(picture.convert("RGBA"))
        if (full[..., 3] < 255).any():
            raise DataError(f"{name} can be seen through; save it with a background, {OWN_WAY}.")
        return np.ascontiguousarray(full[..., :3])
    return np.asarray(picture.convert("RGB"))


def _require_one_size(pictures: Sequence[np.ndarray], files: Sequence[Path], folder: Path) -> None:
    """Refuse a picture, the last, that is of another size than the first, or too much beside the others."""
    first, last = pictures[0].shape[:2], pictures[-1].shape[:2]
    if first != last:
        names = [visible(files[place].relative_to(folder).as_posix()) for place in (0, len(pictures) - 1)]
        raise DataError(
            f"{folder.name}: {names[0]} is {first[1]} by {first[0]} points, {names[1]} {last[1]} by {last[0]}. Make "
            f"all pictures of one size, {OWN_WAY}."
        )
    if len(files) * pictures[0].size > MOST_BYTES:
        raise DataError(f"The {len(files):,} pictures in {folder.name} are too large to be held at once; give fewer.")


def _of_one_kind(pictures: Sequence[np.ndarray], folder: Path, notes: list[str]) -> list[np.ndarray]:
    """Return grey pictures with colours, where the others have some."""
    axes = Counter(picture.ndim for picture in pictures)
    if len(axes) == 1:
        return list(pictures)
    notes.append(
        f"{axes[2]:,} of {len(pictures):,} pictures in {folder.name} are grey; read as colours, like the others."
    )
    return [np.stack([one] * 3, axis=-1) if one.ndim == 2 else one for one in pictures]
