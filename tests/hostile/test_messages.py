# SPDX-License-Identifier: Apache-2.0
"""Whatever is put in place of a file or a number: one message that states what was wanted, and exit code 2 or 3."""

import os
from pathlib import Path

import pytest

from functional.workshop import TARGET, Desk

POLICY = 'format = "probatum-policy/1"\n'
STRANGE: dict[str, bytes | None] = {  # what lies there instead; None: it is made by hand below
    "nothing": b"",
    "bytes": bytes(range(256)) * 40,
    "zeros": b"\0" * 1000,
    "a list": b"[1, 2]",
    "a number": b"1",
    "deep lists": b"[" * 200_000,
    "deep objects": b'{"a":' * 100_000,
    "a huge number": b'{"format": ' + b"9" * 6000 + b"}",
    "a key twice": b'{"format": "probatum-policy/1", "format": "probatum-plan/1"}',
    "another format": b'{"format": "probatum-report/1"}',
    "half a character": rb'{"format": "\ud800"}',
    "a folder": None,
    "a loop": None,
    "a link to nowhere": None,
    "a folder without a name": None,
}
READERS = {
    "a plan": ("assess", "--plan", "it", "--dry-run"),
    "a run to go on with": ("assess", "--resume", "it"),
    "a run to report": ("report", "it"),
    "a run to judge": ("rejudge", "it", "--policy", "own.toml"),
    "a policy to check": ("policy", "check", "it"),
    "a policy to judge by": ("rejudge", "run", "--policy", "it"),
    "a policy to run by": ("assess", "--policy", "it", "--dry-run"),
    "a part of a run": ("report", "damaged"),
}


def put(place: Path, what: str) -> None:
    """Put something strange in a place."""
    content = STRANGE[what]
    if content is not None:
        place.write_bytes(content)
    elif what == "a folder":
        place.mkdir()
        (place / "something").touch()
    elif what == "a loop":
        place.symlink_to(place.name)
    elif what == "a link to nowhere":
        place.symlink_to("nowhere")


@pytest.mark.parametrize("what", STRANGE)
@pytest.mark.parametrize("reader", READERS)
def test_something_strange_in_place_of_a_file_is_named(desk: Desk, stored: Path, reader: str, what: str) -> None:
    words = READERS[reader]
    desk.write("own.toml", POLICY)
    if reader == "a part of a run":
        stored.rename(desk.folder / "damaged")
        (desk.folder / "damaged" / "judgement.json").unlink()
        put(desk.folder / "damaged" / "judgement.json", what)
    else:
        put(desk.folder / "it", what)
    if what == "a folder without a name":
        words = tuple("" if word == "it" else word for word in words)
    said = desk.type(*words)
    assert "unexpected" not in said.err
    said.refuses(code=said.code)
    assert said.code in (2, 3)
    assert said.out == ""


@pytest.mark.parametrize("name", ["plan.json", "judgement.json", "record.json"])
def test_a_pipe_in_place_of_a_file_is_not_waited_for(desk: Desk, stored: Path, name: str) -> None:
    (stored / name).unlink()
    os.mkfifo(stored / name)
    desk.type("report", "run").refuses(name, "a named pipe")
    desk.type("assess", "--plan", f"run/{name}").refuses("a named pipe")


POLICIES = [
    '[limits."usage/error-rate"]\nerror_rate = { at_most = 1' + "0" * 400 + " }",
    '[limits."usage/error-rate"]\nerror_rate = { at_most = nan }',
    '[limits."usage/error-rate"]\nerror_rate = { at_most = 1e999 }',
    '[options."usage/error-rate"]\nexamples = 9007199254740993',
    '[options."usage/error-rate"]\nexamples = 99999999999999999999',
    '[options."input-manipulation/evasion"]\nradius = inf',
    '[options."input-manipulation/evasion"]\nradius = nan',
    '[options."usage/error-rate"]\nexamples = [[1]]',
    '[options."usage/error-rate"]\nexamples = 2020-01-01',
    "[limits]\nx = 1",
    "[[limits]]\nx = 1",
    'stakes = ["x"]',
    "demands = []",
]


@pytest.mark.parametrize("text", POLICIES)
def test_a_policy_with_a_strange_value_is_refused(desk: Desk, text: str) -> None:
    desk.write("own.toml", f"{POLICY}{text}\n")
    for words in (("policy", "check", "own.toml"), ("assess", "--policy", "own.toml", "--dry-run")):
        desk.type(*words).refuses("own.toml has 1 mistake")


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("report", "run", "--format", "html", "-o", "."), "it is a folder"),
        (("report", "run", "-o", "run/record.json"), "is a file of the run itself"),
        (("report", "run", "--format", "html", "-o", "run/../run/report.html"), "is a file of the run itself"),
        (("report", "run", "-o", "train.csv/x"), "could not be written"),
        (("policy", "new", "-o", "train.csv/x"), "could not be written"),
        (("assess", "-o", "train.csv/x", "--only", "usage/error-rate"), "folder cannot be made"),
        (("assess", "-o", "/dev/null", "--only", "usage/error-rate"), "not an empty folder"),
        (("assess", "gone.joblib", "--data", "test.csv", "--target", TARGET), "there is no file gone.joblib"),
    ],
)
def test_an_output_that_cannot_be_written_is_named(
    desk: Desk, stored: Path, words: tuple[str, ...], wanted: str
) -> None:
    said = desk.type(*words)
    said.refuses(wanted, code=said.code)
    assert said.code in (2, 3)
