# SPDX-License-Identifier: Apache-2.0
"""``probatum selftest``: does each check find the flaw planted for it, and keep silent where there is none?"""

import sys
from typing import Annotated

import typer

from probatum.cli.options import Jobs, Only
from probatum.cli.screen import say, write

Seeds = Annotated[int, typer.Option("--seeds", min=1, help="How many systems of each kind are made.")]
Smallest = Annotated[bool, typer.Option("--smallest", help="Look for the smallest flaw that is found, too.")]


def selftest(
    only: Only = [],  # noqa: B006  # typer's way to say "may be repeated"
    seeds: Seeds = 5,
    smallest: Smallest = False,
    jobs: Jobs = 1,
) -> int:
    """Plant flaws and count how often each check finds them."""
    from probatum.runs.selftest import grid_table, run, table

    rows = run(tuple(only), seeds, lambda line: write(line, sys.stderr), smallest=smallest, jobs=jobs)
    say(table(rows))
    if smallest:
        say()
        say(grid_table(rows))
    return 0 if all(row.holds for row in rows) else 1
