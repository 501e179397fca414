# SPDX-License-Identifier: Apache-2.0
"""A run's folder is private and whole, and nothing that was altered is read."""

import stat

import pytest

from functional.workshop import Desk
from probatum.errors import RunFolderError
from probatum.evidence.canonical import digest
from probatum.runs.folder import new_folder
from probatum.runs.stored import read_run

WRITTEN = {
    "arrays",
    "context.json",
    "judgement.json",
    "observed.json",
    "plan.json",
    "policy.json",
    "record.json",
    "report.html",
}


def test_a_run_leaves_its_files_and_nobody_else_may_read_them(desk: Desk) -> None:
    desk.assess()
    run = desk.folder / "run"
    assert {file.name for file in run.iterdir()} == WRITTEN
    assert all(stat.S_IMODE(file.stat().st_mode) & 0o077 == 0 for file in (run, *run.rglob("*")))


def test_the_id_is_the_digest_of_the_records_file(desk: Desk) -> None:
    desk.assess()
    assert digest((desk.folder / "run" / "record.json").read_bytes()) == desk.record_id()
    assert read_run(desk.folder / "run").record_id == desk.record_id()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"lender"', b'"blender"'),
        (b'"value":', b'"value":NaN,"was":'),
        (b'"value":', b'"value":1e999,"was":'),
        (b'{"', b'{"aside":1,"'),
        (b"{", b" {"),
        (b"probatum-record/1", b"probatum-record/2"),
        (b"}", b""),
    ],
)
def test_an_altered_record_is_refused(desk: Desk, old: bytes, new: bytes) -> None:
    desk.assess()
    file = desk.folder / "run" / "record.json"
    content = file.read_bytes()
    assert old in content
    file.write_bytes(content.replace(old, new, 1))
    desk.type("report", "run").refuses("One of the files was altered")
    desk.write("policy.toml", 'format = "probatum-policy/1"\n')
    desk.type("rejudge", "run", "--policy", "policy.toml").refuses("One of the files was altered")


@pytest.mark.parametrize("name", ["record.json", "judgement.json", "context.json"])
@pytest.mark.parametrize("content", [None, b"", b"[1]", b"\xff\xfe", b'{"format": 1'])
def test_a_damaged_or_missing_file_is_refused(desk: Desk, name: str, content: bytes | None) -> None:
    desk.assess()
    file = desk.folder / "run" / name
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    desk.type("report", "run").refuses()


def test_a_folder_by_name_is_the_next_free_one(desk: Desk) -> None:
    first, second = new_folder("My / Lender!", None), new_folder("My / Lender!", None)
    assert [first.path.name, second.path.name] == ["my-lender-1", "my-lender-2"]
    assert new_folder("<>", None).path.name == "run-1"
    assert stat.S_IMODE(first.path.stat().st_mode) == 0o700


def test_an_empty_folder_is_taken_and_made_private(desk: Desk) -> None:
    wanted = desk.folder / "mine"
    wanted.mkdir(mode=0o755)
    with new_folder("lender", wanted) as held:
        assert held.path == wanted
    assert stat.S_IMODE(wanted.stat().st_mode) == 0o700
    (wanted / "a").touch()
    with pytest.raises(RunFolderError, match="not an empty folder"):
        new_folder("lender", wanted)


def test_a_report_comes_in_every_format_to_the_screen_or_to_a_file(desk: Desk) -> None:
    desk.assess()
    starts = {"html": "<!doctype html>", "json": "{", "terminal": "lender"}
    for form, begins in starts.items():
        said = desk.type("report", "run", "--format", form)
        assert (said.code, said.err) == (0, "")
        assert said.out.lstrip().lower().startswith(begins)
        assert desk.type("report", "run", "--format", form, "-o", f"out/report.{form}").code == 0
        written = (desk.folder / "out" / f"report.{form}").read_text(encoding="utf-8")
        assert written.strip() == said.out.strip()
    desk.type("report", "run", "--format", "pdf").refuses("html, json, terminal")
