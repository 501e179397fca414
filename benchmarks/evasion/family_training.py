# SPDX-License-Identifier: Apache-2.0
"""Ways to train the families of networks."""

from collections.abc import Callable

import models
import torch
from family_data import Split
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  (torch's own documentation names it so)

BATCH = 50
Loss = Callable[[Tensor, Tensor, float], Tensor]  # rows, labels, share of the training that is done


def standard(module: nn.Module, split: Split, *, epochs: int) -> None:
    """Train on the rows as they are, by Adam."""
    _adam(module, split, epochs, lambda x, y, _: F.cross_entropy(module(x), y))


def decayed(module: nn.Module, split: Split, *, epochs: int, rate: float = 0.05) -> None:
    """Train on the rows as they are, by momentum with weight decay."""
    optimizer = torch.optim.SGD(module.parameters(), lr=rate, momentum=0.9, weight_decay=5e-4)
    _run(optimizer, split, epochs, lambda x, y, _: F.cross_entropy(module(x), y))


def one_step(module: nn.Module, split: Split, *, epochs: int, radius: float) -> None:
    """Train on rows moved by one step from a random start: Wong et al. 2020, arXiv:2001.03994, algorithm 3."""
    _adam(module, split, epochs, lambda x, y, _: F.cross_entropy(module(_moved(module, split, x, y, radius, 1)), y))


def many_steps(module: nn.Module, split: Split, *, epochs: int, radius: float) -> None:
    """Train on rows moved by five steps: Madry et al. 2018, arXiv:1706.06083, with a radius that grows."""

    def loss(x: Tensor, y: Tensor, done: float) -> Tensor:
        return F.cross_entropy(module(_moved(module, split, x, y, radius * min(1.0, 2 * done + 0.05), 5)), y)

    _adam(module, split, epochs, loss)


def intervals(module: nn.Module, split: Split, *, epochs: int, radius: float) -> None:
    """Train on interval bounds: Gowal et al. 2018, arXiv:1810.12715."""

    def loss(x: Tensor, y: Tensor, done: float) -> Tensor:
        grown = min(1.0, max(0.0, 2 * done - 0.1))
        worst = F.cross_entropy(models.worst_scores(module, x, y, 1.1 * radius * grown), y)
        return (1 - grown / 2) * F.cross_entropy(module(x), y) + grown / 2 * worst

    _adam(module, split, epochs, loss)


def crown_intervals(module: nn.Module, split: Split, *, epochs: int, radius: float) -> None:
    """Train on linear bounds whose inner layers have interval bounds: Zhang et al. 2020, arXiv:1906.06316."""

    def loss(x: Tensor, y: Tensor, done: float) -> Tensor:
        grown = min(1.0, max(0.0, 2 * done - 0.1))
        lows = margins_below(module, x, y, radius * grown, adaptive=True)
        return (1 - grown / 2) * F.cross_entropy(module(x), y) + grown / 2 * F.cross_entropy(-lows, y)

    _adam(module, split, epochs, loss)


def convex(module: nn.Module, split: Split, *, epochs: int, radius: float) -> None:
    """Train on a feasible point of the linear program's dual: Wong and Kolter 2018, arXiv:1711.00851, algorithm 1."""

    def loss(x: Tensor, y: Tensor, done: float) -> Tensor:
        lows = margins_below(module, x, y, radius * min(1.0, 0.05 + 2 * done), adaptive=False)
        return F.cross_entropy(-lows, y)

    _adam(module, split, epochs, loss)


def distilled(module: nn.Module, split: Split, *, epochs: int) -> None:
    """Train a wider teacher first, then learn its softened answers: Hinton et al. 2015, arXiv:1503.02531."""
    cells, heat = split.train_x[0].numel(), 5.0
    teacher = nn.Sequential(
        nn.Flatten(), nn.Linear(cells, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, split.classes)
    )
    decayed(teacher, split, epochs=epochs // 2)
    teacher.requires_grad_(False)

    def loss(x: Tensor, y: Tensor, _: float) -> Tensor:
        told = F.softmax(teacher(x) / heat, dim=1)
        return F.cross_entropy(module(x) / heat, told) * heat + 0.1 * F.cross_entropy(module(x), y)

    _adam(module, split, epochs, loss)


def margins_below(module: nn.Module, x: Tensor, y: Tensor, radius: float, *, adaptive: bool) -> Tensor:
    """Return (n, k) bounds from below on the right score minus each; in float32, for training: not a proof.

    Args:
        module: linear layers, convolutions, ReLU and flattening in a row.
        x: rows, in [0, 1].
        y: right classes.
        radius: Linf.
        adaptive: lines below by the nearer end, and interval bounds inside; else both lines have the chord's slope,
            and inner layers are bounded by the same way back.
    """
    layers = list(module.children())
    lower, upper = (x - radius).clamp(0, 1), (x + radius).clamp(0, 1)
    low, high, known = lower, upper, list[tuple[Tensor, Tensor]]()
    for place, layer in enumerate(layers[:-1]):
        known.append((low, high))
        if isinstance(layer, nn.Linear | nn.Conv2d):
            middle, reach = (low + high) / 2, (high - low) / 2
            if adaptive or place <= 1:
                positive = _apply(layer, reach, layer.weight.abs(), None)
                middle = layer(middle)
                low, high = middle - positive, middle + positive
            else:
                eye = torch.eye(layer.weight.shape[0]).expand(len(x), -1, -1)
                low = _back(layers[: place + 1], known, eye, lower, upper, adaptive)
                high = -_back(layers[: place + 1], known, -eye, lower, upper, adaptive)
        else:
            low, high = layer(low), layer(high)
    known.append((low, high))
    classes = layers[-1].weight.shape[0]
    asked = F.one_hot(y, classes).float()[:, None] - torch.eye(classes)[None]
    return _back(layers, known, asked, lower, upper, adaptive)


def _back(
    layers: list[nn.Module], known: list[tuple[Tensor, Tensor]], asked: Tensor, lower: Tensor, upper: Tensor,
    adaptive: bool,
) -> Tensor:  # fmt: skip
    n, m = asked.shape[:2]
    total = torch.zeros(n, m)
    for layer, (low, high) in zip(reversed(layers), reversed(known[: len(layers)]), strict=True):
        if isinstance(layer, nn.Linear):
            total = total + asked @ layer.bias
            asked = asked @ layer.weight
        elif isinstance(layer, nn.Conv2d):
            total = total + (asked.sum(dim=(3, 4)) * layer.bias).sum(dim=2)
            back = F.conv_transpose2d(asked.flatten(0, 1), layer.weight, None, layer.stride, layer.padding)
            asked = back.view(n, m, *back.shape[1:])
        elif isinstance(layer, nn.Flatten):
            asked = asked.view(n, m, *low.shape[1:])
        else:
            on, off = low >= 0, high <= 0
            chord = torch.where(on, 1.0, torch.where(off, 0.0, high / (high - low).clamp(min=1e-6)))
            below = torch.where(on | off, chord, (high > -low).float()) if adaptive else chord
            shift = torch.where(on | off, torch.zeros(()), -low * chord)
            up, down = asked.clamp(min=0), asked.clamp(max=0)
            total = total + (down * shift[:, None]).flatten(2).sum(dim=2)
            asked = up * below[:, None] + down * chord[:, None]
    flat = asked.flatten(2)
    ends = flat.clamp(min=0) @ lower.flatten(1)[:, :, None] + flat.clamp(max=0) @ upper.flatten(1)[:, :, None]
    return total + ends[:, :, 0]


def _apply(layer: nn.Module, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    if isinstance(layer, nn.Linear):
        return F.linear(x, weight, bias)
    return F.conv2d(x, weight, bias, layer.stride, layer.padding)


def _moved(module: nn.Module, split: Split, x: Tensor, y: Tensor, radius: float, steps: int) -> Tensor:
    size = 1.25 * radius if steps == 1 else 2.5 * radius / steps
    bad = x + radius * (2 * torch.rand(x.shape) - 1)
    for _ in range(steps):
        bad = bad.clamp(float(split.lower), float(split.upper)).requires_grad_(True)
        (slope,) = torch.autograd.grad(F.cross_entropy(module(bad), y), bad)
        bad = torch.minimum(torch.maximum(bad.detach() + size * slope.sign(), x - radius), x + radius)
    return bad.clamp(float(split.lower), float(split.upper))


def _adam(module: nn.Module, split: Split, epochs: int, loss: Loss) -> None:
    _run(torch.optim.Adam(module.parameters(), lr=1e-3), split, epochs, loss)


def _run(optimizer: torch.optim.Optimizer, split: Split, epochs: int, loss: Loss) -> None:
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    x, y = split.train_x, split.train_y
    for epoch in range(epochs):
        order = torch.randperm(len(x))
        for start in range(0, len(x), BATCH):
            some = order[start : start + BATCH]
            worth = loss(x[some], y[some], (epoch + start / len(x)) / epochs)
            optimizer.zero_grad()
            worth.backward()
            optimizer.step()
        schedule.step()
