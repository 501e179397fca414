# SPDX-License-Identifier: Apache-2.0
"""The reproducible body of a run, and its judgement under a policy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from probatum.facts.finding import Finding
from probatum.facts.plan import Plan
from probatum.facts.policy import NOT_STATED, Direction, Stakes
from probatum.facts.threats import Property, Reference, Vector

RECORD_FORMAT = "probatum-record/1"
OBSERVED_FORMAT = "probatum-observed/1"
JUDGEMENT_FORMAT = "probatum-judgement/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckCard:
    """What a report needs to know of a check, so that it never imports one."""

    id: str
    title: str
    question: str
    vector: Vector
    harms: Property
    taxonomy: tuple[Reference, ...]
    page: str  # link to its page, relative to the documentation


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The body: no verdict, path, time, host, user or job count. Its id is the digest of its canonical bytes."""

    format: str
    plan: Plan
    inputs: Mapping[str, str]  # what was read, by role: "model", "train", "test", "recipe"; digest
    versions: Mapping[str, str]  # library, version
    arrays: Mapping[str, str]  # role, digest
    checks: tuple[CheckCard, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What was seen on one machine at one time: not reproducible, so it stands beside the record, never in it."""

    format: str
    record: str  # id of the record it was seen beside
    findings: tuple[Finding, ...]


class Verdict(StrEnum):
    """What a policy makes of a finding."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"  # on the page: "cannot tell"
    NOT_APPLICABLE = "not-applicable"
    ERROR = "error"
    DECLARED = "declared"
    UNANSWERED = "unanswered"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureVerdict:
    """One measure against its limit."""

    measure: str
    verdict: Verdict
    direction: Direction
    limit: float
    because: str
    source: str = NOT_STATED  # where the limit comes from
    why: str | None = None
    rows_needed: int | None = None  # for inconclusive: so many fresh rows would decide in 80 of 100 cases


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicVerdict:
    """One demanded or given declaration."""

    topic: str
    verdict: Verdict  # declared, unanswered or expired
    because: str | None = None  # why the policy demands it


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingVerdict:
    """One finding under the policy."""

    check: str
    part: str
    verdict: Verdict
    why: str | None = None
    measures: tuple[MeasureVerdict, ...] = ()
    topics: tuple[TopicVerdict, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The verdicts on one record under one policy, on one day."""

    format: str
    record: str  # id
    policy: str  # digest
    policy_title: str
    policy_by: str
    stakes: Stakes
    on: str  # ISO 8601 date
    verdicts: tuple[FindingVerdict, ...]
    files: Mapping[str, str] = field(default_factory=dict)  # name of each file beside it, digest of its bytes
