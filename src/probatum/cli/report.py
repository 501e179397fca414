# SPDX-License-Identifier: Apache-2.0
"""``probatum report``: a finished run in another format, or the part of it that may be given away."""

from pathlib import Path
from typing import Annotated

import typer

from probatum.cli.screen import deliver, say
from probatum.errors import UsageError

Folder = Annotated[Path, typer.Argument(metavar="RUN", help="The folder that assess wrote.")]
FormatName = Annotated[str | None, typer.Option("--format", help="html, json or terminal (the default).")]
File = Annotated[Path | None, typer.Option("-o", "--output", help="A file; else the screen.")]
Publish = Annotated[
    Path | None,
    typer.Option("--publish", metavar="FOLDER", help="Write the part that may be given away into this new folder."),
]


def report(run: Folder, format_name: FormatName = None, output: File = None, publish: Publish = None) -> int:
    """Show a finished run in another format, or write the part of it that may be given away."""
    from probatum.runs.disclosure.release import release
    from probatum.runs.folder import write_whole
    from probatum.runs.reporting import render_stored
    from probatum.runs.stored import is_own_file, read_run

    if publish is not None:
        if format_name is not None or output is not None:
            raise UsageError("--publish writes a folder of its own; leave out --format and -o.")
        release(run, publish)
        say(f"Wrote {publish}: report, record, judgement and policy. docs/privacy.md says what they reveal.")
        return 0
    text = render_stored(read_run(run).edition, format_name or "terminal")
    if output is not None and is_own_file(run, output):
        raise UsageError(f"{output} is a file of the run itself. Choose another with -o.")
    if output is None:
        deliver(text)
    else:
        write_whole(output, text.encode(), parents=True)
    return 0
