# SPDX-License-Identifier: Apache-2.0
"""A lender whose model is behind HTTP: the server dies in the middle, or may be asked about so many rows only."""

import json
from collections.abc import Iterator

import numpy as np
import pytest

pytest.importorskip("httpx")

from adapters.serving import Inputs, Server
from functional.workshop import Desk
from probatum.adapters import http
from probatum.facts.finding import State
from probatum.facts.record import Verdict

ASKING = ("malformed-input", "evasion", "corruption")
WORDS = [word for name in ASKING for word in ("--only", f"input-manipulation/{name}")]


def likely(inputs: Inputs) -> np.ndarray:
    """Return how likely a loan is repaid, by the income alone."""
    income = next(one for one in inputs if one["name"] == "income")
    cells = np.asarray([np.nan if cell is None else cell for cell in income["data"]], dtype=float)
    return np.nan_to_num(1 / (1 + np.exp(np.clip(28 - cells, -30, 30))), nan=0.5)


@pytest.fixture
def server(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Return a server that the desk's description names."""
    monkeypatch.setattr(http, "WAITS", (0.01, 0.01, 0.01))
    one = Server(likely)
    describe(desk, one)
    yield one
    one.close()


def describe(desk: Desk, server: Server, *further: str) -> None:
    said = "\n".join([f'url = "{server.url}"', 'classes = ["no", "yes"]', *further])
    desk.describe(('file = "model.joblib"\ntrust_file = true', said))


def limit(rows: int) -> tuple[str, ...]:
    return 'allowed_by = "head of lending"', "allowed_until = 2999-01-01", f"max_queries = {rows}"


@pytest.mark.slow
@pytest.mark.parametrize("check", ["malformed-input", "evasion", "corruption", "slow-inputs", "universal"])
def test_a_run_stops_when_the_server_dies_and_goes_on_when_it_is_back(desk: Desk, server: Server, check: str) -> None:
    words = ("--only", "usage/error-rate", "--only", f"input-manipulation/{check}")
    assert desk.assess(*words[:2], "-o", "before").code in (0, 1)
    before, server.rows = server.rows, 0
    assert desk.assess(*words, "-o", "whole").code in (0, 1)
    # how often slow inputs are asked about depends on the clock
    further = (server.rows - before) // 2 if check != "slow-inputs" else 8
    server.rows, server.dies_after = 0, before + further
    said = desk.assess(*words)
    said.refuses("did not answer", "--resume run", code=3)
    assert not (desk.folder / "run" / "record.json").exists()
    server.dead, server.dies_after = False, None
    resumed = desk.type("assess", "--resume", "run")
    assert "wrongly" not in resumed.err  # the mistakes were counted before
    assert "done before: 1 of 2 checks" in resumed.err
    assert "[2/2]" in resumed.err
    assert "[1/2]" not in resumed.err
    assert desk.record_id("run") == desk.record_id("whole")


@pytest.mark.slow
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_no_more_rows_are_asked_about_than_allowed_whatever_the_jobs(desk: Desk, server: Server, jobs: str) -> None:
    describe(desk, server, *limit(1000))
    said = desk.assess(*WORDS, "--jobs", jobs)
    assert said.code in (1, 3)
    assert server.rows <= 1000
    assert ("running in one process" in said.err) == (jobs == "2")
    findings = {finding.check.partition("/")[2]: finding for finding in desk.record().findings}
    stopped = {name for name, finding in findings.items() if finding.state is State.ERROR}
    assert stopped >= {"evasion", "corruption"}
    assert all("max_queries" in (findings[name].why or "") for name in stopped)
    assert Verdict.ERROR in desk.verdicts().values()
    assert "allowed by head of lending, until 2999-01-01, for 1,000 rows" in desk.notes()


@pytest.mark.slow
def test_the_rows_of_a_run_that_was_cut_short_count_when_it_goes_on(desk: Desk, server: Server) -> None:
    words = ("--only", "usage/error-rate", "--only", "input-manipulation/evasion")
    describe(desk, server, *limit(6000))
    server.dies_after = 1000
    desk.assess(*words).refuses("did not answer", "--resume run", code=3)
    for _ in range(2):  # dies while it is opened, too
        server.dead, server.dies_after = False, server.rows + 10
        assert desk.type("assess", "--resume", "run").code in (2, 3)
        assert (
            json.loads((desk.folder / "run" / "unfinished" / "asked.json").read_text())["fact"]["rows"] == server.rows
        )
    asked = server.rows
    server.dead, server.dies_after = False, None
    said = desk.type("assess", "--resume", "run")
    assert said.code == 3
    assert asked < server.rows <= 6000
    (finding,) = (one for one in desk.record().findings if one.check.endswith("evasion"))
    assert "max_queries" in (finding.why or "")


def test_a_run_does_not_go_on_under_another_permission(desk: Desk, server: Server) -> None:
    describe(desk, server, *limit(4000))
    server.dies_after = 600
    desk.assess("--only", "input-manipulation/evasion").refuses("assess probatum.toml --resume run", code=3)
    server.dead, server.dies_after = False, None
    said = (desk.folder / "probatum.toml").read_text().replace("max_queries = 4000", "max_queries = 9000")
    (desk.folder / "probatum.toml").write_text(said)
    desk.type("assess", "--resume", "run").refuses("the server or the permission to ask it changed")


def test_nothing_is_measured_when_not_even_the_test_rows_may_be_asked_about(desk: Desk, server: Server) -> None:
    describe(desk, server, *limit(100))
    desk.assess().refuses("max_queries", "used up")
    assert server.rows <= 100
    assert not (desk.folder / "run" / "record.json").exists()


def test_another_machine_is_left_alone_when_nobody_allowed_it(desk: Desk) -> None:
    desk.describe(('file = "model.joblib"\ntrust_file = true', 'url = "http://192.0.2.7/v2/models/m"'))
    desk.assess().refuses("192.0.2.7 is another machine", "allowed_by, allowed_until and max_queries")


def test_another_machine_is_left_alone_when_the_permission_is_over(desk: Desk) -> None:
    said = 'url = "http://192.0.2.7/v2/models/m"\nallowed_by = "x"\nallowed_until = 2026-01-01\nmax_queries = 10'
    desk.describe(('file = "model.joblib"\ntrust_file = true', said))
    desk.assess().refuses("ended on 2026-01-01")


def test_half_a_permission_is_a_mistake_of_the_file(desk: Desk) -> None:
    said = 'url = "http://192.0.2.7/v2/models/m"\nallowed_by = "x"'
    desk.describe(('file = "model.joblib"\ntrust_file = true', said))
    desk.assess().refuses("allowed_until and max_queries is missing", "line 6")
