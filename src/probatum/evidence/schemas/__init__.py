# SPDX-License-Identifier: Apache-2.0
"""JSON Schemas of what is written down: record, judgement, policy and plan, for programs in any language.

The files beside this one are generated out of the facts (``docs/generate.py``), so they cannot drift. A schema
is closed: a key that it does not name is a mistake. What it cannot say (that the id is the digest of the canonical
bytes, that numbers are finite) is said in ``docs/run-folder.md``.
"""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from probatum.facts.finding import Json
from probatum.facts.plan import PLAN_FORMAT, Plan
from probatum.facts.policy import POLICY_FORMAT, Policy
from probatum.facts.record import JUDGEMENT_FORMAT, RECORD_FORMAT, Judgement, Record

DIALECT = "https://json-schema.org/draft/2020-12/schema"
PUBLISHED: Mapping[str, tuple[type[Any], str]] = {  # name of the file, fact, format
    "record": (Record, RECORD_FORMAT),
    "judgement": (Judgement, JUDGEMENT_FORMAT),
    "policy": (Policy, POLICY_FORMAT),
    "plan": (Plan, PLAN_FORMAT),
}
PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null"}
ANYTHING = "Json"  # the definition of a value of any kind

Schema = dict[str, Any]


def schema(kind: type[Any], format_: str) -> Json:
    """Return the schema of a fact and of everything in it; equal facts give equal schemas, whatever is installed."""
    definitions: dict[str, Schema] = {}
    top = _of(kind, definitions)
    definitions[kind.__name__]["properties"]["format"] = {"const": format_}
    return {
        "$schema": DIALECT,
        "$id": f"urn:probatum:{format_}",
        "title": format_,
        **top,
        "$defs": dict(sorted(definitions.items())),
    }


def _of(hint: Any, definitions: dict[str, Schema]) -> Schema:
    """Return the schema of a type; classes become definitions of their own."""
    if hint in PLAIN:
        return {"type": PLAIN[hint]}
    if hint == Json:
        return _anything(definitions)
    if isinstance(hint, type) and issubclass(hint, Enum):
        definitions[hint.__name__] = {"description": _summary(hint), "enum": [member.value for member in hint]}
        return {"$ref": f"#/$defs/{hint.__name__}"}
    if is_dataclass(hint):
        return _object(hint, definitions)
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return {"anyOf": [_of(one, definitions) for one in inner]}
    if origin is tuple and len(inner) == 2 and inner[1] is Ellipsis:
        return {"type": "array", "items": _of(inner[0], definitions)}
    if origin is Mapping or (isinstance(origin, type) and issubclass(origin, Mapping)):
        return {"type": "object", "additionalProperties": _of(inner[1], definitions)}
    raise TypeError(f"A fact holds plain values, facts, tuples and mappings; {hint} is none of them.")


def _object(kind: Any, definitions: dict[str, Schema]) -> Schema:
    reference = {"$ref": f"#/$defs/{kind.__name__}"}
    if kind.__name__ in definitions:
        return reference
    definitions[kind.__name__] = {}  # so that a fact which holds its own kind ends
    hints = get_type_hints(kind)
    definitions[kind.__name__] = {
        "description": _summary(kind),
        "type": "object",
        "properties": {field.name: _of(hints[field.name], definitions) for field in fields(kind)},
        "required": [field.name for field in fields(kind) if _needed(field)],
        "additionalProperties": False,
    }
    return reference


def _anything(definitions: dict[str, Schema]) -> Schema:
    """Return the schema of any JSON value, which holds values of its own kind."""
    reference = {"$ref": f"#/$defs/{ANYTHING}"}
    definitions[ANYTHING] = {
        "description": "Any value of JSON.",
        "anyOf": [
            *({"type": name} for name in ("null", "boolean", "number", "string")),
            {"type": "array", "items": reference},
            {"type": "object", "additionalProperties": reference},
        ],
    }
    return reference


def _needed(field: "Field[Any]") -> bool:
    """Whether a reader may rely on the key: what has a default may be absent in what an older version wrote."""
    return field.default is MISSING and field.default_factory is MISSING


def _summary(kind: type[Any]) -> str:
    return (kind.__doc__ or "").strip().splitlines()[0]
