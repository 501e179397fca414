# SPDX-License-Identifier: Apache-2.0
"""Write what is generated: the shipped policies and the page of each check out of the checks, schemas out of the facts.

``python docs/generate.py`` writes; with ``--check`` it only compares, and ends with 1 where a file is stale.
"""

import inspect
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import get_type_hints

import typer

import probatum.cli
from probatum.checks.interface import Check, checks
from probatum.cli.app import app
from probatum.evidence.schemas import PUBLISHED, schema
from probatum.facts.policy import Stakes
from probatum.runs.policies import write_shipped

EVERYWHERE = {
    "--debug": "Show where an error came from, also one that stopped a check.",
    "--version": "Print the version and exit.",
    "-h`, `--help": "Show the help of a command and exit.",
}
LIMITS = (
    "Starting points, to be replaced by your own: `probatum policy new` writes a [policy](../../policy.md) to edit."
)
ROOT = Path(__file__).parent.parent


def generated() -> dict[Path, str]:
    """Return the text of every generated file."""
    known = checks()
    policies = ROOT / "src" / "probatum" / "policies"
    texts = {policies / f"{stakes.value}.toml": write_shipped(known, stakes) for stakes in Stakes}
    texts |= {ROOT / "docs" / "checks" / f"{check.id}.md": page(check) for check in known.values()}
    texts[ROOT / "docs" / "checks" / "README.md"] = index(known)
    texts[ROOT / "docs" / "commands.md"] = commands()
    schemas = ROOT / "src" / "probatum" / "evidence" / "schemas"
    for name, (kind, format_) in PUBLISHED.items():
        texts[schemas / f"{name}.json"] = json.dumps(schema(kind, format_), indent=1, ensure_ascii=False) + "\n"
    return texts


def page(check: Check) -> str:
    """Return the page of one check."""
    head, _, rest = check.page.strip().partition("\n\n")
    limits = "".join(
        f"| `{name}` | {judged.direction.value.replace('_', ' ')} | {_start(judged.low)} | {_start(judged.medium)} | "
        f"{_start(judged.high)} | {', '.join(judged.tasks)} | {judged.because} | {judged.source} |\n"
        for name, judged in check.judged.items()
    )
    table = (
        f"\n## Starting limits\n\n{LIMITS}\n\n"
        "| measure | passes | low | medium | high, critical | tasks | because | source |\n"
        f"|---|---|---|---|---|---|---|---|\n{limits}"
        if limits
        else ""
    )
    known_as = ", ".join(f"{entry.framework} {entry.edition}: {entry.id}" for entry in check.taxonomy)
    return (
        f"# {check.title} (`{check.id}`)\n\n{' '.join(head.split())}\n\n```text\n{rest}\n```\n{table}\n"
        f"Known elsewhere as: {known_as or 'no entry in the lists we follow'}.\n"
    )


def _start(limit: float | None) -> str:
    return "yours to state" if limit is None else f"{limit:g}"


def index(known: dict[str, Check]) -> str:
    """Return the list of all checks."""
    rows = "".join(f"| [`{check.id}`]({check.id}.md) | {check.question} |\n" for check in known.values())
    return f"# Checks\n\nOne page a check, generated from its file.\n\n| check | question |\n|---|---|\n{rows}"


def commands() -> str:
    """Return the page of all commands, out of the functions that they are, whatever the version of typer."""
    lines = ["# Commands", "", (probatum.cli.__doc__ or "").split("\n\n", 1)[1].strip(), ""]
    groups = [(f"{group.name} ", group.typer_instance) for group in app.registered_groups]
    for front, commands_of in (("", app), *groups):
        for command in commands_of.registered_commands if commands_of else ():
            if command.callback is not None:
                title = f"## `probatum {front}{command.name}`"
                lines += [title, "", inspect.getdoc(command.callback) or "", "", *_options(command.callback)]
    lines += ["## Options of every command", "", "| | what | default |", "|---|---|---|"]
    lines += [f"| `{option}` | {help_} |  |" for option, help_ in EVERYWHERE.items()]
    return "\n".join([*lines, ""])


def _options(function: Callable[..., object]) -> list[str]:
    """Return the arguments and options of one command, a table for each heading of its help."""
    hints = get_type_hints(function, include_extras=True)
    tables: dict[str, list[str]] = {"": []}
    for parameter in inspect.signature(function).parameters.values():
        if hints[parameter.name] is typer.Context:  # nothing that anybody types
            continue
        said = hints[parameter.name].__metadata__[0]
        spelled = [word for word in (said.default, *(said.param_decls or ())) if str(word).startswith("-")]
        words = spelled or [said.metavar or parameter.name.upper()]
        row = f"| `{'`, `'.join(words)}` | {said.help} | {_default(parameter.default)} |"
        tables.setdefault(said.rich_help_panel or "", []).append(row)
    lines: list[str] = []
    for heading, rows in tables.items():
        lines += [f"{heading}:", ""] if heading else []
        lines += ["| | what | default |", "|---|---|---|", *rows, ""]
    return lines


def _default(value: object) -> str:
    """Return a default as typed; nothing where there is none, or where it is "no"."""
    if value in (inspect.Parameter.empty, None, []) or value is False:
        return ""
    return f"`{getattr(value, 'value', value)}`"


def main() -> int:
    """Write or compare."""
    stale = [
        file for file, text in generated().items() if not file.exists() or file.read_text(encoding="utf-8") != text
    ]
    if "--check" in sys.argv[1:]:
        for file in stale:
            print(f"stale: {file.relative_to(ROOT)}; run: make generate")
        return 1 if stale else 0
    for file in stale:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(generated()[file], encoding="utf-8", newline="\n")
        print(f"wrote {file.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
