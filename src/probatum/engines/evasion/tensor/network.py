# SPDX-License-Identifier: Apache-2.0
"""A network that is asked for scores and gradients, in chunks of a fixed size, with every row counted."""

import copy
import math
from collections.abc import Callable
from typing import TypeVar, cast, final

import numpy as np
import torch
from torch import Tensor, nn

from probatum.engines.evasion.results import Work
from probatum.engines.evasion.tensor.quick import quicken

CHUNK = 256  # rows; larger ones fit no cache of a small machine, smaller ones cost calls
REPEATS = 8  # answers that are averaged where a network does not answer the same row twice alike
DUST = 1e-15  # a weight so much smaller than the largest of its layer is beyond what float32 sums can hold

Made = TypeVar("Made")


@final
class Asked:
    """Our own copy of a network, in evaluation mode, its parameters fixed, and made ready to be fast."""

    def __init__(self, module: nn.Module, chunk: int = CHUNK) -> None:
        """Copy the network; the user's own is left as it is."""
        self.plain = copy.deepcopy(module).cpu().eval().requires_grad_(False)
        self.module = _light(copy.deepcopy(self.plain))
        self.chunk = chunk
        self.repeats = 1
        self.forward_rows = self.gradient_rows = self.calls = 0
        self.shrunk = False  # whether the network failed on a whole chunk and was asked in smaller ones

    @property
    def work(self) -> Work:
        """What was asked so far."""
        return Work(forward_rows=self.forward_rows, gradient_rows=self.gradient_rows, calls=self.calls)

    def scores(self, x: Tensor) -> Tensor:
        """Return (n, k) scores; a network with a single score gets a second column, so that the highest wins."""
        with torch.inference_mode():
            pieces = self._by_chunks(lambda part: self._scores(x[part]), len(x))
        self.forward_rows += len(x) * self.repeats
        return torch.cat(pieces) if pieces else torch.zeros(0, 2)

    def labels(self, x: Tensor) -> Tensor:
        """Return (n,) the classes answered by an exact copy of the network."""
        light, self.module = self.module, self.plain
        try:
            return self.scores(x).argmax(dim=1)
        finally:
            self.module = light

    def margins(self, x: Tensor, y: Tensor) -> Tensor:
        """Return (n,) score of the right class minus the highest other."""
        return margin(self.scores(x), y)

    def gradients(
        self, x: Tensor, y: Tensor, target: Tensor | None = None, *, soft: bool = False
    ) -> tuple[Tensor, Tensor]:
        """Return the gradients (n, ...) of the margin by the input, and the margins (n,).

        Args:
            x: (n, ...) rows.
            y: (n,) right classes.
            target: (n,) the class to be answered instead; None: whichever is nearest. The margins returned are
                always against the highest other.
            soft: against all others at once, each by its share, which points where the cross-entropy does.
        """
        pieces = self._by_chunks(lambda part: self._slopes(x[part], y[part], _part(target, part), soft), len(x))
        self.gradient_rows += len(x) * self.repeats
        if not pieces:
            return torch.zeros_like(x), torch.zeros(0)
        return torch.cat([one for one, _ in pieces]), torch.cat([one for _, one in pieces])

    def _scores(self, x: Tensor) -> Tensor:
        self.calls += self.repeats
        whole = two_columns(self.module(x))
        for _ in range(self.repeats - 1):
            whole = whole + two_columns(self.module(x))
        return whole / self.repeats if self.repeats > 1 else whole

    def _slopes(self, x: Tensor, y: Tensor, target: Tensor | None, soft: bool) -> tuple[Tensor, Tensor]:
        given = x.detach().requires_grad_(True)
        scores = self._scores(given)
        with torch.no_grad():  # the slope of the margin by the scores is known: no graph is needed for it
            others = scores.scatter(1, y[:, None], -torch.inf)
            highest, nearest = others.max(dim=1)
            own = scores.gather(1, y[:, None])[:, 0] - highest
            if soft:
                # the cross-entropy's slope is this times one minus the share of the right class; that number only
                # scales a row's step, and where it is too small for float32 the slope would be lost with it
                slope = -others.softmax(dim=1).scatter_(1, y[:, None], -1.0)
            else:
                wanted = nearest if target is None else target
                slope = torch.zeros_like(scores).scatter_(1, y[:, None], 1.0).scatter_(1, wanted[:, None], -1.0)
        if not scores.requires_grad:  # what a network that cuts its graph gives
            return torch.zeros_like(x), own
        (found,) = torch.autograd.grad(scores, given, grad_outputs=slope, allow_unused=True)
        gradient = cast("Tensor | None", found)
        if gradient is None:
            return torch.zeros_like(x), own
        if not math.isfinite(float(gradient.sum())):  # a slope that is no number leads nowhere
            gradient = torch.nan_to_num(gradient, nan=0.0)
        return gradient, own

    def _by_chunks(self, run: Callable[[slice], Made], n: int) -> list[Made]:
        pieces: list[Made] = []
        start = 0
        while start < n:
            part = slice(start, min(start + self.chunk, n))
            try:
                pieces.append(run(part))
            except RuntimeError:  # what torch raises when memory, or a network's own limit, runs out
                if part.stop - start == 1:
                    raise
                self.chunk, self.shrunk = (part.stop - start) // 2, True
                continue
            start = part.stop
        return pieces


def two_columns(scores: Tensor) -> Tensor:
    """Return (n, k) scores with k > 1; a single score above 0 speaks for the second class."""
    scores = scores.reshape(len(scores), -1)
    return torch.cat([-scores, scores], dim=1) / 2 if scores.shape[1] == 1 else scores


def margin(scores: Tensor, y: Tensor) -> Tensor:
    """Return (n,) score of the right class minus the highest other."""
    right = scores.gather(1, y[:, None])[:, 0]
    return right - scores.scatter(1, y[:, None], -torch.inf).amax(dim=1)


def tensor(x: np.ndarray) -> Tensor:
    """Return float32 rows without a copy where they are so already; arrays that may not be written are copied."""
    given = np.ascontiguousarray(x, dtype=np.float32)
    return torch.from_numpy(given if given.flags.writeable else given.copy())


def _light(module: nn.Module) -> nn.Module:
    """Make the copy fast without changing what it answers.

    Weight decay leaves weights near the smallest numbers that float32 can hold, on which processors are many times
    slower; they are set to zero. Convolutions are laid out with the channels last, which is never slower here.
    Whatever this changes in the last bits is harmless: an example counts only by the user's own path.
    """
    with torch.no_grad():
        for weight in module.parameters():
            if weight.is_floating_point() and weight.numel():
                weight[weight.abs() < DUST * weight.abs().max()] = 0
    if any(isinstance(layer, nn.Conv2d) for layer in module.modules()):
        # a network that asks about the layout of its tensors would be a strange one, and its answers are checked
        module = module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        quicken(module)
    return module


def _part(whole: Tensor | None, part: slice) -> Tensor | None:
    return None if whole is None else whole[part]
