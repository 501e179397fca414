# SPDX-License-Identifier: Apache-2.0
"""ATen operators that are weighted sums: products with fixed weights, convolutions, means, sums of values.

Each step states how many products are added up for one cell of its result, which is what its rounding is reckoned from
(``intervals``), and gives the same sum with absolute weights.
"""

import math
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from probatum.engines.bounds.tensor.aten_curves import square, step, value
from probatum.engines.bounds.tensor.exported import Call
from probatum.engines.bounds.tensor.operations import FUNCTIONS, LAYERS, Value
from probatum.engines.bounds.tensor.steps import Step

WINOGRAD = 4.0  # times the error of plain sums, see ``operations``


def bounded(call: Call) -> list[Step] | None:
    """Return the steps of a call that is a weighted sum; None where it is not known as one."""
    build = SUMS.get(call.operator)
    return None if build is None else build(call)


def _double(given: Any) -> Any:
    return given.double() if isinstance(given, Tensor) else given


def _fixed(call: Call, *names: str) -> list[Any]:
    """Return arguments that must not change with the input, tensors in float64."""
    if any(isinstance(call.given[name], Value) for name in names):
        raise call.refusal("with weights that change with the input")
    return [_double(call.given[name]) for name in names]


def _linear(call: Call) -> list[Step]:
    weight, bias = _fixed(call, "weight", "bias")
    if weight.dim() != 2:
        raise call.refusal("with a single weight")
    return [LAYERS[nn.Linear](call.name, (value(call),), SimpleNamespace(weight=weight, bias=bias))]


def _product_of(call: Call, left: str, right: str, shift: Any = None) -> Step:
    """Return the step of a matrix product, one side of which is fixed."""
    first, second = call.given[left], call.given[right]
    if isinstance(first, Value) and isinstance(second, Value):
        raise call.refusal("of two values that both change")
    at_left = isinstance(first, Value)
    weight, source = _double(second if at_left else first), (first if at_left else second).name
    if not at_left and len(call.shapes[source]) < 2:
        raise call.refusal("which adds up rows")

    def product(x: Tensor, factor: Tensor) -> Tensor:
        found = torch.matmul(x, factor) if at_left else torch.matmul(factor, x)
        return found.reshape(len(x), *call.shape)

    return Step(
        name=call.name,
        inputs=(source,),
        run=lambda x: product(x, weight) if shift is None else product(x, weight) + shift,
        signs=None,
        size=lambda x: product(x, weight.abs()),
        terms=weight.shape[-2 if at_left and weight.dim() > 1 else -1] + 1,
    )


def _matmul(call: Call) -> list[Step]:
    return [_product_of(call, "self", "mat2" if "mat2" in call.given else "other")]


def _with_shift(left: str, right: str) -> Callable[[Call], list[Step]]:
    def build(call: Call) -> list[Step]:
        alpha, beta = float(call.given["alpha"]), float(call.given["beta"])
        if isinstance(call.given["self"], Value) or alpha != 1:
            raise call.refusal("with factors of its own, or a sum that changes")
        return [_product_of(call, left, right, beta * _double(call.given["self"]))]

    return build


def _einsum(call: Call) -> list[Step]:
    """Return the step of an Einstein sum with one part that changes; its rows must come first, in and out."""
    parts = list(call.given["tensors"])
    places = [place for place, one in enumerate(parts) if isinstance(one, Value)]
    equation = str(call.given["equation"]).replace(" ", "")
    if len(places) != 1 or "->" not in equation:
        raise call.refusal("of other than one value that changes, or without its result")
    (place,) = places
    given, result = equation.split("->")
    letters = given.split(",")
    rows = letters[place][:1]
    alone = all(rows not in one for at, one in enumerate(letters) if at != place)
    if "." in equation or result[:1] != rows or not alone or letters[place].count(rows) != 1:
        raise call.refusal("whose rows are not kept apart")
    fixed = [None if at == place else _double(one) for at, one in enumerate(parts)]
    sizes = dict(zip(letters[place][1:], call.shapes[parts[place].name], strict=True))
    for one, tensor in zip(letters, fixed, strict=True):
        sizes |= {} if tensor is None else dict(zip(one, tensor.shape, strict=True))

    def run(x: Tensor, absolute: bool = False) -> Tensor:
        other = [x if one is None else (one.abs() if absolute else one) for one in fixed]
        return torch.einsum(equation, *other).reshape(len(x), *call.shape)

    summed = set("".join(letters)) - set(result)
    return [
        Step(
            name=call.name, inputs=(parts[place].name,), run=run, signs=None, size=lambda x: run(x, absolute=True),
            terms=math.prod(sizes[one] for one in summed) + len(parts),
        )
    ]  # fmt: skip


