# SPDX-License-Identifier: Apache-2.0
"""Two sets of networks for the certifier: thresholds are chosen on one, and checked on the other.

The sets share no recipe, no training row and no test row. Networks are trained on first use and kept by hash in the
folder that ``PROBATUM_BENCH`` names (see ``models``)::

    python families.py                    # trains what is not kept yet, prints what each network can do
"""

import argparse
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import family_training as training
import models
import numpy as np
import torch
from family_data import load_split
from torch import nn

from probatum.engines.evasion.tensor.ladder import pgd
from probatum.engines.evasion.threat import region

VERSION = "1"  # to be raised when the training changes, so that all networks are trained anew

CURVES: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "leaky": lambda: nn.LeakyReLU(0.1),
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How one network is made, and the question that is asked about it."""

    family: str  # "choosing" or "validation"
    data: str  # see ``family_data``
    layers: Callable[[int, int], nn.Module]  # cells in, classes out
    train: partial[None]  # of a network and its rows
    told: str  # architecture and training in words
    radius: float  # Linf; the largest of a few at which PGD breaks at most 10 of 100, no more than trained for, or 0.03
    seed: int = 0


def mlp(width: int, depth: int, curve: str) -> Callable[[int, int], nn.Module]:
    """Return what builds a network of ``depth`` hidden layers."""

    def build(cells: int, classes: int) -> nn.Module:
        layers: list[nn.Module] = [nn.Flatten()]
        for place in range(depth):
            layers += [nn.Linear(cells if place == 0 else width, width), CURVES[curve]()]
        if curve == "sigmoid":  # slopes of at most a quarter: deep ones do not learn from the usual weights
            for layer in layers[1::2]:
                nn.init.xavier_normal_(layer.weight, gain=3.0)
        return nn.Sequential(*layers, nn.Linear(width, classes))

    return build


def cnn(first: int, second: int, units: int, curve: str = "relu", side: int = 28) -> Callable[[int, int], nn.Module]:
    """Return what builds two convolutions of stride 2 and a hidden layer."""

    def build(_: int, classes: int) -> nn.Module:
        return nn.Sequential(
            *(nn.Conv2d(1, first, 4, stride=2, padding=1), CURVES[curve]()),
            *(nn.Conv2d(first, second, 4, stride=2, padding=1), CURVES[curve](), nn.Flatten()),
            *(nn.Linear(second * (side // 4) ** 2, units), CURVES[curve](), nn.Linear(units, classes)),
        )

    return build


class Residual(nn.Module):
    """A stem of stride 2, and blocks whose result is added to what they were given."""

    def __init__(self, channels: int, blocks: int, classes: int) -> None:
        """Take the sizes; pictures of 28 x 28."""
        super().__init__()
        self.stem = nn.Conv2d(1, channels, 4, stride=4)
        self.first = nn.ModuleList(nn.Conv2d(channels, channels, 3, padding=1) for _ in range(blocks))
        self.second = nn.ModuleList(nn.Conv2d(channels, channels, 3, padding=1) for _ in range(blocks))
        self.last = nn.Linear(channels * 49, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Answer pictures, (n, 1, 28, 28)."""
        x = torch.relu(self.stem(x))
        for first, second in zip(self.first, self.second, strict=True):
            x = torch.relu(x + second(torch.relu(first(x))))
        return self.last(torch.flatten(x, 1))


def residual(channels: int, blocks: int) -> Callable[[int, int], nn.Module]:
    """Return what builds a residual network."""
    return lambda _, classes: Residual(channels, blocks, classes)


