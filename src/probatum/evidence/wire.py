# SPDX-License-Identifier: Apache-2.0
"""Facts to JSON and back. Law: ``from_json(type(fact), to_json(fact)) == fact`` for every fact."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from probatum.evidence.canonical import identify
from probatum.evidence.strict import parse
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


def read(kind: type[Fact], content: bytes) -> Fact:
    """Return the fact in a JSON text that holds all of its keys, and nothing else.

    Law: ``read(type(fact), write(fact)) == fact``, and no other text is read as that fact, its layout aside.

    Raises:
        ValueError: it is no strict JSON, or not one of these facts; the message names the first place.
    """
    return read_value(kind, parse(content))


def read_value(kind: type[Fact], value: Json) -> Fact:
    """Return the fact in a JSON value that holds all of its keys, and nothing else.

    Raises:
        ValueError: it is not one of these facts; the message names the first place.
    """
    fact = from_json(kind, value)
    place = _first_difference(to_json(fact), value)
    if place is not None:
        raise ValueError(f"not a {kind.__name__.lower()}: at {place}")
    return fact


def _first_difference(wanted: Json, came: Json, place: str = "") -> str | None:
    """Return the first place at which two JSON values differ, with what is wrong there."""
    at = place or "the top"
    if isinstance(wanted, dict) and isinstance(came, dict):
        for key in (*wanted, *came):
            if (key in wanted) != (key in came):
                return f"{at}: {'there is no key' if key in wanted else 'there may be no key'} {key[:80]!a}"
        pairs = [(key, wanted[key], came[key]) for key in wanted]
    elif isinstance(wanted, list) and isinstance(came, list) and len(wanted) == len(came):
        pairs = [(str(number), *both) for number, both in enumerate(zip(wanted, came, strict=True))]
    else:
        number = isinstance(wanted, int | float) and isinstance(came, int | float)
        alike = number and bool not in (type(wanted), type(came))  # 1 and 1.0 are one number in JSON
        same = wanted == came and (type(wanted) is type(came) or alike)
        return None if same else f"{at}: a value of another type was wanted"
    found = (_first_difference(one, other, f"{place}.{key}" if place else key) for key, one, other in pairs)
    return next((difference for difference in found if difference is not None), None)


def record_id(record: Record) -> str:
    """Return the id of a record."""
    return identify(to_json(record))


@cache  # building one costs more than using it
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
