# SPDX-License-Identifier: Apache-2.0
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probatum.engines.corruption import pictures as kinds
from probatum.engines.corruption.pictures import PICTURE_DAMAGES
from probatum.engines.corruption.severity import SEVERITIES
from probatum.errors import UsageError

BY_NAME = {one.name: one for one in PICTURE_DAMAGES}
GREY = ("defocus_blur", "motion_blur", "contrast", "pixelate", "rotation", "shift", "scale")


def drawn(n=3, height=16, width=20, colours=1, seed=0):
    return np.random.default_rng(seed).random((n, height, width, colours))


def rng():
    return np.random.default_rng(7)


@pytest.mark.parametrize("name", sorted(BY_NAME))
class TestEveryKind:
    @given(
        size=st.tuples(st.integers(1, 3), st.integers(1, 19), st.integers(1, 19), st.sampled_from([1, 3])),
        severity=st.sampled_from(SEVERITIES),
        seed=st.integers(0, 50),
    )
    @settings(max_examples=25, deadline=None)
    def test_points_stay_points_of_pictures_when_damaged(self, name, size, severity, seed):
        before = np.random.default_rng(seed).random(size)
        kept = before.copy()
        after = BY_NAME[name].apply(before, severity, np.random.default_rng(seed))
        assert after.shape == before.shape
        assert after.min() >= -1e-9
        assert after.max() <= 1 + 1e-9
        assert (before == kept).all()

    def test_same_draws_give_the_same_pictures_when_repeated(self, name):
        first, second = (BY_NAME[name].apply(drawn(), 3, rng()) for _ in range(2))
        assert (first == second).all()

    def test_damage_grows_on_average_when_severity_grows(self, name):
        # smooth pictures: on noise of single points a blur has done all it can at once
        down, across = np.meshgrid(np.linspace(0, 3, 28), np.linspace(0, 5, 28), indexing="ij")
        phases = np.linspace(0, 6, 40)[:, None, None]
        before = (0.5 + 0.25 * np.sin(2 * down + phases) + 0.25 * np.cos(2 * across - 2 * phases))[..., None]
        changes = [np.abs(BY_NAME[name].apply(before, severity, rng()) - before).mean() for severity in SEVERITIES]
        assert changes[0] > 0
        assert all(later > 0.95 * earlier for earlier, later in pairwise(changes))
        assert changes[4] > 1.3 * changes[0]

    def test_severity_is_refused_when_there_is_none_such(self, name):
        with pytest.raises(UsageError, match="from 1"):
            BY_NAME[name].apply(drawn(), 6, rng())


@pytest.mark.parametrize("name", GREY)
def test_an_even_grey_stays_when_light_is_only_spread_or_moved(name):
    grey = np.full((2, 12, 9, 3), 0.4)
    assert BY_NAME[name].apply(grey, 5, rng()) == pytest.approx(grey, abs=1e-9)


def test_contrast_keeps_045_of_each_distance_from_the_mean_when_moderate():
    before = np.array([0.0, 1.0, 0.0, 1.0]).reshape(1, 2, 2, 1)
    assert kinds.contrast(before, 3, rng()).reshape(-1) == pytest.approx([0.275, 0.725, 0.275, 0.725])


def test_brightness_moves_all_points_by_a_fifth_when_moderate():
    after = kinds.brightness(np.full((50, 2, 2, 1), 0.5), 3, rng())
    assert set(np.round(after.reshape(-1), 9)) == {0.3, 0.7}


def test_impulse_noise_strikes_six_of_100_points_when_moderate():
    struck = kinds.impulse_noise(np.full((20, 50, 50, 3), 0.5), 3, rng()) != 0.5
    assert struck.all(axis=3).mean() == pytest.approx(0.06, abs=0.005)
    assert (struck.all(axis=3) == struck.any(axis=3)).all()  # all colours of a point


def test_occlusion_covers_eight_of_100_points_with_one_grey_when_moderate():
    after = kinds.occlusion(np.full((5, 50, 50, 1), 2.0), 3, rng())
    for picture in after:
        assert (picture != 2.0).mean() == pytest.approx(0.08, abs=0.01)
        assert len(np.unique(picture)) == 2


def test_gaussian_noise_has_the_spread_stated_when_moderate():
    after = kinds.gaussian_noise(np.full((4, 60, 60, 1), 0.5), 3, rng())
    assert after.std() == pytest.approx(0.12, rel=0.03)


def test_shift_moves_a_single_point_by_the_distance_stated_when_severe():
    before = np.zeros((8, 41, 41, 1))
    before[:, 20, 20] = 1
    after = kinds.shift(before, 5, rng())[..., 0]
    places = np.arange(41.0) - 20
    down = (after.sum(axis=2) * places).sum(axis=1)
    across = (after.sum(axis=1) * places).sum(axis=1)
    assert np.hypot(down, across) == pytest.approx(0.14 * 41, abs=0.01)
