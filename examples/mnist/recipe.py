# SPDX-License-Identifier: Apache-2.0
"""A small network that reads digits, trained in a few seconds on a part of MNIST.

MNIST: LeCun, Cortes, Burges, http://yann.lecun.com/exdb/mnist; here as ``mnist.npz``, the file of four arrays
(x_train, y_train, x_test, y_test) that Keras made of it.
"""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import nn

LEARN, TEST = 10_000, 2_000  # of 60,000 and 10,000


def load() -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Return the first pictures of both parts, (n, 28, 28) with points from 0 to 1, and their digits."""
    with np.load(data_file("mnist.npz")) as held:
        return (
            (scaled(held["x_train"][:LEARN]), held["y_train"][:LEARN].astype(int)),
            (scaled(held["x_test"][:TEST]), held["y_test"][:TEST].astype(int)),
        )


def scaled(pictures: np.ndarray) -> np.ndarray:
    """Return points from 0 (paper) to 1 (ink)."""
    return (pictures / 255).astype(np.float32)


class Reader(nn.Module):
    """Two layers that look through windows, two that decide; takes (n, 28, 28)."""

    def __init__(self) -> None:
        """Make the layers."""
        super().__init__()
        self.look = nn.Sequential(
            *(nn.Conv2d(1, 8, 4, stride=2, padding=1), nn.ReLU()),
            *(nn.Conv2d(8, 16, 4, stride=2, padding=1), nn.ReLU()),
        )
        self.decide = nn.Sequential(nn.Linear(16 * 49, 64), nn.ReLU(), nn.Linear(64, 10))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return (n, 10) scores, one a digit."""
        return self.decide(torch.flatten(self.look(x.unsqueeze(1)), 1))


def train(rows: pd.DataFrame, seed: int) -> nn.Module:
    """Learn for four rounds through the pictures."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)  # sums in one order, so that the same seed gives the same network
    x = torch.from_numpy(np.array(rows.drop(columns="digit"), dtype=np.float32)).view(-1, 28, 28)
    y = torch.from_numpy(np.array(rows["digit"], dtype=np.int64))
    network = Reader()
    optimizer = torch.optim.Adam(network.parameters(), lr=2e-3, weight_decay=1e-5)
    for _ in range(4):
        for part in torch.randperm(len(x)).split(64):
            optimizer.zero_grad()
            nn.functional.cross_entropy(network(x[part]), y[part]).backward()
            optimizer.step()
    return network.eval()


def data_file(name: str) -> Path:
    """Return the file of this name in the folder that ``PROBATUM_DATA`` names."""
    folder = os.environ.get("PROBATUM_DATA")
    if not folder or not (Path(folder) / name).is_file():
        raise FileNotFoundError(f"Set PROBATUM_DATA to the folder that holds {name}; here it names {folder}.")
    return Path(folder) / name
