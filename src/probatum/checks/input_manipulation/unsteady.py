# SPDX-License-Identifier: Apache-2.0
"""A system that answers the same row in different ways: by chance (averaged, and told), or beside other rows (told).

Otherwise a search that asks often enough takes every lucky draw for a change that turned the answer. So each answer is
the average of a few, and what the search found must hold on average over many that were not seen before.

Source: Athalye, Carlini and Wagner 2018, arXiv:1802.00420, section 5.2 (attack the expected answer).
"""

from dataclasses import dataclass, replace
from typing import final

import numpy as np

from probatum.checks.input_manipulation.evading import Target, scores_of
from probatum.checks.input_manipulation.findings import LEAST, Findings, labels_of
from probatum.engines.evasion import black_box
from probatum.engines.evasion.results import Work
from probatum.facts.capabilities import Capability
from probatum.facts.threats import Task
from probatum.systems.datasets import Rows, Schema
from probatum.systems.interface import Answers, Predictions

APART = 1e-3  # of a score: sums in another order move the last digits only
AVERAGED = 4  # answers to each row, while searching
FRESH = 24  # further answers to each example, and to its row
OUTWARD = (1.0, 1.5, 2.0, 4.0, 16.0)  # times the change that was found
ALONE = 16  # rows that are asked about by themselves
CROWDED = "It answers a case otherwise beside other cases, so nothing can be proven of it."
NOT_PROVEN = "It answers the same case in different ways, so nothing can be proven of it."


@final
class Averaged:
    """A system whose every answer is the average of a few; a row that is not answered each time has no answer."""

    def __init__(self, system: Predictions, times: int) -> None:
        """Take whom to ask, and how often."""
        self._system = system
        self.times = times

    @property
    def schema(self) -> Schema:
        """The columns, the target and the classes."""
        return self._system.schema

    @property
    def task(self) -> Task:
        """What the model is asked for."""
        return self._system.task

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Everything that can be asked of this system."""
        return self._system.capabilities

    def answers(self, rows: Rows) -> Answers:
        """Ask again and again; of labels alone, the scores are how often each was given."""
        classes = len(rows.schema.classes)
        scores = np.mean([scores_of(self._system.answers(rows), classes) for _ in range(self.times)], axis=0)
        return Answers(labels=labels_of(scores).astype(np.int32), scores=scores)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Unsteady:
    """How far a system is from answering alike."""

    changed: int  # rows that got another answer when asked about again
    rows: int  # that were asked about twice

    def told(self) -> str:
        """Return in a sentence what was seen, and what was done about it."""
        return (
            f"It answers the same case in different ways: asked twice, {self.changed:,} of {self.rows:,} answers "
            f"changed by themselves. So each answer is the average of {AVERAGED}, and each example had to hold on "
            f"average over {FRESH} further ones."
        )


def unsteady(system: Predictions, rows: Rows, once: np.ndarray) -> Unsteady | None:
    """Ask about rows again; return None where they are answered as they were, (n, k) scores, before."""
    again = scores_of(system.answers(rows), once.shape[1])
    if not _moved(again, once).any():
        return None
    return Unsteady(changed=int((labels_of(again) != labels_of(once)).sum()), rows=len(once))


def crowded(system: Predictions, rows: Rows, together: np.ndarray) -> str | None:
    """Ask about some rows by themselves; return what was seen where they were answered otherwise beside others.

    Args:
        system: one that answers the same rows alike.
        rows: (n) rows.
        together: (n, k) scores that they got together.
    """
    some = range(min(ALONE, len(rows)))
    each = [scores_of(system.answers(rows.take(np.array([place]))), together.shape[1]) for place in some]
    alone, beside = np.concatenate(each), together[: len(some)]
    moved = _moved(alone, beside)
    if not moved.any():
        return None
    changed = int((labels_of(alone) != labels_of(beside)).sum())
    return (
        f"the answer to a case depends on the cases asked about beside it; by themselves, {int(moved.sum())} of "
        f"{len(some)} got other scores, and {changed} another answer. All numbers are of cases asked about together."
    )


def _moved(scores: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Return (n,) bool: they differ by more than sums in another order do."""
    apart = np.abs(scores - before).max(axis=1, initial=0.0)
    return np.asarray((apart > APART) | (np.isnan(scores).any(axis=1) != np.isnan(before).any(axis=1)))


def keep_what_holds(findings: Findings, fresh: Target, y: np.ndarray, radius: float) -> None:
    """Keep examples that hold on average over fresh answers; those at the border are moved on, up to the radius.

    A search goes for the smallest change, and there the answers are in balance.
    """
    at = np.flatnonzero(np.isfinite(findings.found) & (findings.found > 0))
    if not at.size:
        return
    right = labels_of(fresh.ask(fresh.x[at], at)) == y[at]
    findings.found[at[~right]] = 0.0  # wrong anyway
    left, asked = at[right], len(at)
    for times in OUTWARD:
        every = fresh.x.copy()
        every[left] = fresh.outward(findings.examples[left], left, times, radius)
        turned = black_box.margin(fresh.ask(every[left], left), y[left]) < 0
        held = left[turned]
        findings.found[held] = np.maximum(np.minimum(fresh.sizes(every)[held], radius), LEAST)
        findings.examples[held] = every[held]
        left, asked = left[~turned], asked + len(left)
        if not left.size:
            break
    findings.found[left] = np.inf
    work = findings.work
    findings.work = replace(work, forward_rows=work.forward_rows * AVERAGED) + Work(forward_rows=asked * FRESH)