def _conv(call: Call) -> list[Step]:
    weight, bias = _fixed(call, "weight", "bias")
    axes = weight.dim() - 2
    settings = {name: _each(call.given[name], axes) for name in ("stride", "dilation")}
    padding = call.given["padding"]
    layer = SimpleNamespace(
        weight=weight, bias=bias, groups=call.given["groups"], padding_mode="zeros", kernel_size=weight.shape[2:],
        padding=padding if isinstance(padding, str) else _each(padding, axes), **settings,
    )  # fmt: skip
    return [LAYERS[nn.Conv2d](call.name, (value(call),), layer)]


def _each(given: Any, axes: int) -> tuple[int, ...]:
    several = tuple(given) if isinstance(given, tuple | list) else (given,)
    return several * axes if len(several) == 1 else several


def _transposed_conv(call: Call) -> list[Step]:
    weight, bias = _fixed(call, "weight", "bias")
    axes = weight.dim() - 2
    run = {1: functional.conv_transpose1d, 2: functional.conv_transpose2d, 3: functional.conv_transpose3d}[axes]
    names = ("stride", "padding", "output_padding", "groups", "dilation")
    more = [call.given[name] for name in names]
    return [
        Step(
            name=call.name,
            inputs=(value(call),),
            run=lambda x: run(x, weight, bias, *more),
            signs=None,
            size=lambda x: run(x, weight.abs(), None, *more),
            terms=weight.shape[0] * weight[0, 0].numel() + 1,
            care=WINOGRAD,
        )
    ]


def _batch_norm(call: Call) -> list[Step]:
    if call.item not in (None, 0):
        raise call.refusal("for other than its result")
    if call.given.get("training", False) or call.given["running_mean"] is None:
        raise call.refusal("as if still in training, where one answer depends on the others,")
    names = ("weight", "bias", "running_mean", "running_var")
    weight, bias, mean, variance = _fixed(call, *names)
    layer = SimpleNamespace(weight=weight, bias=bias, running_mean=mean, running_var=variance, eps=call.given["eps"])
    return [LAYERS[nn.BatchNorm2d](call.name, (value(call),), layer)]


def _sum(sign: int) -> Callable[[Call], list[Step]]:
    def build(call: Call) -> list[Step]:
        first, second = call.given["self"], call.given["other"]
        if call.operator == "rsub":
            first, second = second, first
        alpha = call.given.get("alpha", 1)
        if alpha != 1:
            raise call.refusal(f"with the factor {alpha}")
        return [FUNCTIONS["add" if sign > 0 else "sub"](call.name, _as_held(first, second), {})]

    return build


def _as_held(*given: Any) -> tuple[Any, ...]:
    """Return fixed numbers in float64."""
    return tuple(one if isinstance(one, Value) else torch.as_tensor(one, dtype=torch.float64) for one in given)


def _product(call: Call) -> list[Step]:
    first, second = call.given["self"], call.given["other"]
    if not isinstance(first, Value) or not isinstance(second, Value):
        return [FUNCTIONS["mul"](call.name, _as_held(first, second), {})]
    if first.name == second.name:
        return [step(call.name, first.name, square())]
    return product(call.name, first.name, second.name)


def product(name: str, first: str, second: str) -> list[Step]:
    """Return the steps of a product of two values: a quarter of (a + b)**2 - (a - b)**2.

    Only the product itself is computed in float32; the other steps are real numbers, and do not round.
    """
    sums = [f"{name}_{kind}" for kind in ("sum", "difference")]
    steps = [
        Step(name=sums[0], inputs=(first, second), run=torch.add, signs=(1, 1), terms=0),
        Step(name=sums[1], inputs=(first, second), run=torch.sub, signs=(1, -1), terms=0),
    ]
    curve = square()
    steps += [
        Step(
            name=f"{one}_squared", inputs=(one,), run=curve.run, signs=(1,), ends=curve.ends, relax=curve.lines, terms=0
        )
        for one in sums
    ]
    return [
        *steps,
        Step(
            name=name,
            inputs=(f"{sums[0]}_squared", f"{sums[1]}_squared", first, second),
            run=lambda plus, minus, one, other: (plus - minus) / 4 + 0 * one * other,
            signs=None,
            ends=_corners,
        ),
    ]


