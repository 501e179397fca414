# SPDX-License-Identifier: Apache-2.0
"""The sections of ``probatum.toml``: which keys there are, and what may stand in each."""

import datetime
import math
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictFloat, StrictInt

from probatum.facts.declaration import TOPICS
from probatum.facts.finding import Topic
from probatum.facts.input_limits import InputLimits
from probatum.facts.policy import Stakes
from probatum.facts.threats import Task

DEEPEST = 10_000  # levels; libraries that read trees call themselves once a level
LONGEST = 86_400.0  # seconds: a day


def _label(value: Any) -> Any:
    """Let only what can be a label through."""
    if not isinstance(value, str | bool | int | float):
        raise ValueError("wanted a label (text, a number, true or false)")
    return value


def _topic(value: Any) -> Any:
    """Let only known topics through."""
    if not isinstance(value, str) or value not in TOPICS:
        raise ValueError(f"wanted one of the topics {', '.join(TOPICS)}")
    return value


def _reference(value: Any) -> Any:
    """Let only ``module:function`` through."""
    parts = value.split(":") if isinstance(value, str) else []
    if len(parts) != 2 or not all(name.isidentifier() for name in [*parts[0].split("."), parts[1]]):
        raise ValueError('wanted "module:function", such as "recipe:train"')
    return value


def _digest(value: Any) -> Any:
    """Let only a SHA-256 in hex through, with or without its name in front."""
    text = value.removeprefix("sha256:").lower() if isinstance(value, str) else ""
    if len(text) != 64 or set(text) - set("0123456789abcdef"):
        raise ValueError("wanted a SHA-256 digest of 64 hexadecimal digits")
    return f"sha256:{text}"


def _separator(value: Any) -> Any:
    """Let only one character through; the word tab stands for it."""
    character = "\t" if value in ("tab", "\\t") else value
    if not isinstance(character, str) or len(character) != 1 or character in '"\n\r':
        raise ValueError('wanted one character, such as ";" or "tab"')
    return character


def _day(value: Any) -> Any:
    """Let only a day through, as TOML's own date or as text."""
    try:
        day = datetime.date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        day = None
    if type(day) is not datetime.date:  # a datetime is a date too, and would lose its time
        raise ValueError("wanted a date without a time, such as 2027-03-01")
    return day


def _bearable(value: Any) -> Any:
    """Let only a finite number of at least 0 through."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or value < 0:
        raise ValueError("wanted a number of at least 0, such as 0.05 for 5 of 100 answers")
    return float(value)


AnyLabel = Annotated[Any, BeforeValidator(_label)]
Reference = Annotated[str, BeforeValidator(_reference)]
Day = Annotated[datetime.date, BeforeValidator(_day)]
Names = tuple[str, ...]
Number = StrictInt | StrictFloat


class Section(BaseModel):
    """One section: frozen, and no key beyond its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class SystemSection(Section):
    """``[system]``: what it is for, and how much hangs on it."""

    name: str = ""  # empty: the name of the folder or of the model's file
    purpose: str | None = None
    affected: str | None = None
    stakes: Stakes | None = None  # None: nobody said
    bearable_error: Annotated[float, BeforeValidator(_bearable)] | None = None  # of classes a share, else an average
    simulated: StrictBool = False  # made-up people


class ModelSection(Section):
    """``[model]``: exactly one of file, python, url and scores, or none where a recipe trains it.

    Only weights go with python: the file holds them, the function builds the network that takes them.
    """

    file: str | None = None
    python: Reference | None = None
    url: str | None = None
    scores: str | None = None
    code: Names = ()  # folders whose modules the model's file or its code may import
    trust_file: StrictBool = False
    sha256: Annotated[str, BeforeValidator(_digest)] | None = None
    classes: tuple[AnyLabel, ...] | None = None  # in the order of the scores
    output: Literal["probabilities", "logits", "labels", "values", "ranks"] | None = None
    score: str | None = None
    decision: str | None = None
    decides_at: Number | None = None
    allowed_by: str | None = None  # who allowed that a server on another machine is asked
    allowed_until: Day | None = None  # the last day on which that holds
    max_queries: Annotated[StrictInt, Field(ge=1)] | None = None  # most rows that it may be asked about


