# SPDX-License-Identifier: Apache-2.0
"""Whether the pickle inside an archive of PyTorch names nothing but what builds tensors.

``torch.save(module.state_dict())`` writes orders that look up a few functions of torch, call them, and fill
dictionaries. A pickle that looks up nothing else, by no other kind of order, runs no code of its own, whoever reads it.
The orders are read, none is carried out.

Source: the unpickler behind ``torch.load(weights_only=True)`` (torch/_weights_only_unpickler.py), whose list of what
may be looked up is longer; and pickletools of Python.
"""

import pickletools
from collections.abc import Iterator

MOST_BYTES = 1 << 27  # of the orders; the numbers lie in other members
ORDERS = frozenset(
    {
        *("PROTO", "STOP", "MARK", "GLOBAL", "REDUCE", "BUILD", "BINPERSID"),
        *("EMPTY_DICT", "EMPTY_LIST", "EMPTY_TUPLE", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3"),
        *("SETITEM", "SETITEMS", "APPEND", "APPENDS", "BINGET", "LONG_BINGET", "BINPUT", "LONG_BINPUT"),
        *("BINUNICODE", "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT", "NEWTRUE", "NEWFALSE", "NONE"),
    }
)
_STORAGES = (
    *("Float", "Double", "Half", "BFloat16", "Long", "Int", "Short", "Char", "Byte", "Bool"),
    *("ComplexFloat", "ComplexDouble", "QInt8", "QUInt8", "QInt32"),
)
_TYPES = (
    *("float16", "float32", "float64", "bfloat16", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32"),
    *("uint64", "bool", "complex64", "complex128", "float8_e4m3fn", "float8_e5m2", "qint8", "quint8", "qint32"),
)
NAMES = frozenset(
    {
        "collections OrderedDict",
        "torch Size",
        "torch device",
        "torch.serialization _get_layout",
        "torch.storage UntypedStorage",
        *(f"torch {one}Storage" for one in _STORAGES),
        *(f"torch {one}" for one in _TYPES),
        *(
            f"torch._utils _rebuild_{one}"
            for one in ("tensor", "tensor_v2", "tensor_v3", "parameter", "sparse_tensor", "qtensor")
        ),
    }
)


def only_weights(orders: bytes) -> bool:
    """Whether a pickle is read to its end by orders that look up nothing but what builds tensors."""
    last = ""
    try:
        for last, argument in _walk(orders):
            if last not in ORDERS or (last == "GLOBAL" and argument not in NAMES):
                return False
    except (ValueError, UnicodeDecodeError):  # no pickle, or one that is cut short
        return False
    return last == "STOP"


def _walk(orders: bytes) -> Iterator[tuple[str, object]]:
    for order, argument, _ in pickletools.genops(orders):
        yield order.name, argument
