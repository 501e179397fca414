# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a section, in plain words: what was wanted, what came, what to do."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from probatum.systems.lines import Path, Whereabouts

WANTED = {
    "string_type": 'text in quotes, such as "train.csv"',
    "bool_type": "true or false",
    "tuple_type": 'a list, such as ["age", "sex"]',
    "list_type": 'a list, such as ["age", "sex"]',
    "dict_type": "names with values, such as { age = 1.0 }",
    "model_type": "a section with keys",
    "model_attributes_type": "a section with keys",
    "int_type": "a number",
    "float_type": "a number",
}


def worded(error: ValidationError, model: type[BaseModel], at: Path, lines: Whereabouts | None) -> list[str]:
    """Return one line for each mistake of a section that stands at ``at``."""
    told: dict[Path, str] = {}
    for detail in error.errors():
        path = _key_path(detail["loc"], model)
        told.setdefault(path, _sentence(detail, path, model))
    return [mistake(sentence, (*at, *path), lines) for path, sentence in told.items()]


def mistake(sentence: str, path: Path, lines: Whereabouts | None, item: str | None = None) -> str:
    """Return the sentence with its line, section and key in front."""
    line = None if lines is None else lines.of(path, item)
    front = "" if line is None else f"line {line}: "
    called = None if lines is None else lines.called(path)
    return visible(f"{front}{called or label(path)}: {sentence}")


def visible(text: str) -> str:
    """Return text on one line, with everything that cannot be seen written as an escape."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def first_line(error: BaseException) -> str:
    """Return the first line of what an error of another library states, in short; its type where it states nothing."""
    try:
        lines = str(error).strip().splitlines()
    except Exception:  # noqa: BLE001  # even this may raise
        lines = []
    return visible(lines[0][:200]) if lines else type(error).__name__


def label(path: Path) -> str:
    """Name a place as it is written in the file: ``[data.columns] protected``, ``[[rules]] 2, kind``."""
    names = [str(part) for part in path if isinstance(part, str)]
    numbers = [part for part in path if isinstance(part, int)]
    if (names and names[0] in {"rules", "declarations"}) or names[:2] == ["data", "relations"]:
        depth = 2 if names[0] == "data" else 1
        number = f" {numbers[0] + 1}" if numbers else ""
        key = f", {names[depth]}" if len(names) > depth else ""
        return f"[[{'.'.join(names[:depth])}]]{number}{key}"
    if len(names) == 1:
        return f"[{names[0]}]"
    if names[:2] == ["data", "columns"] and len(names) > 2:
        return f"[data.columns] {names[2]}"
    return f"[{names[0]}] {names[1]}"


def close(name: str, names: Mapping[str, Any] | list[str] | tuple[str, ...]) -> str:
    """Return "Did you mean ...?" with a blank in front, or nothing."""
    found = get_close_matches(name, list(names), n=2, cutoff=0.6)
    return f" Did you mean {' or '.join(found)}?" if found else ""


def came(value: object) -> str:
    """Say in plain words what came."""
    if isinstance(value, bool):
        return f"{str(value).lower()} came"
    if isinstance(value, str):
        return f'"{value}" came' if len(value) <= 60 else f'"{value[:57]}..." came'
    if isinstance(value, int | float):
        return f"the number {value} came"
    if isinstance(value, list | tuple):
        return "a list came"
    return "a section came" if isinstance(value, dict) else f"{value} came"


def _key_path(loc: Path, model: type[BaseModel]) -> Path:
    """Cut a validator's own additions off a location: keep keys, positions of elements, and what is within."""
    path: list[str | int] = []
    fields: dict[str, type[BaseModel] | None] = _children(model)
    for part in loc:
        path.append(part)
        if isinstance(part, int):
            continue
        child = fields.get(part)
        if child is None:
            break
        fields = _children(child)
    return tuple(path)


def _children(model: type[BaseModel]) -> dict[str, type[BaseModel] | None]:
    """Return the keys of a section, with the section below where there is one."""
    below: dict[str, type[BaseModel] | None] = {}
    for name, info in model.model_fields.items():
        types = [info.annotation, *getattr(info.annotation, "__args__", ())]
        below[name] = next((kind for kind in types if isinstance(kind, type) and issubclass(kind, BaseModel)), None)
    return below


def _sentence(detail: ErrorDetails, path: Path, model: type[BaseModel]) -> str:
    """Word one mistake."""
    kind, value = detail["type"], detail["input"]
    if kind == "missing":
        return "is missing; it is needed here."
    if kind == "extra_forbidden":
        return _unknown(str(path[-1]), _model_at(path[:-1], model))
    if kind == "value_error":
        return f"{detail['msg'].removeprefix('Value error, ')}; {came(value)}."
    if kind in {"enum", "literal_error"}:
        choices = detail.get("ctx", {}).get("expected", "").replace("'", '"')
        return f"wanted {choices}; {came(value)}."
    if detail["loc"][-1:] and isinstance(detail["loc"][-1], int) and kind == "string_type":
        return f"wanted a list of texts in quotes; {came(value)} in it."
    return f"wanted {WANTED.get(kind, 'something else')}; {came(value)}."


def _model_at(path: Path, model: type[BaseModel]) -> type[BaseModel]:
    """Return the section that a path leads to."""
    for part in path:
        if isinstance(part, str):
            model = _children(model).get(part) or model
    return model


def _unknown(name: str, model: type[BaseModel]) -> str:
    """Word the mistake of a key that does not exist."""
    names = list(model.model_fields)
    every = f" The keys here are {', '.join(names)}."
    return f"there is no such key.{close(name, names) or every}"
