# SPDX-License-Identifier: Apache-2.0
"""The options of a check as a policy or a plan sets them: which there are, and of which kind each is."""

from collections.abc import Mapping
from dataclasses import asdict

from probatum.checks.interface import Check
from probatum.evidence.canonical import canonical
from probatum.facts.finding import Json
from probatum.systems.mistakes import came

KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "text", tuple: "a list", list: "a list"}


def option_mistakes(check: Check, options: Mapping[str, Json]) -> list[str]:
    """Return what is wrong with these options of a check, one sentence for each."""
    own = asdict(check.options())
    mistakes = []
    for name, value in options.items():
        place = f'[options."{check.id}"] {name}'
        if name not in own:
            there = ", ".join(own) if own else "none"
            mistakes.append(f"{place}: the check has no such option; there are: {there}.")
        elif not _alike(value, own[name]):
            mistakes.append(f"{place}: wanted {KINDS.get(type(own[name]), 'something else')}; {came(value)}.")
        elif not _storable(value):
            mistakes.append(f"{place}: wanted finite numbers, whole ones below 2**53, which a plan can hold.")
    return mistakes


def _storable(value: Json) -> bool:
    """Say whether a value can stand in a plan."""
    try:
        canonical(value)
    except (ValueError, TypeError):  # TypeError: a date of TOML
        return False
    return True


def _alike(value: Json, own: object) -> bool:
    """Say whether a value is of the kind of the check's own setting; a whole number may stand for any number."""
    if own is None:
        return True
    if isinstance(value, bool) or isinstance(own, bool):
        return isinstance(value, bool) and isinstance(own, bool)
    if isinstance(own, float):
        return isinstance(value, int | float)
    return isinstance(value, list if isinstance(own, tuple) else type(own))
