# SPDX-License-Identifier: Apache-2.0
"""``probatum init``: a description to start from."""

from pathlib import Path
from typing import Annotated

import typer

from probatum.cli.describing import Said, options
from probatum.cli.screen import say
from probatum.errors import UsageError

Subject = Annotated[str, typer.Argument(help="A model file, module:function, an address, or a table of decisions.")]
File = Annotated[Path, typer.Option("-o", "--output", help="The file to write.")]


def init(subject: Subject, said: Said, output: File = Path("probatum.toml")) -> int:
    """Write a commented probatum.toml, with guesses marked as guesses."""
    from probatum.runs.drafting import draft
    from probatum.runs.folder import write_whole
    from probatum.runs.keys import ignored

    if output.exists():
        raise UsageError(f"{output} is there already. Choose another with -o, or remove it yourself.")
    if subject.endswith(".toml"):
        raise UsageError(f"{subject} is a description already; name a model, or a table of decisions.")
    text = draft(subject, said, called=options(), folder=output.parent)
    write_whole(output, text.encode(), parents=True)
    ignored(output.parent)
    say(f"Wrote {output}. Read it and correct the guesses. If it names a model file, say there whether you trust it.")
    say(f"Then: probatum assess {output}")
    return 0
