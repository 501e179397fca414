# SPDX-License-Identifier: Apache-2.0
"""A network that is asked for scores and gradients, in chunks of a fixed size, with every row counted."""

import copy
from collections.abc import Callable
from typing import final

import numpy as np
import torch
from torch import Tensor, nn

from probatum.engines.evasion.results import Work

CHUNK = 256  # rows; larger ones fit no cache of a small machine, smaller ones cost calls


@final
class Asked:
    """Our own copy of a network, in evaluation mode, its parameters fixed."""

    def __init__(self, module: nn.Module, chunk: int = CHUNK) -> None:
        """Copy the network; the user's own is left as it is."""
        self.module = copy.deepcopy(module).eval().requires_grad_(False)
        self.chunk = chunk
        self.forward_rows = self.gradient_rows = self.calls = 0
        self.shrunk = False  # whether the network failed on a whole chunk and was asked in smaller ones

    @property
    def work(self) -> Work:
        """What was asked so far."""
        return Work(forward_rows=self.forward_rows, gradient_rows=self.gradient_rows, calls=self.calls)

    def scores(self, x: Tensor) -> Tensor:
        """Return (n, k) scores; a network with a single score gets a second column, so that the highest wins."""
        self.forward_rows += len(x)
        with torch.inference_mode():
            return self._by_chunks(lambda piece: two_columns(self.module(piece)), x)

    def margins(self, x: Tensor, y: Tensor) -> Tensor:
        """Return (n,) score of the right class minus the highest other."""
        return margin(self.scores(x), y)

    def gradients(self, x: Tensor, y: Tensor, target: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return the gradients (n, ...) of the margin by the input, and the margins (n,).

        Args:
            x: (n, ...) rows.
            y: (n,) right classes.
            target: (n,) the class to be answered instead; None: whichever is nearest. The margins returned are
                always against the highest other.
        """
        self.gradient_rows += len(x)
        pieces, margins = [], []
        for start in range(0, len(x), self.chunk):
            part = slice(start, start + self.chunk)
            given = x[part].detach().requires_grad_(True)
            self.calls += 1
            scores = two_columns(self.module(given))
            own = margin(scores, y[part])
            wanted = own if target is None else _against(scores, y[part], target[part])
            (gradient,) = torch.autograd.grad(wanted.sum(), given)
            pieces.append(gradient)
            margins.append(own.detach())
        return torch.cat(pieces), torch.cat(margins)

    def _by_chunks(self, run: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
        pieces, start = [], 0
        while start < len(x):
            try:
                pieces.append(run(x[start : start + self.chunk]))
            except RuntimeError:  # what torch raises when memory, or a network's own limit, runs out
                if self.chunk == 1:
                    raise
                self.chunk, self.shrunk = max(1, self.chunk // 8), True
                continue
            self.calls += 1
            start += len(pieces[-1])
        return torch.cat(pieces)


def two_columns(scores: Tensor) -> Tensor:
    """Return (n, k) scores with k > 1; a single score above 0 speaks for the second class."""
    scores = scores.reshape(len(scores), -1)
    return torch.cat([-scores, scores], dim=1) / 2 if scores.shape[1] == 1 else scores


def margin(scores: Tensor, y: Tensor) -> Tensor:
    """Return (n,) score of the right class minus the highest other."""
    right = scores.gather(1, y[:, None])[:, 0]
    return right - scores.scatter(1, y[:, None], -torch.inf).amax(dim=1)


def _against(scores: Tensor, y: Tensor, target: Tensor) -> Tensor:
    return scores.gather(1, y[:, None])[:, 0] - scores.gather(1, target[:, None])[:, 0]


def tensor(x: np.ndarray) -> Tensor:
    """Return float32 rows without a copy where they are so already; arrays that may not be written are copied."""
    given = np.ascontiguousarray(x, dtype=np.float32)
    return torch.from_numpy(given if given.flags.writeable else given.copy())
