# SPDX-License-Identifier: Apache-2.0
"""What of a finding may leave the owner's house: example rows by place, not content; cells and pictures only if asked.

Personal and protected columns stay masked even then, and so does text, which may name somebody.
"""

from dataclasses import replace

import numpy as np

from probatum.facts.finding import Cell, Example, Finding
from probatum.runs.disclosure.control import discreet
from probatum.systems.datasets import Column, Kind, Rows

MASKED = "masked"


def publish(finding: Finding, rows: Rows, places: np.ndarray, *, include_rows: bool) -> Finding:
    """Return the finding with small counts hidden, numbers rounded, and its examples named by their place.

    Args:
        finding: its examples name rows by their position in ``rows``.
        rows: the held-out rows.
        places: (n,) the seeded permutation, place -> row.
        include_rows: whether the cells of example rows are shown.
    """
    finding = discreet(finding if include_rows else replace(finding, pattern=None))
    if not finding.examples:
        return finding
    place_of = np.argsort(places)
    examples = tuple(
        replace(
            example,
            row=int(place_of[example.row]),
            cells=_cells(example, rows) if include_rows and not rows.pictures else (),
            picture=example.picture if include_rows else None,
        )
        for example in finding.examples
    )
    return replace(finding, examples=examples)


def _cells(example: Example, rows: Rows) -> tuple[Cell, ...]:
    contents = rows.contents(example.row)
    return tuple(
        Cell(column=column.name, content=MASKED if _may_tell_who(column) else contents[column.name])
        for column in rows.schema.columns
    )


def _may_tell_who(column: Column) -> bool:
    return column.personal or column.protected or column.kind is Kind.TEXT
