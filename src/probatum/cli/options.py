# SPDX-License-Identifier: Apache-2.0
"""Options that several commands share, and what they come to."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from probatum.facts.policy import Policy, Stakes
    from probatum.report.interface import Edition

Only = Annotated[
    list[str], typer.Option("--only", metavar="GLOB", help="Run only the checks that match, such as 'usage/*'.")
]
Skip = Annotated[list[str], typer.Option("--skip", metavar="GLOB", help="Skip the checks that match.")]
Seed = Annotated[int, typer.Option("--seed", min=0, metavar="NUMBER", help="Random seed.")]
PolicyFile = Annotated[
    Path | None, typer.Option("--policy", metavar="FILE", help="File with your own limits; see: probatum policy.")
]
Jobs = Annotated[
    int, typer.Option("--jobs", min=1, metavar="NUMBER", help="Number of processes; the results do not depend on it.")
]
UsualJobs = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        min=1,
        metavar="NUMBER",
        help="Number of processes, by default one per core and at most 4; the results do not depend on it.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only the verdict and where the report is.")]
Strict = Annotated[
    bool, typer.Option("--strict", help="Also exit with 3 if a check is inconclusive or a question is unanswered.")
]
Output = Annotated[Path | None, typer.Option("-o", "--output", metavar="FOLDER", help="Output folder; must be empty.")]


def policy_for(file: Path | None, stakes: "Stakes") -> "Policy":
    """Return the policy of a file, or the shipped one for the stakes."""
    from probatum.runs.policies import read_policy, shipped

    return shipped(stakes) if file is None else read_policy(file)


def code_for(edition: "Edition", *, strict: bool) -> int:
    """Return the exit code that the verdicts of an edition mean; 3 also where no check tested anything."""
    from probatum.facts.record import Verdict

    verdicts = {verdict.verdict for verdict in edition.judgement.verdicts}
    if Verdict.FAIL in verdicts:
        return 1
    if Verdict.PASS not in verdicts and not _measured(edition):
        return 3  # nothing was tested, so there is nothing to rely on
    unsettled = {Verdict.ERROR}
    if strict:
        unsettled |= {Verdict.INCONCLUSIVE, Verdict.UNANSWERED, Verdict.EXPIRED}
    return 3 if unsettled & verdicts else 0


def _measured(edition: "Edition") -> bool:
    """Say whether any number that is judged could be measured at all."""
    return any(
        finding.measures[name].value is not None
        for finding in edition.findings
        for name in finding.judged
        if name in finding.measures
    )
