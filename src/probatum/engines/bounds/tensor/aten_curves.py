# SPDX-License-Identifier: Apache-2.0
"""ATen operators that are curves of one number, each with what is known of its curve.

The largest second derivatives are known in closed form, or rounded up from a fine grid; a test compares them all.
``size`` is what float32 is off in proportion to: where a sum cancels (1 + erf, exp - 1), that is not the result.
"""

import math
from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from probatum.engines.bounds.tensor.exported import Call
from probatum.engines.bounds.tensor.operations import LAYERS, Value
from probatum.engines.bounds.tensor.smooth import Smooth
from probatum.engines.bounds.tensor.steps import Step

SOME = 16  # roundings in one curve, at most
CARE = 2.0  # times that: libraries compute some curves by approximations that are off by about a unit of float32


def bounded(call: Call) -> list[Step] | None:
    """Return the steps of a call that is a curve; None where it is not known as one."""
    if call.operator in PLAIN:
        return [LAYERS[PLAIN[call.operator]](call.name, (value(call),), nn.Identity())]
    if call.operator == "leaky_relu" and 0 <= call.given["negative_slope"] <= 1:  # a hinge, which can be split
        return [LAYERS[nn.LeakyReLU](call.name, (value(call),), nn.LeakyReLU(call.given["negative_slope"]))]
    build = CURVES.get(call.operator)
    return None if build is None else [step(call.name, value(call), build(call))]


def value(call: Call, name: str = "") -> str:
    """Return the name of the value that a call is applied to; everything else about the call must be fixed."""
    changing = [key for key, one in call.given.items() if isinstance(one, Value)]
    wanted = name or ("input" if "input" in call.given else "self")
    if changing != [wanted]:
        raise call.refusal("of more than one value that changes")
    found: str = call.given[wanted].name
    return found


def step(name: str, source: str, curve: Smooth) -> Step:
    """Return the step of a curve."""
    return Step(
        name=name,
        inputs=(source,),
        run=curve.run,
        signs=(1,),
        ends=curve.ends,
        relax=curve.lines,
        size=curve.size,
        terms=0 if curve.exact else SOME,
        care=CARE,
        slack=curve.slack,
    )


def square() -> Smooth:
    """Return the curve x times x."""
    return Smooth(run=torch.square, bend=2.0, least=0.0)


def _itself(x: Tensor) -> Tensor:
    return x


def _absolute(call: Call) -> Smooth:
    return Smooth(run=torch.abs, bend=0.0, corners=(0.0,), least=0.0, exact=True)


def _leaky(call: Call) -> Smooth:
    slope = float(call.given["negative_slope"])
    return Smooth(
        run=lambda x: functional.leaky_relu(x, slope), bend=0.0, corners=(0.0,), rises=slope >= 0, size=_itself
    )


def _random_leaky(call: Call) -> Smooth:
    if call.given.get("training"):
        raise call.refusal("as if still in training")
    slope = (float(call.given["lower"]) + float(call.given["upper"])) / 2
    return Smooth(
        run=lambda x: functional.leaky_relu(x, slope), bend=0.0, corners=(0.0,), rises=slope >= 0, size=_itself
    )


def _parametric(call: Call) -> Smooth:
    weight = call.given["weight"].double()
    axes = len(call.shapes[call.given["self"].name])
    slope = weight.view(1, -1, *([1] * (axes - 1))) if weight.numel() > 1 else weight.view(())
    reach = slope.abs().clamp(min=1)
    return Smooth(run=lambda x: torch.where(x > 0, x, x * slope), bend=0.0, corners=(0.0,), size=lambda x: x * reach)


def _cut(least: float | None, most: float | None) -> Smooth:
    ends = (-math.inf if least is None else least), (math.inf if most is None else most)
    held = [float(torch.tensor(one, dtype=torch.float32)) for one in ends]
    return Smooth(
        run=lambda x: torch.clamp(x, *held), bend=0.0, corners=[one for one in held if math.isfinite(one)], rises=True,
        exact=True,
    )  # fmt: skip


def _clamp(call: Call) -> Smooth:
    least, most = call.given.get("min", call.given.get("min_val")), call.given.get("max", call.given.get("max_val"))
    if isinstance(least, Tensor) or isinstance(most, Tensor):
        raise call.refusal("with ends that are tensors")
    return _cut(least, most)


