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


def _system(key: str, text: str, **more: Any) -> Setting:
    return Setting(place=("system", key), panel=Panel.SYSTEM, help=text, **more)


def _model(key: str, text: str, **more: Any) -> Setting:
    return Setting(place=("model", key), panel=more.pop("panel", Panel.MODEL), help=text, **more)


def _data(key: str, text: str, **more: Any) -> Setting:
    return Setting(place=("data", key), panel=Panel.DATA, help=text, **more)


def _file(key: str, text: str, **more: Any) -> Setting:
    return _data(key, text, files_only=True, **more)


def _columns(key: str, text: str) -> Setting:
    return Setting(place=("data", "columns", key), form=Form.COLUMNS, panel=Panel.COLUMNS, help=text)


def _attack(key: str, text: str) -> Setting:
    return Setting(place=("attack", key), form=Form.COLUMNS, panel=Panel.ATTACK, help=text)


_OUTPUTS = ("probabilities", "logits", "labels", "values", "ranks")
_CASES: dict[str, Any] = {"panel": Panel.CASES, "form": Form.COLUMN}

SETTINGS: tuple[Setting, ...] = (
    _system("name", "Name of the system in the report."),
    _system("purpose", "What the system is for, in one sentence."),
    _system("affected", "Whom its decisions concern."),
    _system("stakes", "How much depends on the decisions; selects the limits.", choices=tuple(Stakes)),
    _system(
        "bearable_error",
        "How much error can be borne: a share of the answers, such as 0.05; for numbers an average, in their unit.",
        form=Form.NUMBER,
    ),
    _system("simulated", "The people in the data are made up; the report says so.", form=Form.FLAG),
    _model("trust_file", "Load a model file although its format can run code.", form=Form.FLAG, files_only=True),
    _model("code", "Folder whose modules the model may import; repeatable.", form=Form.MARKS, files_only=True),
    # sha256 is what the file calls it: there, the algorithm is stated with the number
    _model("sha256", "SHA-256 digest of the model file; any other file is refused.", name="digest", files_only=True),
    _model("python", "module:function that builds the network whose weights the model file holds.", files_only=True),
    # on the command line, --output is the folder of the run, as in every command
    _model("output", "What the model returns; ranks only for a table.", option="model_output", choices=_OUTPUTS),
    _model("classes", "Labels in the order of the model's scores, between commas or repeated.", form=Form.LABELS),
    Setting(  # "train" alone is the rows that the model was trained on
        place=("recipe", "train"),
        name="recipe",
        panel=Panel.MODEL,
        help="module:function that trains the model again: train(rows, seed) -> model.",
    ),
    _model("allowed_by", "Who allowed that a server on another machine is queried.", files_only=True),
    _model("allowed_until", "Last day of that permission, such as 2027-03-01.", form=Form.DAY, files_only=True),
    _model("max_queries", "Maximum number of rows to ask the server about.", form=Form.COUNT, files_only=True),
    _model("decision", "The column with the system's decisions.", **_CASES),
    _model("score", "The column with the system's scores.", **_CASES),
    _model(
        "decides_at",
        "Score from which on the decision is positive, where no column holds the decision.",
        panel=Panel.CASES,
        form=Form.NUMBER,
    ),
    # the file names test rows as such; here they are simply the data
    _data("test", "Rows that the model was not trained on (CSV, Parquet, npz).", option="data"),
    _data("train", "Rows that the model was trained on."),
    _file("load", "module:function that returns the rows, (train, test), instead of files."),
    _data("target", "The column that holds the right answer.", form=Form.COLUMN),
    _data("task", "What is predicted; told from the model and the answers where absent.", choices=tuple(Task)),
    _data("positive", "The label to be detected, of which a single score speaks.", form=Form.LABEL),
    _data("favourable", "The label that is good for the person, such as approved.", form=Form.LABEL),
    _file("missing", "Text that marks a missing cell, such as '?'; repeat the option for several.", form=Form.MARKS),
    _file("encoding", "Character encoding of CSV files, such as latin-1."),
    _file("decimal", "Decimal mark in CSV files: '.' or ','."),
    _file("separator", "Separator between the cells of CSV files, such as ';'."),
    _file("names", "Names of all columns, in order, of a file without a header.", form=Form.COLUMNS),
    _data("group", "The column whose equal cells belong together, such as a person's visits.", form=Form.COLUMN),
    _data("id", "The column that identifies a row; never given to the model, never shown.", form=Form.COLUMN),
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
    _attack("controls", "All columns that an attacker can change."),
    _attack("rises_only", "Columns that can only be raised."),
    _attack("falls_only", "Columns that can only be lowered."),
)

RESOURCES = "the resources that this machine spends on one system; the defaults suit all but very large ones"

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
    ("input_limits", "file_bytes"): RESOURCES,
    ("input_limits", "depth"): RESOURCES,
    ("input_limits", "reply_bytes"): RESOURCES,
    ("input_limits", "model_seconds"): RESOURCES,
    ("input_limits", "seconds"): RESOURCES,
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
