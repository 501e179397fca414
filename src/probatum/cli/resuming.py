# SPDX-License-Identifier: Apache-2.0
"""What to type when a run stopped in the middle: the command that goes on with it, where there is anything to keep."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from probatum.errors import InterruptedRunError, StorageError, UnreachableError, WorkerError

if TYPE_CHECKING:
    from probatum.runs.hold import Hold
    from probatum.systems.description import Description


@contextmanager
def resumable(
    held: "Hold", description: "Description", policy: Path | None = None, key: Path | None = None
) -> Iterator[None]:
    """Name the command that goes on with a run wherever it is stopped from outside.

    Raises:
        InterruptedRunError: by Ctrl-C.
        ProbatumError: by a full disk, a worker that died or a server that is gone; the message of each, and how to go
            on.
    """
    from probatum.runs.repeating import resume_command

    command = resume_command(description, policy, held.path, key)
    try:
        yield
    except KeyboardInterrupt as interrupt:
        raise InterruptedRunError(f"Interrupted. {_left(held, command)}") from interrupt
    except (StorageError, WorkerError, UnreachableError) as error:
        raise type(error)(f"{error} {_left(held, command)}") from error


def _left(held: "Hold", command: str) -> str:
    """State what the folder holds, and what to type; an empty start is removed, so that it can be made again."""
    from probatum.runs.folder import ARRAYS
    from probatum.runs.unfinished import NAME, is_whole

    folder = held.path
    if not held.there:
        return "Nothing was kept. Run it again."
    if is_whole(folder):
        return f"The run was done by then. Show it with: probatum report {folder}"
    if (folder / "plan.json").exists():
        return f"What was measured so far is kept. Go on with: {command}"
    shutil.rmtree(folder / NAME, ignore_errors=True)
    shutil.rmtree(folder / ARRAYS, ignore_errors=True)
    return "Nothing was kept. Run it again."
