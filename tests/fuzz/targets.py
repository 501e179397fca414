# SPDX-License-Identifier: Apache-2.0
"""What is tried on damaged files: each reader, with sound files to start from, all of them generated here."""

import datetime
import gzip
import io
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from probatum.adapters.inference_protocol import read as read_reply
from probatum.adapters.loading import load
from probatum.checks.interface import checks
from probatum.engines.files.identify import identify
from probatum.engines.files.structure.check import defect
from probatum.errors import ProbatumError
from probatum.facts.input_limits import InputLimits
from probatum.facts.policy import Stakes
from probatum.facts.record import Record
from probatum.runs.folder import read_fact
from probatum.runs.planning import read_plan
from probatum.runs.policies import read_policy, shipped_text
from probatum.runs.stored import read_run
from probatum.systems.datasets import read as read_data
from probatum.systems.description import Description, read_description
from probatum.systems.sections import DataSection, InputLimitsSection

LIMITS = InputLimits(file_bytes=50_000_000, seconds=1.0, reply_bytes=1_000_000)
DESCRIPTION = """
[system]
name = "income"
stakes = "high"
[model]
scores = "cases.csv"
decision = "approved"
[data]
favourable = "yes"
[data.columns]
protected = ["sex", 'race']
ordinal = { size = ["small", "large"] }
[input_limits]
seconds = 1.5
[[declarations]]
topic = "consulted"
text = \"\"\"Twelve
applicants\"\"\"
by = "owner"
date = 2026-03-01
"""
TABLES = (
    b'a,b,y\n1,x,yes\n2.5,"y, ""z""",no\n,,yes\n',
    b"sep=;\na;b;y\n1,5;01067;1\n2,5;02;0\n1.234,50;3;1\n",
    "a\tname\ty\n1\tä€\t0\n-3e5\tNA\t1\n".encode("utf-16"),
    b"a,b,y\r\n 1 , x ,0\r\n2,,1\r\n\r\ntotal,,2\r\n",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A reader, and sound files."""

    name: str  # of the file
    seeds: Callable[[], list[bytes]]
    run: Callable[[Path], object]  # raises nothing but ProbatumError
    needs: tuple[str, ...] = ()  # packages


def _saved(write: Callable[[io.BytesIO], object]) -> bytes:
    stream = io.BytesIO()
    write(stream)
    return stream.getvalue()


def _table(reference: str) -> Callable[[Path], object]:
    description = Description(
        data=DataSection(test=reference, target="y"), input_limits=InputLimitsSection(file_bytes=LIMITS.file_bytes)
    )
    return lambda path: read_data(description, path.parent)


def _npz() -> list[bytes]:
    x, y = np.arange(12.0).reshape(6, 2), np.arange(6) % 2
    return [
        _saved(lambda to: np.savez(to, x=x, y=y)),
        _saved(lambda to: np.savez_compressed(to, x=x.astype("i2"), y=y.astype("U3"))),
    ]


def _parquet() -> list[bytes]:
    import pandas as pd

    frame = pd.DataFrame({"a": [1.5, None], "b": ["x", "y"], "y": [0, 1]})
    return [_saved(frame.to_parquet), _saved(lambda to: frame.astype({"b": "category"}).to_parquet(to))]


@cache
def _run() -> Path:
    """Return the folder of a small finished run."""
    import pandas as pd

    import probatum

    frame = pd.DataFrame({"approved": ["yes", "no"] * 30, "sex": ["f", "m", "m"] * 20})
    folder = Path(tempfile.mkdtemp()) / "run"
    probatum.assess(
        test=frame,
        decision="approved",
        favourable="yes",
        protected=["sex"],
        folder=folder,
        only=["usage/declarations"],
        progress=False,
    )
    return folder


def _file_of_run(name: str) -> Callable[[], list[bytes]]:
    return lambda: [(_run() / name).read_bytes()]


def _files_of_run() -> list[bytes]:
    """Return the files of a run, each with its name in front."""
    return [file.name.encode() + b"\n" + file.read_bytes() for file in sorted(_run().glob("*.json"))]


def _opened_run(path: Path) -> object:
    name, _, content = path.read_bytes().partition(b"\n")
    folder = path.parent / "run"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(_run(), folder)
    known = {file.name.encode(): file for file in folder.glob("*.json")}
    known.get(name, folder / "record.json").write_bytes(content)
    return read_run(folder)


def _forest() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.normal(size=(60, 4)), rng.integers(3, size=60)


def _xgboost() -> list[bytes]:
    import xgboost

    x, y = _forest()
    boosters = [
        xgboost.XGBClassifier(n_estimators=2, max_depth=2).fit(x, y).get_booster(),
        xgboost.XGBRegressor(n_estimators=2, max_depth=2, booster="dart").fit(x, y).get_booster(),
        xgboost.XGBClassifier(n_estimators=2, booster="gblinear").fit(x, y).get_booster(),
    ]
    return [bytes(one.save_raw(form)) for one in boosters for form in ("json", "ubj")]


def _lightgbm() -> list[bytes]:
    import lightgbm
    import pandas as pd

    x, y = _forest()
    words = pd.DataFrame({"a": x[:, 0], "b": pd.Categorical(np.array(list("uvw"))[y])})
    few = {"n_estimators": 2, "num_leaves": 4, "verbose": -1, "min_child_samples": 5}
    models = [
        lightgbm.LGBMClassifier(**few).fit(x, y),
        lightgbm.LGBMRegressor(**few).fit(words, x[:, 0]),
        lightgbm.LGBMRegressor(**few, linear_tree=True).fit(x, x[:, 0]),
    ]
    return [one.booster_.model_to_string().encode() for one in models]


def _catboost() -> list[bytes]:
    import catboost

    x, y = _forest()
    model = catboost.CatBoostClassifier(iterations=3, depth=2, verbose=0, allow_writing_files=False).fit(x, y)
    with tempfile.TemporaryDirectory() as folder:
        model.save_model(f"{folder}/m.cbm")
        return [Path(f"{folder}/m.cbm").read_bytes()]


def _onnx() -> list[bytes]:
    """Return models without loops that a condition ends: damaged, these may run for ever, as is said in onnx_loops."""
    from hostile.graphs import SOUND

    return [make().SerializeToString() for name, make in SOUND.items() if "condition ends" not in name]


def _safetensors() -> list[bytes]:
    header = json.dumps({"w": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}}).encode()
    return [len(header).to_bytes(8, "little") + header + bytes(16)]


def _loaded(path: Path) -> object:
    return load(path, trusted=False, limits=LIMITS)


def _asked(path: Path) -> object:
    """Load a model and ask it about a few rows, in this process."""
    rows, thing = np.zeros((5, 4), dtype=np.float32), load(path, trusted=False, limits=LIMITS).content
    try:
        kind = type(thing).__module__.partition(".")[0]
        if kind == "xgboost":
            import xgboost

            return thing.predict(xgboost.DMatrix(rows))
        if kind == "probatum":
            import onnxruntime

            return onnxruntime.InferenceSession(thing.content, providers=["CPUExecutionProvider"]).run(
                None, {"x": rows}
            )
        return thing.predict(rows)
    except Exception as error:  # what a library raises is caught where it is asked in earnest
        raise ProbatumError(str(error)) from error


def _looked_at(path: Path) -> object:
    content = path.read_bytes()
    kind = identify(content)
    return defect(content, kind, LIMITS)


REPLY = {"outputs": [{"name": "p", "datatype": "FP64", "shape": [2, 2], "data": [0.5, 0.5, 0.1, 0.9]}]}


def _replies() -> list[bytes]:
    body = json.dumps(REPLY).encode()
    told = json.dumps({"name": "m", "inputs": [{"name": "x", "datatype": "FP64", "shape": [-1, 3]}]}).encode()
    return [b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(one) + one for one in (body, told)]


def _reply(path: Path) -> object:
    from hostile.servers import ScriptedServer
    from probatum.adapters import http
    from probatum.adapters.interface import Wish, wrap
    from probatum.systems.datasets import from_arrays

    content = path.read_bytes()
    http.WAITS = (0.0, 0.0, 0.0)  # type: ignore[assignment]  # a process of its own
    server = ScriptedServer(lambda: iter([content]))
    given = from_arrays((np.zeros((2, 3)), np.array([0, 1]))).test
    try:
        return wrap(http.Address(url=server.url, today=datetime.date(2026, 3, 1), limits=LIMITS), given, Wish())
    finally:
        server.close()


def _body(path: Path) -> object:
    try:
        told = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return None
    return read_reply(told, "p", 2) if isinstance(told, dict) else None


TARGETS: dict[str, Target] = {
    "toml": Target(name="probatum.toml", seeds=lambda: [DESCRIPTION.encode()], run=read_description),
    "policy": Target(name="p.toml", seeds=lambda: [shipped_text(one).encode() for one in Stakes], run=read_policy),
    "policy as JSON": Target(name="policy.json", seeds=_file_of_run("policy.json"), run=read_policy),
    "plan": Target(name="plan.json", seeds=_file_of_run("plan.json"), run=lambda path: read_plan(path, checks())),
    "record": Target(name="record.json", seeds=_file_of_run("record.json"), run=lambda path: read_fact(path, Record)),
    "run folder": Target(name="x.json", seeds=_files_of_run, run=_opened_run),
    "csv": Target(name="x.csv", seeds=lambda: [*TABLES, *map(gzip.compress, TABLES)], run=_table("x.csv")),
    "npz": Target(name="x.npz", seeds=_npz, run=_table("x.npz:x,y")),
    "parquet": Target(name="x.parquet", seeds=_parquet, run=_table("x.parquet"), needs=("pyarrow",)),
    "safetensors": Target(name="x.st", seeds=_safetensors, run=_loaded, needs=("safetensors", "torch")),
    "structure": Target(
        name="x.bin",
        seeds=lambda: [*_xgboost(), *_lightgbm(), *_onnx(), *_catboost(), *_safetensors()],
        run=_looked_at,
        needs=("xgboost", "lightgbm", "onnx", "catboost"),
    ),
    "xgboost": Target(name="x.json", seeds=_xgboost, run=_asked, needs=("xgboost",)),
    "lightgbm": Target(name="x.txt", seeds=_lightgbm, run=_asked, needs=("lightgbm",)),
    "onnx": Target(name="x.onnx", seeds=_onnx, run=_asked, needs=("onnx", "onnxruntime")),
    "catboost": Target(name="x.cbm", seeds=_catboost, run=_asked, needs=("catboost",)),
    "reply": Target(name="x.http", seeds=_replies, run=_reply, needs=("httpx",)),
    "body of a reply": Target(name="x.json", seeds=lambda: [json.dumps(REPLY).encode()], run=_body),
}
