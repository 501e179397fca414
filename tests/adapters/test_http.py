# SPDX-License-Identifier: Apache-2.0
"""A model behind HTTP: a small server of our own that misbehaves on demand, and a real MLServer."""

import datetime
import json
import os
import socket
import subprocess
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

httpx = pytest.importorskip("httpx")

from adapters.serving import Server  # noqa: E402
from probatum.adapters import http  # noqa: E402
from probatum.adapters.http import Address, Permission  # noqa: E402
from probatum.adapters.interface import Wish, wrap  # noqa: E402
from probatum.errors import ModelError, NoMoreAnswersError, UnreachableError  # noqa: E402
from probatum.systems.datasets import from_arrays  # noqa: E402
from probatum.systems.quota import Quota  # noqa: E402

LISTED = {"name": "m", "outputs": [{"name": "predict_proba"}]}  # so that nobody has to ask which outputs there are
TODAY = datetime.date(2026, 3, 1)
ROOT = Path(__file__).parents[2]
MLSERVER = Path(os.environ.get("PROBATUM_MLSERVER", ROOT / ".venv-mlserver")) / "bin" / "python"


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(http, "WAITS", (0.01, 0.01, 0.01))
    one = Server()
    yield one
    one.close()


def rows(n=600):
    x = np.random.default_rng(0).normal(size=(n, 3))
    return from_arrays((x, (x.sum(axis=1) > 0).astype(int))).test


def opened(url, probe, permission=None, **wish):
    return wrap(Address(url=url, today=TODAY, permission=permission), probe, Wish(**wish))


def test_probabilities_come_in_requests_of_a_fixed_size(server):
    given = rows()
    model = opened(server.url, given)
    before = len(server.bodies)
    answers = model.ask(given)
    assert (answers.labels == given.truth).all()
    assert answers.scores.shape == (600, 2)
    assert [body["inputs"][0]["shape"][0] for body in server.bodies[before:]] == [256, 256, 88]


@pytest.mark.parametrize("mood", ["busy", "hangs up"])
def test_a_request_is_sent_again_when_the_server_fails_for_a_moment(server, mood):
    given = rows(10)
    model = opened(server.url, given)
    server.moods = [mood, mood]
    assert (model.ask(given).labels == given.truth).all()


def test_it_is_told_plainly_when_the_server_stops_in_the_middle(server):
    given = rows()
    model = opened(server.url, given)
    server.dead = True
    with pytest.raises(UnreachableError, match=r"did not answer.*Is it running"):
        model.ask(given)


def test_one_request_is_at_fault_when_others_are_answered(server):
    given = rows(10)
    model = opened(server.url, given)
    server.moods = ["hangs up"] * 4
    with pytest.raises(ModelError, match="Others it answers") as caught:
        model.ask(given)
    assert not isinstance(caught.value, NoMoreAnswersError)


@pytest.mark.parametrize(("mood", "says"), [("no json", "refused"), ("refuses", "wrong shape")])
def test_what_is_no_answer_is_refused_at_once(server, mood, says):
    given = rows(10)
    model = opened(server.url, given)
    server.moods = [mood]
    with pytest.raises(ModelError, match=says):
        model.ask(given)


def test_nothing_is_sent_when_the_server_is_elsewhere_and_nobody_allowed_it():
    with pytest.raises(ModelError, match="allowed_by"):
        opened("http://models.example.org/v2/models/m", rows(10))


def test_nothing_is_sent_when_the_permission_is_over():
    over = Permission(by="head of lending", until=datetime.date(2026, 2, 28), quota=Quota(100))
    with pytest.raises(ModelError, match="ended on 2026-02-28"):
        opened("http://192.0.2.7/v2/models/m", rows(10), over)


def test_nothing_is_sent_on_this_machine_either_when_the_permission_is_over(server):
    over = Permission(by="myself", until=datetime.date(2026, 2, 28), quota=Quota(100))
    with pytest.raises(ModelError, match="ended on 2026-02-28"):
        opened(server.url, rows(10), over)
    assert server.rows == 0


def test_no_more_rows_are_asked_about_than_allowed(server, monkeypatch):
    monkeypatch.setattr(http, "_here", lambda host: False)
    allowed = Permission(by="head of lending", until=TODAY, quota=Quota(40))
    given = rows(30)
    server.told = LISTED
    model = opened(server.url, given, allowed, output="probabilities")
    model.ask(given)
    with pytest.raises(NoMoreAnswersError, match="max_queries"):
        model.ask(given)
    assert server.rows == 30


def test_rows_that_are_sent_again_count_again(server):
    given = rows(30)
    server.told = LISTED
    model = opened(
        server.url,
        given,
        Permission(by="head of lending", until=TODAY, quota=Quota(80)),
        output="probabilities",
    )
    server.moods = ["busy"] * 4
    with pytest.raises(NoMoreAnswersError, match="max_queries"):
        model.ask(given)
    assert server.rows == 60


