# SPDX-License-Identifier: Apache-2.0
"""``probatum init``: a description to start from."""

from pathlib import Path
from typing import Annotated

import typer

from probatum.cli.screen import say
from probatum.errors import UsageError

Model = Annotated[str, typer.Argument(help="A model file, or module:function.")]
Data = Annotated[str, typer.Option("--data", help="Rows that the model was not trained on.")]
Target = Annotated[str, typer.Option("--target", help="The column that holds the right answer.")]
Train = Annotated[str | None, typer.Option("--train", help="Rows that the model was trained on.")]
File = Annotated[Path, typer.Option("-o", "--output", help="The file to write.")]


def init(model: Model, data: Data, target: Target, train: Train = None, output: File = Path("probatum.toml")) -> int:
    """Write a commented probatum.toml, with guesses marked as guesses."""
    from probatum.runs.drafting import draft
    from probatum.runs.folder import write_whole

    if output.exists():
        raise UsageError(f"{output} is there already. Choose another with -o, or remove it yourself.")
    text = draft(model=model, data=data, target=target, train=train, folder=output.parent)
    write_whole(output, text.encode())
    say(f"Wrote {output}. Read it and correct the guesses. If it names a model file, say there whether you trust it.")
    say(f"Then: probatum assess {output}")
    return 0
