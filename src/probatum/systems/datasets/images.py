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

from probatum.errors import DataError, InputFileError, MissingExtraError
from probatum.systems.datasets.tables import Table
from probatum.systems.input_files import RAISE_LIMIT, read_file
from probatum.systems.mistakes import visible

FORMAT = b"probatum-images/1\n"
KINDS = (".png", ".jpg", ".jpeg")
TARGET = "class"  # what the target is called where nobody said
GREY = ("1", "L")  # Pillow's names for how points are kept
COLOURS = ("RGB", "P", "RGBA", "LA", "CMYK", "YCbCr")
ORIENTATION = 0x0112  # EXIF: how a viewer is to turn the picture; 1: not at all
COLOUR_BYTES = 3  # of a point
MOST_BYTES = 4_000_000_000  # of all pictures together
OWN_WAY = 'or read them yourself, in a function named by load = "module:function" under [data]'


def read_folder(
    folder: Path, target: str | None, notes: list[str], *, colours: bool | None = None, most: int = MOST_BYTES
) -> Table:
    """Return the pictures of a folder of folders as a table of arrays; classes in order, files in order of their names.

    Args:
        folder: holds one folder a class.
        target: what the class is called.
        notes: what was left out or converted is added here.
        colours: whether the rows that these stand beside have colours; None: there are none.
        most: bytes that one picture may have, also unpacked.

    Raises:
        MissingExtraError: Pillow is not installed.
        DataError: there are none, one cannot be read, or they are of different sizes or kinds.
    """
    files = _files(folder, notes)
    if find_spec("PIL") is None:
        raise MissingExtraError(
            f'Reading the pictures in {folder.name} needs Pillow, which is missing: pip install "probatum[images]"'
        )
    digest, pictures, turned = sha256(FORMAT), [], 0
    for file in files:
        name = file.relative_to(folder).as_posix()
        try:
            data = read_file(file, most)
        except InputFileError as error:
            raise DataError(f"{folder.name}/{visible(name)} was not read: {error.reason}.") from None
        digest.update(f"{len(name.encode())}:{name}{len(data)}:".encode() + data)
        points, straight = _points(data, f"{folder.name}/{visible(name)}", most)
        pictures.append(points)
        turned += not straight
        _require_one_size(pictures, files, folder)
    if turned:
        notes.append(
            f"{turned:,} of {len(files):,} pictures in {folder.name} are marked to be turned when shown (EXIF); they "
            "were read as their points lie in the file, not turned."
        )
    if colours is False:
        _require_grey(pictures, files, folder)
    labels = [file.relative_to(folder).parts[0] for file in files]
    return Table(
        features=np.stack(_of_one_kind(pictures, folder, notes, beside_colours=bool(colours))),
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
    empty = sorted(
        {one.name for one in folder.iterdir() if one.is_dir() and not one.name.startswith(".")}
        - {file.relative_to(folder).parts[0] for file in pictures}
    )
    if empty:
        notes.append(f"No PNG or JPEG is in {folder.name}/{visible(empty[0])}, so no case is of that class.")
    others = len(seen) - len(pictures)
    if others:
        count, verb = ("1 file", "is") if others == 1 else (f"{others:,} files", "are")
        notes.append(f"{count} in {folder.name} {verb} no PNG or JPEG; left out.")
    return pictures


def _points(data: bytes, name: str, most: int) -> tuple[np.ndarray, bool]:
    """Return a picture as (h, w) or (h, w, 3) uint8, and whether viewers show it as it lies in the file."""
    from PIL import Image

    try:
        with Image.open(BytesIO(data), formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height * COLOUR_BYTES > most:  # a small file may unpack to gigabytes
                raise DataError(f"{name} unpacks to more than {most:,} bytes; {RAISE_LIMIT}.")
            picture.load()
            mode = "16 bits a colour" if _deep(data) else picture.mode
            if mode not in GREY + COLOURS:
                raise DataError(
                    f"{name} keeps its points as {mode}, which is not 8 bits a colour; save it as such, {OWN_WAY}."
                )
            straight = picture.getexif().get(ORIENTATION, 1) in (0, 1)
            return np.asarray(picture.convert("L")) if mode in GREY else _opaque(picture, name), straight
    except DataError:
        raise
    except Exception as error:  # Pillow raises many kinds for damaged files
        raise DataError(
            f"{name} is damaged or no PNG or JPEG file ({type(error).__name__}); save it again, or take it away."
        ) from error


def _deep(data: bytes) -> bool:
    """Return whether a PNG holds 16 bits a colour, of which Pillow silently drops 8 where there are several colours."""
    return data.startswith(b"\x89PNG") and data[24:26] in (b"\x10\x02", b"\x10\x04", b"\x10\x06")


def _opaque(picture: Any, name: str) -> np.ndarray:
    """Return a picture as (h, w, 3) uint8, grey as (h, w); what is seen through has no colour of its own."""
    if picture.mode in ("RGBA", "LA", "P"):
        full = np.asarray(picture.convert("RGBA"))
        if (full[..., 3] < 255).any():
            raise DataError(f"{name} can be seen through; save it with a background, {OWN_WAY}.")
        return np.ascontiguousarray(full[..., 0] if picture.mode == "LA" else full[..., :3])
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


def _require_grey(pictures: Sequence[np.ndarray], files: Sequence[Path], folder: Path) -> None:
    """Refuse colours beside training pictures that are all grey: the model knows nothing of them."""
    for picture, file in zip(pictures, files, strict=True):
        if picture.ndim == 3:
            name = visible(file.relative_to(folder).as_posix())
            raise DataError(
                f"{folder.name}/{name} has colours, but all training pictures are grey; save it in grey, {OWN_WAY}."
            )


def _of_one_kind(
    pictures: Sequence[np.ndarray], folder: Path, notes: list[str], *, beside_colours: bool
) -> list[np.ndarray]:
    """Return grey pictures with colours, where others have some, here or among the rows that these stand beside."""
    axes = Counter(picture.ndim for picture in pictures)
    if not axes[2] or not (axes[3] or beside_colours):
        return list(pictures)
    like = "like the others" if axes[3] else "like those it learned from"
    notes.append(f"{axes[2]:,} of {len(pictures):,} pictures in {folder.name} are grey; read as colours, {like}.")
    return [np.stack([one] * 3, axis=-1) if one.ndim == 2 else one for one in pictures]
