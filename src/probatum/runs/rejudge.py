# SPDX-License-Identifier: Apache-2.0
"""Judge a finished record again under another policy. Nothing is measured again."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from probatum.errors import UsageError
from probatum.facts.policy import Policy
from probatum.report.interface import Edition
from probatum.runs.folder import write_fact, write_whole
from probatum.runs.hold import hold
from probatum.runs.judging import judge_record
from probatum.runs.reporting import render_stored
from probatum.runs.stored import CONTEXT, OBSERVED, PLAN, StoredRun, read_run


def rejudge(folder: Path, policy: Policy) -> tuple[StoredRun, Edition]:
    """Return the stored run and the same record under the other policy; write the new judgement beside the old.

    Raises:
        UsageError: the policy asks for another confidence than the one the intervals were made with.
        RunFolderError: the run is not whole, its files do not belong together, or another process works on it.
    """
    stored = read_run(folder)
    confidence = stored.record.plan.confidence
    if policy.confidence != confidence:
        raise UsageError(
            f"The record's ranges were made at confidence {confidence}; the policy asks for {policy.confidence}. "
            "Run assess again with --policy, or give the policy the same confidence."
        )
    judgement = judge_record(stored.record, stored.observed, policy, datetime.now(UTC).date())
    edition = replace(stored.edition, judgement=judgement)
    page = render_stored(edition, "html").encode()
    mark = judgement.policy.removeprefix("sha256:")[:12]
    with hold(folder):
        policy_name, report_name = f"policy-{mark}.json", f"report-{mark}.html"
        digests = {
            **{name: one for name, one in stored.judgement.files.items() if name in (CONTEXT, OBSERVED, PLAN)},
            policy_name: write_fact(folder / policy_name, policy),
            report_name: write_whole(folder / report_name, page),
        }
        write_fact(folder / f"judgement-{mark}.json", replace(judgement, files=digests))
    return stored, edition
