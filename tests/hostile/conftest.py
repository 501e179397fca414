# SPDX-License-Identifier: Apache-2.0
"""One finished run of the lender, copied for each attempt to alter it."""

import shutil
from pathlib import Path

import pytest

from functional.conftest import desk, lender
from functional.workshop import Desk
from probatum.cli.app import run

__all__ = ["desk", "lender"]
CHECKS = ("--only", "usage/error-rate", "--only", "usage/declarations", "--only", "environment/model-file")


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
