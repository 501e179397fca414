# SPDX-License-Identifier: Apache-2.0
"""``probatum rejudge``: the same record under another policy."""

from pathlib import Path
from typing import Annotated

import typer

from probatum.cli.options import Quiet, Strict, code_for
from probatum.cli.screen import present, say

Folder = Annotated[Path, typer.Argument(metavar="RUN", help="The folder that assess wrote.")]
PolicyFile = Annotated[Path, typer.Option("--policy", help="The limits to judge by.")]


def rejudge(run: Folder, policy: PolicyFile, strict: Strict = False, quiet: Quiet = False) -> int:
    """Judge a finished run by other limits; nothing is measured again."""
    from probatum.runs.policies import read_policy
    from probatum.runs.rejudge import rejudge as judge_again

    before, after = judge_again(run, read_policy(policy))
    present(after, quiet=quiet)
    changes = () if quiet else zip(before.judgement.verdicts, after.judgement.verdicts, strict=True)
    for old, new in changes:
        change = "unchanged" if old.verdict is new.verdict else f"was {old.verdict.value}"
        say(f"{new.check}: {new.verdict.value} ({change})")
    return code_for(after, strict=strict)
