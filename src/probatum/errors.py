# SPDX-License-Identifier: Apache-2.0
"""Every error that Probatum raises on purpose, in one tree.

::

    ProbatumError                 what was wanted, what came, what to do; never a traceback for the user
    ├── UsageError                the command or the call was used wrongly
    ├── DescriptionError          probatum.toml, a policy or a plan has mistakes (all of them at once)
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

from pathlib import Path
from types import TracebackType

HOUSE = Path(__file__).resolve().parent
LONGEST = 60  # letters of a type's name
SOME_ERROR = "an error"


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
    """Return the name of an error's type, if it is plainly one: a type can be made at run time, with any name."""
    name = kind.__name__
    return name if name.isidentifier() and name.isascii() and len(name) <= LONGEST else SOME_ERROR


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
