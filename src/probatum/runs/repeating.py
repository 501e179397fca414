# SPDX-License-Identifier: Apache-2.0
"""The commands that repeat a run, as a reader of its report would type them."""

import shlex
from pathlib import Path

from probatum.facts.plan import Effort, Plan
from probatum.systems.description import Description


def commands(description: Description, plan: Plan, policy: Path | None) -> tuple[str, ...]:
    """Return the commands that repeat a run, typed where this one was."""
    words = ["probatum", "assess"]
    if description.path is not None:
        words.append(str(description.path))
        stated = description.lines is not None and ("model", "trust_file") in description.lines.places
        words += ["--trust-file"] if description.model.trust_file and not stated else []
    else:
        words += [description.model.file or str(description.model.python), "--data", str(description.data.test)]
        words += ["--target", str(description.data.target)]
        words += ["--train", description.data.train] if description.data.train else []
        words += ["--trust-file"] if description.model.trust_file else []
    words += ["--seed", plan.seed]
    words += ["--effort", plan.effort.value] if plan.effort is not Effort.STANDARD else []
    words += [word for omission in plan.omitted if omission.chosen for word in ("--skip", omission.check)]
    words += ["--policy", policy.name] if policy is not None else []
    words += ["--include-rows"] if plan.include_rows else []
    return (shlex.join(words),)
