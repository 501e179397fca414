# SPDX-License-Identifier: Apache-2.0
"""Try on a few rows what was read of a network: a proof is worth nothing if it is of another function.

The network itself answers the rows, beside one another and as float32 computes it. Each row's scores must lie where the
steps, asked about that row alone, say that they can lie. That they do not happens where a score depends on the rows
beside it, where code was followed that does something else on numbers, or where this machine computes a layer less
exactly than is reckoned with.
"""

import copy

import numpy as np
import torch
from torch import Tensor, nn

from probatum.engines.bounds.tensor.intervals import Ends, forward, overflows
from probatum.engines.bounds.tensor.operations import Refused
from probatum.engines.bounds.tensor.steps import Step

ROWS = 4
OTHER = (
    "The network answers otherwise than what was read of its code, or answers a row otherwise beside others, so"
    " nothing is proven."
)


@torch.no_grad()
def tried(module: nn.Module, source: str, steps: list[Step], result: str, x: np.ndarray) -> None:
    """Compare the network with the steps on some of the rows.

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
        answers = copy.deepcopy(module).cpu().eval()(rows.to(_kind(module))).double()
    except Refused:
        raise
    except Exception:  # noqa: BLE001  # whatever the network's own code raises on rows of this kind
        raise Refused(OTHER) from None
    ordered = bool(steps) and steps[-1].orders
    if any(known[result].low.shape != answers[:1].shape for known in every) or len(answers) != ROWS:
        raise Refused(OTHER)
    if any(ends.low.shape[:1] != (1,) for known in every for ends in known.values()):  # rows become something else
        raise Refused(OTHER)
    if ordered and answers.dim() != 2:  # a softmax keeps the order along its own axis only
        raise Refused(OTHER)
    for known, own in zip(every, answers, strict=True):
        if not overflows(known).any() and not (_same_order if ordered else _within)(known[result], own):
            raise Refused(OTHER)


def _kind(module: nn.Module) -> torch.dtype:
    return next((one.dtype for one in module.parameters() if one.is_floating_point()), torch.float32)


def _within(scores: Ends, own: Tensor) -> bool:
    return bool(((own >= scores.low[0]) & (own <= scores.high[0])).all())


def _same_order(scores: Ends, own: Tensor) -> bool:
    """Whether no score is surely higher than another that the network gives more for."""
    low, high, own = scores.low[0].flatten(), scores.high[0].flatten(), own.flatten()
    return not ((low[:, None] > high[None]) & (own[:, None] < own[None])).any()
