# SPDX-License-Identifier: Apache-2.0
"""Commands that a report shows: of a stored record only those that the checks of this program are known to give.

A reader types what stands in a box for commands. A record may come from anybody, so none is taken from it as it is.
"""

import re
import shlex
from collections.abc import Iterable
from dataclasses import replace

from probatum.facts.finding import Finding
from probatum.report.words import visible

SYSTEM = "SYSTEM"  # stands in a command for what only the owner of the system can name
RUN = "RUN"  # stands for a folder that nobody named, or whose name cannot be typed
_KNOWN = re.compile(
    r'--include-rows|chmod go-w FILE FOLDER|sha256 = "[0-9a-f]{64}"|python = "module:function"', re.ASCII
)


def with_known_commands(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings whose advice shows no command but known ones; its sentences stay."""
    return tuple(
        replace(
            finding,
            advice=tuple(
                one if one.command is None or _KNOWN.fullmatch(one.command) else replace(one, command=None)
                for one in finding.advice
            ),
        )
        for finding in findings
    )


def typed(folder: str | None) -> str:
    """Return a folder as it is typed in a command."""
    return RUN if folder is None or visible(folder) != folder else shlex.quote(folder)
