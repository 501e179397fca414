# SPDX-License-Identifier: Apache-2.0
"""Explore rows round by round, until the share that can be fooled is known as well as the plan wants.

Where rounds end is fixed before the first; whether one is the last depends on what was found and on the plan, never on
a limit. What counts is how far luck may have moved what was shown and what was not proven. The rows of which nobody
knows make the whole range wider, and no further row makes that part narrower.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from probatum.checks.input_manipulation.evading import Target
from probatum.checks.input_manipulation.exploring import explore
from probatum.checks.input_manipulation.findings import Effort, Findings, joined
from probatum.engines.evasion.known import counts
from probatum.engines.intervals.looks import Looks, Trial
from probatum.facts.numbers import plain_number
from probatum.systems.structures import Structure


def explore_in_rounds(
    target: Target,
    structure: Structure | str,
    encoded: np.ndarray | None,
    y: np.ndarray,
    scores: np.ndarray,
    *,
    effort: Effort,
    looks: Looks,
    rng: np.random.Generator,
) -> tuple[Findings, Trial]:
    """Explore rows in their order; arguments as those of ``explore``.

    Returns:
        What is known of the rows that were tried, which are the first ones; and how far the trial got.
    """
    parts: list[Findings] = []
    counted: list[int] = []
    for start, end in zip((0, *looks.rows), looks.rows, strict=False):
        rows = np.arange(start, end)
        own, some = None if encoded is None else encoded[rows], replace(effort, share=len(rows) / looks.rows[-1])
        parts.append(explore(target.take(rows), structure, own, y[rows], scores[rows], effort=some, rng=rng))
        found = joined(parts)
        shown, possible, right = counts(found.known(), effort.radius)
        counted.append(right)
        trial = Trial(looks=looks, counted=tuple(counted))
        if trial.narrow(shown) and trial.narrow(possible):
            break
    return found, trial


def in_words(trial: Trial) -> Iterator[str]:
    """Say of how many rows the trial was, and why it ended."""
    if not trial.sequential:
        return
    tried, all_rows = trial.looks.rows[len(trial.counted) - 1], trial.looks.rows[-1]
    wanted = f"{plain_number(100 * trial.looks.width)} of 100"
    if trial.at_end:
        yield f"All {all_rows:,} cases that were planned were tried; fewer would not have told the share to {wanted}."
        return
    yield (
        f"{tried:,} of {all_rows:,} cases that were planned were tried: both what was shown and what was not proven "
        f"are known to {wanted}, as the plan wants, so the trial ended there. A smaller width has more of them tried."
    )
