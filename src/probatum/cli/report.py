# SPDX-License-Identifier: Apache-2.0
"""``probatum report``: a finished run in another format."""

from pathlib import Path
from typing import Annotated

import typer

from probatum.cli.screen import deliver

Folder = Annotated[Path, typer.Argument(metavar="RUN", help="The folder that assess wrote.")]
FormatName = Annotated[str, typer.Option("--format", help="html, json or terminal.")]
File = Annotated[Path | None, typer.Option("-o", "--output", help="A file; else the screen.")]


def report(run: Folder, format_name: FormatName = "terminal", output: File = None) -> int:
    """Show a finished run in another format."""
    from probatum.runs.folder import write_whole
    from probatum.runs.reporting import render_stored
    from probatum.runs.stored import read_run

    text = render_stored(read_run(run).edition, format_name)
    if output is None:
        deliver(text)
    else:
        write_whole(output, text.encode(), parents=True)
    return 0
