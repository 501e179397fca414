# SPDX-License-Identifier: Apache-2.0
"""A parquet file, read in pieces, so that a small file cannot unpack to more than was allowed.

A column that repeats one long text takes a few bytes in the file and all of it in memory; what the file states of its
sizes does not show that. So the pieces are counted as they come, and reading ends at the limit.
"""

from importlib.util import find_spec
from io import BytesIO

import pandas as pd

from probatum.errors import DataError, MissingExtraError
from probatum.systems.input_files import RAISE_LIMIT

PIECE = 1024  # rows
LEAST_CELL = 1 / 8  # bytes of a cell in memory: a bit


def read_frame(data: bytes, name: str, most: int) -> pd.DataFrame:
    """Return the table in a parquet file.

    Raises:
        DataError: it is damaged, or unpacks to more than ``most`` bytes.
        MissingExtraError: pyarrow is not installed.
    """
    if find_spec("pyarrow") is None:
        raise MissingExtraError(f"Reading {name} needs pyarrow, which is not installed: pip install probatum[parquet]")
    try:
        frame = _read(data, most)
    except Exception:  # noqa: BLE001  # arrow raises many types, some of its own, on damaged bytes
        raise DataError(f"{name} is damaged or no parquet file; fetch or write it again.") from None
    if frame is None:
        raise DataError(f"{name} unpacks to more than {most:,} bytes; {RAISE_LIMIT}.")
    return frame


def _read(data: bytes, most: int) -> pd.DataFrame | None:
    """Return the table; None where it is too large."""
    import pyarrow as arrow
    from pyarrow import parquet

    file = parquet.ParquetFile(BytesIO(data))
    columns = max(file.metadata.num_columns, 1)
    if file.metadata.num_rows * columns * LEAST_CELL > most:
        return None
    pieces, size = [], 0
    for piece in file.iter_batches(batch_size=PIECE):
        pieces.append(piece)
        size += piece.nbytes
        if size > most:
            return None
    frame: pd.DataFrame = arrow.Table.from_batches(pieces, schema=file.schema_arrow).to_pandas()
    return frame
