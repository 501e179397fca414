# SPDX-License-Identifier: Apache-2.0
"""The networks that attacks and proofs are measured on: trained on MNIST once, then kept by hash.

    python models.py mlp cnn ibp robust        # trains what is not kept yet, prints what each can do

Where they are kept: the folder that ``PROBATUM_BENCH`` names, else ``~/.cache/probatum-bench``.
"""

import argparse
import hashlib
import inspect
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  (torch's own documentation names it so)

SEED = 0
BATCH = 100


def build(name: str) -> nn.Module:
    """Return the network of this name with fresh weights; inputs (n, 1, 28, 28) float32 in [0, 1]."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        return LAYERS[name]()


def _mlp() -> nn.Module:
    return nn.Sequential(
        nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10)
    )


def _mlp_small() -> nn.Module:
    return nn.Sequential(
        nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 100), nn.ReLU(), nn.Linear(100, 10)
    )


def _pooled() -> nn.Module:
    return nn.Sequential(
        *(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(32 * 7 * 7, 100), nn.ReLU(), nn.Linear(100, 10)),
    )


def _strided() -> nn.Module:
    """Return the small network of Wong et al., "Fast is better than free", arXiv:2001.03994, section 5.1."""
    return nn.Sequential(
        *(nn.Conv2d(1, 16, 4, stride=2, padding=1), nn.ReLU()),
        *(nn.Conv2d(16, 32, 4, stride=2, padding=1), nn.ReLU()),
        *(nn.Flatten(), nn.Linear(32 * 7 * 7, 100), nn.ReLU(), nn.Linear(100, 10)),
    )


LAYERS: dict[str, Callable[[], nn.Module]] = {
    "mlp": _mlp,
    "mlp_small": _mlp_small,
    "cnn": _pooled,
    "ibp": _strided,
    "robust": _strided,
}


# --- data


def mnist(part: str, data: Path | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return ``train`` or ``test``: (n, 1, 28, 28) float32 in [0, 1], (n,) int64."""
    with np.load(mnist_file(data)) as held:
        x, y = held[f"x_{part}"], held[f"y_{part}"]
    return (x.reshape(-1, 1, 28, 28) / np.float32(255)).astype(np.float32), y.astype(np.int64)


def mnist_file(data: Path | None = None) -> Path:
    """Return the place of ``mnist.npz``: in the folder given, else in the one that PROBATUM_DATA names."""
    folder = data or Path(os.environ.get("PROBATUM_DATA", "../shared/data"))
    if not (folder / "mnist.npz").is_file():
        raise SystemExit(f"Wanted mnist.npz in {folder}, found none. Set PROBATUM_DATA to the folder that holds it.")
    return folder / "mnist.npz"


def _batches(x: Tensor, y: Tensor, rng: torch.Generator) -> Iterator[tuple[Tensor, Tensor]]:
    order = torch.randperm(len(x), generator=rng)
    for i in range(0, len(x), BATCH):
        yield x[order[i : i + BATCH]], y[order[i : i + BATCH]]


# --- training


def _plain(module: nn.Module, x: Tensor, y: Tensor, *, epochs: int = 8) -> None:
    """Train on the images as they are."""
    rng = torch.Generator().manual_seed(SEED)
    optimizer = torch.optim.Adam(module.parameters(), lr=1e-3, weight_decay=1e-5)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    for _ in range(epochs):
        for rows, labels in _batches(x, y, rng):
            _step(optimizer, F.cross_entropy(module(rows), labels))
        schedule.step()


def _provable(module: nn.Module, x: Tensor, y: Tensor, *, epochs: int = 40, radius: float = 0.12) -> None:
    """Train on interval bounds: Gowal et al. 2018, arXiv:1810.12715, equations 12 and 13.

    The radius grows from 0 over a third of the time, while the weight of the clean loss falls from 1 to a half.
    """
    rng = torch.Generator().manual_seed(SEED)
    optimizer = torch.optim.Adam(module.parameters(), lr=1e-3)
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, [epochs * 6 // 10, epochs * 8 // 10], gamma=0.2)
    total, step = epochs * len(x) // BATCH, 0
    for _ in range(epochs):
        for rows, labels in _batches(x, y, rng):
            grown = min(1.0, max(0.0, (step / total - 1 / epochs) * 3))
            clean = F.cross_entropy(module(rows), labels)
            worst = F.cross_entropy(worst_scores(module, rows, labels, radius * grown), labels)
            _step(optimizer, (1 - grown / 2) * clean + grown / 2 * worst)
            step += 1
        schedule.step()


def worst_scores(module: nn.Module, x: Tensor, y: Tensor, radius: float) -> Tensor:
    """Return (n, k) scores no better for class ``y`` than any point of the ball in the box [0, 1] gives.

    Plain interval bounds in float32, for training and for a first look; not a proof.
    """
    lower, upper = (x - radius).clamp(0, 1), (x + radius).clamp(0, 1)
    middle, reach = (lower + upper) / 2, (upper - lower) / 2
    for layer in module.children():
        if isinstance(layer, nn.Linear):
            middle, reach = layer(middle), F.linear(reach, layer.weight.abs())
        elif isinstance(layer, nn.Conv2d):
            middle = layer(middle)
            reach = F.conv2d(reach, layer.weight.abs(), None, layer.stride, layer.padding)
        elif isinstance(layer, nn.ReLU):
            lower, upper = (middle - reach).clamp(min=0), (middle + reach).clamp(min=0)
            middle, reach = (lower + upper) / 2, (upper - lower) / 2
        else:
            middle, reach = layer(middle), layer(reach)  # flattening
    right = F.one_hot(y, middle.shape[1]).bool()
    return torch.where(right, middle - reach, middle + reach)


def _adversarial(module: nn.Module, x: Tensor, y: Tensor, *, epochs: int = 12, radius: float = 0.3) -> None:
    """Train on attacked images: one step from a random start for the first half, then seven steps.

    One step: Wong et al. 2020, arXiv:2001.03994, algorithm 3. Seven: Madry et al. 2018, arXiv:1706.06083, section 2.1.
    The radius grows over the first quarter, since training at the full radius from the start may never take off.
    """
    rng = torch.Generator().manual_seed(SEED)
    optimizer = torch.optim.Adam(module.parameters(), lr=2e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    total, step = epochs * len(x) // BATCH, 0
    for epoch in range(epochs):
        steps = 1 if epoch < epochs // 2 else 7
        for rows, labels in _batches(x, y, rng):
            size = radius * min(1.0, 0.1 + 4 * step / total)
            bad = _attacked(module, rows, labels, size, steps=steps, rng=rng)
            _step(optimizer, F.cross_entropy(module(bad), labels))
            step += 1
        schedule.step()


def _attacked(module: nn.Module, x: Tensor, y: Tensor, radius: float, *, steps: int, rng: torch.Generator) -> Tensor:
    """Return points of the ball and of [0, 1] with a high loss, by signed gradient steps from a random start."""
    size = 1.25 * radius if steps == 1 else 2.5 * radius / steps
    bad = (x + radius * (2 * torch.rand(x.shape, generator=rng) - 1)).clamp(0, 1)
    for _ in range(steps):
        bad.requires_grad_(True)
        (slope,) = torch.autograd.grad(F.cross_entropy(module(bad), y), bad)
        bad = bad.detach() + size * slope.sign()
        bad = torch.minimum(torch.maximum(bad, x - radius), x + radius).clamp(0, 1)
    return bad


def _step(optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


TRAINING: dict[str, Callable[[nn.Module, Tensor, Tensor], None]] = {
    "mlp": _plain,
    "mlp_small": _plain,
    "cnn": _plain,
    "ibp": _provable,
    "robust": _adversarial,
}


# --- keeping


def load(name: str, cache: Path | None = None, data: Path | None = None) -> nn.Module:
    """Return the trained network in evaluation mode; it is trained now if this recipe was not yet run on this data."""
    module = build(name)
    place = cache_folder(cache) / f"{name}-{_hash(name, data)}.npz"
    if not place.is_file():
        _train(module, name, place, data)
    with np.load(place) as held:
        module.load_state_dict({key: torch.from_numpy(held[key]) for key in held.files})
    for parameter in module.parameters():
        parameter.requires_grad_(False)
    return module.eval()


def cache_folder(cache: Path | None = None) -> Path:
    """Return the folder of what is kept between runs, made if it is not there."""
    folder = cache or Path(os.environ.get("PROBATUM_BENCH", Path.home() / ".cache" / "probatum-bench"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _hash(name: str, data: Path | None) -> str:
    """Return what tells this recipe on this data from any other: of the data, the layers and the training."""
    told = hashlib.sha256(mnist_file(data).read_bytes())
    parts = (LAYERS[name], TRAINING[name], *((_attacked,) if name == "robust" else ()))
    told.update("\n".join(inspect.getsource(part) for part in parts).encode())
    told.update(f"{SEED} {BATCH}".encode())
    return told.hexdigest()[:12]


def _train(module: nn.Module, name: str, place: Path, data: Path | None) -> None:
    x, y = (torch.from_numpy(part) for part in mnist("train", data))
    began, worked = time.perf_counter(), time.process_time()
    module.train()
    TRAINING[name](module, x, y)
    took = {"wall_s": time.perf_counter() - began, "cpu_s": time.process_time() - worked}
    temporary = place.with_suffix(".part.npz")
    np.savez(temporary, **{key: value.numpy() for key, value in module.state_dict().items()})
    temporary.replace(place)
    print(f"trained {name}", json.dumps(took), flush=True)


def describe(name: str, module: nn.Module, data: Path | None = None) -> dict[str, float | str]:
    """Return what the network can do on the 10,000 test images."""
    x, y = (torch.from_numpy(part) for part in mnist("test", data))
    with torch.no_grad():
        told: dict[str, float | str] = {"name": name, "clean": float((module(x).argmax(1) == y).double().mean())}
        if name == "ibp":
            worst = worst_scores(module, x, y, 0.1).argmax(1)
            told["intervals at 0.1"] = float((worst == y).double().mean())
    if name == "robust":
        bad = _attacked(module, x[:1000], y[:1000], 0.3, steps=40, rng=torch.Generator().manual_seed(1))
        told["PGD-40 at 0.3, first 1,000"] = float((module(bad).argmax(1) == y[:1000]).double().mean())
    return told


def main() -> None:
    """Train, keep and describe the networks named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[*LAYERS, []], default=[*LAYERS])
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--also", type=Path, help="folder that gets a copy as NAME.pt, a plain state dict")
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    for name in given.names:
        module = load(name, given.cache)
        if given.also:
            torch.save(module.state_dict(), given.also / f"{name}.pt")
        print(json.dumps(describe(name, module)), flush=True)


if __name__ == "__main__":
    main()
