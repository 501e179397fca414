# SPDX-License-Identifier: Apache-2.0
"""A short part of ``make fuzz``, always the same files: readers raise nothing but our own errors."""

import random
import warnings
from importlib.util import find_spec

import pytest

from fuzz.mutations import damaged
from fuzz.targets import TARGETS
from probatum.errors import ProbatumError

TRIED = 60
# What hands files to other libraries in this process, and what opens a socket each time, is left to make fuzz.
HERE = sorted(set(TARGETS) - {"xgboost", "lightgbm", "onnx", "catboost", "reply"})


@pytest.mark.parametrize("name", HERE)
def test_damaged_files_end_with_our_own_errors(name, tmp_path):
    target = TARGETS[name]
    missing = [package for package in target.needs if find_spec(package) is None]
    if missing:
        pytest.skip(f"{missing[0]} is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        seeds, rng = target.seeds(), random.Random(0)
        path = tmp_path / target.name
        refused = 0
        for _ in range(TRIED):
            path.write_bytes(damaged(rng.choice(seeds), seeds, rng))
            try:
                refused += target.run(path) is not None and name == "structure"
            except ProbatumError:
                refused += 1
    assert refused  # otherwise nothing was damaged
