# SPDX-License-Identifier: Apache-2.0
"""Our bracket: the share of images shown broken, the share proven safe, and what lies between; peers give one side.

python bracket.py
"""

import argparse
import os
import resource
import time
from pathlib import Path

import models
import numpy as np
import torch

from probatum.engines.evasion import bracket

CASES = (  # network, radius, parts into which a region is split, at most
    ("mlp", 0.01, 500),
    ("mlp", 0.02, 1000),
    ("mlp", 0.03, 1000),
    ("mlp", 0.1, 1),
    ("ibp", 0.1, 200),
    ("cnn", 0.01, 1),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--cache", type=Path, help="folder of the trained networks; see models.py")
    parser.add_argument("--only", default="", help="networks whose name holds this")
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    x, y = (part[: chosen.rows] for part in models.mnist("test"))
    print(f"load {os.getloadavg()[0]:.1f}, {torch.get_num_threads()} threads, {chosen.rows} images\n")
    print("| network | clean | radius | parts | certified | not broken | width, points | wall s | CPU s |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name, radius, nodes in CASES:
        if chosen.only not in name:
            continue
        module = models.load(name, chosen.cache).eval()
        with torch.inference_mode():
            clean = float((module(torch.from_numpy(x)).argmax(dim=1).numpy() == y).mean())
        wall, cpu = time.perf_counter(), time.process_time()
        rng = np.random.default_rng(0)
        found = bracket(module, x, y, norm="linf", radius=radius, lower=0.0, upper=1.0, rng=rng, nodes=nodes)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        print(
            f"| {name} | {100 * clean:.1f} | {radius} | {nodes} | {100 * found.certified.mean():.1f} | "
            f"{100 * (1 - found.broken.mean()):.1f} | {100 * found.open.mean():.1f} | {wall:.0f} | {cpu:.0f} |",
            flush=True,
        )
    print(f"\nmost memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GB")


if __name__ == "__main__":
    main()
