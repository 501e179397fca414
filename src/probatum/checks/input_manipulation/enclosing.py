# SPDX-License-Identifier: Apache-2.0
"""Enclose networks: attack by gradients and certify by bounds, on pictures and on the rows of tables."""

from collections.abc import Callable

import numpy as np

from probatum.checks.input_manipulation.evading import Cells
from probatum.checks.input_manipulation.findings import Effort, Findings, by_turns, confirm, labels_of
from probatum.checks.input_manipulation.nearest import Inside
from probatum.checks.input_manipulation.table import Table
from probatum.engines.evasion.tables.inside import lifted, lowered
from probatum.engines.evasion.threat import Region
from probatum.facts.progress import Tell
from probatum.systems.structures import Network


def enclose_table(
    findings: Findings,
    target: Table,
    inside: Inside,
    core: Network,
    rows: np.ndarray,
    y: np.ndarray,
    effort: Effort,
    rng: np.random.Generator,
) -> str | None:
    """Enclose each row at every radius, in the numbers that the network gets; ask about what was found."""
    from probatum.engines.evasion.api import engine_of

    inputs = inside.structure.inputs or ()
    rows = rows[np.isfinite(inside.encoded[rows]).all(axis=1)]
    x = inside.encoded.astype(np.float32)
    for radius in by_turns(effort):
        known, box = findings.known(), target.region(radius)
        ends = (box.lower, box.upper)
        around = lifted(inputs, target.x, inside.encoded, ends, target.moves.reach, single=True)
        if isinstance(around, str):
            return around
        todo = rows[(known.found[rows] > radius) & (known.safe[rows] < radius)]
        if not todo.size:
            continue
        main = radius == effort.radius
        level = effort.level if main else "quick"
        out = engine_of(core.module, level, tell=effort.tell, share=effort.share).enclose(
            x[todo],
            inside.own[todo],
            Region(lower=around.lower[todo], upper=around.upper[todo]),
            rng=rng,
            nodes=effort.nodes if main else 0,
        )
        findings.prove(todo[out.certified], np.full(int(out.certified.sum()), radius))
        findings.work += out.work
        at = todo[out.broken]
        points = np.where(out.examples == x[todo], inside.encoded[todo], out.examples)[out.broken]
        cells = lowered(inputs, target.x[at], inside.encoded[at], points)
        confirm(findings, target, at, cells, np.full(len(at), radius), y)
        if main:
            findings.ends(todo, out)
            findings.stages += dict.fromkeys(out.stages)
            findings.warnings += out.warnings
            findings.remarks += out.notes
            if out.refused is not None:
                return out.refused
    return None


def enclose_cells(
    findings: Findings, target: Cells, core: Network, y: np.ndarray, effort: Effort, rng: np.random.Generator
) -> None:
    """Attack and certify at the plan's radius; then one search for the nearest wrong answers serves all radii."""
    from probatum.engines.evasion.api import engine_of

    def predict(points: np.ndarray) -> np.ndarray:
        return labels_of(target.ask(points, np.zeros(len(points), dtype=np.int64)))

    def keep(todo: np.ndarray, examples: np.ndarray, found: np.ndarray, most: float) -> None:
        every, broken = target.x.copy(), np.zeros(len(y), dtype=bool)
        every[todo], broken[todo] = examples, found
        findings.note(np.minimum(target.sizes(every), most), every, broken)

    todo = np.flatnonzero(findings.found > 0)
    engine = engine_of(core.module, effort.level, predict, effort.tell, share=effort.share)
    region = target.region(effort.radius).take(todo)
    out = engine.enclose(target.x[todo], y[todo], region, rng=rng, nodes=effort.parts)
    findings.ends(todo, out)
    findings.prove(todo[out.certified], np.full(int(out.certified.sum()), effort.radius))
    findings.work += out.work
    keep(todo, out.examples, out.broken, effort.radius)
    findings.stages += dict.fromkeys(out.stages)
    findings.warnings += out.warnings
    findings.remarks += out.notes
    findings.refused = out.refused
    _nearest(findings, target, core, y, predict, keep, effort.tell, rng)
    for radius in by_turns(effort)[1:]:
        known = findings.known()
        # what was not proven at the plan's radius will not be at a larger one
        provable = known.safe >= effort.radius if radius > effort.radius else known.safe < radius
        todo = np.flatnonzero((known.found > radius) & (known.safe < radius) & provable)
        if todo.size:
            proof = engine.certify(target.x[todo], y[todo], target.region(radius).take(todo), 0, None)
            findings.prove(todo[proof.certified], np.full(int(proof.certified.sum()), radius))
            findings.work += proof.work


def _nearest(
    findings: Findings,
    target: Cells,
    core: Network,
    y: np.ndarray,
    predict: Callable[[np.ndarray], np.ndarray],
    keep: Callable[[np.ndarray, np.ndarray, np.ndarray, float], None],
    tell: Tell,
    rng: np.random.Generator,
) -> None:
    from probatum.engines.evasion.tensor.minimum import minimum

    todo = np.flatnonzero(findings.found > 0)
    if not todo.size:
        return
    near = minimum(
        core.module,
        target.x[todo],
        y[todo],
        norm=target.norm,
        rng=rng,
        lower=target.least,
        upper=target.most,
        predict=predict,
        tell=tell,
    )
    keep(todo, near.examples, np.isfinite(near.distances), np.inf)
    findings.work += near.work
    findings.stages.append("nearest wrong answers")
