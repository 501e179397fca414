# SPDX-License-Identifier: Apache-2.0
"""The command line, ``probatum.toml`` and Python offer the same settings under the same names."""

import inspect
import json
import subprocess
import sys

import pandas as pd
import pytest
import typer

import probatum
from functional.workshop import BRIEFLY, TARGET, Desk
from probatum.cli.app import app
from probatum.runs.python import Settings
from probatum.systems.sections import (
    AttackSection,
    ColumnsSection,
    DataSection,
    InputLimitsSection,
    ModelSection,
    RecipeSection,
    SystemSection,
)
from probatum.systems.settings import IN_THE_FILE_ONLY, SETTINGS, names_in

COMMANDS = typer.main.get_command(app).commands
SECTIONS = {
    ("system",): SystemSection,
    ("model",): ModelSection,
    ("data",): DataSection,
    ("data", "columns"): ColumnsSection,
    ("attack",): AttackSection,
    ("recipe",): RecipeSection,
    ("input_limits",): InputLimitsSection,
}
CHEAP = ("--only", "usage/declarations")
# What a run can be told, by the option's name, and what it is called in Python; None: it has no meaning there.
OF_A_RUN = {
    "--output": "folder",  # "output" is what the model returns, as in [model] output
    "--only": "only",
    "--skip": "skip",
    "--effort": "effort",
    "--plan": "plan",
    "--resume": "resume",
    "--dry-run": None,  # shows the plan on the screen
    "--seed": "seed",
    "--policy": "policy",
    "--jobs": "jobs",
    "--key": "key",
    "--strict": None,  # changes the exit code
    "--include-rows": "include_rows",
    "--quiet": "progress",  # shown in a terminal; in Python, also in a notebook
    "--help": None,
}


def options_of(command):
    return {option for parameter in COMMANDS[command].params for option in parameter.opts if option.startswith("--")}


def test_every_key_of_the_description_is_a_setting_or_stands_only_in_the_file():
    keys = {(*place, key) for place, section in SECTIONS.items() for key in section.model_fields}
    places = {setting.place for setting in SETTINGS}
    assert keys - places == {place for place in IN_THE_FILE_ONLY if len(place) > 1}
    assert not places - keys


@pytest.mark.parametrize("command", ["assess", "init"])
def test_every_setting_is_an_option_of_the_command_line(command):
    assert {setting.flag for setting in SETTINGS} <= options_of(command)


def test_the_command_line_and_python_offer_the_same():
    settings = {setting.flag: setting.argument for setting in SETTINGS}
    assert options_of("assess") | {"--help"} == set(settings) | set(OF_A_RUN)
    arguments = set(inspect.signature(probatum.assess).parameters)
    assert arguments == {"model"} | set(settings.values()) | {name for name in OF_A_RUN.values() if name}
    assert set(Settings.__annotations__) == set(settings.values())


def test_names_differ_between_the_interfaces_only_where_the_table_says_so():
    called = {setting.place: (setting.place[-1], setting.flag, setting.argument) for setting in SETTINGS}
    other = {
        place: names for place, names in called.items() if len({n.strip("-").replace("-", "_") for n in names}) > 1
    }
    assert other == {
        ("model", "sha256"): ("sha256", "--digest", "digest"),  # the file states the algorithm with the number
        ("model", "output"): ("output", "--model-output", "output"),  # --output is the folder of the run
        ("recipe", "train"): ("train", "--recipe", "recipe"),  # "train" alone is the training rows
        ("data", "test"): ("test", "--data", "test"),  # --data stood for the rows before there were others
    }


def test_every_argument_is_documented_in_python():
    for name in inspect.signature(probatum.assess).parameters:
        assert f"\n            {name}: " in probatum.assess.__doc__ or f"\n        {name}: " in probatum.assess.__doc__


@pytest.mark.parametrize(
    ("values", "names"),
    [
        (["sex,age"], ("sex", "age")),
        (["sex", "age"], ("sex", "age")),
        (["sex, age", "race"], ("sex", "age", "race")),
        (['"loan, in euro",sex'], ("loan, in euro", "sex")),
        (['"say ""yes"""'], ('say "yes"',)),
        ([""], ("",)),
    ],
)
def test_names_are_taken_apart_at_commas_outside_quotes(values, names):
    assert names_in(values) == names


def plan_of(desk: Desk, *words: str) -> dict:
    said = desk.type(*BRIEFLY, "--trust-file", *CHEAP, "-o", "run", *words)
    assert said.code == 3, said.err  # declarations alone test nothing
    return json.loads((desk.folder / "run" / "plan.json").read_text())


def test_settings_reach_the_run_when_typed(desk: Desk):
    plan = plan_of(
        desk,
        *("--task", "binary", "--positive", "no", "--protected", "sex,region", "--stakes", "high"),
        *("--bearable-error", "0.05"),
        *("--name", "lender of last resort", "--purpose", "Decide", "--affected", "Applicants", "--simulated"),
    )
    subject = plan["subject"]
    assert (subject["name"], subject["purpose"], subject["affected"]) == (
        "lender of last resort",
        "Decide",
        "Applicants",
    )
    assert (subject["stakes"], subject["stakes_assumed"], subject["simulated"]) == ("high", False, True)
    assert subject["bearable_error"] == 0.05
    assert not any("Nobody said what the task is" in note for note in subject["notes"])


