# SPDX-License-Identifier: Apache-2.0
"""Models whose code ends, hangs, floods or pretends: the run ends as it should, and tells what happened.

Every attempt is a small function in Python that a description names; what it does is done in a worker process.
"""

import os
import time

import pytest

from functional.workshop import Desk
from probatum.errors import ModelError
from probatum.facts.record import Verdict
from probatum.runs.remote import RemoteSession, open_isolated
from probatum.systems.description import read_description

ANSWER = """\
import os, signal, sys, threading, time
CALLS = []

def usual(rows):
    return (rows["income"] > 28).map({True: "yes", False: "no"}).to_numpy()

def answer(rows):
    CALLS.append(len(rows))
    odd = len(rows) < 50 or rows["income"].isna().any()  # asked by a check, not about the test rows as they are
"""
AT_ONCE = """\
    if len(rows) > 200:
        {act}
    return usual(rows)
"""
IN_A_CHECK = """\
    if odd and len(CALLS) > 6:
        {act}
    return usual(rows)
"""
CRASH = "os.kill(os.getpid(), signal.SIGSEGV)"
ENDINGS = {  # what it does, and what the message says of it
    "os._exit(0)": "with exit code 0",
    "os._exit(7)": "with exit code 7",
    CRASH: "crashed (SIGSEGV)",
    "os.abort()": "crashed (SIGABRT)",
    "os.closerange(3, 50)": "",  # also the pipes to the run
}
RAISING = {  # what it raises, and the type that is named
    "sys.exit(0)": "SystemExit",
    "raise GeneratorExit": "GeneratorExit",
    "raise type('cell of a person', (ValueError,), {})()": "ValueError",
    "raise Mute()": "Mute",
    "raise ValueError('\\x1b[2J\\x1b[31m' * 100_000)": "ValueError",
}
MUTE = """

class Mute(Exception):
    def __str__(self):
        raise RuntimeError("no text")
    __repr__ = __str__
"""
CHECKS = ("--only", "usage/error-rate", "--only", "input-manipulation/malformed-input")


@pytest.mark.parametrize("act", [*ENDINGS])
def test_a_model_that_ends_its_process_over_the_test_rows_ends_with_2_and_one_message(desk: Desk, act: str) -> None:
    desk.function(ANSWER + AT_ONCE.format(act=act))
    said = desk.assess()
    complaint = said.refuses("the process that opened it", ENDINGS[act], code=2)
    assert "\x1b" not in complaint
    assert not (desk.folder / "run").exists()


@pytest.mark.parametrize("act", [*ENDINGS])
def test_a_model_that_ends_its_process_within_a_check_costs_that_check_alone(desk: Desk, act: str) -> None:
    desk.function(ANSWER + IN_A_CHECK.format(act=act))
    said = desk.assess(*CHECKS)
    assert said.code == 3
    verdicts = desk.verdicts()
    assert verdicts["input-manipulation/malformed-input"] is Verdict.ERROR
    assert verdicts["usage/error-rate"] is Verdict.PASS
    (finding,) = (one for one in desk.record().findings if one.check == "input-manipulation/malformed-input")
    assert "The process that holds the model" in (finding.why or "")
    assert ENDINGS[act] in (finding.why or "")


@pytest.mark.parametrize("act", [*RAISING])
def test_whatever_a_model_raises_is_named_by_type_and_never_by_text(desk: Desk, act: str) -> None:
    desk.function(MUTE + ANSWER + AT_ONCE.format(act=act))
    said = desk.assess(*CHECKS)
    assert said.code in (0, 1, 3)
    assert "\x1b" not in said.out + said.err
    assert "cell of a person" not in said.out + said.err
    assert len(said.out + said.err) < 100_000
    for file in (desk.folder / "run").rglob("*.json"):
        assert "cell of a person" not in file.read_text()


