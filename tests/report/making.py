# SPDX-License-Identifier: Apache-2.0
"""What editions are made of: findings, cards and a policy made by hand, and judged by the real judge."""

import math
from collections.abc import Sequence
from datetime import date

from probatum.evidence.judging import judge
from probatum.facts.finding import Advice, Example, Finding, Known, Measure, Part, State, Topic
from probatum.facts.interval import Interval
from probatum.facts.plan import CHUNK_ROWS, PLAN_FORMAT, Effort, Omission, Plan, Subject, Unit
from probatum.facts.policy import POLICY_FORMAT, STARTING_POINT, Direction, Limit, Policy, Stakes
from probatum.facts.record import JUDGEMENT_FORMAT, RECORD_FORMAT, CheckCard, Judgement, Record
from probatum.facts.threats import Property, Task, Vector, atlas, nist
from probatum.report.interface import Context, Edition

DIGEST = "sha256:" + "3f9a0c1be27d" * 5 + "4e21"
NASTY = ("<script>alert(1)</script>", "[red]x[/red]", "a\x1b[31mb\u202egnp.exe\u2066")
METHOD = "Clopper and Pearson 1934"


def interval(lower: float | None, upper: float | None, method: str = METHOD) -> Interval:
    return Interval(lower=lower, upper=upper, confidence=0.95, method=method)


def around(value: float, n: int) -> Interval:
    """Roughly what Clopper and Pearson would give."""
    reach = 1.96 * math.sqrt(max(value * (1 - value), 1 / n) / n)
    return interval(max(0.0, value - reach), min(1.0, value + reach))


def share(value: float, n: int, groups: Sequence[Part] = ()) -> Measure:
    per_100 = 100 * value
    return Measure(value=value, unit="share", interval=around(value, n), n=n, groups=tuple(groups), per_100=per_100)


def ratio(value: float, lower: float, upper: float, n: int, groups: Sequence[Part] = ()) -> Measure:
    bounds = interval(lower, upper, "Tang, Tang and Chan 2003")
    return Measure(value=value, unit="ratio", interval=bounds, n=n, groups=tuple(groups))


def skill(value: float, lower: float, upper: float, n: int) -> Measure:
    return Measure(value=value, unit="share", interval=interval(lower, upper, "Tang, Tang and Chan 2003"), n=n)


def part(name: str, value: float, n: int) -> Part:
    return Part(name=name, value=value, interval=around(value, n), n=n)


def ratio_part(name: str, value: float, n: int) -> Part:
    return Part(name=name, value=value, interval=interval(value * 0.86, value * 1.13, "Fieller 1954"), n=n)


def hidden(name: str, upper: float, n: int) -> Part:
    return Part(
        name=name, value=None, interval=interval(0.0, upper, f"{METHOD}, widened to hide a count under 10"), n=n
    )


CARDS = (
    CheckCard(
        id="usage/error-rate",
        title="Mistakes",
        question="How often is the system wrong, in which ways, and is it better than a rule that knows nothing?",
        vector=Vector.USAGE,
        harms=Property.INTEGRITY,
        taxonomy=(atlas("AML.T0048.003"),),
        page="checks/usage/error-rate.md",
    ),
    CheckCard(
        id="usage/error-slices",
        title="Where mistakes cluster",
        question="Is there a group of cases on which the system is wrong far more often than on the rest?",
        vector=Vector.USAGE,
        harms=Property.INTEGRITY,
        taxonomy=(atlas("AML.T0048.003"), nist("NISTAML.02")),
        page="checks/usage/error-slices.md",
    ),
    CheckCard(
        id="usage/declarations",
        title="What only people can say",
        question="What can only people say about this system, and did somebody say it?",
        vector=Vector.USAGE,
        harms=Property.INTEGRITY,
        taxonomy=(),
        page="checks/usage/declarations.md",
    ),
)


def at_most(limit: float, because: str) -> Limit:
    return Limit(direction=Direction.AT_MOST, limit=limit, because=because, source=STARTING_POINT)


