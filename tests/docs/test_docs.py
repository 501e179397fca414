# SPDX-License-Identifier: Apache-2.0
"""The documentation is complete and true: every command, key, link and quoted output."""

import inspect
import re
import shlex
from pathlib import Path

import pytest
import typer

import probatum
from probatum import errors
from probatum.cli.app import app, run
from probatum.facts.declaration import TOPICS
from probatum.systems import sections

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])
COMMANDS = typer.main.get_command(app).commands


def blocks(page, language):
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_link_leads_to_a_file_when_it_is_one_of_ours(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_command_and_options_exist_when_a_page_shows_them(page):
    text = page.read_text(encoding="utf-8")
    shown = [line for block in blocks(page, "sh") for line in block.splitlines()] + re.findall(
        r"`(probatum [^`]+)`", text
    )
    for line in shown:
        words = shlex.split(line, comments=True)
        if words[:1] != ["probatum"] or len(words) == 1:
            continue
        command = COMMANDS[words[1]]
        command = getattr(command, "commands", {}).get(words[2] if len(words) > 2 else "", command)
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("-")} <= known, line


def test_readme_is_short_when_counted():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 150


def without_numbers(text):
    return re.sub(r"[\d,.]+", "#", " ".join(text.split()))


def test_readme_quotes_what_the_demo_prints_when_run(tmp_path, capsys):
    assert run(["demo", "-o", str(tmp_path / "demo")]) == 0
    printed = without_numbers(capsys.readouterr().out.replace("│", " "))
    for block in blocks(ROOT / "README.md", "text"):
        for paragraph in re.split(r"\n(?= [-✓✕?] |\n|Found|We hid)", block):
            assert without_numbers(paragraph) in printed, paragraph


def test_key_is_documented_when_the_description_may_hold_it():
    page = (ROOT / "docs" / "description.md").read_text(encoding="utf-8")
    for _, section in inspect.getmembers(sections, inspect.isclass):
        if issubclass(section, sections.Section) and section is not sections.Section:
            for key in section.model_fields:
                assert re.search(rf"\b{key}\b", page), f"{section.__name__}.{key}"


def test_topic_is_documented_when_it_can_be_declared():
    page = (ROOT / "docs" / "description.md").read_text(encoding="utf-8")
    assert all(f"`{topic}`" in page for topic in TOPICS)


def test_error_is_drawn_in_the_tree_when_it_can_be_raised():
    for name, error in inspect.getmembers(errors, inspect.isclass):
        if error.__module__ == errors.__name__:
            assert name in errors.__doc__
            assert error.__doc__


def test_public_names_are_importable_when_listed():
    assert all(getattr(probatum, name).__doc__ for name in probatum.__all__)
