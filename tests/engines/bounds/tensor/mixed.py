# SPDX-License-Identifier: Apache-2.0
"""Networks drawn at random: operators in an order that nobody thought of, on pictures first, then on lists of numbers.

What is drawn is known to be followed, but for one operator in each fifth network.
"""

import random
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

SHAPE = (2, 6, 6)  # of a row
MOST = 160  # cells of one value: what is larger is pooled
CURVES = (
    functional.relu, torch.tanh, torch.sigmoid, functional.elu, functional.gelu, functional.silu, functional.softplus,
    functional.hardswish, functional.relu6, functional.mish, torch.abs, lambda x: functional.leaky_relu(x, 0.2),
    lambda x: x.clamp(-0.7, 1.1), lambda x: x * x / 4, lambda x: torch.maximum(x, -x / 2), nn.PReLU(),
)  # fmt: skip


class Part(nn.Module):
    """One operator, with what it needs."""

    def __init__(self, run: Callable[["Part", Tensor], Tensor], **layers: nn.Module | nn.Parameter) -> None:
        super().__init__()
        self.run = run
        for name, layer in layers.items():
            setattr(self, name, layer)

    def forward(self, x: Tensor) -> Tensor:
        return self.run(self, x)


def _weight(*shape: int) -> nn.Parameter:
    return nn.Parameter((torch.rand(*shape) - 0.5) * 2 / shape[-1] ** 0.5)


def _conv(rng: random.Random, shape: tuple[int, ...]) -> Part:
    out = rng.choice([2, 3, 4])
    groups = rng.choice([1, *([2] if shape[0] % 2 == 0 and out % 2 == 0 else [])])
    kind = rng.choice(["zeros", "zeros", "reflect", "circular", "replicate"])
    size, step, gap = rng.choice([1, 2, 3]), rng.choice([1, 1, 2]), rng.choice([1, 1, 2])
    layer = nn.Conv2d(
        shape[0], out, size, stride=step, padding=rng.choice([0, 1]), dilation=gap, groups=groups, padding_mode=kind,
        bias=rng.random() < 0.7,
    )  # fmt: skip
    return Part(lambda part, x: part.layer(x), layer=layer)


def _transposed(rng: random.Random, shape: tuple[int, ...]) -> Part:
    layer = nn.ConvTranspose2d(shape[0], rng.choice([2, 3]), rng.choice([1, 2, 3]), padding=rng.choice([0, 1]))
    return Part(lambda part, x: part.layer(x), layer=layer)


def _pool(rng: random.Random, shape: tuple[int, ...]) -> Part:
    size, step, edge, up = rng.choice([2, 3]), rng.choice([1, 2]), rng.choice([0, 1]), rng.random() < 0.5
    pools = [
        lambda _, x: functional.max_pool2d(x, size, step, padding=edge, ceil_mode=up),
        lambda _, x: functional.avg_pool2d(x, size, step, padding=edge, ceil_mode=up, count_include_pad=not up),
        lambda _, x: functional.adaptive_avg_pool2d(x, (3, 2)),
        lambda _, x: functional.adaptive_max_pool2d(x, (2, 3)),
    ]
    return Part(rng.choice(pools))


def _edges(rng: random.Random, _: tuple[int, ...]) -> Part:
    kind, edges = rng.choice(["constant", "reflect", "replicate"]), (1, 0, 1, 1)
    return Part(lambda _, x: functional.pad(x, edges, mode=kind))


def _norm(rng: random.Random, shape: tuple[int, ...]) -> Part:
    layer = (nn.BatchNorm2d if len(shape) == 3 else nn.BatchNorm1d)(shape[0], affine=rng.random() < 0.8)
    layer.running_mean.uniform_(-0.5, 0.5)
    layer.running_var.uniform_(0.5, 2)
    if rng.random() < 0.5:
        return Part(lambda part, x: part.layer(x), layer=layer)
    return Part(
        lambda part, x: functional.batch_norm(
            x, part.layer.running_mean, part.layer.running_var, part.layer.weight, part.layer.bias, part.training
        ),
        layer=layer,
    )


def _same(rng: random.Random, shape: tuple[int, ...]) -> nn.Module:
    """Return a layer that keeps the shape."""
    if len(shape) == 3:
        return nn.Conv2d(shape[0], shape[0], 3, padding=1)
    return nn.Linear(shape[-1], shape[-1])


def _joined(rng: random.Random, shape: tuple[int, ...]) -> Part:
    curve = rng.choice(CURVES[:6])
    joins = [
        lambda part, x: x + curve(part.layer(x)),
        lambda part, x: curve(x - 0.5 * part.layer(x)),
        lambda part, x: x * torch.sigmoid(part.layer(x)),
        lambda part, x: torch.cat([x, curve(part.layer(x))], dim=1),
        lambda part, x: torch.stack([x, part.layer(x)], dim=1).mean(dim=1),
        lambda part, x: torch.minimum(x, part.layer(x)),
        lambda part, x: torch.cat([*curve(part.layer(x)).chunk(2, dim=1), x[:, :1]], dim=1),
    ]
    return Part(rng.choice(joins), layer=_same(rng, shape))