class ColumnsSection(Section):
    """``[data.columns]``: what the columns are, where that cannot be guessed."""

    categorical: Names = ()
    text: Names = ()  # read as they stand: free text, or codes that look like numbers
    ordinal: Names | dict[str, Names] = ()  # numbers by name alone; words with their order
    integer: Names = ()
    date: Names = ()
    protected: Names = ()
    personal: Names = ()
    audit_only: Names = ()
    immutable: Names = ()


class Relation(Section):
    """``[[data.relations]]``: a linear sum of columns that must hold in every row."""

    terms: dict[str, Number]
    at_most: Number | None = None
    at_least: Number | None = None
    equals: Number | None = None
    tolerance: Number = 0


class DataSection(Section):
    """``[data]``: where the rows are and how to read them."""

    train: str | None = None
    test: str | None = None
    load: Reference | None = None  # load() -> (train, test) frames
    target: str | None = None
    task: Task | None = None
    positive: AnyLabel | None = None
    favourable: AnyLabel | None = None  # the answer that is good for the person
    features: Names | None = None  # what the model is given; None: all that is not only looked at
    protected_file: str | None = None
    names: Names | None = None  # of the columns, where the file has no header
    missing: Names = ()  # further marks for a missing cell
    encoding: str | None = None  # of text files; None: UTF-8, or as their first bytes say
    separator: Annotated[str, BeforeValidator(_separator)] | None = None  # between cells; None: as the file looks
    decimal: Literal[".", ","] | None = None  # None: a point, unless the file can only mean a comma
    id: str | None = None
    group: str | None = None
    time: str | None = None
    recent: str | None = None
    source: str | None = None
    weight: str | None = None
    columns: ColumnsSection = ColumnsSection()
    relations: tuple[Relation, ...] = ()


class AttackSection(Section):
    """``[attack]``: what an attacker can do to a row."""

    controls: Names | None = None
    rises_only: Names = ()
    falls_only: Names = ()
    cost: dict[str, Number] = Field(default_factory=dict)


class RecipeSection(Section):
    """``[recipe]``: how the model was trained."""

    train: Reference | None = None  # train(rows, seed) -> model


class InputLimitsSection(Section):
    """``[input_limits]``: the largest inputs that are read. They concern resources, never a verdict."""

    file_bytes: Annotated[StrictInt, Field(ge=1)] = InputLimits().file_bytes
    depth: Annotated[StrictInt, Field(ge=1, le=DEEPEST)] = InputLimits().depth
    reply_bytes: Annotated[StrictInt, Field(ge=1)] = InputLimits().reply_bytes
    model_seconds: Annotated[StrictInt | StrictFloat, Field(gt=0, le=LONGEST)] = InputLimits().model_seconds
    seconds: Annotated[StrictInt | StrictFloat, Field(gt=0, le=LONGEST)] = InputLimits().seconds

    def fact(self) -> InputLimits:
        """Return what was stated as a fact."""
        return InputLimits(
            file_bytes=self.file_bytes,
            depth=self.depth,
            reply_bytes=self.reply_bytes,
            model_seconds=float(self.model_seconds),
            seconds=float(self.seconds),
        )


class RuleSection(Section):
    """``[[rules]]``: an expert's sentence that can be tested. Read and checked, not used yet."""

    says: str
    kind: Literal["rises", "falls", "must not matter", "never together", "must be"]
    columns: Names
    by: str | None = None


class DeclarationSection(Section):
    """``[[declarations]]``: what only people can say."""

    topic: Annotated[str, BeforeValidator(_topic)]
    text: str
    by: str
    role: str | None = None
    date: Day | None = None
    expires: Day | None = None  # the last day on which it holds

    def topic_fact(self) -> Topic:
        """Return what was said as a fact."""
        return Topic(
            topic=self.topic,
            text=self.text,
            by=self.by,
            role=self.role,
            date=None if self.date is None else self.date.isoformat(),
            expires=None if self.expires is None else self.expires.isoformat(),
        )
