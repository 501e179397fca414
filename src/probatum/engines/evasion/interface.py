# SPDX-License-Identifier: Apache-2.0
"""What can be done with one kind of model."""

from abc import ABC, abstractmethod

import numpy as np

from probatum.engines.evasion.results import Attacked, Bracket, Certified, Ended
from probatum.engines.evasion.threat import Region


class Engine(ABC):
    """Attacks and certifies models of one kind."""

    @abstractmethod
    def attack(
        self, x: np.ndarray, y: np.ndarray, where: Region, rng: np.random.Generator, skip: np.ndarray | None
    ) -> Attacked:
        """Search each region for a wrong answer."""

    @abstractmethod
    def certify(self, x: np.ndarray, y: np.ndarray, where: Region, nodes: int, skip: np.ndarray | None) -> Certified:
        """Prove for each region that it holds none."""

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
        """Return the bracket: cheap bounds, then the attack, then splits of what neither settled.

        Args:
            x: (n, ...) rows.
            y: (n,) index of the right class.
            where: the regions.
            rng: from which everything random is drawn.
            nodes: most parts, for each row, into which its region is split.
            unprovable: (n,) bool, rows that are attacked only.
        """
        proof = self.certify(x, y, where, 0, unprovable)
        found = self.attack(x, y, where, rng, proof.certified)
        stages = (*proof.stages, *found.stages)
        stage = np.where(found.broken, found.stage + len(proof.stages), proof.stage)
        open_rows = ~(found.broken | proof.certified)
        certified, last, ended, parts = proof.certified, proof.last, proof.ended, proof.parts
        work = proof.work + found.work
        if nodes and proof.refused is None and open_rows.any():
            deeper = self.certify(x, y, where, nodes, ~open_rows if unprovable is None else ~open_rows | unprovable)
            gained = deeper.certified & open_rows
            stage = np.where(gained, deeper.stage + len(stages), stage)
            last = np.where(open_rows, deeper.last + len(stages), last)
            ended, parts = np.where(open_rows, deeper.ended, ended), np.where(open_rows, deeper.parts, parts)
            certified, work, stages = certified | gained, work + deeper.work, (*stages, *deeper.stages)
        certified = certified & ~found.broken
        return Bracket(
            broken=found.broken,
            certified=certified,
            examples=found.examples,
            margins=found.margins,
            stage=np.where(found.broken | certified, stage, -1).astype(np.int8),
            stages=stages,
            work=work,
            last=last.astype(np.int8),
            ended=np.where(found.broken, Ended.BROKEN, ended).astype(np.int8),
            parts=parts,
            warnings=found.warnings,
            notes=found.notes,
            refused=proof.refused,
        )
