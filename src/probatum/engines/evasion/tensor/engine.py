# SPDX-License-Identifier: Apache-2.0
"""A network, attacked by its gradients and certified by bounds."""

from typing import final

import numpy as np
from torch import nn

from probatum.engines.bounds.tensor import certify
from probatum.engines.evasion.results import Attacked, Certified
from probatum.engines.evasion.tensor import ladder
from probatum.engines.evasion.threat import Region


@final
class NetworkEngine:
    """What can be done with a network."""

    def __init__(
        self, module: nn.Module, budget: ladder.Budget | str | None = None, predict: ladder.Predict | None = None
    ) -> None:
        """Take the network, how much may be done (also by name: quick, standard, deep), and the users' own path."""
        self._module, self._predict = module, predict
        self._budget = ladder.LEVELS[budget] if isinstance(budget, str) else budget

    def attack(
        self, x: np.ndarray, y: np.ndarray, where: Region, rng: np.random.Generator, skip: np.ndarray | None
    ) -> Attacked:
        """Climb the ladder."""
        return ladder.attack(self._module, x, y, where, rng=rng, budget=self._budget, skip=skip, predict=self._predict)

    def certify(self, x: np.ndarray, y: np.ndarray, where: Region, nodes: int, skip: np.ndarray | None) -> Certified:
        """Bound its scores."""
        return certify.certify(self._module, x, y, where, nodes=nodes, skip=skip)
