# SPDX-License-Identifier: Apache-2.0
"""``probatum assess``: measure a system and say where it goes wrong."""

from pathlib import Path
from typing import Annotated

import typer

from probatum.cli.describing import Said, options
from probatum.cli.options import Only, Output, PolicyFile, Quiet, Seed, Skip, Strict, UsualJobs, code_for, policy_for
from probatum.cli.resuming import resumable
from probatum.cli.screen import present, say, watcher
from probatum.errors import UsageError
from probatum.facts.plan import Effort

Subject = Annotated[
    str,
    typer.Argument(help="probatum.toml, a model file, module:function, an address, or a table of decisions (CSV)."),
]
EffortOption = Annotated[
    Effort, typer.Option("--effort", metavar="LEVEL", help="How much work a run may do: quick, standard or deep.")
]
PlanFile = Annotated[Path | None, typer.Option("--plan", metavar="FILE", help="Repeat the plan of an earlier run.")]
Resume = Annotated[Path | None, typer.Option("--resume", metavar="RUN", help="Continue an interrupted run.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the plan and exit; with -o, also write it.")]
KeyFile = Annotated[
    Path | None,
    typer.Option("--key", metavar="FILE", help="Key that names rows; by default .probatum-key beside the description."),
]
Rows = Annotated[bool, typer.Option("--include-rows", help="Show the cells of example rows, except personal ones.")]


def assess(
    said: Said,
    context: typer.Context,
    subject: Subject = "probatum.toml",
    output: Output = None,
    only: Only = [],  # noqa: B006  # typer's way to say "may be repeated"; never changed
    skip: Skip = [],  # noqa: B006
    effort: EffortOption = Effort.STANDARD,
    plan: PlanFile = None,
    resume: Resume = None,
    dry_run: DryRun = False,
    seed: Seed = 0,
    policy: PolicyFile = None,
    jobs: UsualJobs = None,
    strict: Strict = False,
    include_rows: Rows = False,
    quiet: Quiet = False,
    key: KeyFile = None,
) -> int:
    """Assess a system and write a plain report."""
    from probatum.checks.interface import checks
    from probatum.runs.assess import assess as run_assess
    from probatum.runs.assess import prepare
    from probatum.runs.describing import described
    from probatum.runs.folder import new_folder, write_fact
    from probatum.runs.keys import made_key
    from probatum.runs.opening import open_described
    from probatum.runs.planning import Choice, read_plan
    from probatum.runs.repeating import commands
    from probatum.runs.unfinished import Unfinished, plan_of

    progress = watcher(debug=bool(context.obj), quiet=quiet)
    choice = Choice(only=tuple(only), skip=tuple(skip), effort=effort, seed=seed, include_rows=include_rows)
    if resume is not None and (plan, output, dry_run) != (None, None, False):
        raise UsageError("--resume goes on with the run's own plan, in its folder; leave out --plan, -o and --dry-run.")
    plan = plan if resume is None else plan_of(resume)
    fixed = None if plan is None else read_plan(plan, checks())
    if fixed is not None and choice != Choice():
        raise UsageError("A plan fixes what runs; leave out --only, --skip, --effort, --seed and --include-rows.")
    description = described(subject, said, called=options())
    progress.stage("opening the model and the data")
    unfinished = None if resume is None else Unfinished(resume)
    opened = open_described(description, int(fixed.seed) if fixed else seed, unfinished=unfinished)
    named = None if key is None else made_key(key)
    prepared = prepare(opened, policy_for(policy, opened.subject.stakes), choice, fixed, key=named)
    if dry_run:
        progress.planned(prepared.plan, prepared.forecast(prepared.jobs(jobs)))
        if output is not None:
            write_fact(new_folder(opened.subject.name, output) / "plan.json", prepared.plan)
        return 0
    folder = resume or new_folder(opened.subject.name, output)
    with resumable(folder, description, policy, key):
        repeat = commands(description, prepared.plan, policy, key)
        run = run_assess(prepared, folder=folder, jobs=jobs, progress=progress, repeat=repeat)
        present(run.edition, quiet=quiet)
    say(f"The report: {folder / 'report.html'}")
    return code_for(run.edition, strict=strict)
