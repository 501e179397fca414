# SPDX-License-Identifier: Apache-2.0
"""Judge a whole record by a policy, and compare a judgement with the one that it should be."""

from dataclasses import fields, replace
from datetime import date

from probatum.evidence.judging import judge
from probatum.facts.policy import Policy
from probatum.facts.record import JUDGEMENT_FORMAT, FindingVerdict, Judgement, Observed, Record
from probatum.report.interface import judged_beside
from probatum.runs.policies import policy_digest


def judge_record(record: Record, seen: Observed, policy: Policy, on: date) -> Judgement:
    """Return the verdicts on every finding of a record, and of those seen beside it that are judged."""
    beside = judged_beside(seen.findings)
    return Judgement(
        format=JUDGEMENT_FORMAT,
        record=seen.record,
        policy=policy_digest(policy),
        policy_title=policy.title,
        policy_by=policy.by,
        stakes=policy.stakes,
        on=on.isoformat(),
        verdicts=tuple(
            judge(finding, policy, on=on, subject=record.plan.subject) for finding in (*record.findings, *beside)
        ),
    )


def difference(came: Judgement, wanted: Judgement, *, words: bool) -> str | None:
    """Return where a judgement differs from the one that it should be, in words; None where it does not.

    Args:
        came: the one that was read.
        wanted: the one that the record and the policy give.
        words: compare explanations too, which another version may word differently.
    """
    for old, new in zip(came.verdicts, wanted.verdicts, strict=False):
        if (old.check, old.part) != (new.check, new.part):
            return f"a verdict on {old.check} stands where the record has {new.check}"
        if old.verdict is not new.verdict:
            return f"the verdict on {old.check} is “{old.verdict.value}”; its numbers give “{new.verdict.value}”"
        if (old if words else _bare(old)) != (new if words else _bare(new)):
            return f"the limits or reasons of the verdict on {old.check} are not those of the policy and the record"
    if len(came.verdicts) != len(wanted.verdicts):
        return f"it has {len(came.verdicts)} verdicts; the record gives {len(wanted.verdicts)}"
    wrong = [name for name in _HEAD if getattr(came, name) != getattr(wanted, name)]
    return f"{wrong[0]} is not that of the record and the policy" if wrong else None


_HEAD = tuple(field.name for field in fields(Judgement) if field.name not in ("verdicts", "files"))


def _bare(verdict: FindingVerdict) -> FindingVerdict:
    measures = tuple(replace(one, why=None, rows_needed=None) for one in verdict.measures)
    return replace(verdict, why=None, measures=measures)
