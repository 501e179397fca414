# SPDX-License-Identifier: Apache-2.0
"""Named random streams, all out of one seed.

A stream depends on the seed and on its name only, so a new check never shifts the draws of another.
The names are part of the record's format: to rename a stream is to change the numbers.
"""

from hashlib import sha256

import numpy as np


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the generator that belongs to ``name`` under ``seed``; equal arguments, equal draws."""
    digest = sha256(f"{seed}\0{name}".encode()).digest()
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(int.from_bytes(digest))))


def number(seed: int, name: str) -> int:
    """Return a seed below 2**31 for code that takes an integer (``random_state``), by the same law."""
    return int(stream(seed, name).integers(2**31))
