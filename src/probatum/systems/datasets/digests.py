# SPDX-License-Identifier: Apache-2.0
"""A digest of content that came as frames or arrays: the same content, the same digest, on any machine."""

from collections.abc import Iterator
from hashlib import sha256

import numpy as np
import pandas as pd

CONTENT_FORMAT = b"probatum-content/1\n"
EXACT = 2**53  # beyond this an integer has no float64 of its own
CHUNK = 4096  # rows encoded at a time, so that a large array is never copied whole


def of_bytes(data: bytes) -> str:
    """Return the digest of a file's bytes."""
    return f"sha256:{sha256(data).hexdigest()}"


def of_content(features: pd.DataFrame | np.ndarray, truth: pd.Series) -> str:
    """Return the digest of a table and its truth; memory layout, byte order and width of the types do not count."""
    digest = sha256(CONTENT_FORMAT)
    blocks = _of_frame(features) if isinstance(features, pd.DataFrame) else _of_array(features)
    for block in blocks:
        digest.update(block)
    for block in _of_cells("truth", truth):
        digest.update(block)
    return f"sha256:{digest.hexdigest()}"


def _of_frame(frame: pd.DataFrame) -> Iterator[bytes]:
    """Encode a frame column by column."""
    yield f"frame {len(frame)} {frame.shape[1]}\n".encode()
    for position, name in enumerate(frame.columns):
        yield from _of_cells(str(name), frame.iloc[:, position])


def _of_array(array: np.ndarray) -> Iterator[bytes]:
    """Encode an array by its shape and its values in C order."""
    if array.dtype.kind not in "biuf":
        yield from _of_frame(pd.DataFrame(array.reshape(len(array), -1)))
        return
    yield f"array {' '.join(map(str, array.shape))}\n".encode()
    for start in range(0, len(array), CHUNK):
        yield _floats(array[start : start + CHUNK])


def _of_cells(name: str, cells: pd.Series) -> Iterator[bytes]:
    """Encode one column: its name, its kind and its values, each with a length so that no two contents collide."""
    kind = "number" if _is_exact_number(cells) else "date" if cells.dtype.kind == "M" else "text"
    yield _text(name) + _text(kind)
    if kind == "number":
        yield _floats(cells.to_numpy(dtype=np.float64, na_value=np.nan))
        return
    values = pd.to_datetime(cells, utc=True).dt.strftime("%Y-%m-%dT%H:%M:%S.%f") if kind == "date" else cells
    yield b"".join(b"-" if missing else _text(str(value)) for value, missing in zip(values, cells.isna(), strict=True))


def _is_exact_number(cells: pd.Series) -> bool:
    """Say whether float64 holds every value."""
    if not pd.api.types.is_numeric_dtype(cells.dtype):
        return False
    if not pd.api.types.is_integer_dtype(cells.dtype):
        return True
    return bool(cells.isna().all() or (cells.min() >= -EXACT and cells.max() <= EXACT))  # also of no cells at all


def _floats(values: np.ndarray) -> bytes:
    """Return little-endian float64 in C order, with one NaN for all."""
    numbers = np.ascontiguousarray(values, dtype="<f8")
    return np.where(np.isnan(numbers), np.nan, numbers).astype("<f8").tobytes()


def _text(text: str) -> bytes:
    """Return UTF-8 with its length in front."""
    data = text.encode("utf-8", "surrogatepass")
    return f"{len(data)}:".encode() + data
