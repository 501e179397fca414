# SPDX-License-Identifier: Apache-2.0
"""Files become tables: read once, digested, parsed; whatever is wrong with one is said in one sentence."""

import os.path
from collections.abc import Callable, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from probatum.errors import DataError, DescriptionError, InputFileError
from probatum.systems.datasets import delimited, digests, npz, parquet
from probatum.systems.datasets.column_reading import Source, settle, words_in
from probatum.systems.datasets.encodings import decode
from probatum.systems.datasets.images import read_folder
from probatum.systems.datasets.known import NOTHING, KnownCells
from probatum.systems.datasets.local_numbers import read_numbers
from probatum.systems.datasets.python_rows import whole
from probatum.systems.datasets.separators import body
from probatum.systems.datasets.tables import Table, column_names, listed
from probatum.systems.description import Description, check_columns, split_reference
from probatum.systems.headers import NOT_SHOWN, look_like_data
from probatum.systems.input_files import read_file, unpacked

READABLE = "wanted csv, parquet or npz (csv may be gzipped)"
FOREIGN = {".xlsx", ".xls", ".ods", ".json", ".jsonl", ".arff", ".feather", ".pkl", ".pickle", ".zip", ".tgz", ".tar"}


def read(
    reference: str,
    folder: Path,
    description: Description,
    like: Table | None,
    notes: list[str],
    known: KnownCells = NOTHING,
) -> Table:
    """Read one file of a description; ``like`` is the train table, whose types a test file is parsed with.

    What the model knows of the cells, ``known``, decides how they are read.

    Raises:
        DataError: the file cannot be read.
        DescriptionError: the description names columns that the file does not have.
    """
    name, arrays = split_reference(reference)
    path = folder / name
    if os.path.isdir(path):  # unlike Path's own, it minds no name that is too long
        return _pictures(path, description, like, notes)
    data = _bytes(path, description.input_limits.file_bytes)
    suffix = _suffix(path)
    if suffix in FOREIGN:
        raise DataError(f"{path.name} is of a kind that cannot be read; {READABLE}. {_export(suffix)}")
    parse = PARSERS.get(suffix, _parse_csv)
    return parse(data, path.name, arrays, description, like, notes, known)


def split(frame: pd.DataFrame, target: str | None, what: str) -> tuple[pd.DataFrame, pd.Series]:
    """Take the target out of a frame; where none is named, only decisions are known, and every answer is missing."""
    if target is None:
        return frame, pd.Series([None] * len(frame), dtype=object)
    names = [str(name) for name in frame.columns]
    if target not in names:
        close = get_close_matches(target, names, n=3)
        hint = f" Did you mean {' or '.join(close)}?" if close else ""
        raise DataError(f'{what} has no column "{target}", which is the target.{hint} It has {listed(names)}.')
    at = names.index(target)
    return frame.drop(columns=frame.columns[at]), frame.iloc[:, at]


def refuse_columns(description: Description, columns: Sequence[str]) -> None:
    """Raise every mistake in the names of columns at once."""
    mistakes = check_columns(description, columns)
    if mistakes and description.path is not None:
        raise DescriptionError(description.path.name, mistakes)
    if mistakes:
        raise DataError("\n".join(mistakes))


def refuse_duplicates(names: Sequence[str], what: str) -> None:
    """Raise if two columns have one name, since then no name says which is meant."""
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1] if len(set(names)) < len(names) else []
    if twice and look_like_data(names):
        raise DataError(f"{what} has columns of one name. {NOT_SHOWN}")
    if twice:
        raise DataError(f"{what} has more than once {listed(twice)}; give each column a name of its own.")


def _bytes(path: Path, most: int) -> bytes:
    """Read a file whole."""
    try:
        data = read_file(path, most)
    except InputFileError as error:
        if error.absent:
            raise DataError(f"There is no file {path}; check its name and folder.") from None
        raise DataError(f"{path} was not read: {error.reason}.") from None
    if not data:
        raise DataError(f"{path.name} is empty; wanted rows.")
    return data


def _pictures(path: Path, description: Description, like: Table | None, notes: list[str]) -> Table:
    """Read a folder with one folder of pictures a class; they get colours where those of ``like`` have some."""
    colours = None if like is None or like.features.ndim not in (3, 4) else like.features.ndim == 4
    most = description.input_limits.file_bytes
    table = read_folder(path, description.data.target, notes, colours=colours, most=most)
    if like is None:
        refuse_columns(description, [*column_names(table.features), str(table.truth.name)])
    return table


def _export(suffix: str) -> str:
    """Say how a file of a foreign kind becomes one that can be read."""
    if suffix in (".xlsx", ".xls", ".ods"):
        return 'Save the sheet with the rows as "CSV UTF-8", with one header line and no totals.'
    return "Export it as csv."


def _suffix(path: Path) -> str:
    """Return what the file's name says of its kind, gzipped or not."""
    name = path.name.lower().removesuffix(".gz")
    return Path(name).suffix


