# SPDX-License-Identifier: Apache-2.0
"""Bytes of a TOML file become text, and text becomes tables; whatever is wrong with them is one sentence."""

import re
import tomllib
from typing import Any

from probatum.systems.mistakes import visible

TOML_BYTES = 2**20  # of a description or a policy: the parser takes about a second for so many
MOST_PARTS = 50  # of a dotted key; no file of ours has one of more than five
STRING = re.compile(r"""\"(?:\\.|[^"\\])*"|'[^']*'""")
LONG_KEY = re.compile(rf"(?:[\w-]+[ \t]*\.[ \t]*){{{MOST_PARTS}}}")


def decoded(content: bytes) -> str:
    """Return the text of a TOML file, with line ends as one character.

    Raises:
        ValueError: it is no text; the message is a sentence.
    """
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise ValueError("wanted TOML, which is UTF-8 text; other bytes came.") from None


def tables(text: str) -> dict[str, Any]:
    """Return the tables in a TOML text.

    Raises:
        ValueError: it is no TOML, or nested too deeply; the message is a sentence with the line in front.
    """
    _require_shallow(text)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(_syntax(str(error), text)) from None
    except RecursionError:
        raise ValueError("it is nested too deeply; no setting is nested more than five levels.") from None
    except ValueError as error:  # a number of thousands of digits, which Python refuses
        raise ValueError(visible(f"this is not TOML: {error}.")) from None


def _require_shallow(text: str) -> None:
    """Refuse keys of very many parts, for which the parser's time grows with the square of their number."""
    for number, line in enumerate(text.split("\n"), start=1):
        if line.count(".") >= MOST_PARTS and LONG_KEY.search(STRING.sub("_", line)):
            raise ValueError(f"line {number}: a key of more than {MOST_PARTS} parts; no setting has so many.")


def _syntax(message: str, text: str) -> str:
    """Word what ``tomllib`` says, with the line in front."""
    said, _, place = message.partition(" (at ")
    last = len(text.rstrip().split("\n"))
    line = place.partition("line ")[2].partition(",")[0] or str(last)
    return f'line {line}: this is not TOML: {said[:1].lower()}{said[1:]}; text wants quotes, as in name = "income".'
