# SPDX-License-Identifier: Apache-2.0
"""Rows that are equal in every cell."""

from hashlib import blake2b

import numpy as np

BLOCK = 4096  # rows copied at once: bounds the memory


def row_names(numbers: np.ndarray, codes: np.ndarray) -> list[bytes]:
    """Return for each row the digest of its cells: equal rows have equal names, and others have not.

    A missing cell equals a missing cell, and -0 equals 0.

    Args:
        numbers: (n, d) float64, NaN for missing.
        codes: (n, c) int64, -1 for missing.
    """
    names: list[bytes] = []
    for start in range(0, len(numbers), BLOCK):
        clean = np.add(numbers[start : start + BLOCK], 0.0, order="C")  # -0 becomes 0
        clean[np.isnan(clean)] = np.nan  # what is not a number has many bit patterns
        words = np.ascontiguousarray(codes[start : start + BLOCK], dtype=np.int64)
        names += [
            blake2b(row.tobytes() + word.tobytes(), digest_size=16).digest()
            for row, word in zip(clean, words, strict=True)
        ]
    return names


def joint_ids(parts: list[list[bytes]]) -> list[np.ndarray]:
    """Return for each part (n,) int64, a number for each row; equal names have equal numbers in all parts."""
    ids: dict[bytes, int] = {}
    return [np.array([ids.setdefault(name, len(ids)) for name in part], dtype=np.int64) for part in parts]


def counts_of(ids: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Return (n,) how many rows of ``among`` equal each row of ``ids``."""
    size = int(max(ids.max(initial=-1), among.max(initial=-1))) + 1
    counts: np.ndarray = np.bincount(among, minlength=size)
    return np.asarray(counts[ids])
