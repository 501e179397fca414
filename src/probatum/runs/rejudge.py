# SPDX-License-Identifier: Apache-2.0
"""Judge a finished record again under another policy. Nothing is measured again."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from probatum.errors import UsageError
from probatum.facts.policy import Policy
from probatum.report.interface import Edition
from probatum.runs.assess import Run, judge_record
from probatum.runs.folder import StoredRun, read_run, write_fact, write_whole
from probatum.runs.reporting import render


def rejudge(folder: Path, policy: Policy) -> tuple[StoredRun, Run]:
    """Return the stored run and the same record under the other policy; write the new judgement beside the old.

    Raises:
        UsageError: the policy asks for another confidence than the one the intervals were made with.
    """
    stored = read_run(folder)
    confidence = stored.record.plan.confidence
    if policy.confidence != confidence:
        raise UsageError(
            f"The record's ranges were made at confidence {confidence}; the policy asks for {policy.confidence}. "
            "Run assess again with --policy, or give the policy the same confidence."
        )
    judgement = judge_record(stored.record, stored.observed, policy, datetime.now(UTC))
    run = Run(
        record=stored.record,
        record_id=stored.record_id,
        judgement=judgement,
        context=replace(stored.context, folder=str(folder)),
        observed=stored.observed,
        folder=folder,
    )
    mark = judgement.policy.removeprefix("sha256:")[:12]
    write_fact(folder / f"judgement-{mark}.json", judgement)
    write_whole(folder / f"report-{mark}.html", render(run.edition, "html").encode())
    return stored, run


def edition_of(stored: StoredRun) -> Edition:
    """Return what a report is made from."""
    return Edition(
        record=stored.record,
        record_id=stored.record_id,
        judgement=stored.judgement,
        context=stored.context,
        observed=stored.observed.findings,
    )
