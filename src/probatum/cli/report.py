# SPDX-License-Identifier: Apache-2.0
"""``probatum report``: a finished run in another format."""

from pathlib import Path
from typing import Annotated

import typer

from probatum.cli.screen import deliver
from probatum.errors import UsageError

Folder = Annotated[Path, typer.Argument(metavar="RUN", help="The folder that assess wrote.")]
FormatName = Annotated[str, typer.Option("--format", help="html, json or terminal.")]
File = Annotated[Path | None, typer.Option("-o", "--output", help="A file; else the screen.")]


def report(run: Folder, format_name: FormatName = "terminal", output: File = None) -> int:
    """Show a finished run in another format."""
    from probatum.runs.folder import write_whole
    from probatum.runs.reporting import render_stored
    from probatum.runs.stored import is_own_file, read_run

    text = render_stored(read_run(run).edition, format_name)
    if output is not None and is_own_file(run, output):
        raise UsageError(f"{output} is a file of the run itself. Choose another with -o.")
    if output is None:
        deliver(text)
    else:
        write_whole(output, text.encode(), parents=True)
    return 0
