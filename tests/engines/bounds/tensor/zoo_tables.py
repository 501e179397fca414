# SPDX-License-Identifier: Apache-2.0
"""Networks on rows of a table, as people write them, each by what is special about it."""

import torch
from torch import nn
from torch.nn import functional

from engines.bounds.tensor.zoo import Does, flat, plain


def no_gradients(x):
    with torch.no_grad():
        return x * 2


def hooked():
    net = nn.Sequential(nn.Linear(8, 6), nn.ReLU(), nn.Linear(6, 3))
    net[0].register_forward_hook(lambda layer, given, result: -result)
    return net


def listed():
    """Return a network whose layers stand in a plain list, which torch does not see."""
    net = Does(lambda net, x: net.steps[1](torch.relu(net.steps[0](x))))
    net.steps = [nn.Linear(8, 6), nn.Linear(6, 3)]
    return net


def in_place(net, x):
    x = x.clamp_(min=-1.0)
    x += 0.5
    x *= 0.5
    return functional.relu(x, inplace=True)


TABLES = {
    "len": flat(lambda net, x: x.reshape(len(x), 2, 3)),
    "shape": flat(lambda net, x: x.view(x.shape[0], -1)),
    "size": flat(lambda net, x: x.view(x.size(0), 3, -1)),
    "sizes unpacked": flat(lambda net, x: x.view(*x.shape[:1], 3, 2)),
    "flatten and unflatten": flat(lambda net, x: x.unflatten(1, (2, 3)).flatten(1)),
    "squeeze": flat(lambda net, x: x.unsqueeze(1).unsqueeze(-1).squeeze(1).squeeze()),
    "einsum": flat(lambda net, x: torch.einsum("bi,ij->bj", x, net.w), w=nn.Parameter(torch.rand(6, 4) - 0.5)),
    "einsum of three": flat(
        lambda net, x: torch.einsum("bij,jk,i->bk", x.view(-1, 2, 3), net.w, net.v),
        w=nn.Parameter(torch.rand(3, 4) - 0.5),
        v=nn.Parameter(torch.rand(2) - 0.5),
    ),
    "at": flat(lambda net, x: x @ net.w + net.b, w=nn.Parameter(torch.rand(6, 4) - 0.5), b=nn.Parameter(torch.rand(4))),
    "at, turned": flat(lambda net, x: torch.matmul(x, net.w.t()), w=nn.Parameter(torch.rand(4, 6) - 0.5)),
    "at, from the left": flat(lambda net, x: net.w @ x.view(-1, 3, 2), w=nn.Parameter(torch.rand(5, 3) - 0.5)),
    "at, a list of numbers": flat(lambda net, x: (x @ net.w).unsqueeze(1), w=nn.Parameter(torch.rand(6) - 0.5)),
    "addmm": flat(
        lambda net, x: torch.addmm(net.b, x, net.w, beta=0.3),
        w=nn.Parameter(torch.rand(6, 4) - 0.5),
        b=nn.Parameter(torch.rand(4)),
    ),
    "functional linear": flat(lambda net, x: functional.linear(x, net.w), w=nn.Parameter(torch.rand(5, 6) - 0.5)),
    "float": flat(lambda net, x: x.double().float().to(torch.float32).to("cpu")),
    "getattr": flat(lambda net, x: net.inner(x), inner=nn.Linear(6, 6)),
    "layers in a ModuleList": flat(
        lambda net, x: [x := torch.relu(one(x)) for one in net.inner][-1],
        inner=nn.ModuleList([nn.Linear(6, 6), nn.Linear(6, 6)]),
    ),
    "layers in a ModuleDict": flat(
        lambda net, x: net.inner["b"](net.inner["a"](x)), inner=nn.ModuleDict({"a": nn.Linear(6, 6), "b": nn.ReLU()})
    ),
    "layers in a plain list": listed,
    "dropout": flat(lambda net, x: functional.dropout(net.inner(x), 0.5, net.training), inner=nn.Dropout(0.5)),
    "alpha dropout": flat(lambda net, x: net.inner(x), inner=nn.AlphaDropout(0.5)),
    "batch norm": flat(lambda net, x: net.inner(x), inner=nn.BatchNorm1d(6)),
    "batch norm, functional": flat(
        lambda net, x: functional.batch_norm(x, net.inner.running_mean, net.inner.running_var, net.inner.weight),
        inner=nn.BatchNorm1d(6),
    ),
    "batch norm without weights": flat(lambda net, x: net.inner(x), inner=nn.BatchNorm1d(6, affine=False)),
    "residual": flat(lambda net, x: torch.relu(net.inner(x) + x), inner=nn.Linear(6, 6)),
    "residual, added": flat(lambda net, x: x.add(net.inner(x)).sub(0.25).mul(0.5).div(0.7), inner=nn.Linear(6, 6)),
    "joined with a constant": flat(
        lambda net, x: torch.cat([x, net.w.expand(len(x), -1)], 1), w=nn.Parameter(torch.rand(1, 2))
    ),
    "stacked": flat(lambda net, x: torch.stack([x, -x], dim=-1)),
    "chunks": flat(lambda net, x: torch.cat(x.chunk(3, dim=1)[::-1], 1)),
    "split": flat(lambda net, x: torch.split(x, [2, 4], dim=-1)[1]),
    "unbound": flat(lambda net, x: sum(x.view(-1, 3, 2).unbind(1))),
    "picked": flat(lambda net, x: x[:, [0, 2, 2, 5]]),
    "slices": flat(lambda net, x: x[..., 1::2] + x[:, :3]),
    "flipped": flat(lambda net, x: x.flip(1).roll(1, dims=1)),
    "in place": flat(in_place),
    "product of two values": flat(lambda net, x: x * net.inner(x), inner=nn.Linear(6, 6)),
    "swish by hand": flat(lambda net, x: x * torch.sigmoid(x)),
    "square": flat(lambda net, x: x**2 + x.pow(2) + x.square() + x * x),
    "larger of two": flat(
        lambda net, x: torch.maximum(x, net.inner(x)) - torch.minimum(x, net.inner(x)), inner=nn.Linear(6, 6)
    ),
    "maxout": flat(lambda net, x: x.view(-1, 3, 2).max(dim=2)[0] + x.view(-1, 3, 2).amax(-1)),
    "without gradients inside": flat(lambda net, x: no_gradients(x)),
    "shortcuts of numbers": flat(lambda net, x: (1 - x) / 3 + 2 * x - (x - 0.1)),
    "a hook": lambda: hooked(),
    "weight norm": flat(lambda net, x: net.inner(x), inner=nn.utils.parametrizations.weight_norm(nn.Linear(6, 6))),
    "scores in order": plain(
        lambda net, x: functional.log_softmax(net.last(x.view(len(x), -1)), dim=-1), last=nn.Linear(8, 3)
    ),
    "one score": plain(lambda net, x: torch.sigmoid(net.last(x.view(x.size(0), -1))).squeeze(-1), last=nn.Linear(8, 1)),
    "parameterised leak": flat(lambda net, x: net.inner(x), inner=nn.PReLU(6, 0.2)),
    "parameterised leak, steep": flat(lambda net, x: net.inner(x), inner=nn.PReLU(1, 1.7)),
}
CURVES = [
    nn.ReLU(),
    nn.LeakyReLU(0.3),
    nn.LeakyReLU(-0.3),
    nn.Sigmoid(),
    nn.Tanh(),
    nn.GELU(),
    nn.GELU("tanh"),
    nn.SiLU(),
    nn.Mish(),
    nn.ELU(),
    nn.ELU(1.7),
    nn.CELU(0.7),
    nn.SELU(),
    nn.Softplus(),
    nn.Softplus(3, 5),
    nn.Hardtanh(-0.7, 1.1),
    nn.ReLU6(),
    nn.Hardswish(),
    nn.Hardsigmoid(),
    nn.Softshrink(0.3),
    nn.Tanhshrink(),
    nn.LogSigmoid(),
    nn.RReLU(),
]
FUNCTIONS = [
    torch.relu,
    torch.sigmoid,
    torch.tanh,
    functional.relu,
    functional.leaky_relu,
    functional.elu,
    functional.gelu,
    functional.silu,
    functional.softplus,
    functional.hardtanh,
    functional.relu6,
    functional.selu,
    functional.mish,
    functional.hardswish,
    functional.logsigmoid,
    torch.erf,
    torch.exp,
    torch.abs,
    torch.square,
    torch.neg,
    functional.sigmoid,
    functional.tanh,
    lambda x: x.clamp(-0.3, 0.4),
    lambda x: torch.clip(x, max=0.4),
    lambda x: x.clamp_min(0.1),
    lambda x: x.relu(),
    lambda x: x.sigmoid(),
    lambda x: x.tanh(),
    lambda x: x.abs(),
]
for _curve in CURVES:
    TABLES[f"layer {_curve}"] = flat(lambda net, x: net.inner(3 * x), inner=_curve)
for _place, _run in enumerate(FUNCTIONS):
    TABLES[f"function {_place} {getattr(_run, '__name__', '')}"] = flat(lambda net, x, run=_run: run(3 * x))
