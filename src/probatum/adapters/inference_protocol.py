# SPDX-License-Identifier: Apache-2.0
"""How rows and answers are written in the Open Inference Protocol, version 2.

Source: https://github.com/kserve/open-inference-protocol, specification of inference_rest, 2023.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from probatum.errors import ModelError

NUMBERS = frozenset({"FP16", "FP32", "FP64", "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64"})


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


def read(told: Mapping[str, Any], output: str | None, rows: int) -> np.ndarray:
    """Return the answer that a reply holds.

    Raises:
        ModelError: it is not what the protocol says.
    """
    outputs = [one for one in told.get("outputs") or [] if isinstance(one, dict)]
    chosen = next((one for one in outputs if one.get("name") == output), outputs[0] if outputs else None)
    if chosen is None or not isinstance(chosen.get("data"), list):
        raise ModelError("Wanted an answer of the Open Inference Protocol with outputs; the server sent none.")
    values = np.asarray(chosen["data"])
    if chosen.get("datatype") in NUMBERS:
        values = np.asarray(
            [np.nan if cell is None else cell for cell in np.asarray(chosen["data"], dtype=object).ravel()],
            dtype=np.float64 if str(chosen["datatype"]).startswith("FP") else np.int64,
        )
    if values.size % max(rows, 1):
        raise ModelError(f"Wanted answers for {rows:,} rows; the server sent {values.size:,} numbers. Mend the server.")
    shape = [int(size) for size in chosen.get("shape", [])] or [rows]
    wide = values.reshape(rows, -1) if int(np.prod(shape)) != values.size else values.reshape(shape)
    return wide.reshape(-1) if wide.ndim > 1 and wide.shape[1] == 1 else wide
