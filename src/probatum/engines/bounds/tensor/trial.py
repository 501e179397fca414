# SPDX-License-Identifier: Apache-2.0
"""Try on a few rows what was read of a network: a proof is worth nothing if it is of another function.

The network itself answers the rows, beside one another and as float32 computes it. Each row's scores must lie where the
steps, asked about that row alone, say that they can lie. That they do not happens where a score depends on the rows
beside it, where code was followed that does something else on numbers, or where this machine computes a layer less
exactly than is reckoned with.
"""

import numpy as np
import torch
from torch import Tensor, nn

from probatum.engines.bounds.tensor.intervals import Ends, forward, overflows
from probatum.engines.bounds.tensor.operations import Refused
from probatum.engines.bounds.tensor.steps import Step
from probatum.engines.bounds.tensor.trace import export, trace
from probatum.engines.evasion.tensor.copies import own_copy
from probatum.engines.evasion.tensor.failures import raised

ROWS = 4
OTHER = (
    "The network answers otherwise than what was read of its code, or answers a row otherwise beside others, so"
    " nothing is proven."
)


def followed(module: nn.Module, x: np.ndarray) -> tuple[str, list[Step], str]:
    """Return the name of the input, the steps and the name of the scores, as tried on some of the rows.

    ``torch.fx`` follows most networks in milliseconds. What it gives up, does not know or reads wrongly is exported.

    Args:
        module: the network.
        x: (n, ...) rows.

    Raises:
        Refused: neither of them follows it.
    """
    try:
        found = trace(module)
        tried(module, *found, x)
    except Refused:
        found = export(module, x.shape[1:])
        tried(module, *found, x)
    return found


@torch.no_grad()
def tried(module: nn.Module, source: str, steps: list[Step], result: str, x: np.ndarray) -> None:
    """Compare the network with the steps on some of the rows, beside one another and each by itself.

    Args:
        module: the network.
        source: name of the input.
        steps: what was read of it, in order.
        result: name of the scores.
        x: (n, ...) float32 rows.

    Raises:
        Refused: they disagree.
    """
    if not len(x):
        return
    rows = torch.from_numpy(x[np.linspace(0, len(x) - 1, ROWS).astype(int)].astype(np.float32))
    rows[1::2] = rows[1::2] * 0.75 + 0.125  # beside one row that is given several times, still others
    try:
        every = [forward(source, steps, one, one) for one in rows.double().unsqueeze(1)]
    except Refused:
        raise
    except Exception:  # noqa: BLE001  # steps that do not fit rows of this shape
        raise Refused(OTHER) from None
    if any(ends.low.dim() < 2 or ends.low.shape[0] != 1 for known in every for ends in known.values()):
        raise Refused(OTHER)  # rows become something else
    ordered = bool(steps) and steps[-1].orders
    for given in (rows, rows[1:2]):
        try:
            answers = _answers(module, given)
        except Refused:
            if len(given) > 1:
                raise
            continue  # one that takes several rows only
        cells = [known[result].low.numel() for known in every]
        if set(cells) != {answers.numel() // len(given)} or len(answers) != len(given):
            raise Refused(OTHER)
        if ordered and answers.dim() != 2:  # a softmax keeps the order along its own axis only
            raise Refused(OTHER)
        for known, own in zip(every if len(given) > 1 else every[1:2], answers, strict=True):
            if not overflows(known).any() and not (_same_order if ordered else _within)(known[result], own):
                raise Refused(OTHER)


def _answers(module: nn.Module, rows: Tensor) -> Tensor:
    """Return what the network says of rows, (n, ...) float64."""
    try:
        own = own_copy(module)
        answers: Tensor = own(rows.to(_kind(module)).clone())
        if len(rows) == 1 and (not answers.dim() or len(answers) != 1):  # a squeeze that takes the axis of a single row
            answers = own(torch.cat([rows, rows]).to(_kind(module)))[:1]
        return answers.double()
    except Exception as error:  # noqa: BLE001  # whatever the network's own code raises on rows of this kind
        raise Refused(
            f"The network raised {raised(error)} when it was asked about {len(rows)} row(s) of the shape "
            f"{tuple(rows.shape[1:])}, on a copy in evaluation mode without gradients, so nothing is proven."
        ) from None


def _kind(module: nn.Module) -> torch.dtype:
    return next((one.dtype for one in module.parameters() if one.is_floating_point()), torch.float32)


def _within(scores: Ends, own: Tensor) -> bool:
    own = own.reshape(scores.low[0].shape)
    return bool(((own >= scores.low[0]) & (own <= scores.high[0])).all())


def _same_order(scores: Ends, own: Tensor) -> bool:
    """Whether no score is surely higher than another that the network gives more for."""
    low, high, own = scores.low[0].flatten(), scores.high[0].flatten(), own.flatten()
    return not ((low[:, None] > high[None]) & (own[:, None] < own[None])).any()
