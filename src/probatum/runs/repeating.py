# SPDX-License-Identifier: Apache-2.0
"""The commands that repeat a run, as a reader of its report would type them."""

import csv
import io
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from probatum.facts.plan import Effort, Plan
from probatum.report.commands import SYSTEM, typed
from probatum.runs.describing import TRUST, name_of
from probatum.runs.planning import NOT_CHOSEN
from probatum.systems.description import Description
from probatum.systems.lines import Lines
from probatum.systems.settings import SETTINGS, Form, Setting


def commands(description: Description, plan: Plan, policy: Path | None, key: Path | None = None) -> tuple[str, ...]:
    """Return the commands that repeat a run, typed where this one was."""
    words = ["probatum", "assess", *_subject(description), "--seed", plan.seed]
    words += ["--effort", plan.effort.value] if plan.effort is not Effort.STANDARD else []
    words += _chosen(plan)
    words += ["--policy", str(policy)] if policy is not None else []
    words += ["--key", str(key)] if key is not None else []
    words += ["--include-rows"] if plan.include_rows else []
    return (shlex.join(words),)


def resume_command(description: Description, policy: Path | None, folder: Path, key: Path | None = None) -> str:
    """Return the command that goes on with the run in a folder, typed where it was begun."""
    words = ["probatum", "assess", *_subject(description)]
    words += ["--policy", str(policy)] if policy is not None else []
    words += ["--key", str(key)] if key is not None else []
    return shlex.join([*words, "--resume", str(folder)])


def stored_commands(folder: Path) -> tuple[str, ...]:
    """Return the commands that repeat a run of which only the folder is known: its files name no system to be run."""
    plan, policy = (typed(str(folder / name)) for name in ("plan.json", "policy.json"))
    return (f"probatum assess {SYSTEM} --plan {plan} --policy {policy}",)


def _subject(description: Description) -> list[str]:
    """Return the words that say which system is meant."""
    if description.path is None:
        return _described(description)
    stated = isinstance(description.lines, Lines) and TRUST in description.lines.places
    return [str(description.path), *(["--trust-file"] if description.model.trust_file and not stated else [])]


def _chosen(plan: Plan) -> list[str]:
    """Return the words that choose the same checks, for the same reasons."""
    left = {omission.check for omission in plan.omitted if omission.why == NOT_CHOSEN}
    skipped = [omission.check for omission in plan.omitted if omission.chosen and omission.check not in left]
    rest = [*(unit.check for unit in plan.units), *(omission.check for omission in plan.omitted)]
    only = [check for check in dict.fromkeys(rest) if check not in left] if left else []
    return [word for name, checks in (("--only", only), ("--skip", skipped)) for one in checks for word in (name, one)]


def _described(description: Description) -> list[str]:
    """Return the words that make the same description, the subject first."""
    said = description.model
    source, subject = next(
        (("model", key), getattr(said, key))
        for key in ("scores", "url", "file", "python")
        if getattr(said, key) is not None
    )
    words = [str(subject)]
    for setting in SETTINGS:
        value = _value(description, setting)
        own_name = setting.place == ("system", "name") and value == name_of(str(subject), source)
        if setting.place != source and not own_name:
            words += _option(setting, value)
    return words


def _value(description: Description, setting: Setting) -> Any:
    found: Any = description
    for key in setting.place:
        found = getattr(found, key)
    return found


def _option(setting: Setting, value: Any) -> Iterator[str]:
    """Yield an option with its value, a list between commas; nothing where nothing was said."""
    if value is None or value is False or value == ():
        return
    if setting.form is Form.FLAG:
        yield setting.flag
    elif setting.form is Form.MARKS:
        for mark in value:
            yield from (setting.flag, str(mark))
    elif isinstance(value, tuple):
        stream = io.StringIO()
        csv.writer(stream, lineterminator="").writerow(value)
        yield from (setting.flag, stream.getvalue())
    else:
        yield from (setting.flag, str(value))
