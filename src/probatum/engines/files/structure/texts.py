# SPDX-License-Identifier: Apache-2.0
"""JSON in a model file, up to a depth, each key once."""

import json
import re
from typing import Any

import numpy as np

from probatum.engines.files.described import once
from probatum.engines.files.structure.parts import StructureError, require

STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.S)


def parsed(content: bytes, deepest: int) -> Any:
    """Return what a JSON text holds.

    Raises:
        StructureError: it is none, holds a key twice, or is nested too deeply.
    """
    require(_depth(content) <= deepest, f"it is nested more than {deepest:,} levels deep")
    try:
        return json.loads(content, object_pairs_hook=once)
    except RecursionError as error:
        raise StructureError("it is nested too deeply") from error
    except ValueError as error:
        raise StructureError("it is no whole JSON text") from error


def _depth(content: bytes) -> int:
    """Return how many brackets stand open at once."""
    signs = np.frombuffer(STRING.sub(b"", content), dtype=np.uint8)
    steps = np.isin(signs, (ord("["), ord("{"))).astype(np.int8) - np.isin(signs, (ord("]"), ord("}")))
    return int(np.cumsum(steps, dtype=np.int64).max(initial=0))
