# SPDX-License-Identifier: Apache-2.0
"""Our attack ladder beside AutoAttack, and one plain descent beside other libraries' PGD, in turns in one process.

    python attacks.py                       # ours alone
    .venv-peers/bin/python attacks.py       # ours and whichever peers are installed there, see README.md

Whoever made an example, it is judged by the same function: inside the ball, inside [0, 1], answered wrongly.
"""

import argparse
import os
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import models
import numpy as np
import torch

from probatum.engines.evasion import region
from probatum.engines.evasion.tensor import ladder

TOLERANCE = 1e-6  # of the ball: peers round outwards
NETWORKS = {"robust": 0.3, "cnn": 0.1}  # and the radius at which each is attacked
BATCH = 250  # rows that peers get at once
Attack = Callable[[torch.nn.Module, np.ndarray, np.ndarray, float], np.ndarray]


def ours(budget: ladder.Budget, seed: int) -> Attack:
    def attack(module: torch.nn.Module, x: np.ndarray, y: np.ndarray, radius: float) -> np.ndarray:
        where = region(x, lower=0.0, upper=1.0, norm="linf", radius=radius)
        return ladder.attack(module, x, y, where, rng=np.random.default_rng(seed), budget=budget).examples

    return attack


def our_pgd(module: torch.nn.Module, x: np.ndarray, y: np.ndarray, radius: float) -> np.ndarray:
    where = region(x, lower=0.0, upper=1.0, norm="linf", radius=radius)
    return ladder.pgd(module, x, y, where, steps=40, size=0.1, rng=np.random.default_rng(0)).examples


def torchattacks_pgd(module: torch.nn.Module, x: np.ndarray, y: np.ndarray, radius: float) -> np.ndarray:
    import torchattacks

    return batched(torchattacks.PGD(module, eps=radius, alpha=radius / 10, steps=40), x, y)


def torchattacks_auto(seed: int) -> Attack:
    def run(module: torch.nn.Module, x: np.ndarray, y: np.ndarray, radius: float) -> np.ndarray:
        import torchattacks

        attack = torchattacks.AutoAttack(module, norm="Linf", eps=radius, version="standard", n_classes=10, seed=seed)
        return batched(attack, x, y)

    return run


def foolbox_pgd(module: torch.nn.Module, x: np.ndarray, y: np.ndarray, radius: float) -> np.ndarray:
    import foolbox

    model = foolbox.PyTorchModel(module, bounds=(0, 1), device="cpu")
    attack = foolbox.attacks.LinfPGD(abs_stepsize=radius / 10, steps=40)

    def run(images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        return attack(model, images, labels, epsilons=radius)[1]

    return batched(run, x, y)


def art_pgd(module: torch.nn.Module, x: np.ndarray, y: np.ndarray, radius: float) -> np.ndarray:
    from art.attacks.evasion import ProjectedGradientDescentPyTorch
    from art.estimators.classification import PyTorchClassifier

    loss = torch.nn.CrossEntropyLoss()
    model = PyTorchClassifier(module, loss, input_shape=x.shape[1:], nb_classes=10, clip_values=(0, 1))
    attack = ProjectedGradientDescentPyTorch(
        model, eps=radius, eps_step=radius / 10, max_iter=40, num_random_init=1, batch_size=BATCH, verbose=False
    )
    return np.asarray(attack.generate(x, y))


def batched(attack: Callable[[torch.Tensor, torch.Tensor], torch.Tensor], x: np.ndarray, y: np.ndarray) -> np.ndarray:
    images, labels = torch.from_numpy(x), torch.from_numpy(y)
    pieces = [attack(images[i : i + BATCH], labels[i : i + BATCH]) for i in range(0, len(x), BATCH)]
    return torch.cat(pieces).detach().numpy()


def robust_accuracy(module: torch.nn.Module, x: np.ndarray, y: np.ndarray, z: np.ndarray, radius: float) -> float:
    """Return the share of rows that are right and whose example is none."""
    inside = np.abs(z.astype(np.float64) - x).max(axis=(1, 2, 3)) <= radius + TOLERANCE
    inside &= (z.min(axis=(1, 2, 3)) >= 0) & (z.max(axis=(1, 2, 3)) <= 1)
    with torch.inference_mode():
        right = module(torch.from_numpy(x)).argmax(dim=1).numpy() == y
        wrong = module(torch.from_numpy(z.astype(np.float32))).argmax(dim=1).numpy() != y
    return float((right & ~(wrong & inside)).mean())


def contestants(seed: int) -> dict[str, Attack]:
    found: dict[str, Attack] = {
        "ours, standard": ours(ladder.Budget(), seed),
        "ours, deep": ours(ladder.DEEP, seed),
        "ours, PGD-40": our_pgd,
    }
    if find_spec("torchattacks"):
        found["torchattacks, AutoAttack standard"] = torchattacks_auto(seed)
        found["torchattacks, PGD-40"] = torchattacks_pgd
    if find_spec("foolbox"):
        found["Foolbox, PGD-40"] = foolbox_pgd
    if find_spec("art"):
        found["ART, PGD-40"] = art_pgd
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--networks", nargs="+", default=list(NETWORKS), choices=NETWORKS)
    parser.add_argument("--only", default="", help="contestants whose name holds this")
    parser.add_argument("--without", default="", help="leave out contestants whose name holds this")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0, help="of ours and of AutoAttack")
    parser.add_argument("--cache", type=Path, help="folder of the trained networks; see models.py")
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    x, y = (part[: chosen.rows] for part in models.mnist("test"))
    print(
        f"load {os.getloadavg()[0]:.1f}, {torch.get_num_threads()} threads, {chosen.rows} images, {chosen.runs} runs\n"
    )
    print("| network | radius | attack | robust accuracy | median s | least s | median CPU s |")
    print("|---|---|---|---|---|---|---|")
    for name in chosen.networks:
        radius = NETWORKS[name]
        module = models.load(name, chosen.cache).eval()
        seconds: dict[str, list[tuple[float, float]]] = {}
        left: dict[str, float] = {}
        for _ in range(chosen.runs):
            for title, attack in contestants(chosen.seed).items():
                if chosen.only not in title or (chosen.without and chosen.without in title):
                    continue
                wall, cpu = time.perf_counter(), time.process_time()
                z = attack(module, x, y, radius)
                seconds.setdefault(title, []).append((time.perf_counter() - wall, time.process_time() - cpu))
                left[title] = robust_accuracy(module, x, y, z, radius)
        for title, times in seconds.items():
            walls, cpus = (np.array(part) for part in zip(*times, strict=True))
            print(
                f"| {name} | {radius} | {title} | {100 * left[title]:.1f} | {np.median(walls):.2f} | "
                f"{walls.min():.2f} | {np.median(cpus):.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