def _elu(call: Call) -> Smooth:
    alpha, scale, inner = (float(call.given.get(name, 1.0)) for name in ("alpha", "scale", "input_scale"))
    return _exponential(call, alpha, scale, inner)


def _exponential(call: Call, alpha: float, scale: float, inner: float) -> Smooth:
    if min(alpha, scale, inner) < 0:
        raise call.refusal("with a factor below zero")
    return Smooth(
        run=lambda x: scale * torch.where(x > 0, x, alpha * torch.expm1(inner * x.clamp(max=0))),
        bend=alpha * scale * inner**2,
        corners=(0.0,),
        rises=True,
        size=lambda x: scale * torch.where(x > 0, x + alpha, 0.0),
    )


def _selu(call: Call) -> Smooth:
    return _exponential(call, 1.6732632423543772, 1.0507009873554805, 1.0)


def _celu(call: Call) -> Smooth:
    alpha = float(call.given["alpha"])
    if alpha <= 0:
        raise call.refusal("with a factor below zero")
    return _exponential(call, alpha, 1.0, 1 / alpha)


def _gelu(call: Call) -> Smooth:
    how = str(call.given["approximate"])
    return Smooth(run=lambda x: functional.gelu(x, approximate=how), bend=0.82, least=-0.1701, size=_itself)


def _softplus(call: Call) -> Smooth:
    beta, threshold = float(call.given["beta"]), float(call.given["threshold"])
    if beta <= 0:
        raise call.refusal("with a factor below zero")
    return Smooth(
        run=lambda x: torch.logaddexp(x * beta, torch.zeros_like(x)) / beta,
        bend=beta / 4,
        rises=True,
        slack=math.log1p(math.exp(-threshold)) / beta * (1 + 1e-9),  # beyond it torch gives x itself
    )


def _hard_sigmoid(call: Call) -> Smooth:
    return Smooth(run=functional.hardsigmoid, bend=0.0, corners=(-3.0, 3.0), rises=True, size=lambda x: x + 1)


def _shrunk(call: Call) -> Smooth:
    by = float(call.given["lambd"])
    return Smooth(
        run=lambda x: functional.softshrink(x, by), bend=0.0, corners=(-by, by), rises=True, size=lambda x: x + by
    )


def _power(call: Call) -> Smooth:
    if call.given["exponent"] != 2:
        raise call.refusal(f"to the power of {call.given['exponent']}")
    return square()


def _always(curve: Smooth) -> Callable[[Call], Smooth]:
    return lambda call: curve  # noqa: ARG005


PLAIN: Mapping[str, type[nn.Module]] = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh}

CURVES: Mapping[str, Callable[[Call], Smooth]] = {
    "abs": _absolute,
    "absolute": _absolute,
    "celu": _celu,
    "clamp": _clamp,
    "clip": _clamp,
    "clamp_max": _clamp,
    "clamp_min": _clamp,
    "elu": _elu,
    "erf": _always(Smooth(run=torch.erf, bend=0.97, rises=True)),
    "exp": _always(Smooth(run=torch.exp, bend=lambda _, high: torch.exp(high), rises=True)),
    "gelu": _gelu,
    "hardsigmoid": _hard_sigmoid,
    "hardswish": _always(
        Smooth(run=functional.hardswish, bend=1 / 3, corners=(-3.0, 3.0), least=-0.375, size=lambda x: x * (x + 3))
    ),
    "hardtanh": _clamp,
    "leaky_relu": _leaky,
    "log_sigmoid": _always(Smooth(run=functional.logsigmoid, bend=0.25, rises=True, size=lambda x: x + 1)),
    "mish": _always(Smooth(run=functional.mish, bend=1.0, least=-0.309, size=_itself)),
    "pow": _power,
    "prelu": _parametric,
    "relu6": lambda call: _cut(0.0, 6.0),  # noqa: ARG005
    "rrelu": _random_leaky,
    "selu": _selu,
    "silu": _always(Smooth(run=functional.silu, bend=0.5, least=-0.2785, size=_itself)),
    "softplus": _softplus,
    "softshrink": _shrunk,
    "square": _always(square()),
    "tanhshrink": _always(Smooth(run=functional.tanhshrink, bend=0.77, rises=True, size=_itself)),
}
