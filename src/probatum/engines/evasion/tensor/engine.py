# SPDX-License-Identifier: Apache-2.0
"""A network, attacked by its gradients and certified by bounds."""

from dataclasses import replace
from typing import final

import numpy as np
from torch import nn

from probatum.engines.bounds.tensor.certify import Limits, certify
from probatum.engines.evasion.interface import Engine
from probatum.engines.evasion.results import Attacked, Bracket, Certified
from probatum.engines.evasion.tensor import ladder
from probatum.engines.evasion.tensor.enclose import enclose
from probatum.engines.evasion.threat import Region
from probatum.facts.progress import Tell, untold

# of the proof of a row, beside its parts, and of all rows together; by the name of the attack's budget
LIMITS = {
    "quick": Limits(work=2e9, total=4e11, inner=1 << 21),
    "standard": Limits(work=1e10, total=4e12, inner=1 << 23),
    "deep": Limits(work=1e11, total=1e14, inner=1 << 25),
}
BESIDE = 0.25  # of the work of all rows together, once more: for proofs beside the bracket, at other radii


@final
class NetworkEngine(Engine):
    """What can be done with a network."""

    def __init__(
        self,
        module: nn.Module,
        budget: ladder.Budget | str | None = None,
        predict: ladder.Predict | None = None,
        tell: Tell = untold,
        share: float = 1.0,
    ) -> None:
        """Take the network, how much may be done (also by name), the users' own path, and whom to tell how far it is.

        The names are quick, standard and deep. ``share``: of what all rows of a plan may cost together.
        """
        self._tell = tell
        self._module, self._predict = module, predict
        self._budget = ladder.LEVELS[budget] if isinstance(budget, str) else budget
        limits = LIMITS.get(budget, Limits()) if isinstance(budget, str) else Limits()
        self._limits = replace(limits, total=share * limits.total)
        self._beside = BESIDE * self._limits.total

    def attack(
        self, x: np.ndarray, y: np.ndarray, where: Region, rng: np.random.Generator, skip: np.ndarray | None
    ) -> Attacked:
        """Climb the ladder."""
        return ladder.attack(self._module, x, y, where, rng=rng, budget=self._budget, skip=skip, predict=self._predict)

    def certify(self, x: np.ndarray, y: np.ndarray, where: Region, nodes: int, skip: np.ndarray | None) -> Certified:
        """Bound its scores; all that is bounded so shares one part of the work."""
        limits = replace(self._within(nodes), total=self._beside)
        found = certify(self._module, x, y, where, limits=limits, skip=skip, tell=self._tell)
        self._beside = max(self._beside - found.work.multiplications, 0.0)
        return found

    def enclose(
        self,
        x: np.ndarray,
        y: np.ndarray,
        where: Region,
        *,
        rng: np.random.Generator,
        nodes: int,
        unprovable: np.ndarray | None = None,
    ) -> Bracket:
        """Do both in turn, each where the other left something to do."""
        return enclose(
            self._module,
            x,
            y,
            where,
            rng=rng,
            budget=self._budget or ladder.Budget(),
            limits=self._within(nodes),
            predict=self._predict,
            unprovable=unprovable,
            tell=self._tell,
        )

    def _within(self, nodes: int) -> Limits:
        return replace(self._limits, nodes=nodes)
