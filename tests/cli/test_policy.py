# SPDX-License-Identifier: Apache-2.0
"""Policies can be learned: shown, begun, checked, and taken back out of a run."""

import json
from dataclasses import replace

import pytest

from functional.workshop import Desk
from probatum.facts.policy import POLICY_FORMAT, Stakes
from probatum.runs.policies import policy_digest, read_policy, shipped

HEAD = f'format = "{POLICY_FORMAT}"\n'


@pytest.mark.parametrize("stakes", list(Stakes))
def test_what_is_shown_is_the_shipped_policy_and_can_be_given_back(desk: Desk, stakes: Stakes):
    said = desk.type("policy", "show", "--stakes", stakes.value)
    assert said.code == 0
    desk.write("mine.toml", said.out)
    assert read_policy(desk.folder / "mine.toml") == shipped(stakes)


@pytest.mark.parametrize("stakes", list(Stakes))
def test_a_new_policy_has_the_shipped_limits_in_nobodys_name(desk: Desk, stakes: Stakes):
    assert desk.type("policy", "new", "-o", "mine.toml", "--stakes", stakes.value).code == 0
    mine = read_policy(desk.folder / "mine.toml")
    assert mine == replace(shipped(stakes), title="my limits", by="not stated")
    said = desk.type("policy", "check", "mine.toml")
    assert said.code == 0
    assert policy_digest(mine) in said.out
    assert desk.assess("--policy", "mine.toml").code in (0, 1)


def test_a_policy_is_never_written_over(desk: Desk):
    desk.type("policy", "new", "-o", "mine.toml")
    desk.type("policy", "new", "-o", "mine.toml").refuses("there already")


def test_the_policy_of_a_run_is_taken_back(desk: Desk):
    desk.write("mine.toml", HEAD + 'title = "mine"\n[limits."usage/error-rate"]\nerror_rate = { at_most = 0.5 }\n')
    code = desk.assess("--policy", "mine.toml").code
    kept = read_policy(desk.folder / "run" / "policy.json")
    assert policy_digest(kept) == policy_digest(read_policy(desk.folder / "mine.toml"))
    assert desk.type("rejudge", "run", "--policy", "run/policy.json").code == code
    assert desk.assess("--policy", "run/policy.json", "-o", "again").code == code
    assert (desk.folder / "run" / "record.json").read_bytes() == (desk.folder / "again" / "record.json").read_bytes()
    assert desk.assess("--plan", "run/plan.json", "--policy", "run/policy.json", "-o", "third").code == code


@pytest.mark.parametrize("stakes", list(Stakes))
def test_every_shipped_policy_survives_the_way_through_a_run(desk: Desk, stakes: Stakes):
    from probatum.evidence.wire import to_json

    desk.write("policy.json", json.dumps(to_json(shipped(stakes))))
    assert read_policy(desk.folder / "policy.json") == shipped(stakes)


def test_all_mistakes_come_at_once_each_with_its_line(desk: Desk):
    text = (
        HEAD + 'stakes = "huge"\nlimit = 1\n[limits]\nkeep = 1\n[limits."usage/bas"]\nmax_gap = { at_most = 0.1 }\n'
        '[limits."usage/bias"]\nmax_gp = { at_most = 0.1 }\nmax_gap = { at_most = 0.1, at_least = 0.2 }\n'
        '[options."usage/bias"]\ngroups = "many"\n[demands]\nhopes = "?"\nharms = 3\n'
    )
    desk.write("mine.toml", text)
    said = desk.type("policy", "check", "mine.toml").refuses("9 mistakes")
    lines = text.splitlines()
    for number, word in [
        (2, "stakes"),
        (3, "there is no such key in a policy. Did you mean limits?"),
        (5, "the number 1 came"),
        (6, "Did you mean usage/bias?"),
        (9, "no such judged measure"),
        (10, "at_least = 0.2 } came"),
        (12, 'wanted a whole number; "many" came'),
        (14, "no such topic"),
        (15, "wanted the reason as text"),
    ]:
        assert any(f"line {number}: " in line and word in line for line in said.splitlines()), (
            number,
            lines[number - 1],
        )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("limits = 3\n", "wanted a table for each check"),
        ('[limits]\n"usage/bias" = "strict"\n', '"strict" came'),
        ("[[limits]]\nmax_gap = 1\n", "a list came"),
        ('demands = ["harms"]\n', "wanted topics with reasons"),
        ("title = 3\n", "title: wanted text in quotes; the number 3 came"),
        ('confidence = "high"\n', "confidence: wanted a number from 0.5 to below 1"),
    ],
)
def test_what_came_is_never_told_as_what_was_wanted(desk: Desk, text: str, wanted: str):
    desk.write("mine.toml", HEAD + text)
    said = desk.type("policy", "check", "mine.toml").refuses(wanted)
    assert "got a table" not in said


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("gone.toml", "Check its name"),
        ("probatum.toml", "a description of a system came"),
        ("run/plan.json", 'a file of the format "probatum-plan/1" came'),
        ("run/record.json", 'a file of the format "probatum-record'),
        ("test.csv", "this is not TOML"),
    ],
)
def test_another_file_is_no_policy(desk: Desk, name: str, wanted: str):
    desk.assess()
    desk.type("policy", "check", name).refuses(wanted)


def test_broken_json_is_refused_with_its_line(desk: Desk):
    desk.write("policy.json", '{"format": "probatum-policy/1",\n"stakes" }')
    desk.type("policy", "check", "policy.json").refuses("line 2: this is not JSON")


def test_the_group_alone_says_which_commands_there_are(desk: Desk):
    said = desk.type("policy")
    assert said.code == 0
    for command in ("show", "new", "check"):
        assert command in said.out


@pytest.mark.parametrize("words", [("show", "--stakes", "huge"), ("check",), ("new", "extra"), ("shw",)])
def test_wrong_words_are_refused(desk: Desk, words):
    desk.type("policy", *words).refuses("probatum policy")
