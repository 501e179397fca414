# SPDX-License-Identifier: Apache-2.0
"""What is installed and really works here: each thing is tried, not just looked up."""

import platform
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from os import getpid
from pathlib import Path

from probatum.checks.interface import broken, checks
from probatum.evidence.canonical import canonical
from probatum.facts.policy import Stakes
from probatum.runs.folder import write_whole
from probatum.runs.isolation.confinement import landlock_version
from probatum.runs.isolation.pool import Pool
from probatum.runs.policies import shipped
from probatum.runs.reporting import formats

# Extra, the module that shows it is there, what it makes possible.
PATIENCE = 600  # seconds until a worker process counts as hanging; a busy machine may need most of a minute
EXTRAS = (
    ("parquet", "pyarrow", "reading Parquet files"),
    ("images", "PIL", "reading folders of pictures"),
    ("torch", "torch", "neural networks: PyTorch models, their gradients and bounds"),
    ("xgboost", "xgboost", "XGBoost models"),
    ("lightgbm", "lightgbm", "LightGBM models"),
    ("catboost", "catboost", "CatBoost models"),
    ("onnx", "onnxruntime", "models in ONNX files"),
    ("compiled", "numba", "exact distances of trees in about half the time, with the same results"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """One thing that was tried."""

    name: str
    works: bool
    needed: bool  # without it nothing works; else only what ``says`` names
    says: str


def examine() -> list[Examined]:
    """Try everything; never raises."""
    tried = [_try(name, trial) for name, trial in TRIALS]
    plugins = [Examined(name=name, works=False, needed=False, says=why) for name, why in broken().items()]
    return tried + plugins + [_extra(*extra) for extra in EXTRAS]


def _try(name: str, trial: Callable[[], str]) -> Examined:
    try:
        return Examined(name=name, works=True, needed=True, says=trial())
    except Exception as error:  # noqa: BLE001  # whatever it is, the user wants to read it
        return Examined(name=name, works=False, needed=True, says=f"{type(error).__name__}: {error}")


def _extra(extra: str, module: str, enables: str) -> Examined:
    there = find_spec(module) is not None
    says = f"{enables}" if there else f"not installed; pip install 'probatum[{extra}]' enables {enables}"
    return Examined(name=extra, works=there, needed=False, says=says)


def _python() -> str:
    return f"{platform.python_version()} on {platform.system()} {platform.machine()}"


def _libraries() -> str:
    names = ("numpy", "scipy", "scikit-learn", "pandas", "pydantic", "typer", "rich", "jinja2")
    absent = []
    for name in names:
        try:
            version(name)
        except PackageNotFoundError:
            absent.append(name)
    if absent:
        raise RuntimeError(f"not installed: {', '.join(absent)}")
    return ", ".join(f"{name} {version(name)}" for name in names[:4])


def _same_twice() -> str:
    import numpy as np
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    rng = np.random.Generator(np.random.PCG64(0))
    features = rng.normal(size=(500, 3))
    labels = (features[:, 0] > 0).astype(int)
    with threadpool_limits(1):
        scores = [
            HistGradientBoostingClassifier(max_iter=10, random_state=0).fit(features, labels).predict_proba(features)
            for _ in range(2)
        ]
    if not np.array_equal(*scores):
        raise RuntimeError("the same training with the same seed gave two different models")
    return "the same training twice gives the same bits"


def _processes() -> str:
    with Pool(1, patience=PATIENCE) as pool:
        (other,) = pool.map(getpid, [()])
    if other == getpid():
        raise RuntimeError("the work did not leave this process")
    version = landlock_version()
    kept = f"files that run no code are opened without the right to write (Landlock {version})"
    return f"worker processes start and answer; {kept if version else 'this kernel has no Landlock'}"


def _files() -> str:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "record.json"
        write_whole(file, canonical({"probatum": 1}))
        if file.read_bytes() != b'{"probatum":1}':
            raise RuntimeError("what was written is not what was read back")
    return "files are written whole and read back"


def _parts() -> str:
    for stakes in Stakes:
        shipped(stakes)
    return f"{len(checks())} checks, {len(Stakes)} policies, formats {', '.join(formats())}"


TRIALS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("Python", _python),
    ("libraries", _libraries),
    ("repeatable training", _same_twice),
    ("worker processes", _processes),
    ("files", _files),
    ("checks, policies, formats", _parts),
)
