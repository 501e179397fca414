# SPDX-License-Identifier: Apache-2.0
"""Facts to JSON and back. Law: ``from_json(type(fact), to_json(fact)) == fact`` for every fact."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from probatum.evidence.canonical import identify
from probatum.facts.finding import Json
from probatum.facts.record import Record

Fact = TypeVar("Fact")


def to_json(fact: object) -> Json:
    """Return the JSON value of a fact: dataclasses become objects, tuples arrays, enums their values."""
    if isinstance(fact, Enum):
        return cast(Json, fact.value)
    if is_dataclass(fact) and not isinstance(fact, type):
        return {field.name: to_json(getattr(fact, field.name)) for field in fields(fact)}
    if isinstance(fact, Mapping):
        return {str(key): to_json(value) for key, value in fact.items()}
    if isinstance(fact, tuple | list):
        return [to_json(value) for value in fact]
    if fact is None or isinstance(fact, bool | int | float | str):
        return fact
    raise TypeError(f"A fact holds only plain values; this one holds a {type(fact).__name__}.")


def from_json(kind: type[Fact], value: Json) -> Fact:
    """Return the fact of a JSON value.

    Raises:
        ValueError: the value is not one of these facts; the message names the first place.
    """
    try:
        return cast(Fact, _adapter(cast(Any, kind)).validate_python(value))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"]) or "the top"
        raise ValueError(f"not a {kind.__name__.lower()}: at {place}: {first['msg']}") from error


def record_id(record: Record) -> str:
    """Return the id of a record."""
    return identify(to_json(record))


@cache  # building one costs more than using it
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
