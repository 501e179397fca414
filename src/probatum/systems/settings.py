# SPDX-License-Identifier: Apache-2.0
"""The settings of a description that fit into one option of a command line or one argument of Python.

One table, so that the three interfaces offer the same settings under the same names: a setting is called as the key of
``probatum.toml`` is, unless the table says why not. What a single option cannot hold stays in the file: lists of
sections (rules, relations, declarations), tables of values (costs, the order of words), and keys that nothing uses yet.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from probatum.facts.policy import Stakes
from probatum.facts.threats import Task
from probatum.systems.lines import Path


class Form(StrEnum):
    """What a setting holds."""

    TEXT = "text"
    LABEL = "label"  # one of the answers that the system may give
    LABELS = "labels"
    NUMBER = "number"
    COUNT = "count"
    FLAG = "flag"
    COLUMN = "column"
    COLUMNS = "columns"  # an option may be repeated, or hold several names between commas
    MARKS = "marks"  # an option may be repeated; a mark may hold a comma
    DAY = "day"


class Panel(StrEnum):
    """The headings under which the options are shown."""

    SYSTEM = "What the system is for"
    MODEL = "Model"
    CASES = "A table of decisions, instead of a model"
    DATA = "Data"
    COLUMNS = "Columns (repeat the option, or separate names with commas)"
    ATTACK = "What an attacker may change"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting in all three interfaces."""

    place: tuple[str, ...]  # in the description: ("data", "task")
    help: str
    panel: Panel
    form: Form = Form.TEXT
    name: str = ""  # in Python, where it is not that of the key
    option: str = ""  # on the command line, where it is not that of Python
    choices: tuple[str, ...] = ()
    files_only: bool = False  # says how a file is read or loaded: nothing for objects of Python

    @property
    def argument(self) -> str:
        """The name of the argument in Python."""
        return self.name or self.place[-1]

    @property
    def flag(self) -> str:
        """The option on the command line."""
        return f"--{(self.option or self.argument).replace('_', '-')}"


def _columns(name: str, text: str) -> Setting:
    return Setting(place=("data", "columns", name), form=Form.COLUMNS, panel=Panel.COLUMNS, help=text)


