# SPDX-License-Identifier: Apache-2.0
"""Pickles of protocol 0 and 1 have no first bytes of their own: they are told by walking their orders.

None of the orders is carried out, and no argument is copied, however long. What any reader would stop at ends the walk
too; where readers differ, the most lenient one is followed.

Source: ``pickletools.opcodes`` of Python, which lists each order, its argument, and what it takes from the stack.
"""

import pickletools
import re
from collections.abc import Callable, Iterator
from mmap import mmap
from pickletools import OpcodeInfo

MOST_ORDERS = 2_000  # so many in a row are a pickle, whatever follows
LONGEST_LINE = 1 << 16  # bytes of a line that are looked at; a longer one is believed
ORDERS = {ord(order.code): order for order in pickletools.opcodes}
NAMING = frozenset({"GLOBAL", "INST", "STACK_GLOBAL", "EXT1", "EXT2", "EXT4"})  # a function, to be looked up
WIDTHS = {  # bytes of the length that stands before an argument
    pickletools.TAKEN_FROM_ARGUMENT1: 1,
    pickletools.TAKEN_FROM_ARGUMENT4: 4,
    pickletools.TAKEN_FROM_ARGUMENT4U: 4,
    pickletools.TAKEN_FROM_ARGUMENT8U: 8,
}
NEWEST = 5  # protocol


def is_pickle(content: bytes | mmap) -> bool:
    """Whether the bytes read as a pickle: to its end, to a function that it names, or for very many orders."""
    return any(name == "STOP" or name in NAMING for name in _walk(content))


def names_function(content: bytes | mmap) -> bool:
    """Whether the bytes read as pickles, one behind the other, of which one names a function, or goes on for long."""
    return any(name in NAMING for name in _walk(content))


def _walk(content: bytes | mmap) -> Iterator[str]:
    """Yield the name of each order that a reader would take; after very many, "GLOBAL", for nobody knows what comes."""
    at, heaps = 0, [0]  # heaps: how many things lie on the stack at most, behind each mark
    for _ in range(MOST_ORDERS):
        order = ORDERS.get(content[at]) if at < len(content) else None
        end = None if order is None else _end(content, at + 1, order)
        if order is None or end is None or not (_stacked(order, heaps) or order.name == "INST"):
            return  # of INST, the function is looked up before the stack is
        yield order.name
        at, heaps = end, [0] if order.name == "STOP" else heaps
    yield "GLOBAL"


def _stacked(order: OpcodeInfo, heaps: list[int]) -> bool:
    """Do to the heights of the stack what the order does to it; False where it lacks what the order takes."""
    if order.name == "MARK":
        heaps.append(0)
        return True
    takes = list(order.stack_before)
    if pickletools.markobject in takes or (order.name == "POP" and not heaps[-1]):
        if len(heaps) == 1:
            return False
        heaps.pop()
        takes = takes[: takes.index(pickletools.markobject)] if pickletools.markobject in takes else []
    if len(takes) > heaps[-1]:
        return False
    heaps[-1] += len(order.stack_after) - len(takes)
    return True


def _end(content: bytes | mmap, at: int, order: OpcodeInfo) -> int | None:
    """Return where the order's argument, which starts at ``at``, ends; None if no reader would take it."""
    if order.arg is None:
        return at
    if order.arg.n == pickletools.UP_TO_NEWLINE:
        return _end_of_lines(content, at, order.name)
    if order.arg.n in WIDTHS:
        width = WIDTHS[order.arg.n]
        at, length = at + width, int.from_bytes(content[at : at + width], "little")
        end = at + length
    else:
        end = at + order.arg.n
    if order.name == "PROTO" and content[at:end] > bytes([NEWEST]):
        return None
    if order.name in ("EXT1", "EXT2", "EXT4") and not any(content[at:end]):  # their numbers start at 1
        return None
    return end if end <= len(content) else None


def _end_of_lines(content: bytes | mmap, at: int, name: str) -> int | None:
    """Return where one line ends, or two; the last may lack its end, which Python's own reader does not mind."""
    for _ in range(2 if name in ("GLOBAL", "INST") else 1):
        end = content.find(b"\n", at)
        if end < 0:
            return len(content)
        if end - at <= LONGEST_LINE and not _LINES[name](bytes(content[at:end])):
            return None
        at = end + 1
    return at


def _written_like(pattern: bytes) -> Callable[[bytes], bool]:
    return lambda line: re.fullmatch(pattern, line) is not None


def _decodes(encoding: str) -> Callable[[bytes], bool]:
    def fits(line: bytes) -> bool:
        try:
            line.decode(encoding)
        except UnicodeDecodeError:
            return False
        return True

    return fits


_whole = _written_like(rb"[0-9a-fA-FxXoOL_+\-\s]+")  # more than any reader takes, and little else
_LINES: dict[str, Callable[[bytes], bool]] = {
    **dict.fromkeys(("INT", "LONG", "GET", "PUT"), _whole),
    **dict.fromkeys(("GLOBAL", "INST"), _decodes("utf-8")),
    "FLOAT": _written_like(rb"[0-9a-zA-Z_+\-.\s]+"),
    "STRING": _written_like(rb"\s*(\".*\"|'.*')\s*"),
    "UNICODE": _decodes("raw-unicode-escape"),
    "PERSID": bytes.isascii,
}
