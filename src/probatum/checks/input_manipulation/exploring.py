# SPDX-License-Identifier: Apache-2.0
"""Find out from where on each row is shown broken, and up to where it is proven safe, with the engine that fits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from probatum.checks.input_manipulation.evading import Cells, Target
from probatum.checks.input_manipulation.nearest import Inside, nearest
from probatum.checks.input_manipulation.table import Table
from probatum.engines.evasion import black_box
from probatum.engines.evasion.known import Known
from probatum.engines.evasion.queries.scheduler import Allowance
from probatum.engines.evasion.results import Work
from probatum.engines.evasion.tables.inside import lifted, lowered
from probatum.engines.evasion.tables.search import search
from probatum.engines.evasion.threat import Region
from probatum.systems.structures import Linear, Network, Structure

LEAST = float(np.nextafter(0.0, 1.0))  # the size of a change that costs nothing: 0 is for rows that are wrong anyway
PARTED = 5  # cells of a row, for each of the nodes that are allowed: regions of larger rows are split less often
UNKNOWN = "What each number inside the model comes from cannot be told, so nothing is proven of it."


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How far each row is explored, in counted work."""

    radius: float  # the plan's
    radii: Sequence[float]  # of the curve, ascending
    queries: int  # most points asked about, a row, where there is nothing but asking
    nodes: int  # most parts into which what can be reached of a row is split for a proof
    level: str  # of the search by gradients: quick, standard or deep


@final
@dataclass(slots=True, kw_only=True, eq=False)
class Findings:
    """What is known of the rows so far; filled by one engine after another."""

    found: np.ndarray  # (n,) see ``Known``
    safe: np.ndarray
    examples: np.ndarray  # (n, ...) points of the target
    work: Work
    stages: list[str]
    warnings: list[str]
    unproven: str | None = None  # why nothing could be proven

    def known(self) -> Known:
        """Return both sizes."""
        return Known(found=self.found, safe=self.safe)

    def note(self, sizes: np.ndarray, points: np.ndarray, broken: np.ndarray) -> None:
        """Keep examples that are smaller than those known."""
        better = broken & (np.maximum(sizes, LEAST) < self.found)
        self.found[better], self.examples[better] = np.maximum(sizes[better], LEAST), points[better]

    def prove(self, rows: np.ndarray, sizes: np.ndarray) -> None:
        """Keep proofs that reach further than those known."""
        self.safe[rows] = np.maximum(self.safe[rows], sizes)


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
        work=Work(),
        stages=[],
        warnings=[],
    )
    if isinstance(structure, str) or encoded is None:
        findings.unproven = structure if isinstance(structure, str) else "What it is made of is not known."
    else:
        inside = Inside.of(structure, encoded, y, labels_of(scores), scores.shape[1])
        if isinstance(target, Table):
            findings.unproven = _table(findings, target, inside, y, effort, rng)
        elif isinstance(structure.core, Network) and isinstance(target, Cells):
            _network(findings, target, structure.core, y, effort, rng)
        else:
            findings.unproven = "What it is made of is known, but not yet looked into for rows of this kind."
    left = ~(findings.known().broken(effort.radius) | findings.known().certified(effort.radius))
    if left.any() and isinstance(target, Table):
        _search(findings, target, y, ~left, effort, rng)
    elif left.any() and findings.unproven is not None:
        _asking(findings, target, y, ~left, effort, rng)
    return findings


def _table(
    findings: Findings, target: Table, inside: Inside, y: np.ndarray, effort: Effort, rng: np.random.Generator
) -> str | None:
    """Work on the inside of a model of tables; return why nothing can be proven."""
    core = inside.structure.core
    if inside.structure.inputs is None:
        return UNKNOWN
    rows = np.flatnonzero((inside.own >= 0) & (findings.found > 0) & (inside.own == inside.said))
    if isinstance(core, Network):
        return _table_network(findings, target, inside, core, rows, y, effort, rng)
    out = nearest(target, inside, rows, farthest=max(effort.radii), nodes=effort.nodes)
    if isinstance(out, str):
        return out
    findings.prove(out.rows, out.safe)
    findings.work += out.work
    findings.stages.append("closed form" if isinstance(core, Linear) else "exact search of the trees")
    near = np.isfinite(out.found)
    _confirm(findings, target, out.rows[near], out.cells[near], out.found[near], y)
    return None


