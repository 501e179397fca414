# SPDX-License-Identifier: Apache-2.0
"""Rows that workers hand to each other: the same rows, not copied, and not altered."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from probatum.errors import WorkerError
from probatum.runs.shared_rows import SharedRows, share, shared
from probatum.systems.datasets import Dataset, from_arrays


def rows() -> Dataset:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "number": rng.normal(size=5_000),
            "word": rng.choice(["a", "ü", None], 5_000),
            "whole": rng.integers(0, 9, 5_000),
            "day": pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 99, 5_000), unit="D"),
        }
    )
    return from_arrays((frame, rng.choice(["no", "yes"], 5_000)))


def test_rows_come_back_as_they_were(tmp_path: Path) -> None:
    data = rows()
    back = shared(share(data, tmp_path / "rows"))
    assert isinstance(back.test.features, pd.DataFrame)
    assert isinstance(data.test.features, pd.DataFrame)
    pd.testing.assert_frame_equal(back.test.features, data.test.features)
    np.testing.assert_array_equal(back.test.truth, data.test.truth)
    assert back.test.schema == data.test.schema
    assert (tmp_path / "rows").stat().st_mode & 0o077 == 0


def test_numbers_are_mapped_and_not_copied(tmp_path: Path) -> None:
    numbers = np.random.default_rng(0).normal(size=(1_000, 3))
    back = shared(share(from_arrays((numbers, np.arange(1_000) % 2)), tmp_path / "rows"))
    features = back.test.features
    assert isinstance(features, np.ndarray)
    np.testing.assert_array_equal(features, numbers)
    assert not features.flags.owndata
    assert not features.flags.writeable


def test_rows_that_were_altered_are_refused(tmp_path: Path) -> None:
    found = share(rows(), tmp_path / "rows")
    content = bytearray(found.file.read_bytes())
    content[len(content) // 2] ^= 1
    found.file.write_bytes(content)
    with pytest.raises(WorkerError, match="altered"):
        shared(found)
    with pytest.raises(FileExistsError):
        share(rows(), found.file)
    with pytest.raises(WorkerError, match="altered"):
        shared(SharedRows(file=found.file, digest="sha256:0"))
