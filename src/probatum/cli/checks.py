# SPDX-License-Identifier: Apache-2.0
"""``probatum checks``: which checks there are, and the page of each."""

import json
from typing import Annotated

import typer

from probatum.cli.screen import deliver
from probatum.errors import UsageError

Name = Annotated[str | None, typer.Argument(help="A check's id, for its page.")]
FormatName = Annotated[str, typer.Option("--format", help="terminal or json.")]


def checks(name: Name = None, format_name: FormatName = "terminal") -> int:
    """List the checks, or show the page of one."""
    from probatum.checks.interface import checks as all_checks
    from probatum.evidence.wire import to_json

    if format_name not in ("terminal", "json"):
        raise UsageError(f"Wanted one of the formats terminal, json; got {format_name}.")
    known = all_checks()
    if name is not None and name not in known:
        raise UsageError(f"No check is called {name}. There are: {', '.join(known)}.")
    if format_name == "json":
        cards = [to_json(check.card) for check in known.values() if name in (None, check.id)]
        deliver(json.dumps(cards, indent=1, ensure_ascii=False))
    elif name is not None:
        check = known[name]
        deliver(f"{check.id}: {check.title}\n\n{check.page.strip()}")
    else:
        width = max(map(len, known))
        for check in known.values():
            deliver(f"{check.id:<{width}}  {check.question}")
    return 0
