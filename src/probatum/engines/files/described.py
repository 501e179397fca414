# SPDX-License-Identifier: Apache-2.0
"""Formats that describe themselves in JSON: safetensors and XGBoost.

Readers take the last of two keys of one name, or the first; so a text with such keys says two things, and is none of
these formats.
"""

import json
from math import prod
from mmap import mmap

from probatum.engines.files import kinds
from probatum.engines.files.kinds import Kind

MOST_HEADER = 100_000_000  # bytes of a safetensors header, as its own readers allow
MOST_JSON = 50_000_000  # bytes of a JSON model that are parsed
UBJSON = b"{L\x00\x00\x00\x00\x00\x00\x00\x07learner{"  # an object whose first key, with its length before it
BITS = {
    **dict.fromkeys(("F4",), 4),
    **dict.fromkeys(("F6_E2M3", "F6_E3M2"), 6),
    **dict.fromkeys(("BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0"), 8),
    **dict.fromkeys(("U16", "I16", "F16", "BF16"), 16),
    **dict.fromkeys(("U32", "I32", "F32"), 32),
    **dict.fromkeys(("U64", "I64", "F64", "C64"), 64),
}


def safetensors(content: bytes | mmap) -> Kind | None:
    """Return safetensors: eight bytes of length, JSON of exactly that length, and tensors that cover all the rest.

    Source: the format's description, huggingface/safetensors README.
    """
    length = int.from_bytes(bytes(content[:8]), "little")
    if not 2 <= length <= MOST_HEADER or 8 + length > len(content) or content[8:9] != b"{":
        return None
    header = _object(bytes(content[8 : 8 + length]))
    if header is None:
        return None
    spans = [_span(entry) for name, entry in header.items() if name != "__metadata__"]
    covered = 0
    for start, end in sorted(span or (-1, -1) for span in spans):
        if start != covered:
            return None
        covered = end
    return kinds.SAFETENSORS if 8 + length + covered == len(content) else None


def xgboost(content: bytes | mmap) -> Kind | None:
    """Return XGBoost's model, as JSON or as UBJSON."""
    if content[: len(UBJSON)] == UBJSON:
        return kinds.XGBOOST
    if content[:1] != b"{" or len(content) > MOST_JSON:
        return None
    body = _object(bytes(content), keep_numbers=False)
    return kinds.XGBOOST if body is not None and set(body) == {"learner", "version"} else None


def _span(tensor: object) -> tuple[int, int] | None:
    """Return from which byte to which a tensor lies; None if its entry does not say, or its size is another."""
    if not isinstance(tensor, dict) or set(tensor) != {"dtype", "shape", "data_offsets"}:
        return None
    kind, shape, ends = tensor["dtype"], tensor["shape"], tensor["data_offsets"]
    if not isinstance(kind, str) or not _counts(shape) or not _counts(ends) or len(ends) != 2:
        return None
    return (ends[0], ends[1]) if prod(shape) * BITS.get(kind, -1) == (ends[1] - ends[0]) * 8 else None


def _counts(values: object) -> bool:
    return isinstance(values, list) and all(type(value) is int and value >= 0 for value in values)


def _object(text: bytes, *, keep_numbers: bool = True) -> dict[str, object] | None:
    """Return the object that a text is; without its numbers, which take most of the memory, where nobody wants them."""
    number = {} if keep_numbers else {"parse_int": bool, "parse_float": bool}
    try:
        value = json.loads(text, object_pairs_hook=once, **number)  # type: ignore[arg-type]
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return an object; ValueError where a key comes twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key comes twice")
    return found
