# SPDX-License-Identifier: Apache-2.0
"""Find out from where on each row is shown broken, and up to where it is proven safe, with the engine that fits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from probatum.checks.input_manipulation.evading import Cells, Table, Target
from probatum.engines.bounds import linear
from probatum.engines.evasion import black_box
from probatum.engines.evasion.known import Known
from probatum.engines.evasion.results import Work
from probatum.systems.structures import Linear, Network, Structure

LEAST = float(np.nextafter(0.0, 1.0))  # the size of a change that costs nothing: 0 is for rows that are wrong anyway
AGREE = 1e-4  # of scores: float32 sums in another order differ by about 1e-6


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


def explore(
    target: Target,
    structure: Structure | str,
    y: np.ndarray,
    right: np.ndarray,
    encoded: np.ndarray | None,
    scores: np.ndarray,
    *,
    radius: float,
    radii: Sequence[float],
    queries: int,
    rng: np.random.Generator,
) -> Findings:
    """Explore all rows.

    Args:
        target: the rows.
        structure: what the model is made of, or why that is not known.
        y: (n,) index of the right class.
        right: (n,) bool, answered rightly as they are.
        encoded: the rows as the structure gets them.
        scores: (n, k) what the users' own path says of the rows, which the structure must say too.
        radius: the plan's.
        radii: of the curve, ascending.
        queries: most points asked about, a row, where there is nothing but asking.
        rng: from which everything random is drawn.
    """
    n = len(y)
    findings = Findings(
        found=np.where(right, np.inf, 0.0),
        safe=np.zeros(n),
        examples=target.x.copy(),
        work=Work(),
        stages=[],
        warnings=[],
    )
    if isinstance(structure, str) or encoded is None:
        findings.unproven = structure if isinstance(structure, str) else "What it is made of is not known."
    elif isinstance(structure.core, Linear) and isinstance(target, Table):
        _linear(findings, target, structure, structure.core, encoded, y, scores)
    elif isinstance(structure.core, Network) and isinstance(target, Cells):
        _network(findings, target, structure.core, y, scores, radius, radii, rng)
    else:
        findings.unproven = "What it is made of is known, but not yet looked into for rows of this kind."
    left = ~(findings.known().broken(radius) | findings.known().certified(radius))
    if findings.unproven is not None and left.any():
        _asking(findings, target, y, ~left, radius, queries, rng)
    return findings


def _linear(
    findings: Findings,
    target: Table,
    structure: Structure,
    core: Linear,
    encoded: np.ndarray,
    y: np.ndarray,
    scores: np.ndarray,
) -> None:
    """Work out the radius of every row in closed form, and ask about the point at it."""
    place = {label: at for at, label in enumerate(structure.order)}
    if not np.isfinite(encoded).all() or structure.inputs is None:
        findings.unproven = "Some cells are missing, so nothing is proven of a linear model."
        return
    said = linear.scores(core, encoded).argmax(axis=1)
    if (np.asarray(structure.order)[said] != scores.argmax(axis=1)).any():
        findings.unproven = "The model's weights do not give the model's own answers, so nothing is proven by them."
        return
    at = {int(column): spot for spot, column in enumerate(target.places.tolist())}
    spots = [at.get(one.column, -1) for one in structure.inputs]
    free = np.array([spot >= 0 for spot in spots])
    low, high = target.bounds()
    lower, upper, reach = encoded.copy(), encoded.copy(), np.zeros(encoded.shape)
    for column, spot in enumerate(spots):
        if spot >= 0:
            lower[:, column], upper[:, column] = low[:, spot], high[:, spot]
            reach[:, column] = target.reach[spot]
    reach = np.minimum(reach, np.where(free, upper - lower, 0.0) * 1e9)  # a change that costs nothing
    own = np.array([place.get(label, -1) for label in y.tolist()])
    rows = np.flatnonzero((own >= 0) & (findings.found > 0))
    out = linear.radii(core, encoded[rows], own[rows], lower=lower[rows], upper=upper[rows], reach=reach[rows])
    findings.safe[rows] = out.safe
    findings.work += Work(bound_rows=len(rows))
    findings.stages.append("closed form")
    points = target.x[rows].copy()
    for column, spot in enumerate(spots):
        if spot >= 0:
            points[:, spot] = out.points[:, column]
    _confirm(findings, target, rows[np.isfinite(out.found)], points[np.isfinite(out.found)], y)


def _confirm(findings: Findings, target: Target, rows: np.ndarray, points: np.ndarray, y: np.ndarray) -> None:
    """Ask the users' own path about points; those that it answers wrongly are examples."""
    if not rows.size:
        return
    margins = black_box.margin(target.ask(points), y[rows])
    findings.work += Work(forward_rows=len(rows), calls=1)
    every = target.x.copy()
    every[rows] = points
    broken = np.zeros(len(y), dtype=bool)
    broken[rows] = margins < 0
    findings.note(target.sizes(every), every, broken)


def _network(
    findings: Findings,
    target: Cells,
    core: Network,
    y: np.ndarray,
    scores: np.ndarray,
    radius: float,
    radii: Sequence[float],
    rng: np.random.Generator,
) -> None:
    """Attack by gradients and certify by bounds, at every radius of the curve; what one settles serves the others."""
    from probatum.engines.evasion.api import enclosed, engine_of

    def predict(points: np.ndarray) -> np.ndarray:
        return labels_of(target.ask(points))

    sizes = [size for size in sorted({radius, *radii}) if size > 0]
    # the plan's radius first, with all there is; then the others, from small to large, with short searches
    for size in [radius, *(one for one in sizes if one != radius)]:
        known = findings.known()
        todo = np.flatnonzero((known.found > size) & (known.safe < size))
        if not todo.size:
            continue
        engine = engine_of(core.module, None if size == radius else "quick", predict)
        # what was not proven at the plan's radius will not be at a larger one
        hopeless = known.safe[todo] < radius if size > radius else np.zeros(len(todo), dtype=bool)
        out = enclosed(
            engine,
            target.x[todo],
            y[todo],
            target.region(size).take(todo),
            rng=rng,
            nodes=1 if size == radius else 0,
            unprovable=hopeless,
        )
        findings.work += out.work
        findings.safe[todo[out.certified]] = np.maximum(findings.safe[todo[out.certified]], size)
        every, broken = target.x.copy(), np.zeros(len(y), dtype=bool)
        every[todo], broken[todo] = out.examples, out.broken
        findings.note(np.minimum(target.sizes(every), size), every, broken)
        if size == radius:
            findings.stages += dict.fromkeys(out.stages)
            findings.warnings += out.warnings
            if out.refused is not None:
                findings.warnings.append(out.refused)


def _asking(
    findings: Findings,
    target: Target,
    y: np.ndarray,
    idle: np.ndarray,
    radius: float,
    queries: int,
    rng: np.random.Generator,
) -> None:
    """Search by asking alone."""
    if radius <= 0:
        return
    out = black_box.attack(target.ask, target.x, y, target.region(radius), rng=rng, tries=queries, skip=idle)
    findings.work += out.work
    findings.stages += ["asking"]
    findings.note(np.minimum(target.sizes(out.examples), radius), out.examples, out.broken & ~idle)


def labels_of(scores: np.ndarray) -> np.ndarray:
    """Return (m,) the class with the highest score; -1 where there is no answer."""
    silent = np.isnan(scores).any(axis=1)
    return np.where(silent, -1, np.where(np.isnan(scores), -np.inf, scores).argmax(axis=1))
