# SPDX-License-Identifier: Apache-2.0
"""How rows and answers are written in the Open Inference Protocol, version 2.

Source: https://github.com/kserve/open-inference-protocol, specification of inference_rest, 2023.
"""

from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np

from probatum.errors import ModelError

NUMBERS = frozenset({"FP16", "FP32", "FP64", "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64"})

LARGEST = 2**31  # of a size in a shape


def column(name: str, cells: Any) -> dict[str, Any]:
    """Return one column of a table as a tensor; missing cells as null."""
    kind = cells.dtype.kind if hasattr(cells.dtype, "kind") else "O"
    sizes = [len(cells), 1]
    if kind in "iu":
        return {"name": name, "datatype": "INT64", "shape": sizes, "data": [int(cell) for cell in cells]}
    if kind == "b":
        return {"name": name, "datatype": "BOOL", "shape": sizes, "data": [bool(cell) for cell in cells]}
    if kind == "f":
        data = [None if np.isnan(cell) else float(cell) for cell in cells]
        return {"name": name, "datatype": "FP64", "shape": sizes, "data": data}
    data_text = [None if cell is None or cell != cell else str(cell) for cell in cells.tolist()]
    return {
        "name": name,
        "datatype": "BYTES",
        "shape": sizes,
        "parameters": {"content_type": "str"},
        "data": data_text,
    }


def array(tensor: Mapping[str, Any], cells: np.ndarray) -> dict[str, Any]:
    """Return an array as the tensor that the server's model takes, as far as it says; missing cells as null."""
    name, kind = str(tensor.get("name", "input-0")), str(tensor.get("datatype", "FP64"))
    kind = kind if kind in NUMBERS else "FP64"
    shape = sizes(tensor)[1:]
    if shape and min(shape) > 0:
        came = cells.size // max(len(cells), 1)
        if prod(shape) != came:
            raise ModelError(f"The server's model wants rows of {prod(shape):,} cells; the data have {came:,}.")
        cells = cells.reshape(len(cells), *shape)
    flat = cells.ravel()
    if kind.startswith("FP"):
        data: list[Any] = [None if cell != cell else cell for cell in flat.astype(np.float64).tolist()]
    else:
        data = flat.astype(np.int64).tolist()
    return {"name": name, "datatype": kind, "shape": list(cells.shape), "data": data}


def listed(told: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """Return the tensors that a reply lists under a key; what is no list of objects is none."""
    tensors = told.get(key)
    return [one for one in tensors if isinstance(one, dict)] if isinstance(tensors, list) else []


def sizes(tensor: Mapping[str, Any]) -> list[int]:
    """Return the shape that a tensor states; none where it states something else."""
    shape = tensor.get("shape")
    whole = isinstance(shape, list) and all(type(size) is int and abs(size) < LARGEST for size in shape)
    return list(shape) if whole and isinstance(shape, list) else []


def read(told: Mapping[str, Any], output: str | None, rows: int) -> np.ndarray:
    """Return the answer that a reply holds.

    Raises:
        ModelError: it is not what the protocol says.
    """
    outputs = listed(told, "outputs")
    chosen = next((one for one in outputs if one.get("name") == output), outputs[0] if outputs else None)
    if chosen is None or not isinstance(chosen.get("data"), list):
        raise ModelError("Wanted an answer of the Open Inference Protocol with outputs; the server sent none.")
    try:
        values = _values(chosen["data"], str(chosen.get("datatype")))
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise ModelError(
            "Wanted an answer of the Open Inference Protocol with one list of numbers or labels; the server sent "
            "another. Correct the server."
        ) from error
    if values.size % max(rows, 1) or values.size < rows:
        came = f"{values.size:,} numbers"
        raise ModelError(f"Wanted answers for {rows:,} rows; the server sent {came}. Correct the server.")
    shape = sizes(chosen)
    fits = len(shape) > 0 and min(shape) >= 0 and shape[0] == rows and prod(shape) == values.size
    wide = values.reshape(shape) if fits else values.reshape(rows, -1)
    return wide.reshape(-1) if wide.ndim > 1 and wide.shape[1] == 1 else wide


def _values(data: list[Any], kind: str) -> np.ndarray:
    """Return the entries of a tensor, nested or not, as numbers where its type is one."""
    if kind not in NUMBERS:
        values = np.asarray(data)
        if values.dtype.kind == "O" and any(isinstance(cell, list | dict) for cell in values.ravel()):
            raise ValueError("lists of several lengths")
        return values
    cells = [np.nan if cell is None else cell for cell in np.asarray(data, dtype=object).ravel()]
    if not all(isinstance(cell, int | float) for cell in cells):
        raise ValueError("not numbers")
    return np.asarray(cells, dtype=np.float64 if kind.startswith("FP") else np.int64)
