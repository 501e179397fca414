# SPDX-License-Identifier: Apache-2.0
"""What a check found: measured numbers with their ranges, in plain words. It carries no verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from probatum.facts.interval import Interval

# What JSON can carry; the inner values are of the same kind, which a reader of JSON cannot be told by type.
Json = None | bool | int | float | str | list[Any] | dict[str, Any]


class State(StrEnum):
    """How far the question got."""

    MEASURED = "measured"
    DECLARED = "declared"  # answered by people
    NOT_APPLICABLE = "not-applicable"  # with why, and what would enable it
    ERROR = "error"  # with why


class Known(StrEnum):
    """How the sentence is known."""

    PROVEN = "proven"
    MEASURED = "measured"
    DECLARED = "declared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A measure within one group: a class, a kind of mistake, a slice."""

    name: str
    value: float | None
    interval: Interval | None
    n: int  # rows the number rests on


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A number with unit, range and sample size."""

    value: float | None  # None: not known, see ``why``
    unit: str  # "share" (0 to 1), "ratio", "rows", "topics", or the target's own unit
    interval: Interval | None  # None only for counts over an enumerated set, which are exact
    n: int  # rows the number rests on
    groups: tuple[Part, ...] = ()  # the same measure within groups, worst first
    per_100: float | None = None  # a share as "about 13 of 100"
    why: str | None = None
    # where only a bracket is known: its upper side, ``value`` being the lower; more rows do not bring the two together
    possible: float | None = None
    # of the worst of several groups: the group whose upper end closes the range. Value and lower end are those of
    # the first of ``groups``, or of this one too where there are none.
    widest: Part | None = None
    scope: str | None = None  # of whom the range speaks, in a plain sentence, where it does not speak of all
    whole: bool = (
        False  # each of ``groups`` is about all of these rows, such as an amount of damage: no group of people
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One column's content in an example row; shown only with ``--include-rows``."""

    column: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An example row that is a picture, as it was and as it was changed; each one byte a colour, row by row."""

    width: int  # pixels
    height: int  # pixels
    colours: int  # 1: grey, 3: red, green and blue
    before: str  # base64 of height * width * colours bytes
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One row that shows the finding, named by its place in a seeded permutation, never by content."""

    row: int
    truth: str
    answer: str
    score: float | None = None  # of the answer given, 0 to 1
    group: str | None = None
    cells: tuple[Cell, ...] = ()
    changes: tuple[str, ...] = ()  # what was changed to get the answer, in words: "raise hours-per-week by 3"
    before: str | None = None  # the answer to the row as it was
    score_before: float | None = None  # of that answer, 0 to 1
    size: float | None = None  # of the change, in the unit of the radius
    picture: Picture | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What to do next."""

    sentence: str
    command: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Something only people can say, as it was said."""

    topic: str
    text: str
    by: str
    role: str | None = None
    date: str | None = None  # ISO 8601
    expires: str | None = None  # ISO 8601; the last day on which it holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The answer to one check's question. A check fills the first half, the executor the second."""

    sentence: str  # one plain sentence
    state: State = State.MEASURED
    known: Known = Known.MEASURED
    why: str | None = None  # for not-applicable and error
    details: tuple[str, ...] = ()  # further plain sentences, in the order to be read
    measures: Mapping[str, Measure] = field(default_factory=dict)
    examples: tuple[Example, ...] = ()
    pattern: Picture | None = None  # what was put on every picture, after what it is compared with
    advice: tuple[Advice, ...] = ()
    topics: tuple[Topic, ...] = ()
    tried: int | None = None  # how many things were tried before this was found
    holds_days: int = 180

    check: str = ""
    part: str = ""  # of a check that is split into units
    judged: tuple[str, ...] = ()  # the measures a policy may judge, for this task
    options: Mapping[str, Json] = field(default_factory=dict)
    seed_name: str = ""
