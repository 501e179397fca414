# SPDX-License-Identifier: Apache-2.0
"""``probatum demo``: a whole assessment out of what is installed."""

from contextlib import closing
from typing import Annotated

import typer

from probatum.cli.options import Output, Quiet, code_for, policy_for
from probatum.cli.resuming import resumable
from probatum.cli.screen import present, say, watcher
from probatum.errors import UsageError

Name = Annotated[str, typer.Argument(help="lender (simulated), breast-cancer, digits or diabetes.")]
Clean = Annotated[bool, typer.Option("--clean", help="The lender's twin without the hidden fault.")]


def demo(
    context: typer.Context, name: Name = "lender", clean: Clean = False, output: Output = None, quiet: Quiet = False
) -> int:
    """Assess a system out of the box; nothing is downloaded."""
    from probatum.planted.demo import planted_fault, write_demo
    from probatum.runs.assess import assess, prepare
    from probatum.runs.demo import group_found, reveal
    from probatum.runs.folder import new_folder
    from probatum.runs.keys import key_of
    from probatum.runs.planning import Choice
    from probatum.runs.remote import open_isolated
    from probatum.runs.repeating import commands
    from probatum.systems.description import read_description

    progress = watcher(debug=bool(context.obj), quiet=quiet)
    hidden = planted_fault(name)  # also refuses names that are no demo, before a folder is made
    if clean and hidden is None:
        raise UsageError(f"{name} is real data with nothing planted in it; leave out --clean.")
    with new_folder(f"demo-{name}{'-clean' if clean else ''}", output) as held:
        progress.stage(f"writing the system to {held.path / 'system'}, to look at and to change")
        description = read_description(write_demo(name, held.path / "system", clean=clean))
        progress.stage("making the data and training the model")
        with closing(open_isolated(description, seed=0)) as session, resumable(held, description):
            limits = policy_for(None, session.facts.subject.stakes)
            prepared = prepare(session, limits, Choice(), key_of(description))
            repeat = commands(description, prepared.plan, None)
            run = assess(prepared, held=held, jobs=None, progress=progress, repeat=repeat)
            present(run.edition, quiet=quiet)
    code = code_for(run.edition, strict=False)
    if hidden is not None and not clean:
        found = group_found(hidden, run.record)
        say(reveal(hidden, found))
        code = 0 if found else 1  # the failure was planted: finding it is success
    say(f"The report: {run.folder / 'report.html'}")
    return code
