# SPDX-License-Identifier: Apache-2.0
"""Write what is generated from the checks: the shipped policies and the page of each check.

``python docs/generate.py`` writes; with ``--check`` it only compares, and ends with 1 where a file is stale.
"""

import sys
from pathlib import Path

import typer

import probatum.cli
from probatum.checks.interface import Check, checks
from probatum.cli.app import app
from probatum.facts.policy import Stakes
from probatum.runs.policies import write_shipped

ROOT = Path(__file__).parent.parent


def generated() -> dict[Path, str]:
    """Return the text of every generated file."""
    known = checks()
    policies = ROOT / "src" / "probatum" / "policies"
    texts = {policies / f"{stakes.value}.toml": write_shipped(known, stakes) for stakes in Stakes}
    texts |= {ROOT / "docs" / "checks" / f"{check.id}.md": page(check) for check in known.values()}
    texts[ROOT / "docs" / "checks" / "README.md"] = index(known)
    texts[ROOT / "docs" / "commands.md"] = commands()
    return texts


def page(check: Check) -> str:
    """Return the page of one check."""
    head, _, rest = check.page.strip().partition("\n\n")
    limits = "".join(
        f"| `{name}` | {judged.direction.value.replace('_', ' ')} | {judged.low:g} | {judged.medium:g} | "
        f"{judged.high:g} | {', '.join(judged.tasks)} | {judged.because} |\n"
        for name, judged in check.judged.items()
    )
    table = (
        "\n## Starting limits\n\n| measure | passes | low | medium | high, critical | tasks | because |\n"
        f"|---|---|---|---|---|---|---|\n{limits}"
        if limits
        else ""
    )
    known_as = ", ".join(f"{entry.framework} {entry.edition}: {entry.id}" for entry in check.taxonomy)
    return (
        f"# {check.title} (`{check.id}`)\n\n{' '.join(head.split())}\n\n```text\n{rest}\n```\n{table}\n"
        f"Known elsewhere as: {known_as or 'no entry in the lists we follow'}.\n"
    )


def index(known: dict[str, Check]) -> str:
    """Return the list of all checks."""
    rows = "".join(f"| [`{check.id}`]({check.id}.md) | {check.question} |\n" for check in known.values())
    return f"# Checks\n\nOne page a check, generated from its file.\n\n| check | question |\n|---|---|\n{rows}"


def commands() -> str:
    """Return the page of all commands, out of what the command line itself declares."""
    lines = ["# Commands", "", (probatum.cli.__doc__ or "").split("\n\n", 1)[1].strip(), ""]
    group = typer.main.get_command(app)
    for name, command in group.commands.items():  # type: ignore[attr-defined]  # a typer app is a click group
        lines += [
            f"## `probatum {name}`",
            "",
            (command.help or "").strip(),
            "",
            "| | what | default |",
            "|---|---|---|",
        ]
        for parameter in command.params:
            words = (
                parameter.opts
                if parameter.opts[0].startswith("-")
                else [(parameter.metavar or parameter.name or "").upper()]
            )
            default = "" if parameter.default in (None, False, (), []) else f"`{_printed(parameter.default)}`"
            lines.append(f"| `{'`, `'.join(words)}` | {parameter.help or ''} | {default} |")
        lines.append("")
    return "\n".join(lines)


def _printed(default: object) -> str:
    return str(getattr(default, "value", default))


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