POLICY = Policy(
    format=POLICY_FORMAT,
    title="Starting limits for medium stakes",
    by="the makers of Probatum",
    stakes=Stakes.MEDIUM,
    confidence=0.95,
    limits={
        "usage/error-rate": {
            "skill": Limit(
                direction=Direction.AT_LEAST,
                limit=0.02,
                because="A system must earn its place.",
                source=STARTING_POINT,
            ),
        },
        "usage/error-slices": {
            "worst_excess": at_most(0.05, "Nobody is warned of mistakes that the system itself does not predict."),
            "worst_ratio": at_most(2.0, "Nobody should bear twice the mistakes of the others."),
        },
        "usage/calibration": {"calibration_error": at_most(0.05, "A chance should be taken at its word.")},
        "usage/bias": {"max_gap": at_most(0.1, "Who somebody is should not decide how often it is wrong.")},
        "usage/overfitting": {"gap": at_most(0.05, "What was learned by heart is of no use for the next case.")},
        "data-manipulation/leakage": {
            "shared_rows": at_most(0.01, "Cases that were learned from test nothing."),
            "giveaway_columns": at_most(0, "Such a column is not there when it is needed."),
        },
        "input-manipulation/malformed-input": {"silent_nonsense": at_most(0, "Nonsense must not sound sure.")},
        "input-manipulation/evasion": {"fooled_share": at_most(0.2, "Most answers should hold against small changes.")},
        "environment/model-file": {"can_run_code": at_most(0, "It must be the file that was meant.")},
    },
    options={},
    demands={
        "harms": "Somebody bears the mistakes; it should be known who.",
        "may-stop": "When it goes wrong, somebody must be allowed to stop it.",
        "lawful-basis": "Data about people need a reason in law.",
        "misuse": "Wrong uses that can be foreseen can be prevented.",
    },
)

DECLARED = (
    Topic(
        topic="may-stop",
        text="The head of the credit department, by phone, at any hour.",
        by="R. Example",
        role="head of credit",
        date="2026-03-01",
        expires="2027-03-01",
    ),
    Topic(
        topic="misuse", text="It must not set interest rates.", by="R. Example", date="2024-01-10", expires="2025-01-10"
    ),
)


def subject(task: Task = Task.BINARY, classes: tuple[str, ...] = ("no", "yes"), **changes: object) -> Subject:
    facts: dict[str, object] = {
        "name": "lender",
        "purpose": "Decide who is offered a loan without further questions",
        "affected": "People who apply for a loan",
        "stakes": Stakes.MEDIUM,
        "stakes_assumed": False,
        "task": task,
        "classes": classes,
        "target": "repaid",
        "train_rows": 8000,
        "test_rows": 4000,
        "columns": 9,
    }
    return Subject(**(facts | changes))  # type: ignore[arg-type]


def edition(
    about: Subject, findings: Sequence[Finding], omitted: Sequence[Omission] = (), **changes: object
) -> Edition:
    plan = Plan(
        format=PLAN_FORMAT,
        subject=about,
        seed="20260301",
        effort=Effort.STANDARD,
        confidence=0.95,
        policy=DIGEST,
        chunk_rows=CHUNK_ROWS,
        include_rows=False,
        units=tuple(Unit(check=one.check, seed_name=one.seed_name, options=one.options) for one in findings),
        omitted=tuple(omitted),
    )
    facts: dict[str, object] = {
        "format": RECORD_FORMAT,
        "plan": plan,
        "inputs": {"model": DIGEST, "train": DIGEST, "test": DIGEST},
        "versions": {"probatum": "0.1.0", "numpy": "2.4.6", "scikit-learn": "1.9.1"},
        "arrays": {},
        "checks": CARDS,
        "findings": tuple(findings),
    }
    record = Record(**(facts | changes))  # type: ignore[arg-type]
    judgement = Judgement(
        format=JUDGEMENT_FORMAT,
        record=DIGEST,
        policy=DIGEST,
        policy_title=POLICY.title,
        policy_by=POLICY.by,
        stakes=POLICY.stakes,
        on="2026-07-14",
        verdicts=tuple(judge(finding, POLICY, on=date(2026, 7, 14), subject=about) for finding in record.findings),
    )
    context = Context(
        measured_on="2026-07-14",
        seconds=21.4,
        host="Linux, 2 cores",
    )
    return Edition(
        record=record,
        record_id=DIGEST,
        judgement=judgement,
        context=context,
        repeat=("probatum assess probatum.toml --plan probatum-runs/lender-1/plan.json",),
        folder="probatum-runs/lender-1",
    )


