# SPDX-License-Identifier: Apache-2.0
"""Editions made by hand, as varied as what a report may have to show."""

from attacked import ATTACKED
from making import (
    CARDS,
    NASTY,
    POLICY,
    declarations,
    edition,
    error_rate,
    error_slices,
    interval,
    kinds,
    skill,
    subject,
)
from nine import NINE

from probatum.facts.finding import Advice, Cell, Example, Finding, Measure, State, Topic
from probatum.facts.plan import Omission
from probatum.facts.threats import Task
from probatum.report.interface import Edition


def binary_fail() -> Edition:
    slices = [
        ("region = north and age 25 to 37", 7.9, 98),
        ("region = north and housing = rented and age 25 to 37", 6.1, 64),
        ("region = north", 2.2, 611),
    ]
    about = subject(
        simulated=True,
        stakes_assumed=True,
        notes=("The columns of the test file were in another order and were matched by name.",),
    )
    return edition(
        about,
        [
            error_rate(0.086, ("no", "yes"), 4000, kinds=kinds(("no", "yes"), 0.086, 4000), ratio_value=0.36),
            error_slices(slices, 0.086, 4000),
            declarations(),
        ],
    )


def clean() -> Edition:
    topics = tuple(
        Topic(topic=name, text="Said and signed.", by="R. Example", date="2026-05-01", expires="2027-05-01")
        for name in POLICY.demands
    )
    rate = error_rate(0.031, ("no", "yes"), 4000, kinds=kinds(("no", "yes"), 0.031, 4000), ratio_value=0.14)
    return edition(subject(), [rate, error_slices([], 0.031, 4000), declarations(topics)])


def multiclass(count: int = 30) -> Edition:
    classes = tuple(f"species {place:02d}" for place in range(count))
    rate = error_rate(0.118, classes, 3600, kinds=kinds(classes, 0.118, 3600), ratio_value=0.12)
    about = subject(Task.MULTICLASS, classes, name="leaf pictures", purpose=None, affected=None, columns=200)
    return edition(about, [rate, error_slices([], 0.118, 3600), declarations(())])


def regression() -> Edition:
    size = Measure(value=44.13, unit="target", interval=interval(38.9, 49.4, "Student 1908"), n=133)
    trivial = Measure(value=66.6, unit="target", interval=interval(60.2, 73.0, "Student 1908"), n=133)
    rate = Finding(
        sentence="On 133 held-out cases the system's number was off by 44.1 on average.",
        measures={"skill": skill(0.337, 0.23, 0.429, 133), "mean_error": size, "trivial_mean_error": trivial},
        advice=(Advice(sentence="Look at the cases with the largest errors.", command="--include-rows"),),
        check="usage/error-rate",
        judged=("skill", "mean_error"),
        seed_name="usage/error-rate",
    )
    slices = Finding(
        sentence="There are too few cases to search for groups.",
        state=State.NOT_APPLICABLE,
        why="It takes 400 test cases to search for groups and confirm them; there are 133.",
        check="usage/error-slices",
    )
    about = subject(
        Task.REGRESSION,
        (),
        name="diabetes",
        target="progression",
        train_rows=309,
        test_rows=133,
        affected="Patients",
        purpose="Foretell how far the illness will have gone in a year",
    )
    return edition(about, [rate, slices, declarations(())])


def nothing_applies() -> Edition:
    findings = [
        Finding(
            sentence="Not asked.", state=State.NOT_APPLICABLE, why="The test data hold no right answers", check=card.id
        )
        for card in CARDS[:2]
    ]
    omitted = [
        Omission(check="usage/declarations", why="left out by --skip", chosen=True),
        Omission(
            check="usage/overfitting", why="the model cannot be trained again", chosen=False, enable="add a [recipe]"
        ),
    ]
    return edition(subject(purpose=None), findings, omitted)


def nasty() -> Edition:
    script, markup, control = NASTY
    names = (script, markup)
    rate = error_rate(0.2, names, 500, kinds=kinds(names, 0.2, 500), ratio_value=0.7)
    example = Example(
        row=3, truth=script, answer=markup, score=0.9, group=control, cells=(Cell(column=script, content=control),)
    )
    slices = error_slices(
        [(f"{script} = {control}", 4.0, 60), (f"{markup} = {control}", 3.0, 70)],
        0.2,
        500,
        examples=(example,),
        advice=(Advice(sentence=f"Look at {script}{control}", command=f"rm {markup}{control}"),),
        details=(control, script),
        options={script: control},
        seed_name=control,
    )
    broken = Finding(
        sentence=control, state=State.ERROR, why=f"{script}{markup}{control}", check="usage/declarations", part=script
    )
    topic = Topic(topic=script, text=markup + control, by=script, role=control)
    about = subject(
        classes=names,
        name=" ".join(NASTY),
        purpose=script + control,
        affected=markup + control,
        target=control,
        notes=NASTY,
    )
    omitted = [Omission(check=script, why=control, chosen=False, enable=markup)]
    return edition(
        about,
        [rate, slices, broken, declarations((topic,))],
        omitted,
        inputs={script: control},
        versions={markup: control},
    )


def many_slices(count: int = 200) -> Edition:
    slices = [
        (f"measurement_{place:03d} 0.{place:03d} to 1.{place:03d}", 3.5 - place / 100, 90) for place in range(count)
    ]
    classes = ("0", "1")
    rate = error_rate(0.098, classes, 6000, kinds=kinds(classes, 0.098, 6000), ratio_value=0.4)
    return edition(subject(columns=200, classes=classes), [rate, error_slices(slices, 0.098, 6000), declarations()])


EDITIONS = (
    {
        "binary-fail": binary_fail,
        "clean": clean,
        "multiclass-30": multiclass,
        "regression": regression,
        "nothing-applies": nothing_applies,
        "nasty": nasty,
        "many-slices": many_slices,
    }
    | NINE
    | ATTACKED
)
