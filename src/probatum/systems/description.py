# SPDX-License-Identifier: Apache-2.0
"""What people say about a system: the description, from ``probatum.toml`` or from the command line.

All mistakes of a file are found before any is reported, each with its line. Names of columns are checked when the
data's header is known, by ``check_columns``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, final

from pydantic import BaseModel, ValidationError

from probatum.errors import DescriptionError, InputFileError, UsageError
from probatum.facts.finding import Json
from probatum.systems.input_files import read_file
from probatum.systems.lines import Path as Place
from probatum.systems.lines import Spoken, Whereabouts, locate
from probatum.systems.mistakes import came, close, mistake, visible, worded
from probatum.systems.sections import (
    AttackSection,
    DataSection,
    DeclarationSection,
    InputLimitsSection,
    ModelSection,
    RecipeSection,
    RuleSection,
    SystemSection,
)
from probatum.systems.sense import column_mistakes, sense_mistakes, split_reference
from probatum.systems.settings import nested
from probatum.systems.toml import TOML_BYTES, decoded, tables

__all__ = ["Description", "check_columns", "describe", "read_description", "split_reference"]

TABLES: dict[str, type[BaseModel]] = {
    "system": SystemSection,
    "model": ModelSection,
    "data": DataSection,
    "attack": AttackSection,
    "recipe": RecipeSection,
    "input_limits": InputLimitsSection,
}
LISTS: dict[str, type[BaseModel]] = {"rules": RuleSection, "declarations": DeclarationSection}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """The system as it is described. Where the file lies is no part of what it says."""

    system: SystemSection = field(default_factory=SystemSection)
    model: ModelSection = field(default_factory=ModelSection)
    data: DataSection = field(default_factory=DataSection)
    attack: AttackSection = field(default_factory=AttackSection)
    recipe: RecipeSection = field(default_factory=RecipeSection)
    input_limits: InputLimitsSection = field(default_factory=InputLimitsSection)
    rules: tuple[RuleSection, ...] = ()
    declarations: tuple[DeclarationSection, ...] = ()
    path: Path | None = field(default=None, compare=False)  # None: from the command line or from Python
    folder: Path = field(default=Path(), compare=False)  # what its file names are relative to
    lines: Whereabouts | None = field(default=None, compare=False, repr=False)
    live: bool = field(default=False, compare=False)  # model and rows are objects of Python, not files

    @property
    def cases(self) -> bool:
        """Whether a table of cases stands for the model."""
        said = self.model
        return said.scores is not None or (self.live and (said.decision or said.score) is not None)

    def content(self) -> dict[str, Json]:
        """Return all that it says, and nothing of where it lies, ready for canonical JSON."""
        said: dict[str, Json] = {
            name: getattr(self, name).model_dump(mode="json", exclude_none=True, exclude_defaults=True)
            for name in TABLES
        }
        for name in LISTS:
            said[name] = [entry.model_dump(mode="json", exclude_none=True) for entry in getattr(self, name)]
        return said


def read_description(path: Path, *, trusted: bool = False) -> Description:
    """Read ``probatum.toml``.

    Args:
        path: of the file.
        trusted: its model file may be loaded although its format can run code, whatever the description says.

    Raises:
        DescriptionError: with every mistake at once, each with its line.
    """
    try:
        content = read_file(path, TOML_BYTES)
    except InputFileError as error:
        if error.absent:
            raise UsageError(f"There is no file {path}; check its name, or write one with: probatum init") from None
        raise UsageError(f"The description {path} was not read: {error.reason}.") from None
    try:
        text = decoded(content)
        raw = tables(text)
    except ValueError as error:
        raise DescriptionError(path.name, [str(error)]) from None
    folder = path.resolve().parent
    description, mistakes = _built(raw, path=path, folder=folder, name=visible(folder.name), lines=locate(text))
    if mistakes:
        raise DescriptionError(path.name, sorted(mistakes, key=_line_of))
    if not trusted:
        return description
    return replace(description, model=description.model.model_copy(update={"trust_file": True}))


def describe(
    said: Mapping[tuple[str, ...], Any],
    *,
    name: str,
    folder: Path = Path(),
    called: Mapping[tuple[str, ...], str] | None = None,
    live: bool = False,
) -> Description:
    """Describe a system by single settings, as a command line or a call in Python states them.

    Args:
        said: the settings, each by its place in a description.
        name: of the system, unless one of the settings says it.
        folder: what file names are relative to.
        called: what messages call each setting, instead of its place in a file.
        live: the model and its rows are objects of Python, so that no files are wanted.

    Raises:
        UsageError: with every mistake at once.
    """
    names: dict[Place, str] = {} if called is None else {place: word for place, word in called.items()}
    spoken = Spoken(names=names)
    description, mistakes = _built(nested(said), path=None, folder=folder, name=name, lines=spoken, live=live)
    if mistakes:
        raise UsageError("\n".join(mistakes))
    return description


def check_columns(description: Description, columns: Sequence[str]) -> list[str]:
    """Return the mistakes in the names of columns, now that the columns of the data, with the target, are known."""
    return column_mistakes(description, columns, description.lines)


def _built(
    raw: dict[str, Any],
    *,
    path: Path | None,
    folder: Path,
    name: str,
    lines: Whereabouts | None,
    live: bool = False,
) -> tuple[Description, list[str]]:
    """Validate every section; of one with mistakes, the keys without any stay, so that they are still looked at."""
    known = [*TABLES, *LISTS]
    every = f" The sections are {', '.join(known)}."
    mistakes = [
        mistake(f"there is no such section.{close(key, known) or every}", (key,), lines)
        for key in raw
        if key not in known
    ]
    sections: dict[str, Any] = {}
    for key, model in TABLES.items():
        sections[key] = _section(raw.get(key, {}), model, (key,), lines, mistakes)
    for key, model in LISTS.items():
        entries = raw.get(key, [])
        if not isinstance(entries, list):
            mistakes.append(
                mistake(f"wanted [[{key}]], with two brackets, for each entry; {came(entries)}.", (key,), lines)
            )
            entries = []
        built = [_section(entry, model, (key, place), lines, mistakes) for place, entry in enumerate(entries)]
        sections[key] = tuple(entry for entry in built if entry is not None)
    broken = frozenset(key for key in TABLES if sections[key] is None)
    for key in broken:
        sections[key] = _readable(raw[key], TABLES[key])
    if not sections["system"].name:
        sections["system"] = sections["system"].model_copy(update={"name": name})
    description = Description(**sections, path=path, folder=folder, lines=lines, live=live)
    return description, mistakes + sense_mistakes(description, broken, lines)


def _section(
    raw: Any, model: type[BaseModel], at: tuple[str | int, ...], lines: Whereabouts | None, mistakes: list[str]
) -> BaseModel | None:
    """Return one section, or None with its mistakes told."""
    if not isinstance(raw, dict):
        mistakes.append(mistake(f"wanted a section with keys; {came(raw)}.", at, lines))
        return None
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        mistakes += worded(error, model, at, lines)
        return None


def _readable(raw: Any, model: type[BaseModel]) -> BaseModel:
    """Return a section with mistakes as its other keys make it."""
    if not isinstance(raw, dict):
        return model()
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        wrong = {detail["loc"][0] for detail in error.errors()}
        return model.model_validate({key: value for key, value in raw.items() if key not in wrong})


def _line_of(sentence: str) -> int:
    """Return the line in front of a mistake, to sort by."""
    number = sentence.partition(":")[0].removeprefix("line ")
    return int(number) if number.isdigit() else 0
