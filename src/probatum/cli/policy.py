# SPDX-License-Identifier: Apache-2.0
"""``probatum policy``: the limits that turn numbers into verdicts, to be read, changed and checked."""

from pathlib import Path
from typing import Annotated

import typer

from probatum.cli.screen import deliver, say
from probatum.errors import UsageError
from probatum.facts.policy import NOT_STATED, Stakes

LEVELS = "|".join(Stakes)
StakesOption = Annotated[
    Stakes, typer.Option("--stakes", metavar=LEVELS, help="How much depends on the decisions; selects the limits.")
]
Output = Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The file to write.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="A policy: TOML, or the policy.json of a run.")]


def show(stakes: StakesOption = Stakes.MEDIUM) -> int:
    """Print the policy that comes with Probatum, as TOML."""
    from probatum.runs.policies import shipped_text

    deliver(shipped_text(stakes).rstrip())
    return 0


def new(output: Output = Path("policy.toml"), stakes: StakesOption = Stakes.MEDIUM) -> int:
    """Write a policy to edit, with the starting limits for these stakes."""
    from probatum.runs.folder import write_whole
    from probatum.runs.policies import draft

    if output.exists():
        raise UsageError(f"{output} is there already. Choose another with -o, or remove it yourself.")
    write_whole(output, draft(stakes).encode(), parents=True)
    say(f"Wrote {output}. Change the limits, say why, and name their sources. Check it: probatum policy check {output}")
    return 0


def check(file: File) -> int:
    """Check a policy, and show all its mistakes at once."""
    from probatum.runs.policies import policy_digest, read_policy

    policy = read_policy(file)
    limits = sum(map(len, policy.limits.values()))
    bare = sum(limit.source == NOT_STATED for one in policy.limits.values() for limit in one.values())
    say(f"{file} is a policy: “{policy.title}”, chosen by “{policy.by}”, for {policy.stakes.value} stakes.")
    say(f"Limits: {limits}, on {len(policy.limits)} checks. Demanded declarations: {len(policy.demands)}.")
    if bare:
        say(f'Of these limits, {bare} do not state where they come from: add source = "..." beside because.')
    say(f"Digest: {policy_digest(policy)}")
    return 0
