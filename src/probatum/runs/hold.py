# SPDX-License-Identifier: Apache-2.0
"""One run at a time works in a folder: it is locked from the first file to the last, and noticed if it is removed.

The folder itself is locked where the system can (``flock``), which leaves nothing behind, also when the process is
killed. Elsewhere a file is made that nobody else can make; it outlives a process that is killed, and the message names
it.
"""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import final

from probatum.errors import RunFolderError, StorageError

LOCK_FILE = ".in-use"
IN_USE = "another run works in this folder. Wait until it ends, or choose another folder with -o."
CANNOT_LOCK = (errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)  # such as on NFS


@final
class Hold:
    """A folder in which no other run works until it is released."""

    def __init__(self, path: Path, handle: int, own_files: tuple[str, ...]) -> None:
        """Take a folder that is locked.

        Args:
            path: of the folder.
            handle: of the folder or of the file that stands for it; open while it is held.
            own_files: names of the files that the lock itself made in the folder.
        """
        self.path = path
        self.own_files = own_files
        self._handle = handle
        self._held = os.fstat(handle)

    def __enter__(self) -> "Hold":
        """Keep holding it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Release it."""
        self.release()

    @property
    def there(self) -> bool:
        """Whether the folder at the path is still the one that is held."""
        try:
            now = os.stat(self.path.joinpath(*self.own_files))
        except OSError:
            return False
        return os.path.samestat(now, self._held)

    def require(self) -> None:
        """Go on only in the folder that is held.

        Raises:
            StorageError: it was removed, renamed or replaced.
        """
        if not self.there:
            raise StorageError(f"{self.path} was removed or replaced while the run worked in it.")

    def release(self) -> None:
        """Let others work in it; a second call does nothing."""
        if self._handle < 0:
            return
        for name in self.own_files if self.there else ():
            with suppress(OSError):
                (self.path / name).unlink()
        os.close(self._handle)
        self._handle = -1


def hold(folder: Path) -> Hold:
    """Hold a folder that is there.

    Raises:
        RunFolderError: another run works in it, or it is no folder.
        StorageError: it can neither be locked nor written to.
    """
    try:
        handle = _lock_folder(folder)
        return _lock_file(folder) if handle is None else Hold(folder, handle, ())
    except (NotADirectoryError, FileNotFoundError) as error:
        raise RunFolderError(f"{folder} is not a folder. Name the folder of a run.") from error
    except BlockingIOError as error:
        raise RunFolderError(f"{folder} is in use: {IN_USE}") from error
    except OSError as error:
        raise StorageError(f"{folder} cannot be used ({error.strerror}). Choose another with -o.") from error


def _lock_folder(folder: Path) -> int | None:
    """Return a handle of the locked folder; None where this system cannot lock folders."""
    if sys.platform == "win32":
        return None
    import fcntl

    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        if error.errno in CANNOT_LOCK:
            return None
        raise
    return handle


def _lock_file(folder: Path) -> Hold:
    """Hold a folder by a file that only one process can make."""
    file = folder / LOCK_FILE
    try:
        handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    except FileExistsError as error:
        hint = f"If none does, since it was killed, remove {file} and try again."
        raise RunFolderError(f"{folder} is in use: {IN_USE} {hint}") from error
    return Hold(folder, handle, (LOCK_FILE,))


@contextmanager
def resumed(run: Path | None) -> Iterator[Hold | None]:
    """Hold the folder of a run that goes on; nothing where none does.

    Raises:
        RunFolderError: another run works in it, or it is no folder.
    """
    if run is None:
        yield None
        return
    with hold(run) as held:
        yield held
