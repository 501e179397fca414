# SPDX-License-Identifier: Apache-2.0
"""Which layers and functions of torch can be bounded, and how each becomes a step."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.grad import conv1d_input, conv2d_input, conv3d_input

from probatum.engines.bounds.tensor.curves import Bell, Hinge
from probatum.engines.bounds.tensor.steps import Back, Step, cut_lines

INF = float("inf")
WINDOW = 1 << 16  # cells that are averaged, at most; no more are counted than there are


class Refused(Exception):  # noqa: N818  # becomes a sentence of the result
    """A network cannot be bounded; carries why."""


class Value:
    """A value that changes with the input, by name."""

    def __init__(self, name: str) -> None:
        """Take the name of the step that gives it."""
        self.name = name


Build = Callable[[str, tuple[str, ...], Any], Step]
BuildFunction = Callable[[str, Any, Any], Step]


def _linear(name: str, inputs: tuple[str, ...], layer: nn.Linear) -> Step:
    return _weighted(name, inputs, layer.weight, layer.bias)


def _weighted(name: str, inputs: tuple[str, ...], weight: Tensor, bias: Tensor | None) -> Step:
    return Step(
        name=name,
        inputs=inputs,
        run=lambda x: functional.linear(x, weight, bias),
        signs=None,
        size=lambda x: functional.linear(x, weight.abs()),
        back=lambda asked, _: asked @ weight,
        terms=weight.shape[1] + 1,
    )


def _conv(name: str, inputs: tuple[str, ...], layer: Any) -> Step:
    if layer.padding_mode != "zeros":
        raise Refused(f"Edges filled by {layer.padding_mode} are not known here, so nothing is proven.")
    run = {1: functional.conv1d, 2: functional.conv2d, 3: functional.conv3d}[layer.weight.dim() - 2]
    weight, bias = layer.weight, layer.bias
    more = {"stride": layer.stride, "padding": layer.padding, "dilation": layer.dilation, "groups": layer.groups}
    turned = {1: conv1d_input, 2: conv2d_input, 3: conv3d_input}[layer.weight.dim() - 2]

    def carried(asked: Tensor, shape: torch.Size) -> Tensor:
        back: Tensor = turned((len(asked), *shape), weight, asked, **more)  # type: ignore[no-untyped-call]
        return back

    return Step(
        name=name,
        inputs=inputs,
        run=lambda x: run(x, weight, bias, **more),
        signs=None,
        size=lambda x: run(x, weight.abs(), None, **more),
        back=None if isinstance(layer.padding, str) else carried,
        terms=weight[0].numel() + 1,
        care=4.0 if max(layer.kernel_size) > 1 and max(layer.stride) == 1 else 1.0,  # Winograd's way
    )


def _batch_norm(name: str, inputs: tuple[str, ...], layer: Any) -> Step:
    if layer.running_mean is None:
        raise Refused("A BatchNorm layer without numbers of its own is not known here, so nothing is proven.")
    scale = (layer.running_var + layer.eps).rsqrt() * (1.0 if layer.weight is None else layer.weight)
    bias = torch.zeros_like(scale) if layer.bias is None else layer.bias
    shift = bias - layer.running_mean * scale

    def along(x: Tensor, values: Tensor) -> Tensor:
        return values.view(1, -1, *([1] * (x.dim() - 2)))

    return Step(
        name=name,
        inputs=inputs,
        run=lambda x: x * along(x, scale) + along(x, shift),
        signs=None,
        size=lambda x: x * along(x, scale.abs()),
        # mean and bias may cancel, but not their rounding
        fixed=bias.abs() + (layer.running_mean * scale).abs(),
        terms=4,
    )


def _reshaped(asked: Tensor, shape: torch.Size) -> Tensor:
    return asked.reshape(len(asked), *shape)


def _moving(name: str, inputs: tuple[str, ...], layer: nn.Module) -> Step:
    """Build a step that only moves cells, or adds them up with weights above zero."""
    terms = 0
    if isinstance(layer, nn.AvgPool1d | nn.AvgPool2d | nn.AvgPool3d | nn.AdaptiveAvgPool1d | nn.AdaptiveAvgPool2d):
        terms = WINDOW
    back = _reshaped if isinstance(layer, nn.Flatten | nn.Unflatten | nn.Identity | nn.Dropout | nn.Dropout2d) else None
    size = layer if terms else None  # all weights are above zero
    return Step(name=name, inputs=inputs, run=layer, signs=(1,), size=size, back=back, terms=terms)


def _max_pool(name: str, inputs: tuple[str, ...], layer: nn.MaxPool2d) -> Step:
    if layer.dilation not in (1, (1, 1)) or layer.ceil_mode or layer.return_indices:
        raise Refused(
            "A MaxPool2d layer with places, gaps or a rounded-up size is not known here, so nothing is proven."
        )
    return Step(name=name, inputs=inputs, run=layer, signs=(1,), picks=True, terms=0)


def _relu(name: str, inputs: tuple[str, ...], layer: Any = None) -> Step:
    return Step(name=name, inputs=inputs, run=functional.relu, signs=(1,), relax=Hinge(), terms=0)


def _leaky(name: str, inputs: tuple[str, ...], layer: nn.LeakyReLU) -> Step:
    slope = float(layer.negative_slope)
    if not 0 <= slope <= 1:
        raise Refused(f"A LeakyReLU layer of slope {slope:g} is not known here, so nothing is proven.")
    return Step(
        name=name,
        inputs=inputs,
        run=lambda x: functional.leaky_relu(x, slope),
        signs=(1,),
        relax=Hinge(slope),
    )


def _logistic_slope(x: Tensor) -> Tensor:
    value = torch.sigmoid(x)
    return value * (1 - value)


def _curve(run: Callable[[Tensor], Tensor], slope: Callable[[Tensor], Tensor]) -> Build:
    def build(name: str, inputs: tuple[str, ...], layer: Any = None) -> Step:
        return Step(name=name, inputs=inputs, run=run, signs=(1,), relax=Bell(run, slope), terms=8)

    return build


_sigmoid = _curve(torch.sigmoid, _logistic_slope)
_tanh = _curve(torch.tanh, lambda x: 1 - torch.tanh(x) ** 2)


def _last(name: str, inputs: tuple[str, ...], layer: Any) -> Step:
    """Build a step that keeps the order of the scores; it may only come last."""
    return _ordered(name, inputs, layer.dim)


def _softmax(name: str, args: Any, kwargs: Any) -> Step:
    _plain(name, kwargs, "dim", "dtype", "_stacklevel")
    return _ordered(name, (args[0].name,), kwargs.get("dim", args[1] if len(args) > 1 else None))


def _ordered(name: str, inputs: tuple[str, ...], axis: int | None) -> Step:
    if axis not in (None, 1, -1):  # None: torch takes the second of two axes
        raise Refused("A softmax over the rows makes one answer depend on the others, so nothing is proven.")
    return Step(name=name, inputs=inputs, run=_same, signs=(1,), orders=True)


LAYERS: Mapping[type[nn.Module], Build] = {
    nn.Linear: _linear,
    nn.Conv1d: _conv,
    nn.Conv2d: _conv,
    nn.Conv3d: _conv,
    nn.BatchNorm1d: _batch_norm,
    nn.BatchNorm2d: _batch_norm,
    nn.BatchNorm3d: _batch_norm,
    nn.ReLU: _relu,
    nn.LeakyReLU: _leaky,
    nn.Sigmoid: _sigmoid,
    nn.Tanh: _tanh,
    nn.MaxPool2d: _max_pool,
    nn.AvgPool1d: _moving,
    nn.AvgPool2d: _moving,
    nn.AvgPool3d: _moving,
    nn.AdaptiveAvgPool1d: _moving,
    nn.AdaptiveAvgPool2d: _moving,
    nn.Flatten: _moving,
    nn.Unflatten: _moving,
    nn.Identity: _moving,
    nn.Dropout: _moving,
    nn.Dropout2d: _moving,
    nn.ZeroPad2d: _moving,
    nn.Softmax: _last,
    nn.LogSoftmax: _last,
}


def _as_layer(build: Build) -> BuildFunction:
    def build_function(name: str, args: Any, kwargs: Any) -> Step:
        return build(name, (args[0].name,), None)

    return build_function


def _moved(run: Callable[..., Tensor], back: Back | None = None, terms: int = 0) -> BuildFunction:
    """Build a step out of a function that moves or averages cells; everything but its first argument is fixed."""

    def build(name: str, args: Any, kwargs: Any) -> Step:
        first, rest = args[0], args[1:]
        if not isinstance(first, Value) or _changing(rest) or _changing(tuple(kwargs.values())):
            raise Refused(f"The operation {name} takes its sizes from the input, so nothing is proven.")

        def fixed(x: Tensor) -> Tensor:
            return run(x, *rest, **kwargs)

        size = fixed if terms else None
        return Step(name=name, inputs=(first.name,), run=fixed, signs=(1,), size=size, back=back, terms=terms)

    return build


def _same(x: Tensor, *rest: Any, **more: Any) -> Tensor:
    return x


def _changing(values: Any) -> bool:
    if isinstance(values, tuple | list):
        return any(_changing(one) for one in values)
    return isinstance(values, Value)


def _lost(*constants: Any) -> Tensor:
    """Return how far constants, which float32 takes in its own digits, are off by that at most."""
    every = [torch.as_tensor(one, dtype=torch.float64) for one in constants]
    off = [torch.where(one.isfinite(), (one - one.float().double()).abs(), 0.0) for one in every]
    return torch.stack(off).amax(dim=0)


def _plain(name: str, kwargs: Any, *known: str) -> None:
    """Refuse what a function is asked to do besides."""
    if set(kwargs) - set(known):
        raise Refused(f"The operation {name} with {', '.join(sorted(kwargs))} is not known here, so nothing is proven.")


def _dropout(name: str, args: Any, kwargs: Any) -> Step:
    if kwargs.get("training", args[2] if len(args) > 2 else True):
        raise Refused("A dropout that is never turned off answers by chance, so nothing is proven.")
    return Step(name=name, inputs=(args[0].name,), run=_same, signs=(1,), back=_reshaped, terms=0)


def _pad(name: str, args: Any, kwargs: Any) -> Step:
    value = kwargs.get("value", args[3] if len(args) > 3 else None)
    return replace(_moved(functional.pad)(name, args, kwargs), slack=_lost(value or 0.0))


def _squeezed(name: str, args: Any, kwargs: Any) -> Step:
    if len(args) + len(kwargs) < 2:
        raise Refused("A squeeze of no axis in particular may lose the rows, so nothing is proven.")
    return _moved(torch.squeeze, _reshaped)(name, args, kwargs)


def _sum(sign: int) -> BuildFunction:
    def build(name: str, args: Any, kwargs: Any) -> Step:
        _plain(name, kwargs)
        first, second = args
        run = torch.add if sign > 0 else torch.sub
        if isinstance(first, Value) and isinstance(second, Value):
            return Step(name=name, inputs=(first.name, second.name), run=run, signs=(1, sign))
        if isinstance(first, Value):
            return Step(name=name, inputs=(first.name,), run=lambda x: run(x, second), signs=(1,), slack=_lost(second))
        fixed = torch.as_tensor(first, dtype=torch.float64)
        return Step(name=name, inputs=(second.name,), run=lambda x: run(fixed, x), signs=(sign,), slack=_lost(first))

    return build


def _product(name: str, args: Any, kwargs: Any) -> Step:
    _plain(name, kwargs)
    first, second = args
    if isinstance(first, Value) and isinstance(second, Value):
        raise Refused("A product of two values that both change is not known here, so nothing is proven.")
    value, fixed = (first, second) if isinstance(first, Value) else (second, first)
    factor = torch.as_tensor(fixed, dtype=torch.float64)
    return Step(name=name, inputs=(value.name,), run=lambda x: x * factor, signs=None, size=lambda x: x * factor.abs())


def _quotient(name: str, args: Any, kwargs: Any) -> Step:
    if isinstance(args[1], Value):
        raise Refused("A division by what changes is not known here, so nothing is proven.")
    return _product(name, (args[0], 1.0 / torch.as_tensor(args[1], dtype=torch.float64)), kwargs)


def _joined(name: str, args: Any, kwargs: Any) -> Step:
    parts, axis = args[0], kwargs.get("dim", args[1] if len(args) > 1 else 0)
    if not all(isinstance(one, Value) for one in parts):
        raise Refused("Joining fixed and changing values is not known here, so nothing is proven.")
    return Step(
        name=name,
        inputs=tuple(one.name for one in parts),
        run=lambda *all_of_them: torch.cat(all_of_them, dim=axis),
        signs=(1,) * len(parts),
        terms=0,
    )


def _cut(name: str, args: Any, kwargs: Any) -> Step:
    least = kwargs.get("min", args[1] if len(args) > 1 else None)
    most = kwargs.get("max", args[2] if len(args) > 2 else None)
    low, high = -INF if least is None else float(least), INF if most is None else float(most)
    return Step(
        name=name,
        inputs=(args[0].name,),
        run=lambda x: torch.clamp(x, low, high),
        signs=(1,),
        relax=cut_lines(low, high),
        terms=0,
        slack=_lost(low, high),
    )


def _negative(name: str, args: Any, kwargs: Any) -> Step:
    return Step(name=name, inputs=(args[0].name,), run=torch.neg, signs=(-1,), terms=0)


def _average(name: str, args: Any, kwargs: Any) -> Step:
    rest = args[1:]
    axes = kwargs.get("dim", rest[0] if rest else None)
    if axes is None or 0 in (axes if isinstance(axes, tuple | list) else (axes,)):
        raise Refused("A mean over the rows makes one answer depend on the others, so nothing is proven.")

    def run(x: Tensor) -> Tensor:
        return torch.mean(x, *rest, **kwargs)

    return Step(name=name, inputs=(args[0].name,), run=run, signs=(1,), size=run, terms=WINDOW)


def _pool(name: str, args: Any, kwargs: Any) -> Step:
    keys = ("kernel_size", "stride", "padding", "dilation", "ceil_mode")
    _plain(name, kwargs, *keys, "return_indices")
    if kwargs.get("return_indices", len(args) > 6 and args[6]):
        raise Refused("A pool that gives places is not known here, so nothing is proven.")
    settings = dict(zip(keys, args[1:], strict=False)) | {key: kwargs[key] for key in keys if key in kwargs}
    return _max_pool(name, (args[0].name,), nn.MaxPool2d(**settings))


def _linear_function(name: str, args: Any, kwargs: Any) -> Step:
    """Build the step of ``torch.nn.functional.linear`` with fixed weights."""
    _plain(name, kwargs, "bias")
    value, weight = args[0], args[1]
    bias = kwargs.get("bias", args[2] if len(args) > 2 else None)
    if not isinstance(value, Value) or _changing((weight, bias)):
        raise Refused("Weights that change with the input are not known here, so nothing is proven.")
    return _weighted(name, (value.name,), weight, bias)


FUNCTIONS: Mapping[str, BuildFunction] = {
    "linear": _linear_function,
    "relu": _as_layer(_relu),
    "relu_": _as_layer(_relu),
    "sigmoid": _as_layer(_sigmoid),
    "tanh": _as_layer(_tanh),
    "softmax": _softmax,
    "log_softmax": _softmax,
    "max_pool2d": _pool,
    "boolean_dispatch": _pool,  # what torch.nn.functional.max_pool2d is called inside torch
    "avg_pool2d": _moved(functional.avg_pool2d, terms=WINDOW),
    "adaptive_avg_pool2d": _moved(functional.adaptive_avg_pool2d, terms=WINDOW),
    "flatten": _moved(torch.flatten, _reshaped),
    "reshape": _moved(
        lambda x, *sizes: torch.reshape(x, sizes[0] if isinstance(sizes[0], tuple | list) else sizes), _reshaped
    ),
    "view": _moved(
        lambda x, *sizes: torch.reshape(x, sizes[0] if isinstance(sizes[0], tuple | list) else sizes), _reshaped
    ),
    "permute": _moved(lambda x, *order: torch.permute(x, order[0] if isinstance(order[0], tuple | list) else order)),
    "transpose": _moved(torch.transpose),
    "unsqueeze": _moved(torch.unsqueeze, _reshaped),
    "squeeze": _squeezed,
    "contiguous": _moved(_same, _reshaped),
    "float": _moved(_same, _reshaped),
    "dropout": _dropout,
    "pad": _pad,
    "getitem": _moved(operator.getitem),
    "add": _sum(1),
    "iadd": _sum(1),
    "sub": _sum(-1),
    "mul": _product,
    "truediv": _quotient,
    "div": _quotient,
    "cat": _joined,
    "clamp": _cut,
    "neg": _negative,
    "mean": _average,
}
