# SPDX-License-Identifier: Apache-2.0
"""What is found out about each row, and how far rows are explored: shared by all engines that do it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import final

import numpy as np

from probatum.checks.input_manipulation.table import Table
from probatum.engines.evasion import black_box
from probatum.engines.evasion.known import Known
from probatum.engines.evasion.results import Bracket, Ended, Work
from probatum.facts.finding import Measure, Part
from probatum.facts.progress import Tell, untold

WHY_OPEN = {
    Ended.PROVEN: "proof not counted",
    Ended.BROKEN: "wrong answer inside the model, not confirmed by asking it",
    Ended.SPENT: "work spent",
    Ended.EXHAUSTED: "nothing left to bound better",
    Ended.UNFOLLOWED: "not followed",
    Ended.SKIPPED: "no proof tried",
}
LEAST = float(np.nextafter(0.0, 1.0))  # the size of a change that costs nothing: 0 is for rows that are wrong anyway


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How far each row is explored, in counted work."""

    radius: float  # the plan's
    radii: Sequence[float]  # of the curve, ascending
    queries: int  # most points asked about, a row, where there is nothing but asking
    nodes: int  # most parts into which what can be reached of a row is split for a proof
    parts: int  # the same of a picture, where a part costs much more
    level: str  # of the search by gradients: quick, standard or deep
    numbers: float  # that are looked at in trees, of all rows together
    share: float = 1.0  # of what all rows of the plan may cost together, for those that are explored
    tell: Tell = untold  # called with the progress


@final
@dataclass(slots=True, kw_only=True, eq=False)
class Findings:
    """What is known of the rows so far; filled by one engine after another."""

    found: np.ndarray  # (n,) see ``Known``
    safe: np.ndarray
    examples: np.ndarray  # (n, ...) points of the target
    ended: np.ndarray  # (n,) int8 why the proof at the plan's radius ended, see ``Ended``
    last: np.ndarray  # (n,) str, the last proof tried at that radius; empty: none
    work: Work
    stages: list[str]
    warnings: list[str] = field(default_factory=list)  # signs that the numbers are too good
    remarks: list[str] = field(default_factory=list)
    unproven: str | None = None  # why nothing could be proven
    refused: str | None = None  # why the bounds of a network could not be worked out, though it was looked into

    def known(self) -> Known:
        """Return both sizes."""
        return Known(found=self.found, safe=self.safe)

    def note(self, sizes: np.ndarray, points: np.ndarray, broken: np.ndarray) -> None:
        """Keep examples that are smaller than those known."""
        better = broken & (np.maximum(sizes, LEAST) < self.found)
        self.found[better], self.examples[better] = np.maximum(sizes[better], LEAST), points[better]

    def ends(self, rows: np.ndarray, out: Bracket) -> None:
        """Keep why the proofs of these rows ended, and at which stage."""
        self.ended[rows] = out.ended
        self.last[rows] = np.array([*out.stages, ""], dtype=object)[out.last]  # -1: none

    def prove(self, rows: np.ndarray, sizes: np.ndarray) -> None:
        """Keep proofs that reach further than those known."""
        self.safe[rows] = np.maximum(self.safe[rows], sizes)


def joined(parts: Sequence[Findings]) -> Findings:
    """Return what is known of the rows of all parts, in their order.

    Where one part tells that nothing can be proven of the model, that holds for all of them.
    """
    unproven = next((part.unproven for part in parts if part.unproven is not None), None)
    safe = np.concatenate([part.safe for part in parts])
    return Findings(
        found=np.concatenate([part.found for part in parts]),
        safe=safe if unproven is None else np.zeros_like(safe),
        examples=np.concatenate([part.examples for part in parts]),
        ended=np.concatenate([part.ended for part in parts]),
        last=np.concatenate([part.last for part in parts]),
        work=sum((part.work for part in parts), Work()),
        stages=list(dict.fromkeys(stage for part in parts for stage in part.stages)),
        warnings=list(dict.fromkeys(warning for part in parts for warning in part.warnings)),
        remarks=list(dict.fromkeys(remark for part in parts for remark in part.remarks)),
        unproven=unproven,
        refused=next((part.refused for part in parts if part.refused is not None), None),
    )


def confirm(
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


def by_turns(effort: Effort) -> list[float]:
    """Return the plan's radius, then the others of the curve, from small to large."""
    others = sorted({size for size in effort.radii if size > 0 and size != effort.radius})
    return [effort.radius, *others]


def labels_of(scores: np.ndarray) -> np.ndarray:
    """Return (m,) the class with the highest score; -1 where there is no answer."""
    silent = np.isnan(scores).any(axis=1)
    return np.where(silent, -1, np.where(np.isnan(scores), -np.inf, scores).argmax(axis=1))


def work_done(found: Findings, rows: int) -> dict[str, Measure]:
    """Return how much counted work each row took, on average."""
    asked = found.work.forward_rows + found.work.gradient_rows
    return {
        "model_rows": Measure(value=asked / rows, unit="rows", interval=None, n=rows),
        "bound_rows": Measure(value=found.work.bound_rows / rows, unit="rows", interval=None, n=rows),
    }


def open_cases(found: Findings, radius: float) -> tuple[Part, ...]:
    """Return the shares of right answers that are neither broken nor proven, by why and where their proofs ended.

    There are none where nothing could be proven of the model at all: the reason is told instead.
    """
    if found.unproven is not None or found.refused is not None:
        return ()
    known = found.known()
    right = int((found.found > 0).sum())
    left = np.flatnonzero(~(known.broken(radius) | known.certified(radius)))
    ends = Counter((Ended(int(found.ended[row])), found.last[row]) for row in left)
    return tuple(
        Part(name=f"{WHY_OPEN[end]}{f' ({stage})' if stage else ''}", value=count / right, interval=None, n=right)
        for (end, stage), count in sorted(ends.items(), key=lambda one: (-one[1], one[0]))
    )
