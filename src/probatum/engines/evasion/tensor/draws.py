# SPDX-License-Identifier: Apache-2.0
"""Random numbers that belong to a row, not to its place in a batch, so that no row changes the luck of another."""

from hashlib import blake2b

import numpy as np

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def keys_of(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return (n,) uint64, one key for each row's content; draws one number, the same for all rows."""
    salt = rng.bytes(16)
    if not len(x):
        return np.zeros(0, dtype=np.uint64)
    digests = [blake2b(row.tobytes(), digest_size=8, key=salt).digest() for row in np.ascontiguousarray(x)]
    return np.frombuffer(b"".join(digests), dtype=np.uint64)


def uniform(keys: np.ndarray, counter: int, count: int) -> np.ndarray:
    """Return (n, count) float32 in [0, 1): the draws number ``counter`` of each key.

    Source: Steele, Lea, Flood 2014, OOPSLA (SplitMix64), used as a hash of key, counter and place.
    """
    with np.errstate(over="ignore"):  # arithmetic modulo 2 ** 64 is meant
        start = _mixed(keys + np.uint64(counter + 1) * _GOLDEN)
        places = np.arange(1, count + 1, dtype=np.uint64) * _GOLDEN
        bits = _mixed(start[:, None] + places[None, :])
    return np.asarray((bits >> np.uint64(40)).astype(np.float32) * np.float32(2.0**-24))


def _mixed(bits: np.ndarray) -> np.ndarray:
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(bits ^ (bits >> np.uint64(31)))
