# SPDX-License-Identifier: Apache-2.0
"""Text for a screen: whatever is in names and messages of others, it steers no terminal."""


def printable(text: str) -> str:
    """Return the text without characters that steer a terminal; new lines stay."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "�" for letter in text)
