# SPDX-License-Identifier: Apache-2.0
"""The key that names rows and hides what was read."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.evidence.keys import BYTES, COMMITMENT, Key

keys = st.binary(min_size=BYTES, max_size=BYTES).map(Key)


@given(keys, st.integers(0, 300))
def test_every_row_has_one_place_when_ordered(key, rows):
    places = key.permutation("test", rows)
    assert np.array_equal(np.sort(places), np.arange(rows))
    assert np.array_equal(places, key.permutation("test", rows))


def test_order_is_another_when_the_key_or_the_name_is():
    one, other = Key(bytes(BYTES)), Key(b"\1" * BYTES)
    assert not np.array_equal(one.permutation("test", 100), other.permutation("test", 100))
    assert not np.array_equal(one.permutation("test", 100), one.permutation("train", 100))


def test_first_place_is_any_row_when_keys_are_many():
    first = [Key(place.to_bytes(BYTES, "big")).permutation("test", 10)[0] for place in range(2000)]
    assert np.bincount(first, minlength=10).min() > 140  # of 200 on average


@given(keys, keys)
def test_commitment_is_checked_by_holders_of_the_key_only(one, other):
    digest = "sha256:" + "0" * 64
    assert one.commitment("test", digest) == one.commitment("test", digest)
    assert one.commitment("test", digest).startswith(COMMITMENT)
    assert one.commitment("test", digest) != one.commitment("train", digest)
    if one != other:
        assert one.commitment("test", digest) != other.commitment("test", digest)
        assert one.digest != other.digest


def test_secret_stands_in_no_text_when_shown():
    secret = bytes(range(BYTES))
    assert secret.hex() not in repr(Key(secret)) + str(Key(secret)) + Key(secret).digest
    assert repr(secret) not in repr(Key(secret))


@pytest.mark.parametrize("size", [0, 16, 33])
def test_key_of_another_length_is_refused(size):
    with pytest.raises(ValueError, match="32 bytes"):
        Key(bytes(size))
