# SPDX-License-Identifier: Apache-2.0
"""One spelling for each fact, so that equal facts have equal digests (RFC 8785, JSON Canonicalization Scheme)."""

from hashlib import sha256

import rfc8785

from probatum.facts.finding import Json


def canonical(value: Json) -> bytes:
    """Return the canonical bytes of a JSON value.

    Raises:
        ValueError: the value holds NaN, an infinity, or an integer beyond what a JSON number carries.
    """
    try:
        return rfc8785.dumps(value)
    except rfc8785.CanonicalizationError as error:
        raise ValueError(f"This cannot be written as canonical JSON: {error}.") from error


def digest(content: bytes) -> str:
    """Return ``sha256:`` and the hex digest of the bytes."""
    return "sha256:" + sha256(content).hexdigest()


def identify(value: Json) -> str:
    """Return the id of a JSON value: the digest of its canonical bytes."""
    return digest(canonical(value))
