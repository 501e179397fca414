# SPDX-License-Identifier: Apache-2.0
"""Two arrays of an npz file, whose headers are believed only if as many bytes follow as they promise.

Source: the format's description, ``numpy.lib.format``.
"""

import zipfile
from io import BytesIO
from math import prod
from typing import IO

import numpy as np
import pandas as pd

from probatum.errors import DataError
from probatum.systems.datasets.tables import Table
from probatum.systems.input_files import RAISE_LIMIT
from probatum.systems.mistakes import visible

PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # what numpy writes
ENCRYPTED = 1  # flag of a member
SHOWN = 12  # names of arrays in a message


def read_pair(data: bytes, name: str, wanted: tuple[str, str] | None, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the two arrays that are wanted.

    Args:
        data: the file.
        name: of the file, for messages.
        wanted: the names of the arrays; None: nobody said.
        most: bytes that both may have together after unpacking.

    Raises:
        DataError: they are not there, damaged, too large, or hold Python objects.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            held = [one.removesuffix(".npy") for one in archive.namelist() if one.endswith(".npy")]
            names = _wanted(wanted, held, name)
            members = [archive.getinfo(f"{one}.npy") for one in names]
            if sum(member.file_size for member in members) > most:
                raise DataError(f"The arrays in {name} unpack to more than {most:,} bytes; {RAISE_LIMIT}.")
            first, second = (_array(archive, member) for member in members)
            return first, second
    except DataError:
        raise
    except Exception:  # noqa: BLE001  # the readers of zip, zlib and numpy raise many types on damaged bytes
        raise DataError(f"{name} is damaged, no npz file, or holds Python objects, which are not read.") from None


def table(
    features: np.ndarray,
    answers: np.ndarray,
    name: str,
    arrays: tuple[str, str] | None,
    target: str | None,
    digest: str,
) -> Table:
    """Return rows and answers as a table.

    Raises:
        DataError: there is not one answer a row.
    """
    of_rows, of_answers = arrays or ("", "")
    if features.ndim < 2 or answers.ndim < 1 or answers.size != len(answers) or len(features) != len(answers):
        raise DataError(
            f"{name}: wanted rows of two or more axes and one answer a row; {of_rows} has the shape "
            f"{features.shape}, {of_answers} {answers.shape}."
        )
    truth = pd.Series(answers.ravel(), name=target or of_answers)
    return Table(features=features, truth=truth, what=name, digest=digest)


def _wanted(wanted: tuple[str, str] | None, held: list[str], name: str) -> tuple[str, str]:
    more = f" and {len(held) - SHOWN:,} more" if len(held) > SHOWN else ""
    listed = visible(", ".join(held[:SHOWN])) + more
    if wanted is None:
        raise DataError(f'{name} holds {listed}; say which, as in "{name}:x_test,y_test".')
    for one in wanted:
        if one not in held:
            raise DataError(f'{name} has no array "{one}"; it holds {listed}.')
    return wanted


def _array(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> np.ndarray:
    """Return an array.

    Raises:
        ValueError: its header promises another number of bytes than follow, or objects.
    """
    if member.compress_type not in PACKINGS or member.flag_bits & ENCRYPTED:
        raise ValueError("packed otherwise")
    with archive.open(member) as stream:
        shape, dtype = _header(stream)
        count = prod(shape)
        if dtype.hasobject or min(shape, default=0) < 0 or count > member.file_size:
            raise ValueError("objects, or cells of no size")
        if count * dtype.itemsize != member.file_size - stream.tell():
            raise ValueError("another number of bytes")
    with archive.open(member) as stream:
        return np.asarray(np.lib.format.read_array(stream, allow_pickle=False))


def _header(stream: IO[bytes]) -> tuple[tuple[int, ...], np.dtype]:
    version = np.lib.format.read_magic(stream)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = read(stream)
    return shape, dtype
