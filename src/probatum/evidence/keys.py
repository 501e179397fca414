# SPDX-License-Identifier: Apache-2.0
"""The key that names and orders rows, and keeps digests of data from being guessed.

Whoever holds only what is published can neither put rows back into the order of their file, nor confirm a guess of a
cell by its digest. Whoever holds key and data can do both, so the key travels with the data. It decides no split, no
draw and no number.

Source: HMAC, RFC 2104, with SHA-256; SHAKE-256, FIPS 202, as the stream that a permutation is drawn from.
"""

import hmac
from dataclasses import dataclass, field
from hashlib import sha256, shake_256

import numpy as np

BYTES = 32
COMMITMENT = "hmac-sha256:"


@dataclass(frozen=True, slots=True)
class Key:
    """A secret of ``BYTES`` random bytes."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse a secret of another length.

        Raises:
            ValueError: it has not ``BYTES`` bytes.
        """
        if len(self.secret) != BYTES:
            raise ValueError(f"A key has {BYTES} bytes; {len(self.secret)} came.")

    @property
    def digest(self) -> str:
        """What a plan says of the key: which one it is, and nothing else."""
        return "sha256:" + sha256(b"probatum-key\0" + self.secret).hexdigest()

    def permutation(self, name: str, rows: int) -> np.ndarray:
        """Return a permutation (rows,) of the rows of this name: place -> row."""
        stream = shake_256(self._code(f"rows\0{name}")).digest(8 * rows)
        return np.argsort(np.frombuffer(stream, dtype="<u8"), kind="stable")

    def commitment(self, role: str, digest: str) -> str:
        """Return what stands in place of the digest of data in this role; only holders of the key can check it."""
        return COMMITMENT + self._code(f"input\0{role}\0{digest}").hex()

    def salt(self, role: str) -> bytes:
        """Return bytes that make the digest of a file in this role one that cannot be guessed."""
        return self._code(f"array\0{role}")

    def _code(self, message: str) -> bytes:
        return hmac.digest(self.secret, message.encode("utf-8", "surrogatepass"), "sha256")
