# SPDX-License-Identifier: Apache-2.0
"""Read a policy, as TOML or as the ``policy.json`` of a run, and tell every mistake at once."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from probatum.checks.interface import Check
from probatum.errors import DescriptionError
from probatum.evidence import strict
from probatum.facts.declaration import TOPICS
from probatum.facts.policy import NOT_STATED, POLICY_FORMAT, Direction, Limit, Policy, Stakes
from probatum.runs.settings import option_mistakes
from probatum.systems.lines import Lines, locate
from probatum.systems.mistakes import came, close, visible
from probatum.systems.toml import tables

CONFIDENCE = 0.95
KEYS = ("format", "title", "by", "stakes", "confidence", "limits", "options", "demands")
FORMS = '{ at_most = 0.1, because = "...", source = "..." } or { at_least = ... }'
Place = tuple[str, ...]


def parse(text: str, name: str, checks: Mapping[str, Check] | None = None) -> Policy:
    """Return the policy in a text.

    Args:
        text: TOML, or the JSON that a run writes.
        name: of the file.
        checks: those that its names must belong to; None: any name will do.

    Raises:
        DescriptionError: with every mistake at once, each with its line where it has one.
    """
    raw, lines = _raw(text, name)
    reading = _Reading(lines=lines)
    if raw.get("format") != POLICY_FORMAT:
        _refuse_other(raw, name)
        reading.note(("format",), f'wanted format = "{POLICY_FORMAT}"; {_came(raw.get("format"))}.')
    policy = reading.policy(raw, name)
    if checks is not None:
        reading.compare(raw, checks)
    if reading.mistakes:
        raise DescriptionError(name, [text for _, text in sorted(reading.mistakes, key=lambda pair: pair[0])])
    return policy


def _raw(text: str, name: str) -> tuple[dict[str, Any], Lines | None]:
    """Return the tables of a text, in the form that TOML gives them."""
    if text.lstrip().startswith("{"):
        try:
            return _from_json(dict[str, Any](strict.parse(text.encode()))), None  # type: ignore[arg-type]  # it begins as one
        except ValueError as error:
            raise DescriptionError(name, [f"{error}."]) from error
    try:
        return tables(text), locate(text)
    except ValueError as error:
        raise DescriptionError(name, [f"{error} See: probatum policy show"]) from error


def _from_json(raw: dict[str, Any]) -> dict[str, Any]:
    """Return a run's ``policy.json`` as TOML would hold it: the direction of a limit is a key, not a value."""
    limits = raw.get("limits")
    if not isinstance(limits, dict):
        return raw
    return {**raw, "limits": {check: _turned(measures) for check, measures in limits.items()}}


def _turned(measures: Any) -> Any:
    if not isinstance(measures, dict):
        return measures
    return {name: _limit_as_toml(entry) for name, entry in measures.items()}


def _limit_as_toml(entry: Any) -> Any:
    if not isinstance(entry, dict) or not {"direction", "limit"} <= set(entry):
        return entry
    rest = {key: value for key, value in entry.items() if key not in ("direction", "limit")}
    return {str(entry["direction"]): entry["limit"], **rest}


def _refuse_other(raw: Mapping[str, Any], name: str) -> None:
    """Refuse at once what is another file of ours, rather than tell all that it lacks."""
    kind = str(raw.get("format", ""))
    sections = {"system", "model", "data"} & set(raw)
    if kind.startswith("probatum-") and not kind.startswith("probatum-policy"):
        raise DescriptionError(name, [f'wanted a policy; a file of the format "{visible(kind)}" came.'])
    if sections:
        raise DescriptionError(name, ["wanted a policy; a description of a system came. See: probatum policy show"])


