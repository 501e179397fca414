# SPDX-License-Identifier: Apache-2.0
"""What to say where a network's own code raises: the type and the line, never the text, which may hold anything."""

from pathlib import Path
from traceback import walk_tb

import torch

LIBRARIES = (str(Path(torch.__file__).parent), str(Path(__file__).parents[3]))  # torch, and this package


def raised(error: BaseException) -> str:
    """Return the type of an error, and the line of the user's code at which it arose, as ``TypeError at file.py:3``."""
    lines = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
    own = [(name, line) for name, line in lines if not name.startswith((*LIBRARIES, "<"))]
    return type(error).__name__ + (f" at {Path(own[-1][0]).name}:{own[-1][1]}" if own else "")
