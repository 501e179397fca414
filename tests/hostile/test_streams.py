# SPDX-License-Identifier: Apache-2.0
"""Whatever becomes of standard output and standard error: the run and its report finish, and the exit code stays."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from functional.test_cut_short import PATIENCE, PROBATUM
from functional.workshop import Desk
from probatum.facts.policy import Stakes
from probatum.runs.policies import draft
from probatum.runs.stored import read_run

MANY = int(os.environ.get("PROBATUM_REPEATS", "2")) >= 100
pytestmark = pytest.mark.slow  # a process for each stream and command
ASSESS = ("assess", "-o", "new", "--only", "usage/error-rate")
PRINTS = {  # the product of these commands is what they print
    "checks": ("checks",),
    "checks json": ("checks", "--format", "json"),
    "policy show": ("policy", "show"),
    "report": ("report", "run"),
    "report html": ("report", "run", "--format", "html"),
    "report json": ("report", "run", "--format", "json"),
}
COMMANDS = {
    **PRINTS,
    "help": ("--help",),
    "help of assess": ("assess", "--help"),
    "version": ("--version",),
    "policy check": ("policy", "check", "own.toml"),
    "rejudge": ("rejudge", "run", "--policy", "own.toml"),
    "assess": ASSESS,
    "a mistake": ("assess", "gone.toml"),
    "a wrong word": ("asses",),
}
LONG = {"demo": ("demo", "diabetes", "-o", "new"), "doctor": ("doctor",), "selftest": ("selftest", "--seeds", "1")}
LONG["selftest"] += ("--only", "environment/model-file")


def ended(words: tuple[str, ...], **streams: Any) -> int:
    """Type a command with these streams; return its exit code."""
    return subprocess.Popen([PROBATUM, *words], **streams).wait(PATIENCE)


def closed(*handles: int) -> Callable[[tuple[str, ...]], int]:
    """Type a command with some of its streams closed."""

    def close() -> None:
        for handle in handles:
            os.close(handle)

    return lambda words: ended(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=close)


def full(words: tuple[str, ...]) -> int:
    """Type a command whose output goes to a full disk."""
    with Path("/dev/full").open("wb") as disk:
        return ended(words, stdout=disk, stderr=disk)


def unread(words: tuple[str, ...]) -> int:
    """Type a command into pipes that nobody holds at the other end."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        return ended(words, stdout=writer, stderr=writer)
    finally:
        os.close(writer)


def first_line(words: tuple[str, ...]) -> int:
    """Type a command of which somebody reads one line, as ``head -1`` does."""
    process = subprocess.Popen([PROBATUM, *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    return process.wait(PATIENCE)


def in_encoding(encoding: str) -> Callable[[tuple[str, ...]], int]:
    """Type a command on a system whose streams lack most letters."""
    environment = os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return lambda words: ended(words, env=environment, **quiet)


STREAMS = {
    "standard output closed": closed(1),
    "both closed": closed(1, 2),
    "all closed": closed(0, 1, 2),
    "full": full,
    "nobody reads": unread,
    "head -1": first_line,
    "ascii": in_encoding("ascii"),
    "cp1252": in_encoding("cp1252:strict"),
}


@pytest.fixture
def ready(desk: Desk, stored: Path) -> Desk:
    """A user with a finished run and limits of their own."""
    desk.write("own.toml", draft(Stakes.LOW))
    return desk


PAIRS = [  # all of them by hand; else each command with a gone reader, each stream under a run, and some others
    (command, streams)
    for place, command in enumerate(COMMANDS)
    for number, streams in enumerate(STREAMS)
    if MANY or streams == "nobody reads" or command == "assess" or (place + number) % 5 == 0
]


@pytest.mark.parametrize(("command", "streams"), PAIRS)
def test_the_exit_code_is_that_of_the_work(ready: Desk, command: str, streams: str) -> None:
    words = COMMANDS[command]
    usual = ready.type(*words).code
    shutil.rmtree(ready.folder / "new", ignore_errors=True)
    lost = command in PRINTS and streams == "full"  # what the command was for was not delivered
    assert STREAMS[streams](words) == (3 if lost else usual)
    if command == "assess":
        assert read_run(ready.folder / "new").record_id
        assert (ready.folder / "new" / "report.html").exists()


@pytest.mark.parametrize("streams", ["nobody reads", "full", "all closed", "ascii"])
@pytest.mark.parametrize("command", LONG)
def test_the_exit_code_of_long_commands_is_that_of_their_work(desk: Desk, command: str, streams: str) -> None:
    assert STREAMS[streams](LONG[command]) in ((0, 1, 3) if command == "demo" else (0,))
    if command == "demo":
        assert read_run(desk.folder / "new").record_id


def test_progress_waits_for_no_reader_for_ever(desk: Desk) -> None:
    """Somebody holds the other end of standard error and never reads: the run finishes all the same."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETFL, os.O_NONBLOCK)
    try:
        while os.write(writer, b"x" * 4096):  # fill it
            pass
    except BlockingIOError:
        pass
    fcntl.fcntl(writer, fcntl.F_SETFL, 0)
    code = ended(ASSESS, stdout=subprocess.DEVNULL, stderr=writer)
    os.close(writer)
    os.close(reader)
    assert code == desk.assess("-o", "other").code
    assert read_run(desk.folder / "new").record_id == desk.record_id("other")


def test_a_file_is_not_written_to_by_what_goes_to_a_closed_stream(desk: Desk) -> None:
    before = (desk.folder / "test.csv").read_bytes()
    assert closed(0, 1, 2)(ASSESS) in (0, 1, 3)
    assert (desk.folder / "test.csv").read_bytes() == before
    for file in (desk.folder / "new").glob("*.json"):
        assert file.read_bytes().startswith(b"{")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
@pytest.mark.parametrize("command", ["policy show", "report html", "report json", "checks json"])
def test_what_is_printed_as_a_file_is_utf_8_in_every_encoding(ready: Desk, command: str, encoding: str) -> None:
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    printed = subprocess.run([PROBATUM, *COMMANDS[command]], env=environment, capture_output=True, check=True).stdout
    assert printed.decode("utf-8").strip() == ready.type(*COMMANDS[command]).out.strip()


def test_a_name_that_the_encoding_lacks_is_shown_with_marks(desk: Desk) -> None:
    desk.describe(('name = "lender"', 'name = "prêteur 银行"'))
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run([PROBATUM, *ASSESS], env=environment, capture_output=True, check=False)
    assert done.returncode in (0, 1, 3)
    assert b"pr?teur ??" in done.stdout
    assert b"Traceback" not in done.stderr
