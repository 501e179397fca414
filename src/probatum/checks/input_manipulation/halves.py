# SPDX-License-Identifier: Apache-2.0
"""Rows that are answered rightly, in two halves: an attack is found on the one and measured on the other.

What was found on some rows always looks stronger on those than it is, so the share that is judged comes from rows that
the search has never seen.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

import numpy as np

from probatum.checks.input_manipulation.as_printed import as_printed
from probatum.checks.input_manipulation.evading import Cells, scores_of
from probatum.checks.input_manipulation.findings import labels_of
from probatum.checks.input_manipulation.table import Numbered, Table
from probatum.engines.evasion.black_box import margin
from probatum.engines.evasion.threat import Norm
from probatum.engines.mistakes.small_counts import SMALL
from probatum.errors import InsufficientDataError
from probatum.facts.finding import Example
from probatum.facts.plan import Terms
from probatum.systems.interface import Predictions, Structured
from probatum.systems.structures import Network, Structure
from probatum.systems.views import AttackedRows

FEWEST = 20  # right answers: with 10 a half, the range of a share is wider than any limit
PROBED = 64  # rows on which a network must say what the system says
STRANGE = 0.05  # share of those on which it may not: ties fall otherwise in other chunks, and answers are asked again


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Halves:
    """The rows that are tried."""

    target: Cells | Numbered  # all of them, as the attacker sees them
    y: np.ndarray  # (n,) index of the right class, which is also the answer
    places: np.ndarray  # (n,) position of each among the held-out rows
    margins: np.ndarray  # (n,) of the answers to the rows as they are, above 0 or so
    search: np.ndarray  # (s,) those on which the attack is found
    fresh: np.ndarray  # (f,) those on which it is measured

    def ask(self, points: np.ndarray) -> np.ndarray:
        """Return (m, k) scores of points."""
        return self.target.ask(points, np.zeros(len(points), dtype=np.int64))

    def turned(self, points: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Return (m,) bool: the system answers these points otherwise than their rows; no answer turns nothing."""
        said = labels_of(self.ask(points))
        return np.asarray((said >= 0) & (said != self.y[rows]))

    def toward(self, points: np.ndarray, data: AttackedRows) -> Iterator[str]:
        """Yield in words what the system says most often of these points; nothing of few, by whom it could be told."""
        if len(points) < SMALL:
            return
        said = labels_of(self.ask(points))
        label, count = Counter(said.tolist()).most_common(1)[0]
        tenths = round(10 * count / len(said))
        part = {10: "Nearly all"}.get(tenths, f"About {tenths} of 10")
        yield f"{part} of the answers turned became “{data.rows.schema.classes[label]}”."

    def examples(
        self, points: np.ndarray, some: np.ndarray, data: AttackedRows, terms: Terms, *, told: str | None = None
    ) -> tuple[Example, ...]:
        """Return some of the fresh rows as they were and as they were changed.

        Args:
            points: (f, ...) all fresh rows, changed.
            some: (e,) places among them.
            data: names the classes.
            terms: say whether rows may be shown.
            told: what was done to each, in words; None: what the target says.
        """
        names, rows = [str(label) for label in data.rows.schema.classes], self.fresh[some]
        shown = as_printed(
            self.target,
            rows,
            points[some],
            self.y[rows],
            lambda _, scores, places: (labels_of(scores) >= 0) & (labels_of(scores) != self.y[rows[places]]),
            contents=terms.include_rows,
        )
        return tuple(
            Example(
                row=int(self.places[row]),
                truth=names[self.y[row]],
                answer=names[one.scores.argmax()],
                before=names[self.y[row]],
                changes=(told,) if told else one.words,
                picture=one.picture,
            )
            for row, one in zip(rows.tolist(), shown, strict=True)
            if one is not None
        )


def halves(
    system: Predictions, data: AttackedRows, count: int, rng: np.random.Generator, *, norm: Norm = Norm.LINF
) -> Halves:
    """Draw ``count`` held-out rows, keep those answered rightly, and cut them in two.

    Raises:
        InsufficientDataError: too few are answered rightly.
    """
    said = scores_of(system.answers(data.rows), len(data.rows.schema.classes))
    chosen = np.sort(rng.permutation(len(data.rows))[:count])
    right = labels_of(said[chosen]) == data.rows.truth[chosen]
    chosen = chosen[right]
    if len(chosen) < FEWEST:
        raise InsufficientDataError(
            f"Wanted at least {FEWEST} cases that are answered rightly, to find an attack on one half and measure it "
            f"on the other; there are {len(chosen):,}. Give more held-out cases."
        )
    rows, learned_from = data.rows.take(chosen), data.train or data.rows
    target: Cells | Numbered
    if rows.pictures:
        target = Cells(system, rows, learned_from, norm)
    else:
        target = Numbered(Table(system, rows, learned_from, data.attacker), rows.schema)
    order = rng.permutation(len(chosen))
    half = len(chosen) // 2
    return Halves(
        target=target,
        y=rows.truth,
        places=chosen,
        margins=margin(said[chosen], rows.truth),
        search=np.sort(order[:half]),
        fresh=np.sort(order[half:]),
    )


def network_of(system: Structured, found: Halves) -> Network | str:
    """Return the network whose gradients may be followed, or why there is none."""
    structure = system.structure()
    if isinstance(structure, str):
        return structure
    if not isinstance(structure, Structure) or not isinstance(structure.core, Network):
        return "It is no network, so there are no gradients to follow."
    from probatum.engines.evasion.tensor.network import Asked, tensor

    some = found.target.x[:PROBED]
    own = Asked(structure.core.module).labels(tensor(some)).numpy()
    said = labels_of(found.ask(some))
    if (own != said).mean() > STRANGE:
        return "The network that was looked into answers otherwise than the system, so its gradients lead elsewhere."
    return structure.core
