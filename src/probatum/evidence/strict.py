# SPDX-License-Identifier: Apache-2.0
"""JSON that can be read in one way only (RFC 7493, The I-JSON Message Format), within limits of depth and size.

Python's own reader takes the last of two equal keys, reads ``1e400`` as infinity and takes NaN. Two readers of such a
text may see two different facts, so none of it is accepted.
"""

import json
import math
import re
from collections import Counter
from typing import Any, Never

from probatum.facts.finding import Json

DEEPEST = 40  # levels of nesting; a record has about ten
MOST_DIGITS = 16  # of an integer: 2**53 has as many
LARGEST = 2**53  # what every reader of JSON keeps exactly lies below
# A text that does not end reaches to the end of the file, so that each letter is looked at once.
_BRACKETS = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


def parse(content: bytes) -> Json:
    """Return the value of a JSON text.

    Raises:
        ValueError: it is no JSON, or other readers may read it differently; the message says what came.
    """
    text = _decoded(content)
    _require_shallow(text)
    try:
        value: Json = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_float, parse_int=_integer
        )
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno}: this is not JSON: {error.msg}") from None
    if "\\u" in text:  # only an escape can stand for half a character
        _require_whole_characters(value)
    return value


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError("wanted JSON, which is UTF-8 text; other bytes came") from None


def _require_shallow(text: str) -> None:
    """Refuse deep nesting before a parser that calls itself sees it."""
    depth = 0
    for match in _BRACKETS.finditer(text):
        mark = match.group()
        depth += 1 if mark in "[{" else -1 if mark in "]}" else 0
        if depth > DEEPEST:
            raise ValueError(f"it is nested more than {DEEPEST} levels deep")


def _require_whole_characters(value: Json) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ValueError("a text holds half of a character (a lone surrogate)") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        (twice, _), *_ = Counter(key for key, _ in pairs).most_common(1)
        raise ValueError(f"the key {twice[:80]!a} stands twice in one object")
    return found


def _constant(constant: str) -> Never:
    raise ValueError(f"{constant} is no number in JSON")


def _float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"the number {digits[:20]} is too large")
    return number


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > MOST_DIGITS or abs(int(digits)) >= LARGEST:
        raise ValueError(f"the integer {digits[:20]}{'…' if len(digits) > 20 else ''} is too large")
    return int(digits)
