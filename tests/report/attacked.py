# SPDX-License-Identifier: Apache-2.0
"""Editions of systems that were attacked: pictures, a table, a black box, all proven, nothing broken, no change."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace

from making import CARDS, NASTY, declarations, edition, error_rate, kinds, subject

from probatum.engines.intervals.proportions import clopper_pearson, clopper_pearson_bounds
from probatum.facts.finding import Advice, Cell, Example, Finding, Measure, Part, Picture
from probatum.facts.interval import Interval
from probatum.facts.record import CheckCard
from probatum.facts.threats import Property, Task, Vector
from probatum.report.fooled import EVASION
from probatum.report.interface import Edition

CARD = CheckCard(
    id=EVASION,
    title="Fooled on purpose",
    question="How easily do small changes made on purpose turn a right answer wrong?",
    vector=Vector.INPUT_MANIPULATION,
    harms=Property.INTEGRITY,
    taxonomy=(),
    page=f"checks/{EVASION}.md",
)
RADII = (0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2)
SIDE = 28


def count(k: int, n: int, groups: Sequence[Part] = ()) -> Measure:
    bounds = clopper_pearson(k, n, confidence=0.95)
    return Measure(value=k / n, unit="share", interval=bounds, n=n, groups=tuple(groups), per_100=100 * k / n)


def curve(counts: Sequence[int], radii: Sequence[float], n: int, at: int) -> Measure:
    parts = [
        Part(name=f"{size:g}", value=k / n, interval=clopper_pearson(k, n, confidence=0.95), n=n)
        for size, k in zip(radii, counts, strict=True)
    ]
    return count(at, n, parts)


def fooled(shown: int, possible: int, n: int) -> Measure:
    (lower, _), (_, upper) = (
        (float(ends[0]) for ends in clopper_pearson_bounds([k], [n], confidence=0.95)) for k in (shown, possible)
    )
    between = Interval(
        lower=lower, upper=upper, confidence=0.95, method="Clopper and Pearson 1934, from what was shown to the rest"
    )
    return Measure(value=shown / n, unit="share", interval=between, n=n, per_100=100 * shown / n)


def evasion(
    broken: Sequence[int],
    proven: Sequence[int],
    *,
    wrong: int,
    n: int = 1000,
    radius: float = 0.03,
    radii: Sequence[float] = RADII,
    **changes: object,
) -> Finding:
    """Return the finding of a bracket: counts of right answers broken and proven at each radius."""
    right = n - wrong
    place = radii.index(radius) if radius in radii else None
    shown, sure = (broken[place], proven[place]) if place is not None else (0, right)
    facts: dict[str, object] = {
        "sentence": f"Of {right:,} right answers, {shown:,} were turned wrong and {sure:,} are proven safe.",
        "details": ("The ladder ran these steps: bounds, sign steps, momentum steps, square search, splitting.",),
        "measures": {
            "bound_rows": Measure(value=3.2, unit="rows", interval=None, n=n),
            "certified_robust_accuracy": curve(proven, radii, n, sure),
            "clean_accuracy": count(right, n),
            "empirical_robust_accuracy": curve([right - one for one in broken], radii, n, right - shown),
            "fooled_share": fooled(shown, right - sure, right),
            "model_rows": Measure(value=412.5, unit="rows", interval=None, n=n),
            "proven_share": count(sure, right),
            "unknown_share": count(right - shown - sure, right),
        },
        "advice": (Advice(sentence="Train it on changed cases too, so that small changes do less."),),
        "check": EVASION,
        "judged": ("fooled_share",),
        "options": {"radius": radius, "norm": "linf"},
        "seed_name": EVASION,
    }
    return Finding(**(facts | changes))  # type: ignore[arg-type]


def drawn(turn: int, colours: int = 1, reach: int = 24) -> Picture:
    """Return a ring with a tail, like a six or a nine, and the same with every point moved by ``reach``."""
    before, after = bytearray(), bytearray()
    for y in range(SIDE):
        for x in range(SIDE):
            across, down = (x - 13, y - 10) if turn == 0 else (x - 14, y - 17)
            ring = 4.2 < (across * across + down * down) ** 0.5 < 7.2
            tail = 17 <= x <= 20 and 10 <= y <= 24 if turn == 0 else 7 <= x <= 10 and 4 <= y <= 17
            ink = 235 if ring or tail else 0
            move = reach if (x * 7 + y * 13 + x * y + turn) % 5 < 2 else -reach
            for colour in range(colours):
                old = ink if colour < 2 else ink // 3
                before.append(old)
                after.append(min(255, max(0, old + (move if colour != 1 else -move))))
    content = (b64encode(one).decode("ascii") for one in (before, after))
    return Picture(width=SIDE, height=SIDE, colours=colours, before=next(content), after=next(content))


def pictured(row: int, turn: int, colours: int = 1) -> Example:
    names = ("9", "4") if turn == 0 else ("6", "0")
    return Example(
        row=row, truth=names[0], before=names[0], answer=names[1], score=0.71, size=0.0941, picture=drawn(turn, colours)
    )


BROKEN = (21, 64, 118, 260, 401, 606, 801, 884)
PROVEN = (930, 804, 590, 208, 61, 4, 0, 0)
BEWARE = (
    "Beware: the search without gradients found 14 rows that the search with gradients had missed, so the gradients "
    "may be masked."
)


def of(finding: Finding, **changes: object) -> Edition:
    classes = ("no", "yes")
    rate = error_rate(0.031, classes, 1000, kinds=kinds(classes, 0.031, 1000), ratio_value=0.14)
    return edition(subject(test_rows=1000, **changes), [rate, finding, declarations()], checks=(*CARDS, CARD))


def attacked_pictures() -> Edition:
    examples = (pictured(12, 0), pictured(501, 1), pictured(77, 0, colours=3))
    found = evasion(BROKEN, PROVEN, wrong=28, examples=examples)
    found = replace(found, details=(*found.details, BEWARE))
    return of(found, task=Task.BINARY, name="digits", purpose="Read digits", affected=None)


def table_examples(*, cells: bool) -> tuple[Example, ...]:
    held = (
        ("age", "41"),
        ("hours-per-week", "40"),
        ("hours", "7"),
        ("marital-status", "masked"),
        ("capital-gain", "0"),
    )
    shown = tuple(Cell(column=column, content=content) for column, content in held) if cells else ()
    first = ("raise hours-per-week by 3", "raise capital-gain by 190")
    return (
        Example(row=4, truth="<=50K", before="<=50K", answer=">50K", score=0.52, size=0.03, changes=first, cells=shown),
        Example(
            row=90, truth=">50K", before=">50K", answer="<=50K", changes=("lower age by 1",), cells=shown, size=0.014
        ),
    )


def attacked_table() -> Edition:
    steps = (9, 14, 40, 77, 130, 222, 301, 355)
    safe = (820, 801, 770, 720, 655, 552, 460, 399)
    return of(evasion(steps, safe, wrong=141, examples=table_examples(cells=True)), name="adult")


def attacked_black_box() -> Edition:
    """Nothing is proven of a model that cannot be looked into."""
    found = evasion((9, 14, 40), (0, 0, 0), wrong=141, radii=RADII[:3], examples=table_examples(cells=False))
    why = "Nothing was proven. The model is a function: nobody can look inside."
    return of(replace(found, details=(*found.details, why)), name="service")


def attacked_all_proven() -> Edition:
    return of(evasion((0, 0, 0), (960, 960, 960), wrong=40, radii=RADII[:3]), name="linear")


def attacked_none_broken() -> Edition:
    return of(evasion((0, 0, 0), (400, 210, 100), wrong=40, radii=RADII[:3]), name="robust")


def attacked_nothing_known() -> Edition:
    return of(evasion((0, 0, 0), (0, 0, 0), wrong=40, radii=RADII[:3]), name="unknown")


def attacked_no_change() -> Edition:
    """A radius of zero allows nothing, so that every right answer holds."""
    return of(evasion((), (), wrong=40, radius=0.0, radii=()), name="still")


def attacked_always_wrong() -> Edition:
    none = Measure(value=None, unit="share", interval=None, n=0, why="No row is answered rightly.")
    found = evasion((0,), (0,), wrong=999, radii=(0.03,))
    measures = {**found.measures, "fooled_share": none, "proven_share": none, "unknown_share": none}
    zero = {name: count(0, 1000) for name in measures if name.endswith("accuracy")}
    return of(replace(found, sentence="No answer is right.", measures={**measures, **zero}), name="wrong")


def attacked_nasty() -> Edition:
    script, markup, control = NASTY
    bad = Picture(width=10**6, height=3, colours=2, before=script, after=control)
    example = Example(
        row=1,
        truth=script,
        before=control,
        answer=markup,
        changes=(f"raise {script} by 3", control),
        cells=(Cell(column=script, content=control), Cell(column="", content=markup)),
        picture=bad,
    )
    drawn_too = replace(pictured(2, 0), before=script, answer=control)
    found = evasion((1, 2), (5, 4), wrong=0, n=10, radii=(0.01, 0.03), examples=(example, drawn_too))
    certified = found.measures["certified_robust_accuracy"]
    names = tuple(replace(part, name=name) for part, name in zip(certified.groups, (script, "nan"), strict=True))
    measures = {**found.measures, "certified_robust_accuracy": replace(certified, groups=names)}
    options = {"radius": script, "norm": markup}
    return of(replace(found, measures=measures, options=options, details=(f"Beware: {script}{control}",)))


ATTACKED = {
    "attacked-pictures": attacked_pictures,
    "attacked-table": attacked_table,
    "attacked-black-box": attacked_black_box,
    "attacked-all-proven": attacked_all_proven,
    "attacked-none-broken": attacked_none_broken,
    "attacked-nothing-known": attacked_nothing_known,
    "attacked-no-change": attacked_no_change,
    "attacked-always-wrong": attacked_always_wrong,
    "attacked-nasty": attacked_nasty,
}
