# SPDX-License-Identifier: Apache-2.0
"""Find out from where on each row is shown broken, and up to where it is proven safe, with the engine that fits."""

import numpy as np

from probatum.checks.input_manipulation.enclosing import enclose_cells, enclose_table
from probatum.checks.input_manipulation.evading import Cells, Target
from probatum.checks.input_manipulation.findings import Effort, Findings, confirm, labels_of
from probatum.checks.input_manipulation.nearest import Inside, nearest
from probatum.checks.input_manipulation.table import Table
from probatum.engines.evasion import black_box
from probatum.engines.evasion.queries.scheduler import Allowance
from probatum.engines.evasion.results import Ended, Work
from probatum.engines.evasion.tables.search import search
from probatum.systems.structures import Forest, Linear, Network, Structure

UNKNOWN = "What each number inside the model comes from cannot be told, so nothing is proven of it."


def explore(
    target: Target,
    structure: Structure | str,
    encoded: np.ndarray | None,
    y: np.ndarray,
    scores: np.ndarray,
    *,
    effort: Effort,
    rng: np.random.Generator,
) -> Findings:
    """Explore all rows.

    Args:
        target: the rows.
        structure: what the model is made of, or why that is not known.
        encoded: the rows as the structure gets them.
        y: (n,) index of the right class.
        scores: (n, k) what the users' own path says of the rows, which the structure must say too.
        effort: how far.
        rng: from which everything random is drawn.
    """
    findings = Findings(
        found=np.where(labels_of(scores) == y, np.inf, 0.0),
        safe=np.zeros(len(y)),
        examples=target.x.copy(),
        ended=np.full(len(y), Ended.SKIPPED, dtype=np.int8),
        last=np.full(len(y), "", dtype=object),
        work=Work(),
        stages=[],
    )
    if isinstance(structure, str) or encoded is None:
        findings.unproven = structure if isinstance(structure, str) else "What it is made of is not known."
    else:
        inside = Inside.of(structure, encoded, y, labels_of(scores), scores.shape[1])
        if isinstance(target, Table):
            findings.unproven = _table(findings, target, inside, y, effort, rng)
        elif isinstance(structure.core, Network) and isinstance(target, Cells):
            enclose_cells(findings, target, structure.core, y, effort, rng)
        else:
            findings.unproven = "What it is made of is known, but not yet looked into for rows of this kind."
    left = ~(findings.known().broken(effort.radius) | findings.known().certified(effort.radius))
    if left.any() and isinstance(target, Table):
        _search(findings, target, y, ~left, effort, rng)
    elif left.any() and isinstance(target, Cells) and findings.unproven is not None:
        _asking(findings, target, y, ~left, effort, rng)
    return findings


def _table(
    findings: Findings, target: Table, inside: Inside, y: np.ndarray, effort: Effort, rng: np.random.Generator
) -> str | None:
    """Work on the inside of a model of tables; return why nothing can be proven."""
    core = inside.structure.core
    if inside.structure.inputs is None:
        return inside.structure.untraced or UNKNOWN
    rows = np.flatnonzero((inside.own >= 0) & (findings.found > 0) & (inside.own == inside.said))
    if isinstance(core, Network):
        return enclose_table(findings, target, inside, core, rows, y, effort, rng)
    out = nearest(
        target, inside, rows, farthest=max(effort.radii), nodes=effort.nodes, numbers=effort.share * effort.numbers,
        tell=effort.tell,
    )  # fmt: skip
    if isinstance(out, str):
        return out
    findings.prove(out.rows, out.safe)
    if isinstance(core, Forest):
        findings.ended[out.rows] = Ended.SPENT  # what is not settled: all that a search of trees may end by
    findings.work += out.work
    stage = "closed form" if isinstance(core, Linear) else "exact search of the trees"
    findings.stages.append(stage)
    findings.last[out.rows] = stage
    if out.short.any():
        findings.remarks.append(_cut_short(int(out.short.sum())))
    near = np.isfinite(out.found)
    confirm(findings, target, out.rows[near], out.cells[near], out.found[near], y)
    return None


def _cut_short(count: int) -> str:
    cases = "1 case" if count == 1 else f"{count:,} cases"
    return (
        f"The search of the trees was cut short in {cases}: so many large trees would go beyond the work, or the "
        "memory, that the plan allows."
    )


def _search(
    findings: Findings, target: Table, y: np.ndarray, idle: np.ndarray, effort: Effort, rng: np.random.Generator
) -> None:
    """Search by asking, cell by cell, for allowed changes of the rows that are neither broken nor proven."""
    out = search(
        target.ask,
        target.x,
        y,
        target.moves,
        effort.radius,
        rng=rng,
        budget=Allowance(per_row=effort.queries),
        pool=target.others,
        skip=idle,
    )
    findings.work += out.attacked.work
    findings.stages.append("asking")
    findings.remarks += out.notes
    findings.note(np.minimum(target.sizes(out.nearest), effort.radius), out.nearest, np.isfinite(out.sizes) & ~idle)


def _asking(
    findings: Findings, target: Cells, y: np.ndarray, idle: np.ndarray, effort: Effort, rng: np.random.Generator
) -> None:
    """Search by asking alone, where rows are arrays of like cells."""

    def ask(points: np.ndarray) -> np.ndarray:
        return target.ask(points, np.zeros(len(points), dtype=np.int64))

    region = target.region(effort.radius)
    out = black_box.attack(ask, target.x, y, region, rng=rng, tries=effort.queries, skip=idle, pool=target.others)
    findings.work += out.work
    findings.stages.append("asking")
    findings.note(np.minimum(target.sizes(out.examples), effort.radius), out.examples, out.broken & ~idle)
