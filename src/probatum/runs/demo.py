# SPDX-License-Identifier: Apache-2.0
"""Hold what a demo hid against what was found in it."""

from probatum.facts.record import Record
from probatum.planted.demo import Reveal


def reveal(hidden: Reveal, record: Record) -> str:
    """Say what was hidden, and whether a finding names it."""
    wanted = {f"{column} = {level}" for column, level in hidden.levels.items()}
    found = [
        part.name
        for finding in record.findings
        for measure in finding.measures.values()
        for part in measure.groups
        if wanted <= set(part.name.split(" and "))
    ]
    verdict = f"Found: the report names “{found[0]}”." if found else "Not found: no finding names this group."
    return f"{hidden.sentence}\n{verdict}"
