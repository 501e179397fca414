# SPDX-License-Identifier: Apache-2.0
"""A network that is asked for scores and gradients, in chunks of a fixed size, with every row counted."""

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, cast, final

import numpy as np
import torch
from torch import Tensor, nn

from probatum.engines.evasion.results import Work
from probatum.engines.evasion.tensor.copies import own_copy
from probatum.engines.evasion.tensor.failures import raised
from probatum.engines.evasion.tensor.quick import quicken
from probatum.errors import ModelError
from probatum.facts.progress import Step, Tell, untold

CHUNK = 256  # rows; larger ones fit no cache of a small machine, smaller ones cost calls
REPEATS = 8  # answers that are averaged where a network does not answer the same row twice alike
PUT_THROUGH = "rows put through the network"
DUST = 1e-15  # a weight so much smaller than the largest of its layer is beyond what float32 sums can hold

Made = TypeVar("Made")


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Way:
    """A copy of the network as it is asked."""

    module: nn.Module
    change: str  # what was changed about it, besides what always is
    inference: bool = True  # whether scores alone are asked for in torch's inference mode


@final
class Asked:
    """Our own copy of a network, in evaluation mode, its parameters fixed, and made ready to be fast.

    What makes it fast is tried on the network itself: where its code refuses that, it is asked as it is.
    """

    def __init__(self, module: nn.Module, chunk: int = CHUNK, tell: Tell = untold) -> None:
        """Copy the network; the user's own is left as it is.

        Args:
            module: the network.
            chunk: rows that it is asked about at once.
            tell: called with the number of rows put through it.

        Raises:
            ModelError: it cannot be copied.
        """
        self.plain = own_copy(module).requires_grad_(False)
        self._ways = [_light(copy.deepcopy(self.plain)), *_as_it_is(self.plain)]  # the fastest first
        self.chunk = chunk
        self.repeats = 1
        self._tell, self._through = tell, 0
        self.forward_rows = self.gradient_rows = self.calls = 0
        self.shrunk = False  # whether the network failed on a whole chunk and was asked in smaller ones
        self._writes: bool | None = None  # whether it writes into the rows that it is given; None: not known yet

    @property
    def work(self) -> Work:
        """What was asked so far."""
        return Work(forward_rows=self.forward_rows, gradient_rows=self.gradient_rows, calls=self.calls)

    def scores(self, x: Tensor) -> Tensor:
        """Return (n, k) scores; a network with a single score gets a second column, so that the highest wins."""

        def quietly(way: _Way, part: slice) -> Tensor:
            with torch.inference_mode() if way.inference else torch.no_grad():
                return self._scores(way, x[part])

        pieces = self._by_chunks(quietly, x, "without gradients")
        self.forward_rows += len(x) * self.repeats
        return torch.cat(pieces) if pieces else torch.zeros(0, 2)

    def labels(self, x: Tensor) -> Tensor:
        """Return (n,) the classes answered by an exact copy of the network."""
        ways, self._ways = self._ways, _as_it_is(self.plain)
        try:
            return self.scores(x).argmax(dim=1)
        finally:
            self._ways = ways

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

        def slopes(way: _Way, part: slice) -> tuple[Tensor, Tensor]:
            return self._slopes(way, x[part], y[part], _part(target, part), soft)

        pieces = self._by_chunks(slopes, x, "with gradients by the rows")
        self.gradient_rows += len(x) * self.repeats
        if not pieces:
            return torch.zeros_like(x), torch.zeros(0)
        return torch.cat([one for one, _ in pieces]), torch.cat([one for _, one in pieces])

    def _scores(self, way: _Way, x: Tensor) -> Tensor:
        self.calls += self.repeats
        whole = self._answer(way, x)
        for _ in range(self.repeats - 1):
            whole = whole + self._answer(way, x)
        return whole / self.repeats if self.repeats > 1 else whole

    def _answer(self, way: _Way, x: Tensor) -> Tensor:
        """Ask once; a network that writes into its rows gets some of its own, and so does one not yet known."""
        given = x
        if self._writes is not False:
            with torch.inference_mode(False):  # torch counts what is written into an ordinary tensor only
                given = x.clone()
        said: Tensor = way.module(given)
        if self._writes is None:
            self._writes = given._version > 0
        if len(said) != len(x) and len(x) == 1:  # one that loses the axis of the rows where there is a single one
            said = way.module(torch.cat([x, x]))[:1]
        if len(said) != len(x):
            raise ModelError(
                f"Wanted an answer to each of {len(x)} rows; the network gave {len(said)}. Let its forward keep the "
                "rows on the first axis, however many there are."
            )
        return two_columns(said)

    def _slopes(self, way: _Way, x: Tensor, y: Tensor, target: Tensor | None, soft: bool) -> tuple[Tensor, Tensor]:
        given = x.detach().requires_grad_(True)
        scores = self._scores(way, given)
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

    def _by_chunks(self, run: Callable[[_Way, slice], Made], x: Tensor, told: str) -> list[Made]:
        pieces: list[Made] = []
        start = 0
        while start < len(x):
            part = slice(start, min(start + self.chunk, len(x)))
            made = self._by_ways(run, part)
            if isinstance(made, _Failed):  # what torch raises when memory, or a network's own limit, runs out
                if part.stop - part.start == 1:
                    raise _refusal(made.error, tuple(x.shape[1:]), told, self._ways) from made.error
                self.chunk, self.shrunk = (part.stop - part.start) // 2, True
                continue
            pieces.append(made)
            self._through += part.stop - start
            self._tell(Step(what=PUT_THROUGH, done=self._through))
            start = part.stop
        return pieces

    def _by_ways(self, run: Callable[[_Way, slice], Made], part: slice) -> "Made | _Failed":
        """Ask in the fastest way that the network's code takes; ways that it does not take are not tried again."""
        failures = []
        for place, way in enumerate(self._ways):
            try:
                made = run(way, part)
            except ModelError:
                raise
            except Exception as error:  # noqa: BLE001  # whatever the network's own code raises
                failures.append(error)
                continue
            self._ways = self._ways[place:]
            return made
        return _Failed(error=failures[-1])


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Failed:
    error: Exception


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


