# SPDX-License-Identifier: Apache-2.0
"""The commands that only tell: which checks there are, and what works here."""

import json
from importlib.util import find_spec

from functional.workshop import Desk
from probatum.checks.interface import checks
from probatum.runs.doctor import EXTRAS, examine


def test_checks_lists_every_check_with_its_question(desk: Desk) -> None:
    said = desk.type("checks")
    assert said.code == 0
    assert all(check.id in said.out and check.question in said.out for check in checks().values())


def test_checks_as_json_holds_every_card(desk: Desk) -> None:
    cards = json.loads(desk.type("checks", "--format", "json").out)
    assert {card["id"] for card in cards} == set(checks())


def test_a_checks_page_is_its_documentation(desk: Desk) -> None:
    for check in checks().values():
        said = desk.type("checks", check.id)
        assert said.code == 0
        assert check.page.strip() in said.out


def test_everything_that_is_needed_works_here(desk: Desk) -> None:
    said = desk.type("doctor")
    assert said.code == 0
    assert "BROKEN" not in said.out
    assert all(thing.works for thing in examine() if thing.needed)


def test_each_extra_is_told_with_what_it_enables() -> None:
    said = {thing.name: thing for thing in examine()}
    for name, module, enables in EXTRAS:
        assert said[name].works == (find_spec(module) is not None)
        assert enables in said[name].says
        assert said[name].works or f"probatum[{name}]" in said[name].says
