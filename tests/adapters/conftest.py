# SPDX-License-Identifier: Apache-2.0
"""Small real data sets and models for the ways in."""

import pytest

from functional.workshop import TARGET, people, train
from probatum.systems.datasets import Dataset, from_arrays


@pytest.fixture(scope="session")
def lender() -> Dataset:
    """Applicants whose repayment mostly follows their income."""
    known, held_out = people(300, seed=1), people(200, seed=2)
    return from_arrays(
        (held_out.drop(columns=TARGET), held_out[TARGET]), (known.drop(columns=TARGET), known[TARGET]), target=TARGET
    )


@pytest.fixture(scope="session")
def pipeline() -> object:
    """A pipeline trained on the lender's training rows."""
    return train(people(300, seed=1))
