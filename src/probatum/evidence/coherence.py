# SPDX-License-Identifier: Apache-2.0
"""Does a record hold what its own plan promises? A digest says that a file is the one that was written, not that."""

import re
from collections.abc import Iterable, Sequence

from probatum.facts.finding import Finding
from probatum.facts.plan import OBSERVED, PLAN_FORMAT, Unit
from probatum.facts.record import OBSERVED_FORMAT, RECORD_FORMAT, Observed, Record

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def incoherent(record: Record, identity: str, observed: Observed) -> str | None:
    """Return what of a record and what was seen beside it contradicts its plan, in words; None where nothing does."""
    formats = (
        (record.format, RECORD_FORMAT),
        (record.plan.format, PLAN_FORMAT),
        (observed.format, OBSERVED_FORMAT),
    )
    for came, wanted in formats:
        if came != wanted:
            return f'the format "{wanted}" was wanted; "{came}" came'
    if observed.record != identity:
        return "what was seen on the machine was seen beside another record"
    problem = _not_of([unit for unit in record.plan.units if unit.part != OBSERVED], record.findings)
    problem = problem or _not_of(_seen_units(record, observed), observed.findings)
    return problem or _card_absent(record) or _no_digest(record.arrays.values())


def _seen_units(record: Record, observed: Observed) -> list[Unit]:
    """Return the work whose findings stand beside the record: all that is judged, and of the rest what is told."""
    judged = {unit.check for unit in record.plan.units if unit.part != OBSERVED}
    told = {finding.check for finding in observed.findings}
    units = (unit for unit in record.plan.units if unit.part == OBSERVED)
    return [unit for unit in units if unit.check not in judged or unit.check in told]


def _not_of(units: Sequence[Unit], findings: Sequence[Finding]) -> str | None:
    for unit, finding in zip(units, findings, strict=False):
        if (unit.check, unit.part) != (finding.check, finding.part):
            return f"a finding of {finding.check} stands where the plan has {unit.check}"
        if (unit.options, unit.seed_name) != (finding.options, finding.seed_name):
            return f"the finding of {finding.check} was made with other settings than those of the plan"
    if len(units) != len(findings):
        return f"the plan has {len(units)} pieces of work, and {len(findings)} findings came"
    return None


def _card_absent(record: Record) -> str | None:
    cards = [card.id for card in record.checks]
    if len(set(cards)) < len(cards):
        return "a check is described twice"
    absent = [unit.check for unit in record.plan.units if unit.check not in cards]
    return f"the check {absent[0]} is not described" if absent else None


def _no_digest(digests: Iterable[str]) -> str | None:
    strange = [one for one in digests if not _DIGEST.fullmatch(one)]
    return "a digest is not a SHA-256 in hexadecimal digits" if strange else None
