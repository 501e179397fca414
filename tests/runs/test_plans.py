# SPDX-License-Identifier: Apache-2.0
"""A plan is fixed before the first measurement, shown without running, and repeated to the same record."""

import pytest

from functional.workshop import Desk, people
from probatum.checks.interface import checks

ALL = set(checks())


def test_a_dry_run_writes_nothing(desk: Desk) -> None:
    before = set(desk.folder.rglob("*"))
    said = desk.type("assess", "--dry-run")
    assert said.code == 0
    assert all(name in said.err for name in ALL)
    assert set(desk.folder.rglob("*")) == before


def test_a_dry_run_with_a_folder_writes_only_the_plan(desk: Desk) -> None:
    assert desk.assess("--dry-run").code == 0
    assert [file.name for file in (desk.folder / "run").rglob("*")] == ["plan.json"]


def test_a_plan_repeated_gives_the_same_record(desk: Desk) -> None:
    assert desk.assess("--seed", "5", "--only", "usage/error-*", "-o", "first").code in (0, 1)
    assert desk.assess("--plan", "first/plan.json", "-o", "second").code in (0, 1)
    assert desk.record_id("first") == desk.record_id("second")
    assert desk.record("first").plan.seed == "5"


def test_a_plan_made_by_a_dry_run_is_the_one_that_is_run(desk: Desk) -> None:
    desk.assess("--dry-run", "-o", "first")
    desk.assess("--plan", "first/plan.json", "-o", "second")
    desk.assess("-o", "third")
    assert desk.record_id("second") == desk.record_id("third")


def test_another_seed_gives_another_record(desk: Desk) -> None:
    desk.assess("-o", "first")
    desk.assess("--seed", "1", "-o", "second")
    assert desk.record_id("first") != desk.record_id("second")


def test_a_plan_of_another_system_is_refused(desk: Desk) -> None:
    desk.assess("--dry-run", "-o", "first")
    desk.rows("test.csv", people(299, seed=3))
    desk.assess("--plan", "first/plan.json").refuses("another system, or its data have other rows")
    desk.describe(('name = "lender"', 'name = "lender"\nstakes = "high"'))
    desk.assess("--plan", "first/plan.json").refuses("2 mistakes", "another policy", "another system")


def test_a_plan_leaves_nothing_to_choose(desk: Desk) -> None:
    desk.assess("--dry-run", "-o", "first")
    for words in (("--only", "usage/*"), ("--seed", "3"), ("--effort", "deep"), ("--include-rows",)):
        desk.assess("--plan", "first/plan.json", *words).refuses("A plan fixes what runs")


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ('"seed": "0"', '"seed": "zero"', "seed"),
        ('"chunk_rows": 4096', '"chunk_rows": 1', "chunk_rows"),
        ("probatum-plan/1", "probatum-plan/9", "probatum-plan/1"),
        ('"examples": 5', '"exmples": 5', "no such option"),
        ('"examples": 5', '"examples": "five"', "a whole number"),
        ('"check": "usage/error-rate"', '"check": "usage/gone"', "usage/gone"),
        ('"confidence": 0.95', '"confidence": 0.5', "another policy"),
        ('"seed": "0"', '"seed": 0', "seed"),
    ],
)
def test_an_altered_plan_is_refused(desk: Desk, old: str, new: str, wanted: str) -> None:
    desk.assess("--dry-run", "-o", "first")
    text = (desk.folder / "first" / "plan.json").read_text()
    assert old in text
    desk.write("first/plan.json", text.replace(old, new))
    desk.assess("--plan", "first/plan.json").refuses(wanted)
    assert not (desk.folder / "run").exists()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": NaN}', "[" * 100_000])
def test_what_is_no_plan_is_refused(desk: Desk, text: str) -> None:
    desk.write("plan.json", text)
    desk.assess("--plan", "plan.json").refuses("plan.json cannot be read")


def test_patterns_choose_what_runs_and_the_rest_is_said(desk: Desk) -> None:
    assert desk.assess("--only", "usage/error-*", "--skip", "*-slices").code in (0, 1)
    plan = desk.record().plan
    assert [unit.check for unit in plan.units] == ["usage/error-rate"]
    assert {omission.check for omission in plan.omitted} == ALL - {"usage/error-rate"}
    assert all(omission.chosen for omission in plan.omitted)


@pytest.mark.parametrize("words", [("--only", "nothing/*"), ("--skip", "usage/nope")])
def test_a_pattern_that_matches_nothing_is_refused(desk: Desk, words: tuple[str, str]) -> None:
    desk.assess(*words).refuses(words[1], "probatum checks")


def test_a_run_of_nothing_is_refused(desk: Desk) -> None:
    desk.assess("--skip", "*").refuses("Nothing is left to run")


def test_the_record_does_not_depend_on_the_number_of_processes(desk: Desk) -> None:
    assert desk.type("assess", "-o", "one").code == desk.type("assess", "-o", "two", "--jobs", "2").code
    assert desk.record_id("one") == desk.record_id("two")


def test_the_command_in_the_report_repeats_the_run(desk: Desk) -> None:
    desk.describe(("trust_file = true\n", ""))
    desk.assess("--trust-file", "--seed", "4", "--skip", "usage/error-slices", "--include-rows", "-o", "first")
    assert desk.type(*desk.command_to_repeat("first"), "-o", "second").code in (0, 1)
    assert desk.record("first").findings == desk.record("second").findings