CHOOSING: dict[str, Recipe] = {
    "mlp-3x100": Recipe(
        family="choosing", data="mnist-a", layers=mlp(100, 3, "relu"), train=partial(training.standard, epochs=12),
        told="MLP 3 x 100 ReLU, standard", radius=0.02,
    ),
    "mlp-6x100": Recipe(
        family="choosing", data="mnist-a", layers=mlp(100, 6, "relu"), train=partial(training.standard, epochs=12),
        told="MLP 6 x 100 ReLU, standard", radius=0.015,
    ),
    "mlp-2x200-fgsm": Recipe(
        family="choosing", data="mnist-a", layers=mlp(200, 2, "relu"),
        train=partial(training.one_step, radius=0.08, epochs=15),
        told="MLP 2 x 200 ReLU, adversarial (one step, 0.08)",
        radius=0.05,
    ),
    "cnn-ibp": Recipe(
        family="choosing", data="mnist-a", layers=cnn(8, 16, 64),
        train=partial(training.intervals, radius=0.1, epochs=25),
        told="CNN 8, 16, 64 ReLU, interval-trained (0.1)", radius=0.1,
    ),
    "residual-fgsm": Recipe(
        family="choosing", data="mnist-a", layers=residual(6, 1),
        train=partial(training.one_step, radius=0.08, epochs=12),
        told="residual, 1 block of 6 channels, adversarial (one step)",
        radius=0.07,
    ),
    "sigmoid-3x100": Recipe(
        family="choosing", data="mnist-a", layers=mlp(100, 3, "sigmoid"), train=partial(training.standard, epochs=20),
        told="MLP 3 x 100 sigmoid, standard", radius=0.015,
    ),
    "leaky-3x64": Recipe(
        family="choosing", data="digits", layers=mlp(64, 3, "leaky"), train=partial(training.standard, epochs=40),
        told="MLP 3 x 64 leaky ReLU, digits, standard", radius=0.02,
    ),
    "tanh-3x32": Recipe(
        family="choosing", data="cancer", layers=mlp(32, 3, "tanh"), train=partial(training.standard, epochs=60),
        told="MLP 3 x 32 tanh, breast cancer, standard", radius=0.02,
    ),
}  # fmt: skip

VALIDATION: dict[str, Recipe] = {
    "mlp-4x256-decay": Recipe(
        family="validation", data="mnist-b", layers=mlp(256, 4, "relu"), train=partial(training.decayed, epochs=12),
        told="MLP 4 x 256 ReLU, standard with momentum and weight decay", radius=0.03, seed=1,
    ),
    "mlp-9x200-pgd": Recipe(
        family="validation", data="mnist-b", layers=mlp(200, 9, "relu"),
        train=partial(training.many_steps, radius=0.06, epochs=12),
        told="MLP 9 x 200 ReLU, adversarial (PGD, 0.06)",
        radius=0.05, seed=1,
    ),
    "mlp-3x80-distilled": Recipe(
        family="validation", data="mnist-b", layers=mlp(80, 3, "relu"), train=partial(training.distilled, epochs=15),
        told="MLP 3 x 80 ReLU, distilled from 2 x 256", radius=0.02, seed=1,
    ),
    "mlp-2x64-convex": Recipe(
        family="validation", data="digits-b", layers=mlp(64, 2, "relu"),
        train=partial(training.convex, radius=0.06, epochs=60),
        told="MLP 2 x 64 ReLU, digits, convex-trained (dual of the LP, 0.06)",
        radius=0.03, seed=1,
    ),
    "cnn-crown-ibp": Recipe(
        family="validation", data="mnist-b", layers=cnn(10, 12, 50),
        train=partial(training.crown_intervals, radius=0.1, epochs=5),
        told="CNN 10, 12, 50 ReLU, trained by CROWN-IBP (0.1)",
        radius=0.07, seed=1,
    ),
    "residual-pgd": Recipe(
        family="validation", data="mnist-b", layers=residual(4, 2),
        train=partial(training.many_steps, radius=0.1, epochs=4),
        told="residual, 2 blocks of 4 channels, adversarial (PGD, 0.1)",
        radius=0.07, seed=1,
    ),
    "cnn-leaky-pgd": Recipe(
        family="validation", data="digits-b", layers=cnn(8, 16, 32, "leaky", 8),
        train=partial(training.many_steps, radius=0.1, epochs=40),
        told="CNN 8, 16, 32 leaky ReLU, digits, adversarial (PGD, 0.1)",
        radius=0.02, seed=1,
    ),
    "sigmoid-6x200": Recipe(
        family="validation", data="mnist-b", layers=mlp(200, 6, "sigmoid"),
        train=partial(training.decayed, epochs=10, rate=0.1),
        told="MLP 6 x 200 sigmoid, standard", radius=0.02, seed=1,
    ),
    "tanh-3x100-pgd": Recipe(
        family="validation", data="mnist-b", layers=mlp(100, 3, "tanh"),
        train=partial(training.many_steps, radius=0.1, epochs=5),
        told="MLP 3 x 100 tanh, adversarial (PGD, 0.1)",
        radius=0.07, seed=1,
    ),
    "adult-3x64": Recipe(
        family="validation", data="adult", layers=mlp(64, 3, "relu"), train=partial(training.decayed, epochs=10),
        told="MLP 3 x 64 ReLU, Adult (6 numbers), standard", radius=0.03, seed=1,
    ),
}  # fmt: skip

