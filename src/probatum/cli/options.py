# SPDX-License-Identifier: Apache-2.0
"""Options that several commands share, and what they come to."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from probatum.facts.policy import Policy, Stakes
    from probatum.facts.record import Verdict

Only = Annotated[list[str], typer.Option("--only", help="Run only the checks that match, such as 'usage/*'.")]
Skip = Annotated[list[str], typer.Option("--skip", help="Leave out the checks that match.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="From which all random draws follow.")]
PolicyFile = Annotated[Path | None, typer.Option("--policy", help="Limits of your own; see policies/*.toml.")]
Jobs = Annotated[int, typer.Option("--jobs", min=1, help="Processes; the numbers do not depend on it.")]
Strict = Annotated[bool, typer.Option("--strict", help="End with 3 also where something cannot be told or is open.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="Where to write; must not hold anything.")]


def policy_for(file: Path | None, stakes: "Stakes") -> "Policy":
    """Return the policy of a file, or the shipped one for the stakes."""
    from probatum.runs.policies import read_policy, shipped

    return shipped(stakes) if file is None else read_policy(file)


def code_for(verdicts: "list[Verdict]", *, strict: bool) -> int:
    """Return the exit code that these verdicts mean."""
    from probatum.facts.record import Verdict

    if Verdict.FAIL in verdicts:
        return 1
    unsettled = {Verdict.ERROR}
    if strict:
        unsettled |= {Verdict.INCONCLUSIVE, Verdict.UNANSWERED, Verdict.EXPIRED}
    return 3 if unsettled & set(verdicts) else 0