def test_the_command_that_repeats_a_run_makes_the_same_record(desk: Desk):
    words = ["--protected", "sex", "--protected", "region", "--missing", "?", "--missing", "n,a", "--stakes", "low"]
    plan_of(desk, *words)
    assert desk.type(*desk.command_to_repeat(), "-o", "again").code == 3
    assert (desk.folder / "run" / "record.json").read_bytes() == (desk.folder / "again" / "record.json").read_bytes()


def test_all_mistakes_come_at_once_each_by_its_option(desk: Desk):
    said = desk.type(
        *("assess", "gone.joblib", "--data", "lost.csv", "--target", TARGET, "--task", "guess", "--stakes", "huge"),
        *("--digest", "abc", "--allowed-until", "soon", "--max-queries", "0", "--recipe", "nothing"),
    ).refuses("--data: there is no file lost.csv")
    for option in ("--task", "--stakes", "--digest", "--allowed-until", "--max-queries", "--recipe"):
        assert f"{option}: wanted" in said, said


def test_a_column_that_is_not_there_is_named_with_its_option(desk: Desk):
    said = desk.type(*BRIEFLY, "--trust-file", "--protected", "sx", "--categorical", "region, aeg").refuses(
        '--protected: there is no column "sx". Did you mean sex?'
    )
    assert '--categorical: there is no column "aeg". Did you mean age?' in said


def test_settings_beside_a_description_are_refused_with_the_place_where_they_belong(desk: Desk):
    said = desk.type("assess", "probatum.toml", "--positive", "yes", "--protected", "sex").refuses("Leave out")
    assert "--positive: say it there, as positive under [data]." in said
    assert "--protected: say it there, as protected under [data.columns]." in said


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("assess", "test.csv"), "test.csv is a table"),
        (("assess", "model.joblib"), "--data FILE and --target COLUMN"),
        (("assess", "model.joblib", "--data", "test.csv"), "--data FILE and --target COLUMN"),
        (("assess", "package:function", "--python", "a:b", "--data", "test.csv", "--target", TARGET), "--python"),
        ((*BRIEFLY[:-1], "repiad", "--trust-file"), "Did you mean repaid?"),
        (("assess", "model.joblib", "--max-queries", "many"), "--max-queries"),
        (("assess", "model.joblib", "--protectd", "sex"), "--protectd"),
    ],
)
def test_words_that_cannot_be_meant_are_refused(desk: Desk, words, wanted):
    desk.type(*words).refuses(wanted)


def test_help_shows_every_option_under_a_heading(desk: Desk):
    said = desk.type("assess", "--help")
    assert said.code == 0
    for heading in dict.fromkeys(setting.panel.value for setting in SETTINGS):
        assert f"\n{heading}:\n" in said.out
    assert all(setting.flag in said.out for setting in SETTINGS)


def test_version_is_printed(desk: Desk):
    said = desk.type("--version")
    assert (said.code, said.out) == (0, f"probatum {probatum.__version__}\n")


def test_quiet_prints_only_the_verdict_and_where_the_report_is(desk: Desk):
    said = desk.assess("--quiet")
    assert said.err == ""
    assert len(said.out.splitlines()) == 2
    assert said.out.splitlines()[1] == "The report: run/report.html"


def test_quiet_still_tells_what_is_wrong(desk: Desk):
    desk.assess("--quiet", "--only", "usage/nothing").refuses("No check is called usage/nothing")


@pytest.mark.parametrize("strict", [(), ("--strict",)])
def test_code_is_3_when_nothing_was_tested(desk: Desk, strict):
    words = ("--only", "usage/declarations", "--only", "usage/overfitting", *strict)
    assert desk.type(*BRIEFLY, "--trust-file", *words, "-o", "run").code == 3


def test_help_answers_without_the_libraries_that_assess(desk: Desk):
    code = (
        "import sys; from probatum.cli.app import run; run(['--help']); "
        "sys.exit(any(name in sys.modules for name in ('numpy', 'pandas', 'sklearn', 'pydantic', 'rich.console')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode == 0


def test_a_text_file_beside_rows_is_a_model(desk: Desk):
    lightgbm = pytest.importorskip("lightgbm")
    rows = pd.read_csv(desk.folder / "train.csv")
    model = lightgbm.LGBMClassifier(n_estimators=3, verbose=-1).fit(rows[["age", "income"]], rows[TARGET])
    model.booster_.save_model(desk.folder / "model.txt")
    words = ("assess", "model.txt", "--data", "test.csv", "--target", TARGET, "--classes", "no,yes")
    assert desk.type(*words, "-o", "run", "--only", "usage/error-rate").code in (0, 1, 3)
    assert desk.record("run").plan.subject.test_rows
    desk.type("assess", "model.txt").refuses("model.txt is a table. If it holds the decisions")