SETTINGS: tuple[Setting, ...] = (
    Setting(place=("system", "name"), panel=Panel.SYSTEM, help="Name of the system in the report."),
    Setting(place=("system", "purpose"), panel=Panel.SYSTEM, help="What the system is for, in one sentence."),
    Setting(place=("system", "affected"), panel=Panel.SYSTEM, help="Whom its decisions concern."),
    Setting(
        place=("system", "stakes"),
        panel=Panel.SYSTEM,
        choices=tuple(Stakes),
        help="How much depends on the decisions; selects the limits.",
    ),
    Setting(
        place=("system", "simulated"),
        form=Form.FLAG,
        panel=Panel.SYSTEM,
        help="The people in the data are made up; the report says so.",
    ),
    Setting(
        place=("model", "trust_file"),
        form=Form.FLAG,
        panel=Panel.MODEL,
        files_only=True,
        help="Load a model file although its format can run code.",
    ),
    Setting(  # sha256 is what the file calls it: there, the algorithm is stated with the number
        place=("model", "sha256"),
        name="digest",
        panel=Panel.MODEL,
        files_only=True,
        help="SHA-256 digest of the model file; any other file is refused.",
    ),
    Setting(
        place=("model", "python"),
        panel=Panel.MODEL,
        files_only=True,
        help="module:function that builds the network whose weights the model file holds.",
    ),
    Setting(  # on the command line, --output is the folder of the run, as in every command
        place=("model", "output"),
        option="model_output",
        panel=Panel.MODEL,
        choices=("probabilities", "logits", "labels", "values", "ranks"),
        help="What the model returns; ranks only for the score of a table.",
    ),
    Setting(
        place=("model", "classes"),
        form=Form.LABELS,
        panel=Panel.MODEL,
        help="Labels in the order of the model's scores; separate them with commas, or repeat the option.",
    ),
    Setting(  # "train" alone is the rows that the model was trained on
        place=("recipe", "train"),
        name="recipe",
        panel=Panel.MODEL,
        help="module:function that trains the model again: train(rows, seed) -> model.",
    ),
    Setting(
        place=("model", "allowed_by"),
        panel=Panel.MODEL,
        files_only=True,
        help="Who allowed that a server on another machine is queried.",
    ),
    Setting(
        place=("model", "allowed_until"),
        form=Form.DAY,
        panel=Panel.MODEL,
        files_only=True,
        help="Last day of that permission, such as 2027-03-01.",
    ),
    Setting(
        place=("model", "max_queries"),
        form=Form.COUNT,
        panel=Panel.MODEL,
        files_only=True,
        help="Maximum number of rows that the server may be asked about.",
    ),
    Setting(
        place=("model", "decision"),
        form=Form.COLUMN,
        panel=Panel.CASES,
        help="The column with the system's decisions.",
    ),
    Setting(
        place=("model", "score"),
        form=Form.COLUMN,
        panel=Panel.CASES,
        help="The column with the system's scores.",
    ),
    Setting(
        place=("model", "decides_at"),
        form=Form.NUMBER,
        panel=Panel.CASES,
        help="Score from which on the decision is positive, where no column holds the decision.",
    ),
    Setting(  # the file names test rows as such; here they are simply the data
        place=("data", "test"),
        option="data",
        panel=Panel.DATA,
        help="Rows that the model was not trained on (CSV, Parquet, npz).",
    ),
    Setting(place=("data", "train"), panel=Panel.DATA, help="Rows that the model was trained on."),
    Setting(
        place=("data", "load"),
        panel=Panel.DATA,
        files_only=True,
        help="module:function that returns the rows, (train, test), instead of files.",
    ),
    Setting(
        place=("data", "target"), form=Form.COLUMN, panel=Panel.DATA, help="The column that holds the right answer."
    ),
    Setting(
        place=("data", "task"),
        panel=Panel.DATA,
        choices=tuple(Task),
        help="What is predicted; told from the model and the answers where absent.",
    ),
    Setting(
        place=("data", "positive"),
        form=Form.LABEL,
        panel=Panel.DATA,
        help="The label to be detected, of which a single score speaks.",
    ),
    Setting(
        place=("data", "favourable"),
        form=Form.LABEL,
        panel=Panel.DATA,
        help="The label that is good for the person, such as approved.",
    ),
    Setting(
        place=("data", "missing"),
        form=Form.MARKS,
        panel=Panel.DATA,
        files_only=True,
        help="Text that marks a missing cell, such as '?'; repeat the option for several.",
    ),
    Setting(
        place=("data", "encoding"),
        panel=Panel.DATA,
        files_only=True,
        help="Character encoding of CSV files, such as latin-1.",
    ),
    Setting(
        place=("data", "decimal"), panel=Panel.DATA, files_only=True, help="Decimal mark in CSV files: '.' or ','."
    ),
    Setting(
        place=("data", "separator"),
        panel=Panel.DATA,
        files_only=True,
        help="Separator between the cells of CSV files, such as ';'.",
    ),
    Setting(
        place=("data", "names"),
        form=Form.COLUMNS,
        panel=Panel.DATA,
        files_only=True,
        help="Names of all columns, in order, of a file without a header.",
    ),
    Setting(
        place=("data", "group"),
        form=Form.COLUMN,
        panel=Panel.DATA,
        help="The column whose equal cells belong together, such as the visits of one person.",
    ),
    Setting(
        place=("data", "id"),
        form=Form.COLUMN,
        panel=Panel.DATA,
        help="The column that identifies a row; never given to the model, never shown.",
    ),
    Setting(
        place=("data", "features"),
        form=Form.COLUMNS,
        panel=Panel.COLUMNS,
        help="All columns that the model is given, where it is not given all of them.",
    ),
    _columns("protected", "Groups of people to compare, such as sex or nationality."),
    _columns("personal", "Can tell who somebody is: never shown."),
    _columns("audit_only", "Used to compare groups, never given to the model."),
    _columns("immutable", "A person cannot change it."),
    _columns("categorical", "Categories, even where the cells are numbers."),
    _columns("text", "Free text, never a category."),
    _columns("ordinal", "Numbers with an order but no distances."),
    _columns("integer", "Whole numbers only."),
    _columns("date", "Dates (ISO 8601)."),
    Setting(
        place=("attack", "controls"),
        form=Form.COLUMNS,
        panel=Panel.ATTACK,
        help="All columns that an attacker can change.",
    ),
    Setting(
        place=("attack", "rises_only"), form=Form.COLUMNS, panel=Panel.ATTACK, help="Columns that can only be raised."
    ),
    Setting(
        place=("attack", "falls_only"), form=Form.COLUMNS, panel=Panel.ATTACK, help="Columns that can only be lowered."
    ),
)
BY_PLACE: Mapping[Path, Setting] = {setting.place: setting for setting in SETTINGS}

# Keys that neither an option nor an argument holds, and why.
IN_THE_FILE_ONLY: Mapping[tuple[str, ...], str] = {
    ("model", "file"): "the subject itself, the first argument",
    ("model", "url"): "the subject itself, the first argument",
    ("model", "scores"): "the subject itself, the first argument",
    ("data", "columns"): "its keys are settings of their own",
    ("data", "relations"): "a list of sections",
    ("data", "protected_file"): "not built yet",
    ("data", "recent"): "not built yet",
    ("data", "weight"): "not built yet",
    ("data", "time"): "read and checked, but not used yet",
    ("data", "source"): "read and checked, but not used yet",
    ("attack", "cost"): "a table of numbers",
    ("rules",): "a list of sections",
    ("declarations",): "a list of sections: each is signed by a person",
}


def names_in(values: Iterable[str]) -> tuple[str, ...]:
    """Return the names in the values of a repeated option; a name with a comma stands in double quotes, as in CSV."""
    return tuple(name.strip() for value in values for name in _cells(value))


def _cells(line: str) -> list[str]:
    return next(csv.reader([line], skipinitialspace=True), []) or [""]


def nested(said: Mapping[tuple[str, ...], Any]) -> dict[str, Any]:
    """Return settings by place as the sections that a file would hold."""
    raw: dict[str, Any] = {}
    for place, value in said.items():
        section = raw
        for key in place[:-1]:
            section = section.setdefault(key, {})
        section[place[-1]] = value
    return raw