def test_what_a_model_prints_is_in_the_log_and_nowhere_else(desk: Desk) -> None:
    flood = 'print("Verdict: nothing is wrong"); os.write(1, b"raw\\n"); os.system("echo by a child")'
    desk.function(ANSWER + AT_ONCE.format(act=flood))
    said = desk.assess()
    for words in ("nothing is wrong", "raw\n", "by a child"):
        assert words not in said.out + said.err
        assert words in (desk.folder / "run" / "model.log").read_text()
    assert (desk.folder / "run" / "model.log").stat().st_mode & 0o077 == 0


def test_a_model_that_floods_the_log_fills_no_disk(desk: Desk) -> None:
    desk.function(ANSWER + AT_ONCE.format(act='print("x" * 5_000_000)'))
    assert desk.assess().code == 0
    assert (desk.folder / "run" / "model.log").stat().st_size < 2**20 + 200


def test_a_model_that_forks_answers_once(desk: Desk) -> None:
    desk.function(ANSWER + AT_ONCE.format(act="os.fork()"))
    assert desk.assess().code == 0
    assert desk.verdicts()["usage/error-rate"] is Verdict.PASS


def test_a_thread_that_never_ends_and_another_folder_change_nothing(desk: Desk) -> None:
    act = 'threading.Thread(target=lambda: time.sleep(10_000)).start(); os.chdir("/")'
    desk.function(ANSWER + AT_ONCE.format(act=act))
    start = time.monotonic()
    assert desk.assess("-o", "run").code == 0
    assert (desk.folder / "run" / "report.html").is_file()
    assert time.monotonic() - start < 300


@pytest.mark.parametrize(
    ("act", "doing"),
    [
        ("while True: pass", "a question to the model about 256 rows"),
        ('__import__("re").match("(a+)+$", "a" * 60 + "b")', "a step that lets nothing else run"),  # holds the lock
    ],
)
def test_a_model_that_hangs_is_stopped(desk: Desk, act: str, doing: str) -> None:
    desk.function(ANSWER + AT_ONCE.format(act=act))
    text = (desk.folder / "probatum.toml").read_text()
    desk.write("probatum.toml", f"{text}\n[input_limits]\nmodel_seconds = 3\n")
    desk.assess().refuses("was stopped", doing, "more than 3 seconds")


def test_a_system_that_changed_before_it_is_opened_again_stops_the_run(desk: Desk) -> None:
    rewriting = f'open({str(desk.folder / "own.py")!r}, "a").write("# changed\\n"); os._exit(0)'
    desk.function(ANSWER + IN_A_CHECK.format(act=rewriting))
    checks = (*CHECKS, "--only", "input-manipulation/corruption")
    desk.assess(*checks).refuses("changed while the system was being assessed", code=3)
    assert not (desk.folder / "run" / "record.json").exists()


def test_the_worker_is_gone_when_the_session_is_closed(desk: Desk) -> None:
    desk.function(f"open({str(desk.folder / 'number')!r}, 'w').write(str(__import__('os').getpid()))\n" + ANSWER)
    with pytest.raises(ModelError):  # it answers nothing
        opened(desk)
    desk.function(
        f"open({str(desk.folder / 'number')!r}, 'w').write(str(__import__('os').getpid()))\n"
        + ANSWER
        + AT_ONCE.format(act="pass")
    )
    session = opened(desk)
    number = int((desk.folder / "number").read_text())
    os.kill(number, 0)
    session.close()
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


def opened(desk: Desk) -> RemoteSession:
    return open_isolated(read_description(desk.folder / "probatum.toml"), 0)


def test_a_worker_that_is_killed_can_be_gone_on_with(desk: Desk) -> None:
    """The kernel kills for lack of memory: the run stops, keeps what it has, and may be resumed."""
    flag = desk.folder / "flag"
    act = f"os.path.exists({str(flag)!r}) or (open({str(flag)!r}, 'w'), os.kill(os.getpid(), signal.SIGKILL))"
    desk.function(ANSWER + IN_A_CHECK.format(act=act))
    desk.assess(*CHECKS).refuses("lack of memory", "--resume run", code=3)
    assert flag.exists()
    assert desk.type("assess", "--resume", "run").code in (0, 1)
    assert Verdict.ERROR not in desk.verdicts().values()
