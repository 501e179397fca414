# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probatum.engines.corruption.pictures import CATALOGUE, corrupted


def crosses(n, side=48):
    x = np.zeros((n, side, side, 1))
    x[:, side // 3 : side // 2] = x[:, :, side // 3 : side // 2] = 1.0
    return x


@pytest.mark.parametrize("name", CATALOGUE)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), height=st.integers(4, 20), width=st.integers(4, 20), colours=st.sampled_from([1, 3]))
def test_shape_range_and_the_pictures_themselves_are_kept(name, seed, height, width, colours):
    rng = np.random.default_rng(seed)
    x = rng.random((3, height, width, colours))
    before = x.copy()
    for severity in (1, 3, 5):
        out = corrupted(x, name, severity, np.random.default_rng(seed))
        assert out.shape == x.shape
        assert ((out >= 0) & (out <= 1)).all()
        assert (out == corrupted(x, name, severity, np.random.default_rng(seed))).all()
    assert (x == before).all()


@pytest.mark.parametrize("name", CATALOGUE)
def test_damage_grows_with_the_grade(name):
    x = 0.2 + 0.4 * crosses(40) + 0.2 * np.random.default_rng(0).random((40, 48, 48, 1))
    far = [np.abs(corrupted(x, name, grade, np.random.default_rng(1)) - x).mean() for grade in (1, 3, 5)]
    assert 0 < far[0] < far[1] < far[2]


def test_known_answers():
    rng = np.random.default_rng(0)
    flat = np.full((1, 8, 8, 1), 0.5)
    for name in ("defocus_blur", "motion_blur", "contrast", "pixelate", "occlusion", "rotation", "translation"):
        np.testing.assert_allclose(corrupted(flat, name, 5, rng), flat, atol=1e-12)  # nothing in it can be blurred
    assert (corrupted(flat, "brightness", 2, rng) == 0.7).all()
    ramp = np.linspace(0, 1, 8)[None, None, :, None] * np.ones((1, 8, 1, 1))
    np.testing.assert_allclose(corrupted(ramp, "contrast", 3, rng), 0.5 + 0.4 * (ramp - 0.5))
    whole = corrupted(np.zeros((200, 8, 8, 1)), "impulse_noise", 5, rng)
    assert abs((whole == 1).mean() - 0.17 / 2) < 0.01
    covered = corrupted(np.zeros((50, 20, 20, 1)), "occlusion", 5, rng)
    assert ((covered == 0.5).mean(axis=(1, 2, 3)) == 0.25).all()
