# SPDX-License-Identifier: Apache-2.0
"""Levels of numbers, and their names."""

import numpy as np

from probatum.systems.levels import digitise, nice_edges, ranges


def test_ages_are_cut_at_readable_edges_when_whole():
    ages = np.arange(18, 66, dtype=float)
    edges = nice_edges(ages, bins=4)
    assert (edges == np.round(edges)).all()
    assert ranges(np.array([25.0, 38.0]), whole=True) == ("up to 24", "25 to 37", "38 or more")
    assert ranges(np.array([0.5]), whole=False) == ("below 0.5", "0.5 or more")
    assert digitise(np.array([24.0, 25.0, np.nan]), np.array([25.0])).tolist() == [0, 1, -1]
