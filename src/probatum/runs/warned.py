# SPDX-License-Identifier: Apache-2.0
"""Warnings of libraries: gathered and counted while a command runs, and stated once when it ends.

Their text may quote cells of the data, so it is shown only to whoever looks for a fault (``--debug``).
"""

import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO, final

LONGEST = 160  # characters of a warning that are shown
SHOWN = 5  # different warnings


@final
class Gathered:
    """Warnings by where they came from and what they said."""

    def __init__(self, *, texts: bool = False) -> None:
        """Nothing was warned of yet; ``texts``: show what they said."""
        self._texts = texts
        self._counts: Counter[str] = Counter()

    def note(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        """Take one, in place of ``warnings.showwarning``."""
        words = " ".join(str(message).split())
        shown = words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"
        kind = category.__name__ if category.__name__.isidentifier() else "Warning"
        self._counts[f"{origin(filename)} ({kind}){f': {shown}' if self._texts else ''}"] += 1

    def lines(self) -> Iterator[str]:
        """Yield a line for each of the most frequent ones, and how many others there were."""
        for text, count in self._counts.most_common(SHOWN):
            yield f"warning of {text}{f' ({count:,} times)' if count > 1 else ''}"
        more = len(self._counts) - SHOWN
        if more > 0:
            yield f"{more:,} more kinds of warnings of libraries came."
        if self._counts and not self._texts:
            yield "What they said may quote data, so it is not shown; --debug shows it."


@contextmanager
def gathered(*, texts: bool = False) -> Iterator[Gathered]:
    """Gather what would be shown as a warning; which warnings are shown at all is left as it is."""
    found, before = Gathered(texts=texts), warnings.showwarning
    warnings.showwarning = found.note
    try:
        yield found
    finally:
        warnings.showwarning = before


def origin(filename: str) -> str:
    """Return the package that a file belongs to; of a file outside of packages, its name."""
    parts = Path(filename).parts
    inside = [place for place, part in enumerate(parts) if part in ("site-packages", "dist-packages")]
    return parts[inside[-1] + 1] if inside and inside[-1] + 1 < len(parts) else Path(filename).name
