# SPDX-License-Identifier: Apache-2.0
"""Policies: read from a file, shipped for each level of stakes, and generated from the checks that declare them."""

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from probatum.checks.interface import Check, checks
from probatum.checks.usage.declarations import DEMANDED
from probatum.errors import DescriptionError, InputFileError
from probatum.evidence.canonical import identify
from probatum.evidence.wire import to_json
from probatum.facts.policy import POLICY_FORMAT, Judged, Limit, Policy, Stakes
from probatum.runs.policy_reading import CONFIDENCE, parse
from probatum.systems.input_files import read_file
from probatum.systems.toml import TOML_BYTES, decoded

ORDER = (Stakes.LOW, Stakes.MEDIUM, Stakes.HIGH, Stakes.CRITICAL)


def shipped(stakes: Stakes) -> Policy:
    """Return the policy that comes with Probatum for these stakes."""
    return parse(shipped_text(stakes), f"{stakes.value}.toml")


def shipped_text(stakes: Stakes) -> str:
    """Return the text of the policy that comes with Probatum for these stakes."""
    return files("probatum.policies").joinpath(f"{stakes.value}.toml").read_text(encoding="utf-8")


def draft(stakes: Stakes) -> str:
    """Return the text of a policy to be edited: the shipped one, in the name of whoever changes it."""
    _, _, rest = shipped_text(stakes).partition("\nstakes = ")
    return (
        "# A policy: the limits that turn numbers into verdicts. Change them; say beside each why, and its source.\n"
        "# Check it with: probatum policy check FILE. Then: probatum assess ... --policy FILE\n"
        f'format = "{POLICY_FORMAT}"\n'
        f'title = "my limits"  # as the report calls it; begun from the starting limits for {stakes.value} stakes\n'
        'by = "not stated"  # who chose these limits\n'
        f"stakes = {rest}"
    )


def read_policy(file: Path) -> Policy:
    """Read a policy file: TOML, or the ``policy.json`` of a run.

    Raises:
        DescriptionError: it is absent or has mistakes; all of them are named.
    """
    try:
        text = decoded(read_file(file, TOML_BYTES))
    except InputFileError as error:
        raise DescriptionError(
            str(file), [f"wanted a policy file; it cannot be read: {error.reason}. Check its name and folder."]
        ) from error
    except ValueError as error:
        raise DescriptionError(str(file), [str(error)]) from error
    return parse(text, file.name, checks())


def policy_digest(policy: Policy) -> str:
    """Return the digest of the parsed policy: comments and layout do not count."""
    return identify(to_json(policy))


def write_shipped(checks: Mapping[str, Check], stakes: Stakes) -> str:
    """Return the text of the shipped policy for these stakes, out of what the checks declare."""
    lines = [
        "# SPDX-License-Identifier: Apache-2.0",
        "# Generated from the checks by `make policies`. Copy it, change the limits, say why, and pass --policy FILE.",
        "# Each limit is a starting point. Because says why there is one, source where its number comes from.",
        f'format = "{POLICY_FORMAT}"',
        f'title = "starting limits for {stakes.value} stakes"',
        'by = "the authors of Probatum, as a starting point"',
        f'stakes = "{stakes.value}"',
        f"confidence = {CONFIDENCE}",
    ]
    for check in sorted(checks.values(), key=lambda check: check.id):
        limits = {name: limit for name, judged in check.judged.items() if (limit := judged.at(stakes)) is not None}
        if limits:
            lines += ["", f'[limits."{check.id}"]']
            lines += [f"{name} = {_inline(limit)}" for name, limit in limits.items()]
            lines += [_to_state(name, judged) for name, judged in check.judged.items() if name not in limits]
        if check.follows:
            lines += ["", f'[options."{check.id}"]']
            lines += [f"{option} = {limits[measure].limit}" for option, measure in check.follows.items()]
    lines += ["", "[demands]  # what only people can say, and why these stakes ask for it"]
    demanded = {topic: why for topic, (least, why) in DEMANDED.items() if ORDER.index(least) <= ORDER.index(stakes)}
    lines += [f"{topic} = {json.dumps(why)}" for topic, why in demanded.items()]
    return "\n".join(lines) + "\n"


def _inline(limit: Limit) -> str:
    because, source = (json.dumps(text, ensure_ascii=False) for text in (limit.because, limit.source))
    return f"{{ {limit.direction.value} = {limit.limit}, because = {because}, source = {source} }}"


def _to_state(name: str, judged: Judged) -> str:
    """Return a remark on a limit that only people can state."""
    return f'# {name} = {{ {judged.direction.value} = …, because = "…", source = "…" }}  # {judged.because}'
