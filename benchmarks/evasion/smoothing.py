# SPDX-License-Identifier: Apache-2.0
"""What can be proven of smoothed versions of the networks, by how much noise: the share right and proven, by L2 size.

python smoothing.py
"""

import argparse
import os
import time
from pathlib import Path

import models
import numpy as np
import torch

from probatum.engines.evasion import smoothed

SIZES = (0.0, 0.1, 0.25, 0.5, 1.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--copies", type=int, default=1000)
    parser.add_argument("--cache", type=Path, help="folder of the trained networks; see models.py")
    parser.add_argument("networks", nargs="*", default=["mlp", "cnn", "robust"])
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    x, y = (part[: chosen.rows] for part in models.mnist("test"))
    print(f"load {os.getloadavg()[0]:.1f}, one thread, {chosen.rows} images, {chosen.copies:,} copies\n")
    print(f"| network | noise | {' | '.join(f'{size:g}' for size in SIZES)} | copies asked about | CPU s |")
    print(f"|---|---|{'---|' * len(SIZES)}---|---|")
    for name in chosen.networks:
        module = models.load(name, chosen.cache).eval()

        def ask(points: np.ndarray, module: torch.nn.Module = module) -> np.ndarray:
            with torch.inference_mode():
                return module(torch.from_numpy(points)).numpy()

        for sigma in (0.1, 0.25, 0.5):
            cpu, rng = time.process_time(), np.random.default_rng(0)
            found = smoothed(ask, x, sigma=sigma, n=chosen.copies, lower=0.0, upper=1.0, rng=rng)
            cpu = time.process_time() - cpu
            shares = " | ".join(f"{100 * found.proven(y, size).mean():.1f}" for size in SIZES)
            asked = found.work.forward_rows / len(x)
            print(f"| {name} | {sigma} | {shares} | {asked:,.0f} | {cpu:.1f} |", flush=True)


if __name__ == "__main__":
    main()
