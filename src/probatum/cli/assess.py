# SPDX-License-Identifier: Apache-2.0
"""``probatum assess``: measure a system and say where it goes wrong."""

from contextlib import ExitStack, closing
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
    from probatum.runs.hold import resumed
    from probatum.runs.keys import NO_KEY, key_of, made_key
    from probatum.runs.planning import Choice, read_plan
    from probatum.runs.remote import open_isolated
    from probatum.runs.repeating import commands
    from probatum.runs.unfinished import Unfinished, plan_of

    progress = watcher(debug=bool(context.obj), quiet=quiet)
    choice = Choice(only=tuple(only), skip=tuple(skip), effort=effort, seed=seed, include_rows=include_rows)
    if resume is not None and (plan, output, dry_run) != (None, None, False):
        raise UsageError("--resume goes on with the run's own plan, in its folder; leave out --plan, -o and --dry-run.")
    with ExitStack() as stack:
        held = stack.enter_context(resumed(resume))
        plan = plan if held is None else plan_of(held.path)
        fixed = None if plan is None else read_plan(plan, checks())
        if fixed is not None and choice != Choice():
            raise UsageError("A plan fixes what runs; leave out --only, --skip, --effort, --seed and --include-rows.")
        description = described(subject, said, called=options())
        progress.stage("opening the model and the data")
        unfinished = None if held is None else Unfinished(held)
        asked, keep = (0, None) if unfinished is None else (unfinished.asked(), unfinished.keep_asked)
        first = int(fixed.seed) if fixed else seed
        session = stack.enter_context(closing(open_isolated(description, first, asked=asked, keep_asked=keep)))
        name, stakes = session.facts.subject.name, session.facts.subject.stakes
        limits = policy_for(policy, stakes)
        named = NO_KEY if dry_run and output is None else key_of(description) if key is None else made_key(key)
        prepared = prepare(session, limits, choice, named, fixed, goes_on=held is not None)
        if dry_run:
            progress.planned(prepared.plan, prepared.forecast(prepared.jobs(jobs)))
            if output is not None:
                with new_folder(name, output) as empty:
                    write_fact(empty.path / "plan.json", prepared.plan)
            return 0
        held = held or stack.enter_context(new_folder(name, output))
        stack.enter_context(resumable(held, description, policy, key))
        repeat = commands(description, prepared.plan, policy, key)
        run = run_assess(prepared, held=held, jobs=jobs, progress=progress, repeat=repeat)
        present(run.edition, quiet=quiet)
    say(f"The report: {run.folder / 'report.html'}")
    return code_for(run.edition, strict=strict)