def _curve(rng: random.Random, _: tuple[int, ...]) -> Part:
    curve = rng.choice(CURVES)
    return Part(lambda _, x: curve(x))


def _moved(rng: random.Random, shape: tuple[int, ...]) -> Part:
    moves = [
        lambda _, x: functional.dropout(x, 0.4, training=False),
        lambda _, x: x.double().to(torch.float32),
        lambda _, x: x.flip(-1) if x.dim() > 2 else x.roll(1, 1),
        lambda _, x: x.unsqueeze(1).squeeze(1),
        lambda _, x: x[..., 1:] if x.shape[-1] > 2 else x.contiguous(),
    ]
    if len(shape) == 3:
        moves += [
            lambda _, x: x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2),
            lambda _, x: x.transpose(2, 3),
            lambda _, x: x.reshape(len(x), -1, x.shape[2]).unflatten(1, (x.shape[1], x.shape[3])),
            lambda _, x: functional.interpolate(x, scale_factor=2, mode="nearest"),
            lambda _, x: functional.interpolate(x, size=(4, 5), mode="bilinear", align_corners=False),
            lambda _, x: x.amax(dim=-1, keepdim=True),
        ]
    return Part(rng.choice(moves))


def _product(rng: random.Random, shape: tuple[int, ...]) -> Part:
    wide = rng.choice([4, 5])
    if len(shape) == 3:
        products = [
            (lambda part, x: x @ part.w, (shape[2], 3)),
            (lambda part, x: torch.einsum("bchw,cd->bdhw", x, part.w), (shape[0], 3)),
            (lambda part, x: torch.matmul(part.w, x), (3, shape[1])),
        ]
    else:
        products = [
            (lambda part, x: x @ part.w, (shape[0], wide)),
            (lambda part, x: torch.einsum("bi,ji->bj", x, part.w), (wide, shape[0])),
            (lambda part, x: functional.linear(x, part.w), (wide, shape[0])),
            (lambda part, x: torch.addmm(part.w[0], x, part.w, beta=0.5), (shape[0], wide)),
            (lambda part, x: (part.w @ x.unsqueeze(-1)).squeeze(-1), (wide, shape[0])),
        ]
    run, size = rng.choice(products)
    return Part(run, w=_weight(*size))


UNKNOWN: dict[str, Callable[[Part, Tensor], Tensor]] = {
    "layer_norm": lambda _, x: functional.layer_norm(x, x.shape[1:]),
    "softmax": lambda _, x: x.softmax(dim=1) * 2,
    "cumsum": lambda _, x: x.cumsum(dim=1),
    "div": lambda _, x: x / (1 + x.abs().sum(dim=1, keepdim=True)),
    "gt": lambda _, x: torch.where(x > 0, x, 0.1 * x),
    "sort": lambda _, x: x.sort(dim=1).values,
    "bmm": lambda _, x: torch.bmm(x.flatten(1).unsqueeze(2), x.flatten(1).unsqueeze(1)).mean(dim=2),
}
PICTURES = (_conv, _conv, _transposed, _pool, _edges, _norm, _joined, _joined, _curve, _curve, _moved, _moved, _product)
LISTS = (_norm, _joined, _joined, _curve, _curve, _moved, _product, _product)


def drawn_network(seed: int) -> tuple[nn.Module, str | None]:
    """Return a network in evaluation mode and which of its operators is not followed, in each fifth network."""
    rng = random.Random(seed)
    torch.manual_seed(seed)
    parts: list[nn.Module] = []
    unknown = list(UNKNOWN)[seed // 5 % len(UNKNOWN)] if seed % 5 == 4 else None

    def shape() -> tuple[int, ...]:
        return tuple(nn.Sequential(*parts).eval()(torch.zeros(2, *SHAPE)).shape[1:])

    def add(kinds: tuple[Callable[[random.Random, tuple[int, ...]], Part], ...], count: int) -> None:
        wanted = len(parts) + count
        while len(parts) < wanted:
            parts.append(rng.choice(kinds)(rng, shape()))
            try:
                cells = torch.Size(shape()).numel()
            except (RuntimeError, ValueError):  # too small a picture, or too wide an edge, for this operator
                parts.pop()
                continue
            if cells > MOST:
                parts.append(nn.AdaptiveAvgPool2d(3) if len(shape()) == 3 else nn.Linear(cells, 8))

    add(PICTURES, rng.randint(2, 5))
    if unknown is not None:
        parts.append(Part(UNKNOWN[unknown]))
    parts.append(nn.Flatten() if rng.random() < 0.5 else Part(lambda _, x: x.view(x.size(0), -1)))
    parts.append(nn.Linear(shape()[0], rng.choice([4, 6])))
    add(LISTS, rng.randint(1, 3))
    parts.append(nn.Linear(shape()[0], 3))
    return nn.Sequential(*parts).eval().requires_grad_(False), unknown
