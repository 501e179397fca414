# SPDX-License-Identifier: Apache-2.0
"""ATen operators that only move cells, join values, or take the largest of several cells.

Where each cell of a result comes from is found by moving numbered cells with the operator itself: of several rows, so
that one which moves cells from row to row is seen, and twice, so that fixed numbers are told from moved ones.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from probatum.engines.bounds.tensor.aten_curves import value
from probatum.engines.bounds.tensor.exported import COUNTS, ROWS, UNCLEAR, Call
from probatum.engines.bounds.tensor.operations import LAYERS, Value
from probatum.engines.bounds.tensor.pools import (
    adaptive,
    each,
    every,
    gathered,
    largest,
    shaped,
    sliding,
    unshaped,
    windows,
)
from probatum.engines.bounds.tensor.steps import Step


def bounded(call: Call) -> list[Step] | None:
    """Return the steps of a call that moves cells; None where it is not known as one."""
    build = OTHERS.get(call.operator)
    if build is not None:
        return build(call)
    if call.operator in LAID_OUT:
        return [_laid_out(call, value(call))]
    return [_moved(call)] if call.operator in MOVES else None


def _laid_out(call: Call, source: str, **more: Any) -> Step:
    if math.prod(call.shapes[source]) != math.prod(call.shape):
        raise call.refusal("into another number of cells")
    return Step(
        name=call.name, inputs=(source,), run=shaped(call.shape), signs=(1,), back=unshaped, **{"terms": 0} | more
    )


def _moved(call: Call) -> Step:
    """Return the step of a call that moves cells, wherever to."""
    source = value(call)
    cells, rows = math.prod(call.shapes[source]), COUNTS[0]
    wanted = "input" if "input" in call.given else "self"
    numbered = 1.0 + torch.arange(rows * cells, dtype=torch.float64).view(rows, *call.shapes[source])
    far = float(rows * cells + 1)
    found = [_called(call, wanted, one).reshape(rows, -1) for one in (numbered, numbered + far)]
    fixed = found[0][0] == found[1][0]
    places = torch.where(fixed, 0.0, found[0][0] - 1)
    expected = places + cells * torch.arange(rows)[:, None]
    whole = (places >= 0) & (places < cells) & (places == places.round())
    if not bool(whole.all()) or not all(
        bool(torch.where(fixed, one == found[0][0], one - 1 - shift == expected).all())
        for one, shift in zip(found, (0.0, far), strict=True)
    ):
        raise call.refusal("which mixes rows, or does more than moving cells,")
    index = torch.where(fixed, -1, places.long())
    run, back = gathered(index, torch.where(fixed, found[0][0], 0.0), call.shape)
    lost = torch.where(fixed, (found[0][0] - found[0][0].float().double()).abs(), 0.0).view(call.shape)
    slack = lost if bool(lost.any()) else 0.0
    return Step(name=call.name, inputs=(source,), run=run, signs=(1,), back=back, terms=0, slack=slack)


def _called(call: Call, wanted: str, given: Tensor) -> Tensor:
    rest = {key: _counted(call, one, len(given)) for key, one in call.given.items() if key != wanted}
    made = call.run(**{wanted: given}, **rest)
    found: Tensor = made if call.item is None else made[call.item]
    return found


def _counted(call: Call, one: Any, rows: int) -> Any:
    if one is UNCLEAR:
        raise call.refusal("with sizes that join rows")
    if isinstance(one, list):
        return [_counted(call, inner, rows) for inner in one]
    return rows if one is ROWS else one


def _cast(call: Call) -> list[Step]:
    """Return the step of a change of type, which rounds where the new one has fewer digits; or of a copy."""
    return [_laid_out(call, value(call), terms=1)]


def _dropout(call: Call) -> list[Step]:
    if call.given["train"] and call.given["p"] > 0:
        raise call.refusal("that is never turned off, and answers by chance,")
    return [_laid_out(call, value(call))]


def _joined(call: Call) -> list[Step]:
    parts, axes = call.given["tensors"], len(call.shape) + 1
    axis = call.given["dim"] % axes
    if axis == 0:
        raise call.refusal("over the rows")
    join = torch.stack if call.operator == "stack" else torch.cat
    fixed = [None if isinstance(one, Value) else one.double() for one in parts]

    def run(*changing: Tensor) -> Tensor:
        others = iter(changing)
        joined = join([_part(one, others, len(changing[0])) for one in fixed], dim=axis)
        return joined.reshape(len(joined), *call.shape)

    names = tuple(one.name for one in parts if isinstance(one, Value))
    return [Step(name=call.name, inputs=names, run=run, signs=(1,) * len(names), terms=0)]


def _part(one: Tensor | None, others: Any, rows: int) -> Tensor:
    if one is None:
        changing: Tensor = next(others)
        return changing
    return one.expand(rows, *one.shape[1:])


def _pool(call: Call) -> list[Step]:
    """Return the steps of a pool whose windows have a fixed size."""
    count = int(call.operator.removesuffix("_with_indices")[-2])
    settings = {
        name: _several(call.given[name] or call.given["kernel_size"], count)
        for name in ("kernel_size", "stride", "dilation")
    } | {"padding": _several(call.given["padding"], count)}
    source = value(call)
    shape = call.shapes[source]
    plain = count == 2 and len(shape) == 3 and set(settings["dilation"]) == {1} and not call.given["ceil_mode"]
    if plain:
        layer = nn.MaxPool2d(settings["kernel_size"], settings["stride"], settings["padding"])
        return [LAYERS[nn.MaxPool2d](call.name, (source,), layer)]
    tables = [
        sliding(shape[axis], call.shape[axis], kernel=kernel, stride=stride, padding=padding, dilation=dilation)
        for axis, kernel, stride, padding, dilation in zip(
            range(-count, 0),
            *(settings[name] for name in ("kernel_size", "stride", "padding", "dilation")),
            strict=True,
        )
    ]
    return _largest(call, source, [*(each(size) for size in shape[:-count]), *tables])


def _several(given: Any, count: int) -> tuple[int, ...]:
    several = tuple(given) if isinstance(given, tuple | list) else (given,)
    return several * count if len(several) == 1 else several


def _adaptive_pool(call: Call) -> list[Step]:
    source, count = value(call), int(call.operator[-2])
    shape = call.shapes[source]
    tables = [adaptive(size, out) for size, out in zip(shape[-count:], call.shape[-count:], strict=True)]
    return _largest(call, source, [*(each(size) for size in shape[:-count]), *tables])


def _along(call: Call) -> list[Step]:
    """Return the steps of the largest cell along some axes."""
    source = value(call)
    shape = call.shapes[source]
    axes = call.given.get("dim")
    axes = [axes] if isinstance(axes, int) else axes
    if not axes or any(axis % (len(shape) + 1) == 0 for axis in axes):
        raise call.refusal("over the rows")
    along = {axis % (len(shape) + 1) - 1 for axis in axes}
    return _largest(call, source, [every(size) if at in along else each(size) for at, size in enumerate(shape)])


def _largest(call: Call, source: str, tables: list[Any]) -> list[Step]:
    if call.item not in (None, 0):
        raise call.refusal("that gives places")
    return largest(call.name, source, windows(call.shapes[source], tables), call.shape)


def _larger(sign: int) -> Callable[[Call], list[Step]]:
    """Return what builds the steps of the larger (1) or smaller (-1) of two values: b + relu(a - b), which is exact."""

    def build(call: Call) -> list[Step]:
        first, second = call.given["self"], call.given["other"]
        if not isinstance(first, Value) or not isinstance(second, Value):
            raise call.refusal("of a value and a fixed number")
        names = [f"{call.name}_{kind}" for kind in ("difference", "over")]
        given = (first.name, second.name) if sign > 0 else (second.name, first.name)
        run = torch.add if sign > 0 else torch.sub
        return [
            Step(name=names[0], inputs=given, run=torch.sub, signs=(1, -1), terms=0),
            LAYERS[nn.ReLU](names[1], (names[0],), nn.ReLU()),
            Step(name=call.name, inputs=(second.name, names[1]), run=run, signs=(1, sign), terms=0),
        ]

    return build


LAID_OUT = {
    "alias", "clone", "contiguous", "detach", "flatten", "identity", "lift_fresh_copy", "reshape", "reshape_as",
    "squeeze", "unflatten", "unsqueeze", "view", "_unsafe_view", "view_as",
}  # fmt: skip
MOVES = {
    "channel_shuffle", "chunk", "constant_pad_nd", "expand", "expand_as", "flip", "index", "index_select", "movedim",
    "narrow", "native_channel_shuffle", "pad", "permute", "pixel_shuffle", "pixel_unshuffle", "reflection_pad1d",
    "reflection_pad2d", "repeat", "replication_pad1d", "replication_pad2d", "roll", "select", "slice", "split",
    "split_with_sizes", "swapaxes", "t", "tensor_split", "tile", "transpose", "unbind", "upsample_nearest1d",
    "upsample_nearest2d",
}  # fmt: skip

OTHERS: Mapping[str, Callable[[Call], list[Step]]] = {
    "_to_copy": _cast,
    "adaptive_max_pool1d": _adaptive_pool,
    "adaptive_max_pool2d": _adaptive_pool,
    "adaptive_max_pool3d": _adaptive_pool,
    "alpha_dropout": _dropout,
    "amax": _along,
    "cat": _joined,
    "concat": _joined,
    "concatenate": _joined,
    "dropout": _dropout,
    "feature_alpha_dropout": _dropout,
    "feature_dropout": _dropout,
    "max": lambda call: _larger(1)(call) if "other" in call.given else _along(call),
    "max_pool1d": _pool,
    "max_pool2d": _pool,
    "max_pool2d_with_indices": _pool,
    "max_pool3d": _pool,
    "maximum": _larger(1),
    "min": lambda call: _larger(-1)(call),
    "minimum": _larger(-1),
    "stack": _joined,
    "to": _cast,
    "type_as": _cast,
}
