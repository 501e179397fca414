# SPDX-License-Identifier: Apache-2.0
"""A system of which only a table of cases is left: its answers are read, not asked for."""

from typing import final

from probatum.errors import ModelError
from probatum.facts.capabilities import Capability
from probatum.systems.datasets import Label, Rows, Schema
from probatum.systems.interface import Answers
from probatum.systems.structures import Structure


@final
class CasesModel:
    """What a system said about the cases in its table, and nothing about any other."""

    def __init__(self, rows: Rows) -> None:
        """Take the cases; ModelError where they do not hold what the system said."""
        if rows.said is None:
            raise ModelError("Wanted a table of cases with the system's answers; these rows hold none.")
        scores = {Capability.SCORES} if rows.said.scores is not None else set()
        self.capabilities = frozenset({Capability.PREDICTIONS} | scores)
        self.classes: tuple[Label, ...] | None = None  # those of the data

    def ask(self, rows: Rows) -> Answers:
        """Read what was said."""
        if rows.said is None:
            raise ModelError("Only the cases in the table have answers; others cannot be asked about.")
        return Answers(labels=rows.said.labels, scores=rows.said.scores, ranks=rows.said.ranks)

    def check_columns(self, schema: Schema) -> tuple[str, ...]:
        """Return a note that there is no model."""
        return ("There is no model here: what the system said was read from the table of cases.",)

    def structure(self, rows: Rows | None = None) -> Structure | str:
        """Return why there is none."""
        return "There is no model: what the system said was read from a table of cases."

    def refit(self, rows: Rows, seed: int) -> "CasesModel":
        """Refuse: there is nothing to train."""
        raise ModelError("A table of cases cannot be trained again. Give the model and a recipe.")
