# SPDX-License-Identifier: Apache-2.0
"""Policies: read from a file, shipped for each level of stakes, and generated from the checks that declare them."""

import json
import math
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from probatum.checks.interface import Check, checks
from probatum.checks.usage.declarations import DEMANDED
from probatum.errors import DescriptionError
from probatum.evidence.canonical import identify
from probatum.evidence.wire import to_json
from probatum.facts.declaration import TOPICS
from probatum.facts.policy import POLICY_FORMAT, Direction, Limit, Policy, Stakes
from probatum.runs.settings import option_mistakes

CONFIDENCE = 0.95
ORDER = (Stakes.LOW, Stakes.MEDIUM, Stakes.HIGH, Stakes.CRITICAL)
_TOP = {"format", "title", "by", "stakes", "confidence", "limits", "options", "demands"}
_FORMS = '{ at_most = 0.1, because = "..." }'


def shipped(stakes: Stakes) -> Policy:
    """Return the policy that comes with Probatum for these stakes."""
    text = files("probatum.policies").joinpath(f"{stakes.value}.toml").read_text(encoding="utf-8")
    return _parse(text, f"{stakes.value}.toml")


def read_policy(file: Path) -> Policy:
    """Read a policy file.

    Raises:
        DescriptionError: it is absent or has mistakes; all of them are named.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise DescriptionError(
            str(file), [f"wanted a policy file; it cannot be read ({error.strerror}). Check its name and folder."]
        ) from error
    except UnicodeDecodeError as error:
        raise DescriptionError(str(file), ["wanted TOML, which is UTF-8 text; other bytes came."]) from error
    policy = _parse(text, file.name)
    mistakes = _unknown(policy, checks())
    if mistakes:
        raise DescriptionError(file.name, mistakes)
    return policy


def policy_digest(policy: Policy) -> str:
    """Return the digest of the parsed policy: comments and layout do not count."""
    return identify(to_json(policy))


def write_shipped(checks: Mapping[str, Check], stakes: Stakes) -> str:
    """Return the text of the shipped policy for these stakes, out of what the checks declare."""
    lines = [
        "# SPDX-License-Identifier: Apache-2.0",
        "# Generated from the checks by `make policies`. Copy it, change the limits, say why, and pass --policy FILE.",
        "# A limit is a starting point for talk, not a law of nature.",
        f'format = "{POLICY_FORMAT}"',
        f'title = "starting limits for {stakes.value} stakes"',
        'by = "the authors of Probatum, as a starting point"',
        f'stakes = "{stakes.value}"',
        f"confidence = {CONFIDENCE}",
    ]
    for check in sorted(checks.values(), key=lambda check: check.id):
        limits = {name: judged.at(stakes) for name, judged in check.judged.items()}
        if limits:
            lines += ["", f'[limits."{check.id}"]']
            lines += [f"{name} = {_inline(limit)}" for name, limit in limits.items()]
        if check.follows:
            lines += ["", f'[options."{check.id}"]']
            lines += [f"{option} = {limits[measure].limit}" for option, measure in check.follows.items()]
    lines += ["", "[demands]  # what only people can say, and why these stakes ask for it"]
    demanded = {topic: why for topic, (least, why) in DEMANDED.items() if ORDER.index(least) <= ORDER.index(stakes)}
    lines += [f"{topic} = {json.dumps(why)}" for topic, why in demanded.items()]
    return "\n".join(lines) + "\n"


def _inline(limit: Limit) -> str:
    return f"{{ {limit.direction.value} = {limit.limit}, because = {json.dumps(limit.because, ensure_ascii=False)} }}"


def _parse(text: str, name: str) -> Policy:
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DescriptionError(name, [f"this is not TOML: {error}."]) from error
    mistakes = [f"{key}: there is no such key in a policy." for key in sorted(set(raw) - _TOP)]
    if raw.get("format") != POLICY_FORMAT:
        mistakes.append(f'format: wanted "{POLICY_FORMAT}"; got {raw.get("format")!r}.')
    confidence = raw.get("confidence", CONFIDENCE)
    if not isinstance(confidence, float) or not 0.5 <= confidence < 1:
        mistakes.append(f"confidence: wanted a number from 0.5 to below 1; got {confidence!r}.")
    stakes = raw.get("stakes", Stakes.MEDIUM.value)
    if stakes not in list(Stakes):
        mistakes.append(f"stakes: wanted low, medium, high or critical; got {stakes!r}.")
    limits = _limits(_table(raw, "limits", mistakes), mistakes)
    options = {check: dict(values) for check, values in _table(raw, "options", mistakes).items()}
    demands = {str(topic): str(why) for topic, why in _table(raw, "demands", mistakes).items()}
    if mistakes:
        raise DescriptionError(name, mistakes)
    return Policy(
        format=POLICY_FORMAT,
        title=str(raw.get("title", name)),
        by=str(raw.get("by", "not stated")),
        stakes=Stakes(stakes),
        confidence=confidence,
        limits=limits,
        options=options,
        demands=demands,
    )


def _unknown(policy: Policy, known: Mapping[str, Check]) -> list[str]:
    """Return a mistake for everything that the policy sets and nothing would ever read: a limit by a wrong name."""
    mistakes = []
    for section, names in (("limits", policy.limits), ("options", policy.options)):
        strange = sorted(set(names) - set(known))
        mistakes += [f'[{section}."{name}"]: no check is called so; see: probatum checks.' for name in strange]
    for name in sorted(set(policy.limits) & set(known)):
        there = ", ".join(known[name].judged) or "none"
        mistakes += [
            f'[limits."{name}"] {measure}: the check has no such judged measure; there are: {there}.'
            for measure in policy.limits[name]
            if measure not in known[name].judged
        ]
    for name in sorted(set(policy.options) & set(known)):
        mistakes += option_mistakes(known[name], policy.options[name])
    strange = sorted(set(policy.demands) - set(TOPICS))
    return mistakes + [f"[demands] {topic}: no such topic; there are: {', '.join(TOPICS)}." for topic in strange]


def _table(raw: dict[str, Any], key: str, mistakes: list[str]) -> dict[str, Any]:
    table = raw.get(key, {})
    if isinstance(table, dict) and (key == "demands" or all(isinstance(value, dict) for value in table.values())):
        return table
    mistakes.append(f"[{key}]: wanted a table; got {table!r}.")
    return {}


def _limits(table: dict[str, Any], mistakes: list[str]) -> dict[str, dict[str, Limit]]:
    limits: dict[str, dict[str, Limit]] = {}
    for check, measures in table.items():
        for measure, entry in measures.items():
            directions = [way for way in Direction if isinstance(entry, dict) and way.value in entry]
            value = entry[directions[0].value] if len(directions) == 1 else None
            if (
                isinstance(value, bool)
                or not isinstance(value, int | float)
                or not math.isfinite(value)
                or set(entry) - {directions[0].value, "because"}
            ):
                mistakes.append(f'[limits."{check}"] {measure}: wanted {_FORMS}; got {entry!r}.')
                continue
            limit = Limit(direction=directions[0], limit=float(value), because=str(entry.get("because", "not stated")))
            limits.setdefault(check, {})[measure] = limit
    return limits
