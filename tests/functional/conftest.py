# SPDX-License-Identifier: Apache-2.0
"""The lender is trained once; each test gets a fresh folder with its files and works in there."""

from pathlib import Path

import joblib
import pytest

from functional.workshop import TOML, Desk, people, set_up, train


@pytest.fixture(scope="session")
def lender(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with train.csv, test.csv, model.joblib and probatum.toml."""
    folder = tmp_path_factory.mktemp("lender")
    known = people(400, seed=1)
    known.to_csv(folder / "train.csv", index=False)
    people(300, seed=2).to_csv(folder / "test.csv", index=False)
    joblib.dump(train(known), folder / "model.joblib")
    (folder / "probatum.toml").write_text(TOML, encoding="utf-8")
    return folder


@pytest.fixture
def desk(lender: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """A user in a fresh folder with the lender's files."""
    set_up(lender, tmp_path)
    monkeypatch.chdir(tmp_path)
    return Desk(folder=tmp_path, capsys=capsys)
