# SPDX-License-Identifier: Apache-2.0
"""What one run came to, held against the truth: did the range hold it, was the verdict wrong."""

from dataclasses import asdict, dataclass
from datetime import date

from truths.truth import Truth

from probatum.evidence.judging import judge
from probatum.facts.finding import Finding
from probatum.facts.policy import Direction, Policy
from probatum.facts.record import MeasureVerdict, Verdict

ON = date(2026, 1, 1)  # any fixed day
SLACK = 1e-9  # rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One judged measure in one run."""

    measure: str
    verdict: str
    wrong: bool  # it passed although the truth is beyond the limit, or failed although it is within
    told: bool  # a number or a range came
    held: bool  # the range holds the truth; an exact count is the truth
    value: float | None
    lower: float | None
    upper: float | None
    low: float
    high: float


def outcomes(finding: Finding, truths: dict[str, Truth], policy: Policy) -> list[Outcome]:
    """Judge the finding and hold each judged measure against the truth."""
    judged = judge(finding, policy, on=ON).measures
    return [_outcome(finding, one, truths[one.measure]) for one in judged if one.measure in truths]


def as_json(outcome: Outcome) -> dict[str, object]:
    """Return what is kept of it."""
    return asdict(outcome)


def _outcome(finding: Finding, judged: MeasureVerdict, truth: Truth) -> Outcome:
    measure = finding.measures.get(judged.measure)
    value = None if measure is None else measure.value
    around = None if measure is None else measure.interval
    lower, upper = (None, None) if around is None else (around.lower, around.upper)
    if around is None:
        held = value is None or truth.low == value
    else:
        held = (lower is None or lower <= truth.low + SLACK) and (upper is None or truth.high <= upper + SLACK)
    within = (judged.verdict is Verdict.PASS, judged.verdict is Verdict.FAIL)
    near, far = (truth.low, truth.high) if judged.direction is Direction.AT_MOST else (truth.high, truth.low)
    sign = 1 if judged.direction is Direction.AT_MOST else -1
    wrong = (within[0] and sign * (far - judged.limit) > SLACK) or (within[1] and sign * (near - judged.limit) <= SLACK)
    return Outcome(
        measure=judged.measure,
        verdict=judged.verdict.value,
        wrong=bool(wrong),
        told=value is not None or lower is not None or upper is not None,
        held=bool(held),
        value=value,
        lower=lower,
        upper=upper,
        low=truth.low,
        high=truth.high,
    )