@dataclass
class _Reading:
    """A policy being read, with the mistakes found so far, each with its line."""

    lines: Lines | None
    mistakes: list[tuple[int, str]] = field(default_factory=list)

    def note(self, place: Place, sentence: str) -> None:
        """Keep a mistake."""
        line = None if self.lines is None else self.lines.of(place)
        front = "" if line is None else f"line {line}: "
        self.mistakes.append((line or 0, visible(f"{front}{_called(place)}: {sentence}")))

    def policy(self, raw: Mapping[str, Any], name: str) -> Policy:
        """Return what can be read."""
        for key in raw:
            if key not in KEYS:
                every = f" The keys are {', '.join(KEYS)}."
                self.note((key,), f"there is no such key in a policy.{close(key, KEYS) or every}")
        confidence = raw.get("confidence", CONFIDENCE)
        if not isinstance(confidence, float) or not 0.5 <= confidence < 1:
            self.note(("confidence",), f"wanted a number from 0.5 to below 1; {_came(confidence)}.")
            confidence = CONFIDENCE
        stakes = raw.get("stakes", Stakes.MEDIUM.value)
        if stakes not in list(Stakes):
            self.note(("stakes",), f"wanted low, medium, high or critical; {_came(stakes)}.")
            stakes = Stakes.MEDIUM
        return Policy(
            format=POLICY_FORMAT,
            title=self._text(raw, "title", name),
            by=self._text(raw, "by", "not stated"),
            stakes=Stakes(stakes),
            confidence=confidence,
            limits=self._limits(raw),
            options={check: dict(values) for check, values in self._tables(raw, "options").items()},
            demands=self._demands(raw),
        )

    def compare(self, raw: Mapping[str, Any], known: Mapping[str, Check]) -> None:
        """Note everything that the policy sets and nothing would ever read: a limit by a wrong name."""
        for section in ("limits", "options"):
            for name, values in self._quietly(raw, section).items():
                if name not in known:
                    like = close(name, list(known)) or " See: probatum checks"
                    self.note((section, name), f"no check is called so.{like}")
                elif section == "limits":
                    self._compare_measures(name, values, known[name])
                else:
                    for mistake in option_mistakes(known[name], values):
                        place, _, said = mistake.partition(": ")
                        self.note((section, name, place.rpartition("] ")[2]), said)
        demands = raw.get("demands", {})
        for topic in demands if isinstance(demands, dict) else ():
            if topic not in TOPICS:
                self.note(("demands", topic), f"no such topic; there are: {', '.join(TOPICS)}.")

    def _compare_measures(self, name: str, measures: Mapping[str, Any], check: Check) -> None:
        there = ", ".join(check.judged) or "none"
        for measure in measures:
            if measure not in check.judged:
                self.note(("limits", name, measure), f"the check has no such judged measure; there are: {there}.")

    def _text(self, raw: Mapping[str, Any], key: str, otherwise: str) -> str:
        value = raw.get(key, otherwise)
        if not isinstance(value, str):
            self.note((key,), f"wanted text in quotes; {_came(value)}.")
        return str(value)

    def _quietly(self, raw: Mapping[str, Any], section: str) -> dict[str, Any]:
        table = raw.get(section, {})
        there = table.items() if isinstance(table, dict) else ()
        return {key: value for key, value in there if isinstance(value, dict)}

    def _tables(self, raw: Mapping[str, Any], section: str) -> dict[str, Any]:
        """Return the tables of a section, one a check; what is none is noted by its own name."""
        table = raw.get(section, {})
        if not isinstance(table, dict):
            self.note((section,), f'wanted a table for each check, as [{section}."usage/error-rate"]; {_came(table)}.')
            return {}
        for key, value in table.items():
            if not isinstance(value, dict):
                self.note((section, key), f'wanted the table of a check, as [{section}."{key}"]; {_came(value)}.')
        return self._quietly(raw, section)

    def _demands(self, raw: Mapping[str, Any]) -> dict[str, str]:
        table = raw.get("demands", {})
        if not isinstance(table, dict):
            self.note(("demands",), f'wanted topics with reasons, as [demands] harms = "..."; {_came(table)}.')
            return {}
        for topic, why in table.items():
            if not isinstance(why, str):
                self.note(("demands", topic), f"wanted the reason as text in quotes; {_came(why)}.")
        return {topic: str(why) for topic, why in table.items()}

    def _limits(self, raw: Mapping[str, Any]) -> dict[str, dict[str, Limit]]:
        limits: dict[str, dict[str, Limit]] = {}
        for check, measures in self._tables(raw, "limits").items():
            for measure, entry in measures.items():
                limit = _limit(entry)
                if limit is None:
                    self.note(("limits", check, measure), f"wanted {FORMS}; {_came(entry)}.")
                else:
                    limits.setdefault(check, {})[measure] = limit
        return limits


def _limit(entry: Any) -> Limit | None:
    """Return one limit, or None where it is none."""
    if not isinstance(entry, dict):
        return None
    directions = [way for way in Direction if way.value in entry]
    value = entry[directions[0].value] if len(directions) == 1 else None
    because, source = entry.get("because", NOT_STATED), entry.get("source", NOT_STATED)
    number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max
    texts = isinstance(because, str) and isinstance(source, str)
    if not number or not texts or set(entry) - {directions[0].value, "because", "source"}:
        return None
    return Limit(direction=directions[0], limit=float(value or 0), because=because, source=source)


def _came(value: object) -> str:
    """Say what came; of a table, what is in it."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {json.dumps(held, default=str)}" for key, held in value.items()) + " } came"
    return "nothing came" if value is None else came(value)


def _called(place: Place) -> str:
    """Name a place as it is written: ``[limits."usage/bias"] max_gap``."""
    if len(place) == 1:
        return place[0]
    if place[0] == "demands":
        return f"[demands] {place[1]}"
    return f'[{place[0]}."{place[1]}"]' + "".join(f" {key}" for key in place[2:])
