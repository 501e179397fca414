# SPDX-License-Identifier: Apache-2.0
"""Prove that no point of a region is answered wrongly: cheap bounds first, sharper ones only for what they leave open.

In this order: intervals; lines whose inner layers have interval bounds; lines for every layer (full CROWN); searched
lines; parts. See ``proof``, which also says how each row ended.
"""

import numpy as np
from torch import nn

from probatum.engines.bounds.tensor.proof import STAGES, Limits, Proof
from probatum.engines.bounds.tensor.trace import Refused
from probatum.engines.evasion.results import Certified, Ended, Work
from probatum.engines.evasion.threat import Region
from probatum.facts.progress import Tell, untold

__all__ = ["STAGES", "Limits", "certify", "refused"]


def certify(
    module: nn.Module,
    x: np.ndarray,
    y: np.ndarray,
    region: Region,
    *,
    nodes: int = 0,
    limits: Limits | None = None,
    skip: np.ndarray | None = None,
    tell: Tell = untold,
) -> Certified:
    """Return which rows are proven.

    Args:
        module: (n, ...) float32 to (n, k) scores; it is traced by torch.fx.
        x: (n, ...) rows.
        y: (n,) index of the right class.
        region: where each row may go.
        nodes: most parts that are bounded for one row; above 0 lines are sharpened too.
        limits: all limits; None: the usual ones, with ``nodes``.
        skip: (n,) bool, rows to leave alone.
        tell: called with the progress.
    """
    n = len(x)
    limits = limits or Limits(nodes=nodes)
    try:
        proof = Proof(module, x, y, region, limits)
        proof.first(np.flatnonzero(np.ones(n, dtype=bool) if skip is None else ~skip), tell)
        proof.full(proof.open_rows(), tell)
        if limits.nodes:
            proof.split(proof.open_rows(), tell=tell)
    except Refused as why:
        return refused(n, str(why))
    return proof.found()


def refused(n: int, why: str) -> Certified:
    """Return that nothing is proven of a network that cannot be followed."""
    return Certified(
        certified=np.zeros(n, dtype=bool),
        margins=np.full(n, -np.inf),
        stage=np.full(n, -1, dtype=np.int8),
        stages=STAGES,
        work=Work(),
        last=np.full(n, -1, dtype=np.int8),
        ended=np.full(n, Ended.UNFOLLOWED, dtype=np.int8),
        parts=np.zeros(n, dtype=np.int64),
        refused=why,
    )
