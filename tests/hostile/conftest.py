# SPDX-License-Identifier: Apache-2.0
"""The lender of the functional tests, and real models from which hostile ones are made."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from functional.conftest import desk, lender
from functional.workshop import Desk
from probatum.cli.app import run

__all__ = ["desk", "lender"]

RNG_SEED = 0
CHECKS = ("--only", "usage/error-rate", "--only", "usage/declarations", "--only", "environment/model-file")


def rows():
    """Return rows of four numbers, and three classes."""
    rng = np.random.default_rng(RNG_SEED)
    return rng.normal(size=(300, 4)), rng.integers(3, size=300)


@pytest.fixture(scope="session")
def xgboost_model():
    xgboost = pytest.importorskip("xgboost")
    return bytes(xgboost.XGBClassifier(n_estimators=3, max_depth=3).fit(*rows()).get_booster().save_raw("json"))


@pytest.fixture(scope="session")
def lightgbm_model():
    lightgbm = pytest.importorskip("lightgbm")
    model = lightgbm.LGBMClassifier(n_estimators=3, num_leaves=5, verbose=-1).fit(*rows())
    return model.booster_.model_to_string()


@pytest.fixture(scope="session")
def catboost_model(tmp_path_factory):
    catboost = pytest.importorskip("catboost")
    file = tmp_path_factory.mktemp("catboost") / "m.cbm"
    plain = {"iterations": 4, "depth": 3, "verbose": 0, "allow_writing_files": False}
    catboost.CatBoostClassifier(**plain).fit(*rows()).save_model(str(file))
    return file.read_bytes()


@pytest.fixture(scope="session")
def finished(lender: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that came to its end."""
    folder = tmp_path_factory.mktemp("finished") / "run"
    assert run(["assess", str(lender / "probatum.toml"), *CHECKS, "-o", str(folder), "--quiet"]) in (0, 1, 3)
    return folder


@pytest.fixture
def stored(finished: Path, desk: Desk) -> Path:
    """A copy of it, beside the lender's files."""
    shutil.copytree(finished, desk.folder / "run")
    return desk.folder / "run"
