# SPDX-License-Identifier: Apache-2.0
"""A plan that somebody edited, or made for another model, hides nothing on the page."""

from collections.abc import Callable
from typing import Any

import pytest

from functional.workshop import Desk, people, train
from hostile.forging import change_file

SOME = ("--only", "usage/error-rate", "--only", "usage/bias", "--only", "environment/model-file")


def given(desk: Desk, change: Callable[[Any], None]) -> str:
    """Change a plan and run it; return what page one and the rest show."""
    desk.type("assess", *SOME, "--dry-run", "-o", "first")
    change_file(desk.folder / "first" / "plan.json", change)
    said = desk.assess("--plan", "first/plan.json")
    assert said.code in (0, 1, 3), said.err
    assert desk.type("report", "run").code == 0
    return " ".join(said.out.split())


def without(plan: Any, check: str) -> None:
    plan["units"] = [unit for unit in plan["units"] if unit["check"] != check]


def excused(plan: Any) -> None:
    """Leave a check out for a reason that sounds well."""
    without(plan, "usage/bias")
    why = "It has no meaning for this kind of system."
    plan["omitted"].append({"check": "usage/bias", "why": why, "chosen": False, "enable": None})


def test_a_plan_that_nobody_edited_is_run_as_it_is(desk: Desk) -> None:
    desk.type("assess", *SOME, "-o", "first")
    assert desk.assess("--plan", "first/plan.json").code in (0, 1, 3)
    assert desk.record_id("run") == desk.record_id("first")


@pytest.mark.parametrize("change", [lambda plan: without(plan, "usage/bias"), excused])
def test_a_check_that_an_edited_plan_leaves_out_is_named(desk: Desk, change: Callable[[Any], None]) -> None:
    page = given(desk, change)
    assert "Left out by choice. The plan that was given lacks it; the default plan has it." in page
    (omission,) = [one for one in desk.record().plan.omitted if one.check == "usage/bias"]
    assert omission.chosen
    desk.type("assess", "--plan", "run/plan.json", "-o", "again")
    assert desk.record_id("again") == desk.record_id("run")


def test_a_setting_that_an_edited_plan_changes_is_named(desk: Desk) -> None:
    def fewer(plan: Any) -> None:
        next(unit for unit in plan["units"] if unit["check"] == "usage/error-rate")["options"]["examples"] = 1

    assert "The plan that was given changes usage/error-rate: examples is 1, by default 5." in given(desk, fewer)
    desk.type("assess", "--plan", "run/plan.json", "-o", "again")
    assert desk.record_id("again") == desk.record_id("run")


def test_other_draws_and_a_part_less_are_named(desk: Desk) -> None:
    def edit(plan: Any) -> None:
        plan["units"][0]["seed_name"] = "luckier"
        plan["units"] = [unit for unit in plan["units"] if unit["part"] == ""]

    page = given(desk, edit)
    assert "its random draws are others" in page
    assert "leaves out a part of environment/model-file" in page


def test_notes_that_an_edited_plan_leaves_out_are_there(desk: Desk) -> None:
    desk.describe(('train = "train.csv"', 'train = "test.csv"'))
    page = given(desk, lambda plan: plan["subject"].update(notes=["All is well."]))
    assert "Train and test are the same rows" in page
    assert "All is well" not in page


STRANGE: dict[str, tuple[Callable[[Any], None], str]] = {
    "a unit twice": (lambda plan: plan["units"].append(plan["units"][0]), "stands there twice"),
    "a part that no check has": (lambda plan: plan["units"][0].update(part="easy"), "has no part “easy”"),
    "another name": (lambda plan: plan["subject"].update(name="other"), "another system"),
    "other rows": (lambda plan: plan["subject"].update(test_rows=3), "test_rows"),
    "another model": (lambda plan: plan["model"].update(model="sha256:" + "0" * 64), "another model"),
    "no model": (lambda plan: plan["model"].clear(), "another model"),
}


@pytest.mark.parametrize("edit", STRANGE)
def test_a_plan_of_something_else_is_refused(desk: Desk, edit: str) -> None:
    change, word = STRANGE[edit]
    desk.type("assess", *SOME, "--dry-run", "-o", "first")
    change_file(desk.folder / "first" / "plan.json", change)
    desk.assess("--plan", "first/plan.json").refuses("The plan", word)
    assert not (desk.folder / "run").exists()


def test_a_plan_made_for_one_model_is_refused_for_another(desk: Desk) -> None:
    desk.type("assess", *SOME, "--dry-run", "-o", "first")
    desk.model(train(people(300, seed=9)))
    desk.assess("--plan", "first/plan.json").refuses("made for another model")
