# SPDX-License-Identifier: Apache-2.0
"""Editions that hold all nine checks: each of the six further ones may pass, fail, be open, not apply or break down."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from making import (
    CARDS,
    NASTY,
    around,
    declarations,
    edition,
    error_rate,
    error_slices,
    interval,
    kinds,
    part,
    ratio,
    share,
    skill,
    subject,
)

from probatum.facts.finding import Advice, Finding, Known, Measure, Part, State
from probatum.facts.plan import OBSERVED, Omission
from probatum.facts.record import CheckCard
from probatum.facts.threats import Property, Task, Vector
from probatum.report.interface import Edition


def card(id: str, title: str, question: str, vector: Vector) -> CheckCard:
    facts = {"vector": vector, "harms": Property.INTEGRITY, "taxonomy": (), "page": f"checks/{id}.md"}
    return CheckCard(id=id, title=title, question=question, **facts)


FURTHER = (
    card("usage/calibration", "How sure it is", "Is it right 90 times of 100 when it says so?", Vector.USAGE),
    card("usage/bias", "Groups of people", "Are groups of people treated differently?", Vector.USAGE),
    card("usage/overfitting", "Learned by heart", "Did it learn the cases by heart?", Vector.USAGE),
    card("data-manipulation/leakage", "Leaks", "Did the test slip into training?", Vector.DATA_MANIPULATION),
    card("input-manipulation/malformed-input", "Broken input", "Is it sure of nonsense?", Vector.INPUT_MANIPULATION),
    card("environment/model-file", "The model's file", "Can the file run code?", Vector.ENVIRONMENT),
)
PEOPLE = ["sex = female", "sex = male", *(f"region = {place:02d}" for place in range(28))]
JUDGED = {
    "usage/calibration": ("calibration_error",),
    "usage/bias": ("max_gap",),
    "usage/overfitting": ("gap",),
    "data-manipulation/leakage": ("shared_rows", "giveaway_columns"),
    "input-manipulation/malformed-input": ("silent_nonsense",),
    "environment/model-file": ("can_run_code",),
}


def found(check: str, sentence: str, measures: dict[str, Measure], **changes: object) -> Finding:
    facts: dict[str, object] = {
        "sentence": sentence,
        "measures": dict(sorted(measures.items())),  # as a record has them
        "check": check,
        "judged": JUDGED[check],
        "seed_name": check,
    }
    return Finding(**(facts | changes))  # type: ignore[arg-type]


def between(value: float | None, lower: float | None, upper: float | None, n: int, **changes: object) -> Measure:
    facts: dict[str, object] = {"value": value, "unit": "share", "interval": interval(lower, upper), "n": n}
    return Measure(**(facts | changes))  # type: ignore[arg-type]


def counted(value: int | None, unit: str, n: int, why: str | None = None) -> Measure:
    return Measure(value=value, unit=unit, interval=None, n=n, why=why)


def calibration(off: float, reach: float, *, bins: Sequence[str] = ()) -> Finding:
    names = bins or [f"said {10 * place} to {10 * place + 10} of 100" for place in range(10)]
    middles = [(place + 0.5) / len(names) for place in range(len(names))]
    came_true = tuple(
        part(name, min(1.0, max(0.0, middle + (0.5 - middle) * 4 * off)), 400)
        for name, middle in zip(names, middles, strict=True)
    )
    said = tuple(Part(name=name, value=one, interval=None, n=400) for name, one in zip(names, middles, strict=True))
    return found(
        "usage/calibration",
        "When it says 95 of 100 for “yes”, it is right 88 to 91 times of 100; on average its certainty is off by "
        f"about {100 * off:.0f} of 100.",
        {
            "calibration_error": between(off, max(0.0, off - reach), off + reach, 4000),
            "reliability": share(0.5, 4000, came_true),
            "said": Measure(value=0.5, unit="share", interval=None, n=4000, groups=said),
            "overconfidence": between(off, off - 0.01, off + 0.01, 4000),
            "brier_score": Measure(value=0.101, unit="squared share", interval=interval(0.09, 0.11), n=4000),
        },
        details=("The cases were put together in 10 groups.",),
        advice=(Advice(sentence="Do not read what it says as chances."),),
    )


def bias(gap: float, lower: float, upper: float | None, *, names: Sequence[str] | None = None) -> Finding:
    names = PEOPLE[:6] if names is None else names
    few = None if upper is not None else "There are too few people to compare: region = 03."
    pairs = [f"{one} against {other}" for one, other in combinations(names, 2)]
    of_pairs = tuple(
        Part(name=pair, value=None if place % 5 == 4 else gap, interval=interval(gap - 0.1, gap + 0.1), n=810)
        for place, pair in enumerate(pairs)
    )
    judged = tuple(replace(one, name=f"true positive rate: {one.name}") for one in of_pairs)
    rates = [part(name, 0.4 + 0.5 * place / max(len(names), 1), 400) for place, name in enumerate(names)]
    off = tuple(between_part(name, 0.02 - place / 100, 390) for place, name in enumerate(names))
    told = "Of 100 people whose right answer was “yes”, 71 among sex = male were answered “yes”, and 34 among others."
    unsure = "No difference between groups of people was proven, and there are too few people to rule one out."
    around_gap = replace(interval(lower, upper), why=few)
    return found(
        "usage/bias",
        told if lower > 0 else unsure if upper is None else "No two groups are treated differently by more than 8.",
        {
            "max_gap": Measure(value=gap, unit="share", interval=around_gap, n=4000, groups=judged),
            "selection_rate": share(0.5, 4000, rates),
            "true_positive_rate": share(0.6, 2000, rates),
            "true_positive_rate_gap": between(gap, lower, gap + 0.2, 4000, groups=of_pairs),
            "false_positive_rate": share(0.2, 2000, rates[1:]),
            "precision": share(0.7, 1900, rates[:3]),
            "calibration_gap": between(-1.6e-16, -0.0115, 0.0115, 4000, groups=off),
        },
        details=tuple(f"By {what}: too few people to tell: about 630 more needed." for what in "abcdef"),
        advice=(Advice(sentence="Ask the people who know these groups whether the difference is just."),),
        tried=len(pairs),
    )


def between_part(name: str, value: float, n: int) -> Part:
    return Part(name=name, value=value, interval=interval(value - 0.03, value + 0.03), n=n)


def overfitting(before: float, after: float, *, paired: bool = True) -> Finding:
    gap = after - before
    measures = {
        "gap": between(gap, gap - 0.01, gap + 0.01, 8000),
        "train_error_rate": share(before, 8000),
        "test_error_rate": share(after, 4000),
    }
    if paired:
        measures |= {
            "unseen_error_rate": share(after, 8000),
            "by_heart": between(None, 0.0, max(0.0, gap) + 0.02, 8000, why="The count is under 10."),
            "held_out_gap": between(gap, gap - 0.02, gap + 0.02, 12000),
        }
    return found(
        "usage/overfitting",
        f"Of 100 cases it learned from, it gets {100 * before:.0f} wrong; had it not seen them, {100 * after:.0f}.",
        measures,
        advice=(Advice(sentence="Try a simpler system."),),
    )


def leakage(excess: float, reach: float, columns: int | None = 0) -> Finding:
    told = f"Of 100 test cases, about {100 * max(excess, 0) + 5:.0f} also stand in the training data"
    tells = [between_part(f"column {place}", 0.4 - place / 10, 12000) for place in range(5)]
    return found(
        "data-manipulation/leakage",
        f"{told}, about {100 * excess:.0f} more than chance gives." if excess > 0 else f"{told}, no more than chance.",
        {
            "shared_rows": between(excess, excess - reach, excess + reach, 4000),
            "exact_shared": share(max(excess, 0.05), 4000),
            "near_shared": between(0.0, 0.0, 0.001, 4000),
            "chance_shared": share(0.05, 8000),
            "giveaway_columns": counted(columns, "columns", 12000, why=None if columns is not None else "Too few."),
            "column_tells": replace(share(0.4, 12000, tells), groups=tuple(tells)),
        },
        details=("No column alone gives the answer away.",),
        advice=(Advice(sentence="Drop copies of rows before you split them into training and test."),),
    )


def malformed(nonsense: int, crashed: int = 0) -> Finding:
    counts = {
        "silent_nonsense": nonsense,
        "kinds_tried": 17,
        "refused": 6,
        "answered": 11 - crashed,
        "crashed": crashed,
    }
    return found(
        "input-manipulation/malformed-input",
        f"Of 17 kinds of broken input, {nonsense or 'none'} got a sure answer as if nothing were wrong.",
        {name: counted(value, "kinds", 17) for name, value in counts.items()},
        advice=(Advice(sentence="Check what comes in before the model sees it."),),
    )


def model_file(dangerous: int, files: int = 1) -> Finding:
    return found(
        "environment/model-file",
        "The model is stored as a pickle: whoever can change the file can run code on the machine that loads it.",
        {"can_run_code": counted(dangerous, "files", files), "files": counted(files, "files", files)},
        known=Known.PROVEN,
        advice=(Advice(sentence="State the digest of the file.", command='sha256 = "3f9a"'),),
    )


SEEN = Finding(
    sentence="On this machine, it is not only its owner who could change or replace the model's file.",
    details=("Its folder may be written by everybody.",),
    advice=(Advice(sentence="Take the right to write from all others.", command="chmod go-w FILE FOLDER"),),
    check="environment/model-file",
    part=OBSERVED,
)


def of_nine(further: Sequence[Finding], *, observed: tuple[Finding, ...] = (), **changes: object) -> Edition:
    first = [
        error_rate(0.086, ("no", "yes"), 4000, kinds=kinds(("no", "yes"), 0.086, 4000), ratio_value=0.36),
        error_slices([], 0.086, 4000),
    ]
    made = edition(subject(**changes), [*first, *further, declarations()], checks=CARDS + FURTHER)
    return replace(made, observed=observed)


def nine_fail() -> Edition:
    findings = [calibration(0.11, 0.02), bias(0.37, 0.21, 0.5), overfitting(0.02, 0.19), leakage(0.21, 0.03, 1)]
    return of_nine([*findings, malformed(2, crashed=1), model_file(1)], observed=(SEEN,))


def nine_pass() -> Edition:
    findings = [calibration(0.01, 0.01), bias(0.03, 0.0, 0.08), overfitting(0.08, 0.07), leakage(-0.012, 0.003)]
    return of_nine([*findings, malformed(0), model_file(0, files=3)])


def nine_open() -> Edition:
    findings = [calibration(0.05, 0.03), bias(0.2, 0.0, None), overfitting(0.05, 0.1, paired=False)]
    return of_nine([*findings, leakage(0.0, 0.02, None), malformed(1), model_file(0)])


def nine_absent() -> Edition:
    """A table of cases, of which nothing more is known; and two checks that broke down."""
    table = "Only a table of cases is left of the system; what it learned from is not in it"
    idle = [Finding(sentence="Not asked.", state=State.NOT_APPLICABLE, why=table, check=id) for id in JUDGED]
    broken = [
        replace(idle[0], state=State.ERROR, why="The model raised on every row"),
        replace(idle[4], state=State.ERROR, why="It stopped"),
    ]
    seen = (replace(SEEN, state=State.ERROR, why="The rights could not be read"), replace(SEEN, state=idle[0].state))
    made = of_nine([*broken, *idle[1:4], idle[5]], observed=seen, train_rows=0)
    omitted = (Omission(check="usage/people", why="Left out by --skip.", chosen=True),)
    return replace(made, record=replace(made.record, plan=replace(made.record.plan, omitted=omitted)))


def nine_nasty() -> Edition:
    names = [*NASTY, "x" * 500, ""]
    findings = [calibration(0.1, 0.05, bins=names), bias(0.3, 0.1, 0.5, names=names)]
    bare = found("usage/overfitting", NASTY[2], {"gap": between(None, None, None, 0, why=NASTY[0])})
    empty = replace(bias(0.3, 0.1, None, names=()), details=NASTY)
    odd = replace(empty, check="usage/people", measures={NASTY[0]: counted(1, NASTY[1], 3)}, judged=())
    made = of_nine([*findings, bare, odd], observed=(replace(SEEN, sentence=NASTY[2], details=NASTY),), classes=NASTY)
    return replace(made, record=replace(made.record, checks=CARDS + FURTHER))


def crowded() -> Edition:
    return of_nine([bias(0.3, 0.12, 0.44, names=PEOPLE)])


def nine_regression() -> Edition:
    signed = ratio(0.3, -0.02, 0.7, 140)
    groups = (replace(between_part("sex = 1", -0.2, 70), value=-0.2), between_part("sex = 2", 0.1, 70))
    findings = [
        found(
            "usage/bias",
            "No difference between groups of people was proven, and there are too few people to rule one out.",
            {"max_gap": signed, "mean_signed_error": replace(signed, value=-0.01, groups=groups)},
        ),
        found(
            "usage/overfitting",
            "On cases it learned from, its errors are 0.65 times those of a rule that knows nothing.",
            {
                "gap": ratio(0.019, 0.011, 0.027, 300),
                "train_error_ratio": ratio(0.65, 0.58, 0.72, 300),
                "unseen_error_ratio": ratio(0.67, 0.6, 0.74, 300),
                "test_error_ratio": ratio(0.71, 0.6, 0.82, 140),
            },
        ),
    ]
    size = Measure(value=44.1, unit="target", interval=around(0.5, 9), n=140)
    rate = Finding(
        sentence="It was off by 44.1 on average.",
        measures={"mean_error": replace(size, interval=interval(38.9, 49.4)), "skill": skill(0.3, 0.2, 0.4, 140)},
        check="usage/error-rate",
    )
    about = subject(Task.REGRESSION, (), name="diabetes", target="progression", train_rows=300, test_rows=140)
    return edition(about, [rate, *findings, declarations(())], checks=CARDS + FURTHER)


NINE = {
    "nine-fail": nine_fail,
    "nine-pass": nine_pass,
    "nine-open": nine_open,
    "nine-absent": nine_absent,
    "nine-nasty": nine_nasty,
    "crowded": crowded,
    "nine-regression": nine_regression,
}