RECIPES = CHOOSING | VALIDATION


@lru_cache
def load(name: str, cache: Path | None = None) -> nn.Module:
    """Return a network in evaluation mode; it is trained now if this recipe was not yet run."""
    recipe = RECIPES[name]
    split = load_split(recipe.data)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        module = recipe.layers(split.train_x[0].numel(), split.classes)
    place = models.cache_folder(cache) / f"family-{name}-{_hash(recipe)}.npz"
    if not place.is_file():
        began = time.process_time()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(recipe.seed)
            recipe.train(module.train(), split)
        np.savez(place, **{key: value.detach().numpy() for key, value in module.state_dict().items()})
        print(f"trained {name} in {time.process_time() - began:.0f} CPU s", flush=True)
    with np.load(place) as held:
        module.load_state_dict({key: torch.from_numpy(held[key]) for key in held.files})
    return module.eval().requires_grad_(False)


def _hash(recipe: Recipe) -> str:
    given = getattr(recipe.train, "keywords", {})
    told = [recipe.data, recipe.told, str(recipe.seed), recipe.train.func.__name__, str(sorted(given.items())), VERSION]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Questions:
    """Rows that a network answers rightly, and how far each may move."""

    x: np.ndarray
    y: np.ndarray
    radius: float
    lower: np.ndarray | float
    upper: np.ndarray | float


def questions(name: str, rows: int) -> Questions:
    """Return the first right answers among the held-out rows."""
    recipe = RECIPES[name]
    split, module = load_split(recipe.data), load(name)
    with torch.inference_mode():
        right = (module(split.test_x[: 20 * rows]).argmax(dim=1) == split.test_y[: 20 * rows]).nonzero()[:rows, 0]
    return Questions(
        x=split.test_x[right].numpy(), y=split.test_y[right].numpy(), radius=recipe.radius, lower=split.lower,
        upper=split.upper,
    )  # fmt: skip


def main() -> None:
    """Train and describe."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=[*RECIPES])
    parser.add_argument("--radii", nargs="*", type=float, default=[])
    given = parser.parse_args()
    torch.set_num_threads(1)
    for name in given.names:
        module, recipe = load(name), RECIPES[name]
        split = load_split(recipe.data)
        with torch.inference_mode():
            clean = float((module(split.test_x[:1000]).argmax(1) == split.test_y[:1000]).double().mean())
        asked = questions(name, 200)
        broken = {}
        for radius in given.radii or [recipe.radius]:
            where = region(asked.x, norm="linf", radius=radius, lower=asked.lower, upper=asked.upper)
            found = pgd(module, asked.x, asked.y, where, steps=40, rng=np.random.default_rng(0))
            broken[radius] = float(found.broken.mean())
        print(json.dumps({"name": name, "clean": clean, "broken by PGD": broken}), flush=True)


if __name__ == "__main__":
    main()
