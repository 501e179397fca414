# SPDX-License-Identifier: Apache-2.0
"""Take rights away from a worker that opens a file whose format cannot run code, in case its library can be made to.

Landlock (Linux 5.13 and newer) takes away writing outside one folder and, from version 4 on, TCP. Both last until the
process ends. The limit of memory is for the time in which the file is opened: a file that asks for more than that
makes its library fail, not the machine.

Sources: Linux ``Documentation/userspace-api/landlock.rst``; ``setrlimit(2)``.
"""

import ctypes
import os
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CREATE, ADD_RULE, RESTRICT = 444, 445, 446  # numbers of the system calls, on every machine
VERSION = 1  # flag: return the version instead of a ruleset
PATH_BENEATH = 1
NO_NEW_PRIVS = 38  # of prctl
WRITE_FILE = 1 << 1
CHANGES = sum(1 << bit for bit in range(4, 13))  # removing and making of folders, files, links, sockets, pipes, devices
REFER, TRUNCATE = 1 << 13, 1 << 14  # since versions 2 and 3
TCP = 0b11  # bind and connect, since version 4
SINKS = ("/dev/null",)  # which anybody may write to
ROOM = 2**32  # bytes of memory to open a file in, at least
TIMES = 30  # and so many times the size of the file


def landlock_version() -> int:
    """Return the version of Landlock of this kernel; 0: there is none."""
    if sys.platform != "linux":
        return 0
    return max(0, int(_system_call(CREATE, None, 0, VERSION)))


def confine(folder: Path, *, network: bool) -> bool:
    """Let this process write nowhere but in a folder, and with ``network`` false open no TCP connection.

    Reading is not restricted: libraries are loaded later. Nothing gives the rights back.

    Returns:
        Whether the kernel does it.
    """
    version = landlock_version()
    if version == 0:
        return False
    writing = WRITE_FILE | CHANGES | (REFER if version >= 2 else 0) | (TRUNCATE if version >= 3 else 0)
    closed = TCP if version >= 4 and not network else 0
    handled = struct.pack("=QQ", writing, closed) if version >= 4 else struct.pack("=Q", writing)
    ruleset = int(_system_call(CREATE, handled, len(handled), 0))
    if ruleset < 0:
        return False
    try:
        allowed = [(folder, writing), *((Path(one), WRITE_FILE) for one in SINKS)]
        if not all(_allow(ruleset, place, rights) for place, rights in allowed):
            return False
        if ctypes.CDLL(None).prctl(NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
            return False
        return int(_system_call(RESTRICT, ruleset, 0)) == 0
    finally:
        os.close(ruleset)


@contextmanager
def limited_memory(size: int) -> Iterator[None]:
    """Limit the memory of this process while a file of ``size`` bytes is opened."""
    if sys.platform != "linux":
        yield
        return
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    limit = _in_use() + max(ROOM, TIMES * size)
    hard = before[1]
    resource.setrlimit(resource.RLIMIT_AS, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def _allow(ruleset: int, place: Path, rights: int) -> bool:
    try:
        descriptor = os.open(place, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        rule = struct.pack("=Qi", rights, descriptor)  # packed, as the kernel's header says
        return int(_system_call(ADD_RULE, ruleset, PATH_BENEATH, rule, 0)) == 0
    finally:
        os.close(descriptor)


def _in_use() -> int:
    """Return the bytes of address space that this process has."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _system_call(number: int, *arguments: object) -> int:
    return int(ctypes.CDLL(None, use_errno=True).syscall(number, *arguments))