def _table_network(
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
    from probatum.engines.evasion.api import enclosed, engine_of

    inputs = inside.structure.inputs or ()
    rows = rows[np.isfinite(inside.encoded[rows]).all(axis=1)]
    x = inside.encoded.astype(np.float32)
    for radius in _by_turns(effort):
        known, box = findings.known(), target.region(radius)
        ends = (box.lower, box.upper)
        around = lifted(inputs, target.x, inside.encoded, ends, target.moves.reach, single=True)
        if isinstance(around, str):
            return around
        todo = rows[(known.found[rows] > radius) & (known.safe[rows] < radius)]
        if not todo.size:
            continue
        main = radius == effort.radius
        out = enclosed(
            engine_of(core.module, effort.level if main else "quick"),
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
        _confirm(findings, target, at, cells, np.full(len(at), radius), y)
        if main:
            findings.stages += dict.fromkeys(out.stages)
            findings.warnings += out.warnings
            if out.refused is not None:
                return out.refused
    return None


def _confirm(
    findings: Findings, target: Table, rows: np.ndarray, cells: np.ndarray, sizes: np.ndarray, y: np.ndarray
) -> None:
    """Ask the users' own path about the allowed changes nearest to cells that were worked out."""
    if not rows.size:
        return
    every, broken = target.x.copy(), np.zeros(len(y), dtype=bool)
    every[rows] = target.allowed(cells, rows, sizes)
    broken[rows] = black_box.margin(target.ask(every[rows], rows), y[rows]) < 0
    findings.work += Work(forward_rows=len(rows), calls=1)
    findings.note(target.sizes(every), every, broken)


def _network(
    findings: Findings, target: Cells, core: Network, y: np.ndarray, effort: Effort, rng: np.random.Generator
) -> None:
    """Attack and certify at the plan's radius; then one search for the nearest wrong answers serves all radii."""
    from probatum.engines.evasion.api import enclosed, engine_of

    def predict(points: np.ndarray) -> np.ndarray:
        return labels_of(target.ask(points, np.zeros(len(points), dtype=np.int64)))

    def keep(todo: np.ndarray, examples: np.ndarray, found: np.ndarray, most: float) -> None:
        every, broken = target.x.copy(), np.zeros(len(y), dtype=bool)
        every[todo], broken[todo] = examples, found
        findings.note(np.minimum(target.sizes(every), most), every, broken)

    todo = np.flatnonzero(findings.found > 0)
    engine = engine_of(core.module, effort.level, predict)
    region = target.region(effort.radius).take(todo)
    nodes = max(1, effort.nodes * PARTED // max(1, target.x[0].size))
    out = enclosed(engine, target.x[todo], y[todo], region, rng=rng, nodes=nodes)
    findings.prove(todo[out.certified], np.full(int(out.certified.sum()), effort.radius))
    findings.work += out.work
    keep(todo, out.examples, out.broken, effort.radius)
    findings.stages += dict.fromkeys(out.stages)
    findings.warnings += out.warnings
    if out.refused is not None:
        findings.warnings.append(out.refused)
    _nearest(findings, target, core, y, predict, keep, rng)
    for radius in _by_turns(effort)[1:]:
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
    )
    keep(todo, near.examples, np.isfinite(near.distances), np.inf)
    findings.work += near.work
    findings.stages.append("nearest wrong answers")


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
    findings.warnings += out.notes
    findings.note(np.minimum(target.sizes(out.nearest), effort.radius), out.nearest, np.isfinite(out.sizes) & ~idle)


def _asking(
    findings: Findings, target: Target, y: np.ndarray, idle: np.ndarray, effort: Effort, rng: np.random.Generator
) -> None:
    """Search by asking alone, where rows are arrays of like cells."""

    def ask(points: np.ndarray) -> np.ndarray:
        return target.ask(points, np.zeros(len(points), dtype=np.int64))

    region = target.region(effort.radius)
    out = black_box.attack(ask, target.x, y, region, rng=rng, tries=effort.queries, skip=idle)
    findings.work += out.work
    findings.stages.append("asking")
    findings.note(np.minimum(target.sizes(out.examples), effort.radius), out.examples, out.broken & ~idle)


def _by_turns(effort: Effort) -> list[float]:
    """Return the plan's radius, then the others of the curve, from small to large."""
    others = sorted({size for size in effort.radii if size > 0 and size != effort.radius})
    return [effort.radius, *others]


def labels_of(scores: np.ndarray) -> np.ndarray:
    """Return (m,) the class with the highest score; -1 where there is no answer."""
    silent = np.isnan(scores).any(axis=1)
    return np.where(silent, -1, np.where(np.isnan(scores), -np.inf, scores).argmax(axis=1))
