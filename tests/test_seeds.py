# SPDX-License-Identifier: Apache-2.0
"""Named random streams."""

from probatum.seeds import number, stream


def test_stream_is_the_published_one_when_drawn_from():
    # part of the record's format: these numbers must never change
    assert stream(0, "usage/error-slices").integers(1000, size=5).tolist() == [997, 672, 535, 731, 634]


def test_streams_differ_when_seed_or_name_differs():
    draws = {tuple(stream(seed, name).integers(2**31, size=4)) for seed in (0, 1, 10) for name in ("a", "b", "0")}
    assert len(draws) == 9


def test_number_fits_a_random_state_when_drawn():
    assert 0 <= number(2**64, "x") < 2**31
    assert number(5, "x") == number(5, "x")
