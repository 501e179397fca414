# SPDX-License-Identifier: Apache-2.0
"""Hold what a demo hid against what was found in it."""

from probatum.facts.record import Record
from probatum.planted.demo import Reveal


def group_found(hidden: Reveal, record: Record) -> str | None:
    """Return the name of the first group in any finding that is the hidden one, or a part of it."""
    wanted = {f"{column} = {level}" for column, level in hidden.levels.items()}
    found = (
        part.name
        for finding in record.findings
        for measure in finding.measures.values()
        for part in measure.groups
        if wanted <= set(part.name.split(" and "))
    )
    return next(found, None)


def reveal(hidden: Reveal, found: str | None) -> str:
    """Say what was hidden, and whether a finding names it."""
    verdict = f"Found: the report names “{found}”." if found else "Not found: no finding names this group."
    return f"{hidden.sentence}\n{verdict}"
