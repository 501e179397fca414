# SPDX-License-Identifier: Apache-2.0
"""Attack a network and certify it in turn, each where the other left something to do.

Bounds that cost little come first: what they prove is never attacked. Then steps that cost little: what they break is
never bounded further. Then lines for every layer, and the costlier searches on what these leave; then splits, whose
least points are asked about on the way. At last searches from those points, longest where the two sides are closest.
"""

from dataclasses import replace

import numpy as np
from torch import nn

from probatum.engines.bounds.tensor.certify import Limits, refused
from probatum.engines.bounds.tensor.proof import Proof
from probatum.engines.bounds.tensor.trace import Refused
from probatum.engines.evasion.results import Attacked, Bracket, Certified, Ended
from probatum.engines.evasion.tensor.climb import Climb, Predict
from probatum.engines.evasion.tensor.ladder import Budget, begin, end, go_on, seeded
from probatum.engines.evasion.threat import Region
from probatum.facts.progress import Tell, untold


def enclose(
    module: nn.Module,
    x: np.ndarray,
    y: np.ndarray,
    where: Region,
    *,
    rng: np.random.Generator,
    budget: Budget,
    limits: Limits,
    predict: Predict | None,
    unprovable: np.ndarray | None,
    tell: Tell = untold,
) -> Bracket:
    """Return the bracket.

    Args:
        module: (n, ...) float32 to (n, k) scores.
        x: (n, ...) rows.
        y: (n,) index of the right class.
        where: each row's region.
        rng: from which everything random is drawn.
        budget: of the attack.
        limits: of the proof of each row.
        predict: (m, ...) to (m,) labels as the user gets them; None: the network itself.
        unprovable: (n,) bool, rows that are attacked only.
        tell: called with the progress.
    """
    proof = _begun(module, x, y, where, limits, unprovable, tell)
    proven = np.zeros(len(x), dtype=bool) if isinstance(proof, str) else proof.found().certified
    with seeded(rng):
        climb = Climb(module, x, y, where, rng, proven, predict, tell)
        begin(climb, budget)
        if not isinstance(proof, str):
            proof.full(_open(proof, climb), tell)
            climb.reopen(_unproven(proof, climb))
        go_on(climb, budget)
        if not isinstance(proof, str) and limits.nodes:
            proof.split(_open(proof, climb), climb.breaks, tell)
            last = np.flatnonzero(~climb.broken.numpy() & (proof.margins.numpy() <= 0))
            if last.size and limits.nodes > 1:
                margins = climb.lowest()
                gaps = {int(row): float(margins[row] - proof.margins[row]) for row in last}
                corners = {row: proof.corners[row] for row in gaps if row in proof.corners}
                end(climb, budget, corners, gaps)
        found = climb.result()
    if isinstance(proof, str):
        return _joined(refused(len(x), proof), found)
    rough = proof.short.numpy() & ~found.broken & ~proof.found().certified
    notes = (_rougher(int(rough.sum())), *found.notes) if rough.any() else found.notes
    return _joined(proof.found(), replace(found, notes=notes))


def _begun(
    module: nn.Module, x: np.ndarray, y: np.ndarray, where: Region, limits: Limits, unprovable: np.ndarray | None,
    tell: Tell,
) -> Proof | str:  # fmt: skip
    """Return what the cheap bounds left, or why nothing can be proven."""
    try:
        proof = Proof(module, x, y, where, limits)
        proof.first(np.arange(len(x)) if unprovable is None else np.flatnonzero(~unprovable), tell)
    except Refused as why:
        return str(why)
    return proof


def _open(proof: Proof, climb: Climb) -> np.ndarray:
    """Return the rows of which a proof may still be found, and no wrong answer was."""
    rows = proof.open_rows()
    return np.asarray(rows[~climb.broken.numpy()[rows]])


def _unproven(proof: Proof, climb: Climb) -> np.ndarray:
    return np.flatnonzero(~climb.broken.numpy() & (proof.margins.numpy() <= 0))


def _rougher(count: int) -> str:
    cases = "1 open case" if count == 1 else f"{count:,} open cases"
    return (
        f"Of {cases}, not every part of the network was bounded as sharply as can be: that would go beyond the work "
        "that the plan allows for proofs."
    )


def _joined(proof: Certified, found: Attacked) -> Bracket:
    certified = proof.certified & ~found.broken
    stage = np.where(found.broken, found.stage + len(proof.stages), np.where(certified, proof.stage, -1))
    # a point that is wrong in real numbers, and right as the network is asked, breaks nothing and leaves no proof
    doubted = (proof.ended == Ended.BROKEN) & ~found.broken
    ended = np.where(found.broken, Ended.BROKEN, np.where(doubted, Ended.EXHAUSTED, proof.ended))
    return Bracket(
        broken=found.broken,
        certified=certified,
        examples=found.examples,
        margins=found.margins,
        stage=stage.astype(np.int8),
        stages=(*proof.stages, *found.stages),
        work=proof.work + found.work,
        last=proof.last,
        ended=ended.astype(np.int8),
        parts=proof.parts,
        warnings=found.warnings,
        notes=found.notes,
        refused=proof.refused,
    )