def test_rows_that_never_left_do_not_count_and_a_dead_server_is_told_before_an_end_of_the_rows(server):
    given = rows(30)
    server.told = LISTED
    quota = Quota(70)
    model = opened(server.url, given, Permission(by="myself", until=TODAY, quota=quota), output="probabilities")
    server.dead = True  # hangs up after it got the rows: two tries, and no more are allowed
    with pytest.raises(UnreachableError, match="2 times"):
        model.ask(given)
    assert quota.asked == 60
    server.close()
    with pytest.raises(UnreachableError, match="4 times"):
        model.ask(given.take(np.arange(5)))
    assert quota.asked == 60


def test_a_limit_holds_on_this_machine_too_when_one_is_given(server):
    given = rows(30)
    server.told = LISTED
    model = opened(server.url, given, Permission(by="myself", until=TODAY, quota=Quota(20)), output="probabilities")
    with pytest.raises(NoMoreAnswersError, match="max_queries"):
        model.ask(given)
    assert server.rows == 0


@pytest.mark.parametrize("url", ["ftp://localhost/m", "localhost:8080/m", "http://"])
def test_an_address_is_refused_when_it_is_none(url):
    with pytest.raises(ModelError, match="Wanted an address"):
        opened(url, rows(10))


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


TRAIN = """
import joblib, numpy as np, pandas as pd, sys
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
rng = np.random.default_rng(0)
frame = pd.DataFrame({"a": rng.normal(size=300), "b": rng.integers(9, size=300), "c": rng.choice(["x", "y"], 300)})
truth = np.where(frame.a + (frame.c == "x") > 0.5, "yes", "no")
encode = make_column_transformer((OneHotEncoder(), ["c"]), remainder="passthrough")
joblib.dump(make_pipeline(encode, LogisticRegression()).fit(frame, truth), sys.argv[1] + "/model.joblib")
joblib.dump(LogisticRegression().fit(frame[["a", "b"]].to_numpy(), truth), sys.argv[2] + "/model.joblib")
"""


@pytest.fixture(scope="module")
def mlserver(tmp_path_factory):
    if not MLSERVER.exists():
        pytest.skip("MLServer is not installed: make .venv-mlserver")
    folder = tmp_path_factory.mktemp("mlserver")
    ports = [free_port() for _ in range(3)]
    names = ("http_port", "grpc_port", "metrics_port")
    settings = dict(zip(names, ports, strict=True)) | {"parallel_workers": 0, "host": "127.0.0.1"}
    (folder / "settings.json").write_text(json.dumps(settings))
    for name in ("table", "array"):
        (folder / name).mkdir()
        said = {
            "name": name,
            "implementation": "mlserver_sklearn.SKLearnModel",
            "parameters": {"uri": "./model.joblib"},
        }
        (folder / name / "model-settings.json").write_text(json.dumps(said))
    subprocess.run([MLSERVER, "-c", TRAIN, folder / "table", folder / "array"], check=True)
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([MLSERVER, "-m", "mlserver.cli.main", "start", folder], stdout=log, stderr=log)
    url = f"http://127.0.0.1:{ports[0]}/v2"
    try:
        for _ in range(3000):  # a busy machine takes its time
            time.sleep(0.2)
            try:
                if httpx.get(f"{url}/health/ready", trust_env=False).status_code == 200:
                    break
            except httpx.HTTPError:
                continue
        else:
            pytest.fail((folder / "log").read_text()[-2000:])
        yield url
    finally:
        process.terminate()
        process.wait(600)


@pytest.mark.slow
def test_a_real_server_answers_tables_with_words_and_missing_cells(mlserver):
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"a": rng.normal(size=700), "b": rng.integers(9, size=700), "c": rng.choice(["x", "y"], 700)})
    truth = np.where(frame.a + (frame.c == "x") > 0.5, "yes", "no")
    given = from_arrays((frame, truth)).test
    model = opened(f"{mlserver}/models/table", given, classes=("no", "yes"))
    answers = model.ask(given)
    assert (answers.labels == given.truth).mean() > 0.95
    assert answers.scores is not None


@pytest.mark.slow
def test_a_real_server_answers_arrays(mlserver):
    x = np.random.default_rng(1).normal(size=(300, 2))
    given = from_arrays((x, np.where(x[:, 0] > 0, "yes", "no"))).test
    answers = opened(f"{mlserver}/models/array", given, classes=("no", "yes")).ask(given)
    assert answers.given.all()
    assert answers.scores.shape == (300, 2)


@pytest.mark.slow
def test_a_model_that_is_not_there_is_told_plainly(mlserver):
    with pytest.raises(ModelError, match="refused"):
        opened(f"{mlserver}/models/nobody", rows(10))