def _parse_csv(
    data: bytes,
    name: str,
    arrays: tuple[str, str] | None,
    description: Description,
    like: Table | None,
    notes: list[str],
    known: KnownCells,
) -> Table:
    """Parse delimited text."""
    said = description.data
    text = decode(_plain(data, name, description.input_limits.file_bytes), name, said.encoding, notes)
    table = body(text, name, said.separator, said.target, said.names)
    layout = delimited.scan(table.text, name, said.names, table.separator, table.first)
    notes += table.notes
    refuse_duplicates(layout.names, name)
    if like is None:
        refuse_columns(description, layout.names)
    frame = delimited.parse(table.text, layout, name, said.missing, None if like is None else _texts(like))
    raw, before = partial(delimited.raw, table.text, layout), None if like is None else like.reading
    frame = _without_nameless(frame, layout.nameless, known, name, notes)
    source = Source(frame=frame, raw=raw, what=name, padded=layout.padded, zeros=layout.zeros)
    words, mark = words_in(source, description, known, before), said.decimal or (before and before.decimal)
    frame, decimal = read_numbers(frame, raw, words, stated=mark, missing=said.missing, name=name, notes=notes)
    frame, reading = settle(replace(source, frame=frame), description, known, before, notes)
    reading = replace(reading, decimal=decimal if decimal == "," else said.decimal)
    features, truth = split(frame, description.data.target, name)
    if like is not None and isinstance(like.features, pd.DataFrame):
        features = _widened(features, like.features)
    lines = layout.lines if len(layout.lines) == len(frame) else None
    return Table(features=features, truth=truth, what=name, digest=digests.of_bytes(data), lines=lines, reading=reading)


def _without_nameless(
    frame: pd.DataFrame, nameless: frozenset[str], known: KnownCells, name: str, notes: list[str]
) -> pd.DataFrame:
    """Leave out columns without a name that are empty, and one that only counts rows where the model is given none."""
    unknown = [column for column in frame.columns if column in nameless and column not in known.names]
    empty = [column for column in unknown if frame[column].isna().all()]
    if empty:
        columns = f"{len(empty)} empty columns" if len(empty) > 1 else "an empty column"
        notes.append(f"{name} has {columns} without a name; left out.")
    others = [column for column in unknown if column not in empty]
    first = frame.columns[0] if others[:1] == list(frame.columns[:1]) else None
    known_without = known.width is not None and known.width == frame.shape[1] - len(empty) - 2  # the target is one too
    counts = first is not None and bool((frame[first].diff().iloc[1:] == 1).all())
    if counts and (known.names or known_without):
        notes.append(f"The first column of {name} has no name and counts the rows; left out.")
        return frame.drop(columns=[*empty, first])
    if others:
        notes.append(
            f'{name} has columns without a name; they are called "Unnamed: 0" and so on, by position. If one only '
            "counts the rows, say so with id under [data]; the model is then not given it."
        )
    return frame.drop(columns=empty) if empty else frame


def _texts(like: Table) -> list[str]:
    """Return the train columns that hold texts, so that a test column of digits is not taken for numbers."""
    frame = like.features if isinstance(like.features, pd.DataFrame) else pd.DataFrame()
    columns = [frame.iloc[:, position] for position in range(frame.shape[1])]
    return [
        str(cells.name) for cells in (*columns, like.truth) if pd.api.types.infer_dtype(cells, skipna=True) == "string"
    ]


def _widened(features: pd.DataFrame, like: pd.DataFrame) -> pd.DataFrame:
    """Give integer columns of a test file the floats that the train file has there."""
    known = {str(name): dtype for name, dtype in like.dtypes.items()}
    wider = {
        name: np.float64
        for name, dtype in features.dtypes.items()
        if known.get(str(name)) == np.float64 and pd.api.types.is_integer_dtype(dtype)
    }
    return features.astype(wider) if wider else features


def _plain(data: bytes, name: str, most: int) -> bytes:
    """Return the bytes as they are, or unpacked where they are gzipped."""
    try:
        plain = unpacked(data, name, most)
    except InputFileError as error:
        raise DataError(f"{name} was not read: {error.reason}.") from None
    if not plain or plain.isspace():
        raise DataError(f"{name} is empty; wanted rows.")
    return plain


def _parse_npz(
    data: bytes,
    name: str,
    arrays: tuple[str, str] | None,
    description: Description,
    like: Table | None,
    notes: list[str],
    known: KnownCells,
) -> Table:
    """Take two arrays out of an npz file."""
    features, answers = npz.read_pair(data, name, arrays, description.input_limits.file_bytes)
    table = npz.table(features, answers, name, arrays, description.data.target, digests.of_bytes(data))
    if like is None:
        refuse_columns(description, [*column_names(features), str(table.truth.name)])
    return table


def _parse_parquet(
    data: bytes,
    name: str,
    arrays: tuple[str, str] | None,
    description: Description,
    like: Table | None,
    notes: list[str],
    known: KnownCells,
) -> Table:
    """Parse a parquet file with the optional pyarrow."""
    frame = whole(parquet.read_frame(data, name, description.input_limits.file_bytes), name)
    if like is None:
        refuse_columns(description, [str(column) for column in frame.columns])
    features, truth = split(frame.reset_index(drop=True), description.data.target, name)
    return Table(features=features, truth=truth, what=name, digest=digests.of_bytes(data))


Parser = Callable[[bytes, str, "tuple[str, str] | None", Description, "Table | None", list[str], KnownCells], Table]
PARSERS: dict[str, Parser] = {".npz": _parse_npz, ".parquet": _parse_parquet, ".pq": _parse_parquet}
