# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probatum.engines.evasion.placing import Laid, Looks, frame

STILL = Looks(turn=0.0, size=0.0, light=0.0)


def test_a_patch_as_large_as_the_picture_covers_it_point_by_point():
    whole = frame((3, 3), area=1.0, least=0.0, most=1.0)
    patch = np.arange(9.0).reshape(3, 3) / 9
    laid = whole.draw(1, STILL, np.random.default_rng(0))
    np.testing.assert_allclose(whole.lay(np.zeros((1, 3, 3)), patch[None], laid)[0], patch)


@pytest.mark.parametrize("shape", [(8, 8), (3, 8, 8), (8, 8, 3)])
def test_colours_keep_their_place_whatever_the_order_of_axes(shape):
    square = frame(shape, area=0.25, least=0.0, most=1.0)
    patch = np.random.default_rng(1).random(square.patch)
    source = np.full((8, 8), -1, dtype=np.int32)
    source[2:6, 1:5] = np.arange(16).reshape(4, 4)
    laid = Laid(source=source.reshape(1, 64), light=np.ones(1))
    out = square.lay(np.zeros((1, *shape)), patch[None], laid)[0]
    cut = (slice(2, 6), slice(1, 5))
    cut = (slice(None), *cut) if shape[0] == 3 else cut
    np.testing.assert_array_equal(out[cut], patch)
    assert out.sum() == pytest.approx(patch.sum())


def test_light_is_a_factor_above_the_least_and_cut_at_the_most():
    square = frame((2, 2), area=1.0, least=10.0, most=20.0)
    laid = Laid(source=np.arange(4, dtype=np.int32)[None], light=np.array([1.5]))
    out = square.lay(np.full((1, 2, 2), 10.0), np.array([[[10.0, 12.0], [16.0, 20.0]]]), laid)
    np.testing.assert_allclose(out, [[[10.0, 13.0], [19.0, 20.0]]])


@given(
    side=st.integers(4, 24),
    area=st.floats(0.02, 0.2),
    turn=st.floats(0, 45),
    size=st.floats(0, 0.4),
    light=st.floats(0, 0.5),
    seed=st.integers(0, 999),
)
def test_only_points_under_the_patch_change_and_all_stay_in_range(side, area, turn, size, light, seed):
    rng = np.random.default_rng(seed)
    square = frame((side, side), area=area, least=-1.0, most=1.0)
    pictures = rng.uniform(-1, 1, (3, side, side))
    laid = square.draw(3, Looks(turn=turn, size=size, light=light), rng)
    out = square.lay(pictures, rng.uniform(-1, 1, (1, *square.patch)), laid)
    under = (laid.source >= 0).reshape(pictures.shape)
    np.testing.assert_array_equal(out[~under], pictures[~under])
    assert np.abs(out).max() <= 1.0
    assert laid.source.max() < square.side**2
    # as many points as its area, but for those cut at its four edges
    most = square.length * (1 + size)
    assert under.reshape(3, -1).sum(axis=1).max() <= most**2 + 4 * most + 4