def _corners(lows: list[Tensor], highs: list[Tensor]) -> tuple[Tensor, Tensor]:
    """Return bounds on a product of the last two values: it is least and most at corners."""
    every = [one * other for one in (lows[2], highs[2]) for other in (lows[3], highs[3])]
    least, most = every[0], every[0]
    for one in every[1:]:
        least, most = torch.minimum(least, one), torch.maximum(most, one)
    return least, most


def _quotient(call: Call) -> list[Step]:
    if isinstance(call.given["other"], Value) or call.given.get("rounding_mode"):
        raise call.refusal("by what changes, or to whole numbers")
    return [FUNCTIONS["div"](call.name, (call.given["self"], *_as_held(call.given["other"])), {})]


def _negative(call: Call) -> list[Step]:
    return [FUNCTIONS["neg"](call.name, (Value(value(call)),), {})]


def _mean(call: Call) -> list[Step]:
    axes = call.given.get("dim")
    shape = call.shapes[value(call)]
    axes = [axes] if isinstance(axes, int) else axes
    if not axes or any(one in (0, -len(shape) - 1) for one in axes):
        raise call.refusal("over the rows")
    run = torch.mean if call.operator == "mean" else torch.sum
    keep = bool(call.given.get("keepdim", False))
    count = math.prod(shape[one - 1 if one > 0 else one] for one in axes)
    return [_positive(call, lambda x: run(x, dim=axes, keepdim=keep).reshape(len(x), *call.shape), count)]


def _positive(call: Call, run: Callable[[Tensor], Tensor], count: int) -> Step:
    """Return the step of a sum whose weights are all above zero."""
    return Step(name=call.name, inputs=(value(call),), run=run, signs=(1,), size=run, terms=count + 1)


def _average_pool(call: Call) -> list[Step]:
    shape, count = call.shapes[value(call)], int(call.operator[-2])
    if "output_size" in call.given:
        kernel = [-(-size // out) + 1 for size, out in zip(shape[-count:], call.shape[-count:], strict=True)]
    else:
        kernel = list(_each(call.given["kernel_size"], count))
        if (call.given.get("divisor_override") or 1) < 0:
            raise call.refusal("by a number below zero")
    source = "input" if "input" in call.given else "self"
    rest = {key: one for key, one in call.given.items() if key != source}
    return [_positive(call, lambda x: call.run(x, **rest), math.prod(kernel))]


def _resized(call: Call) -> list[Step]:
    """Return the step of what makes pictures larger or smaller by straight lines between their points."""
    rest = {key: one for key, one in call.given.items() if key != "input"}
    return [_positive(call, lambda x: call.run(x, **rest), 8)]


SUMS: Mapping[str, Callable[[Call], list[Step]]] = {
    "_native_batch_norm_legit_no_training": _batch_norm,  # what torch 2.4 makes of batch_norm
    "adaptive_avg_pool1d": _average_pool,
    "adaptive_avg_pool2d": _average_pool,
    "adaptive_avg_pool3d": _average_pool,
    "add": _sum(1),
    "addmm": _with_shift("mat1", "mat2"),
    "avg_pool1d": _average_pool,
    "avg_pool2d": _average_pool,
    "avg_pool3d": _average_pool,
    "baddbmm": _with_shift("batch1", "batch2"),
    "batch_norm": _batch_norm,
    "bmm": _matmul,
    "conv1d": _conv,
    "conv2d": _conv,
    "conv3d": _conv,
    "conv_transpose1d": _transposed_conv,
    "conv_transpose2d": _transposed_conv,
    "conv_transpose3d": _transposed_conv,
    "div": _quotient,
    "divide": _quotient,
    "einsum": _einsum,
    "linear": _linear,
    "matmul": _matmul,
    "mean": _mean,
    "mm": _matmul,
    "mul": _product,
    "multiply": _product,
    "neg": _negative,
    "negative": _negative,
    "rsub": _sum(-1),
    "sub": _sum(-1),
    "subtract": _sum(-1),
    "sum": _mean,
    "true_divide": _quotient,
    "upsample_bilinear2d": _resized,
    "upsample_linear1d": _resized,
}