def error_rate(rate: float, classes: Sequence[str], n: int, *, kinds: Sequence[Part], ratio_value: float) -> Finding:
    wrong = round(rate * n)
    by_class = [
        part(name, rate * (1.6 - 1.2 * place / len(classes)), n // len(classes)) for place, name in enumerate(classes)
    ]
    measures = {
        "error_rate": share(rate, n, by_class),
        "skill": skill(1 - ratio_value, 1 - ratio_value * 1.08, 1 - ratio_value * 0.92, n),
        "error_ratio": ratio(ratio_value, ratio_value * 0.92, ratio_value * 1.08, n),
        "trivial_error_rate": share(min(0.97, rate / ratio_value), n),
        "mistake_kinds": share(rate, n, kinds),
        "close_calls": share(0.063, n),
    }
    if len(classes) > 2:
        measures["runner_up_right"] = share(0.71, max(wrong, 10))
    return Finding(
        sentence=f"The system answered {wrong:,} of {n:,} held-out cases wrongly.",
        details=(f"Always answering “{classes[0]}” would be the rule that knows nothing.",),
        measures=measures,
        examples=tuple(
            Example(row=row, truth=classes[1], answer=classes[0], score=0.99 - row / 10_000) for row in (17, 204, 391)
        ),
        advice=(
            Advice(sentence="Read the mistakes the system was surest of, row by row.", command="--include-rows"),
            Advice(sentence="Let a person decide the cases where the two best answers are close."),
        ),
        check="usage/error-rate",
        judged=("skill", "error_rate"),
        options={"examples": 5},
        seed_name="usage/error-rate",
    )


def error_slices(slices: Sequence[tuple[str, float, int]], rate: float, n: int, **changes: object) -> Finding:
    names = [name for name, _, _ in slices]
    worst = max((times for _, times, _ in slices), default=1.0)
    beyond = [part(name, max(0.0, min(1.0, times * rate) - rate), rows) for name, times, rows in slices]
    measures = {
        "worst_excess": share(max((one.value for one in beyond), default=0.0), n, beyond),
        "worst_ratio": ratio(
            worst, worst * 0.86, worst * 1.13, n, [ratio_part(name, times, rows) for name, times, rows in slices]
        ),
        "slice_error_rate": share(rate, n, [part(name, min(1.0, times * rate), rows) for name, times, rows in slices]),
        "slice_expected_rate": share(rate, n, [part(name, rate, rows) for name, _, rows in slices]),
        "slice_share": share(1.0, n, [part(name, rows / n, n) for name, _, rows in slices]),
    }
    told = f"Mistakes cluster in {len(names)} groups of cases." if names else "No group of cases stands out."
    facts: dict[str, object] = {
        "sentence": told,
        "details": ("All groups of up to 3 traits with at least 60 cases were tried.",),
        "measures": measures if names else {"worst_excess": share(0.004, n)},
        "advice": (
            Advice(sentence="Look at how the training data of the worst group came about."),
            Advice(sentence="Until then, let a person decide the cases of this group."),
        ),
        "tried": 33_366,
        "check": "usage/error-slices",
        "judged": ("worst_excess",),
        "options": {"depth": 3, "support": 60},
        "seed_name": "usage/error-slices",
        "holds_days": 90,
    }
    return Finding(**(facts | changes))  # type: ignore[arg-type]


def declarations(topics: tuple[Topic, ...] = DECLARED) -> Finding:
    return Finding(
        sentence=f"Somebody put their name to an answer on {len(topics)} topics that only people can answer.",
        state=State.DECLARED,
        known=Known.DECLARED,
        measures={"given": Measure(value=len(topics), unit="topics", interval=None, n=len(topics))},
        topics=topics,
        advice=(Advice(sentence="Answer the open questions under [[declarations]], each with a name and a date."),),
        check="usage/declarations",
        seed_name="usage/declarations",
    )


def kinds(classes: Sequence[str], rate: float, n: int) -> list[Part]:
    pairs = [(said, was) for said in classes for was in classes if said != was][:40]
    weights = [0.6**place for place in range(len(pairs))]
    parts = [
        (f"said {said}, was {was}", rate * weight / sum(weights))
        for (said, was), weight in zip(pairs, weights, strict=True)
    ]
    return [part(name, value, n) if value * n >= 10 else hidden(name, 12 / n, n) for name, value in parts]
