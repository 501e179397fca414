# SPDX-License-Identifier: Apache-2.0
"""Archives of weights as PyTorch writes them: nothing is packed, storages are as large as stated, tensors lie in them.

The pickle inside was found to hold nothing but what builds tensors (``weights``); here its orders are followed with
names in the place of what they name, so that nothing is looked up and nothing is built.

Source: torch/serialization.py (persistent ids of storages) and torch/_utils.py (``_rebuild_tensor_v2``), torch 2.13.
"""

import pickletools
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, final

from probatum.engines.files.structure.parts import StructureError, require
from probatum.facts.input_limits import InputLimits

SIZES = {
    **dict.fromkeys(("Byte", "Char", "Bool", "QInt8", "QUInt8"), 1),
    **dict.fromkeys(("Half", "BFloat16", "Short"), 2),
    **dict.fromkeys(("Float", "Int", "QInt32"), 4),
    **dict.fromkeys(("Double", "Long", "ComplexFloat"), 8),
    "ComplexDouble": 16,
}  # bytes of an element, by the name of its storage
REBUILDS = tuple(f"torch._utils _rebuild_{one}" for one in ("tensor", "tensor_v2", "tensor_v3", "qtensor"))
MOST_ORDERS = 10_000_000


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """What an order looks up, by name."""

    name: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Storage:
    """A list of numbers in a member of its own."""

    count: int


def check(content: bytes, limits: InputLimits) -> None:
    """Refuse an archive whose parts do not fit each other.

    Raises:
        StructureError: says where.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            members = archive.infolist()
            require(all(one.compress_type == zipfile.ZIP_STORED for one in members), "a part of it is packed")
            require(sum(one.file_size for one in members) <= len(content), "its parts are larger than the file")
            folder = members[0].filename.partition("/")[0]
            sizes = {one.filename.removeprefix(f"{folder}/data/"): one.file_size for one in members}
            orders = archive.read(f"{folder}/data.pkl")
    except (zipfile.BadZipFile, KeyError, IndexError, OSError, RuntimeError, NotImplementedError) as error:
        raise StructureError("it is no whole archive") from error
    try:
        _follow(orders, sizes)
    except (IndexError, KeyError, TypeError, AttributeError) as error:
        raise StructureError("its list of tensors cannot be followed") from error


def _follow(orders: bytes, sizes: Mapping[str, int]) -> None:
    """Carry the orders out on names, and look at each storage and tensor."""
    stack: list[Any] = []
    marks: list[int] = []
    memo: dict[int, Any] = {}

    def since_mark() -> list[Any]:
        at = marks.pop()
        taken = stack[at:]
        del stack[at:]
        return taken

    def several(count: int) -> Callable[[Any], None]:
        def take(_: Any) -> None:
            taken = tuple(stack[len(stack) - count :])
            require(len(taken) == count, "its list of tensors cannot be followed")
            del stack[len(stack) - count :]
            stack.append(taken)

        return take

    def reduce(_: Any) -> None:
        arguments, function = stack.pop(), stack.pop()
        stack.append(_rebuilt(function, arguments))

    def dropped(count: int) -> Callable[[Any], None]:
        def drop(_: Any) -> None:
            require(len(stack) > count, "its list of tensors cannot be followed")
            del stack[len(stack) - count :]

        return drop

    steps: dict[str, Callable[[Any], Any]] = {
        "PROTO": lambda _: None,
        "STOP": lambda _: None,
        "MARK": lambda _: marks.append(len(stack)),
        "GLOBAL": lambda name: stack.append(_Named(name=name)),
        "REDUCE": reduce,
        "BUILD": dropped(1),
        "BINPERSID": lambda _: stack.append(_storage(stack.pop(), sizes)),
        "EMPTY_TUPLE": several(0),
        "TUPLE1": several(1),
        "TUPLE2": several(2),
        "TUPLE3": several(3),
        "TUPLE": lambda _: stack.append(tuple(since_mark())),
        "EMPTY_DICT": lambda _: stack.append(None),
        "EMPTY_LIST": lambda _: stack.append(None),
        "SETITEM": dropped(2),
        "APPEND": dropped(1),
        "SETITEMS": lambda _: since_mark(),
        "APPENDS": lambda _: since_mark(),
        "NEWTRUE": lambda _: stack.append(True),
        "NEWFALSE": lambda _: stack.append(False),
        "NONE": lambda _: stack.append(None),
        **dict.fromkeys(("BINGET", "LONG_BINGET"), lambda place: stack.append(memo[place])),
        **dict.fromkeys(("BINPUT", "LONG_BINPUT"), lambda place: memo.__setitem__(place, stack[-1])),
        **dict.fromkeys(("BINUNICODE", "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT"), stack.append),
    }
    for number, (order, argument, _) in enumerate(pickletools.genops(orders)):
        require(number < MOST_ORDERS, "its list of tensors is too long")
        steps[order.name](argument)


def _storage(identity: Any, sizes: Mapping[str, int]) -> _Storage:
    """Return the storage that a persistent id names, if its member has as many bytes as stated."""
    _, kind, key, _, count = identity
    name = kind.name.removeprefix("torch ").removesuffix("Storage")
    held = sizes.get(str(key), -1)
    require(held >= 0, "a storage is missing")
    whole = isinstance(count, int) and count >= 0
    require(whole and (name not in SIZES or count * SIZES[name] == held), "a storage has another size than stated")
    return _Storage(count=count)


def _rebuilt(function: Any, arguments: Any) -> Any:
    """Return what stands for a tensor, if it lies within its storage."""
    if not isinstance(function, _Named) or function.name not in REBUILDS:
        return None
    storage, offset, shape, steps = arguments[:4]
    require(isinstance(storage, _Storage), "a tensor has no storage")
    whole = all(isinstance(one, int) and one >= 0 for one in (offset, *shape, *steps))
    require(whole and len(shape) == len(steps), "a tensor has no sensible shape")
    if 0 not in shape:
        last = offset + sum((size - 1) * step for size, step in zip(shape, steps, strict=True))
        require(last < storage.count, "a tensor lies beyond its storage")
    return None
