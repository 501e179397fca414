# SPDX-License-Identifier: Apache-2.0
"""Every error that Probatum raises on purpose, in one tree.

::

    ProbatumError                 what was wanted, what came, what to do; never a traceback for the user
    ├── UsageError                the command or the call was used wrongly
    ├── DescriptionError          probatum.toml, a policy or a plan has mistakes (all of them at once)
    ├── InputFileError            an input file is absent, no regular file, too large, or cannot be read
    ├── DataError                 a data file cannot be read, or does not hold what was said of it
    │   └── InsufficientDataError too few rows for the question; becomes "cannot tell"
    ├── ModelError                the model cannot be loaded or asked
    │   ├── UntrustedFileError    the file's format can run code and nobody said that it may
    │   └── NoMoreAnswersError    no row is answered any more, whatever it holds; never read as a refusal of that row
    │       └── UnreachableError  its server is gone: the run stops, and can go on when it is back
    ├── MissingExtraError         an optional package is not installed; the message names the extra
    ├── PluginError               a check, adapter or format from elsewhere is broken or clashes
    ├── ProofError                a proof and an example contradict each other, so neither is shown
    ├── WorkerError               a worker process died
    ├── RunFolderError            a run's folder is in use, incomplete or altered
    ├── InterruptedRunError       somebody pressed Ctrl-C during a run; the message says how to go on
    └── StorageError              the disk is full or refuses to be written
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

HOUSE = Path(__file__).resolve().parent
LONGEST = 60  # letters of a type's name


class ProbatumError(Exception):
    """Base of all: the command line prints the message and ends with ``exit_code``."""

    exit_code = 2


class UsageError(ProbatumError):
    """The command or the call was used wrongly."""


class DescriptionError(ProbatumError):
    """A description, policy or plan file has mistakes; ``mistakes`` holds one line for each."""

    def __init__(self, file: str, mistakes: list[str]) -> None:
        """Keep every mistake, so that all are shown at once."""
        self.file = file
        self.mistakes = mistakes
        count = "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        super().__init__("\n".join([f"{file} has {count}:", *(f"  {mistake}" for mistake in mistakes)]))


class InputFileError(ProbatumError):
    """An input file is absent, no regular file, too large, or cannot be read; ``reason`` says which."""

    def __init__(self, name: str, reason: str, *, absent: bool = False) -> None:
        """Keep the reason, so that whoever wanted the file can word what it was wanted for."""
        self.reason = reason
        self.absent = absent
        super().__init__(f"{name}: {reason}.")


class DataError(ProbatumError):
    """A data file cannot be read, or does not hold what was said of it."""


class InsufficientDataError(DataError):
    """There are too few rows to answer the question at all."""


class ModelError(ProbatumError):
    """The model cannot be loaded, or cannot be asked."""


class UntrustedFileError(ModelError):
    """The file's format can run code when loaded, and nobody said that this file may."""


class NoMoreAnswersError(ModelError):
    """No row is answered any more, whatever it holds; never read as a refusal of that row."""


class UnreachableError(NoMoreAnswersError):
    """The model's server is gone; the run stops, keeps what was measured, and can go on when it is back."""

    exit_code = 3


class MissingExtraError(ProbatumError):
    """An optional package is needed and absent."""


class PluginError(ProbatumError):
    """A check, adapter or format from another package is broken or clashes with a built-in one."""


class ProofError(ProbatumError):
    """A proof and an example contradict each other; what cannot both be true is not shown."""

    exit_code = 3


class WorkerError(ProbatumError):
    """A worker process died, most often for want of memory."""

    exit_code = 3


class RunFolderError(ProbatumError):
    """A run's folder is not empty, not complete, or not what was written."""


class InterruptedRunError(ProbatumError):
    """Somebody pressed Ctrl-C during a run."""

    exit_code = 130


class StorageError(ProbatumError):
    """The disk is full, or refuses to be written."""

    exit_code = 3


def name_of_type(kind: type[BaseException]) -> str:
    """Return the name of an error's type, or of its nearest base whose name is fixed in the module that defines it.

    A type that was made while the program ran may bear anything as its name, such as a cell.
    """
    for one in kind.__mro__:
        name, fixed = one.__name__, getattr(sys.modules.get(one.__module__), one.__name__, None) is one
        if fixed and name.isidentifier() and name.isascii() and len(name) <= LONGEST:
            return name
    return Exception.__name__


def arguments_of(error: ProbatumError) -> dict[str, Any]:
    """Return what ``error_named`` makes an equal error from, as plain values."""
    plain = {name: value for name, value in vars(error).items() if isinstance(value, str | bool | int | list)}
    return {"message": str(error), "state": plain}


def error_named(name: str, arguments: Mapping[str, Any], traceback: str = "") -> ProbatumError:
    """Return the error of this name; of a name that is none of the tree's, the base.

    Args:
        name: of a class in this module.
        arguments: what ``arguments_of`` returned.
        traceback: shown beneath the error's own.
    """
    found = globals().get(name)
    kind = found if isinstance(found, type) and issubclass(found, ProbatumError) else ProbatumError
    error = kind.__new__(kind)
    error.args = (str(arguments["message"]),)
    vars(error).update(arguments["state"])
    if traceback:
        error.add_note(f"In the worker process:\n{traceback}")
    return error


def worded_by_us(error: BaseException) -> bool:
    """Say whether an error's text is ours: one of our types, raised by a file of this package.

    The text of others may quote data, so it never reaches a record or a report.
    """
    return isinstance(error, ProbatumError) and _raised_here(error.__traceback__)


def _raised_here(traceback: TracebackType | None) -> bool:
    if traceback is None:
        return True  # nobody else has seen it
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    return HOUSE in Path(traceback.tb_frame.f_code.co_filename).resolve().parents