def _as_it_is(module: nn.Module) -> list[_Way]:
    return [
        _Way(module=module, change="otherwise as it is"),
        _Way(module=module, change="out of torch's inference mode", inference=False),
    ]


def _light(module: nn.Module) -> _Way:
    """Make the copy fast without changing what it answers.

    Weight decay leaves weights near the smallest numbers that float32 can hold, on which processors are many times
    slower; they are set to zero. Convolutions are laid out with the channels last, which is never slower here; code
    that looks at the layout of its tensors (``view``) may refuse that. Whatever this changes in the last bits is
    harmless: an example counts only by the user's own path.
    """
    with torch.no_grad():
        for weight in module.parameters():
            if weight.is_floating_point() and weight.numel():
                weight[weight.abs() < DUST * weight.abs().max()] = 0
    change = "with tiny weights set to zero"
    if any(isinstance(layer, nn.Conv2d) for layer in module.modules()):
        module = module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        quicken(module)
        change += " and the channels last in memory (channels_last)"
    return _Way(module=module, change=change)


def _refusal(error: Exception, shape: tuple[int, ...], told: str, ways: list[_Way]) -> ModelError:
    changes = ", then ".join(way.change for way in ways)
    return ModelError(
        f"The network raised {raised(error)}. It was asked about 1 row, float32, of the shape {shape}, {told}, on a "
        f"copy in evaluation mode with fixed parameters, {changes}. To see it all, ask it so: "
        "module.eval()(row.requires_grad_())."
    )


def _part(whole: Tensor | None, part: slice) -> Tensor | None:
    return None if whole is None else whole[part]
