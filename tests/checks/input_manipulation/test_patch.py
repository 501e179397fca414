# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from probatum.adapters.interface import Wish, few, wrap
from probatum.checks.input_manipulation.patch import Options, run
from probatum.errors import UsageError
from probatum.facts.finding import State
from probatum.facts.plan import Terms
from probatum.planted.input_manipulation.patch import PLANTED
from probatum.seeds import stream
from probatum.systems.attacker import Attacker
from probatum.systems.datasets import from_arrays
from probatum.systems.system import System
from probatum.systems.views import AttackedRows


def asked(system, *, include_rows=False, **options):
    view = AttackedRows(rows=system.data.test, attacker=Attacker.none(), train=system.data.train)
    return run(system, view, Options(**options), Terms(confidence=0.95, include_rows=include_rows), stream(0, "t"))


def share(finding, name="turned_share"):
    return finding.measures[name].value


def pictures(model, output, rows, truth):
    known = np.stack([np.zeros(rows.shape[1:]), np.ones(rows.shape[1:])]).astype(rows.dtype)
    data = from_arrays((rows, truth), (known, np.array([0, 1])), classes=[0, 1])
    return System.of(wrap(model, few(data.test), Wish(output=output)), data)


def brightest(rows):
    """Say 1 where a point is brighter than .7."""
    second = 1 / (1 + np.exp(-20 * (rows.max(axis=(1, 2)) - 0.7)))
    return np.column_stack([1 - second, second])


def test_a_white_patch_turns_just_the_dark_pictures():
    system = PLANTED.build(0.3, stream(0, "p"))
    finding = asked(system)
    dark = system.data.test.truth == 0
    assert share(finding) == pytest.approx(dark.mean(), abs=0.06)  # half of the rows, drawn
    assert share(finding, "grey_share") == 0
    assert any("became “1”" in detail for detail in finding.details)


def test_every_dark_picture_turns_when_one_bright_point_is_enough():
    system = pictures(brightest, "probabilities", np.full((60, 12, 12), 0.2), np.zeros(60, dtype=int))
    finding = asked(system)
    assert share(finding) == share(finding, "bright_share") == 1.0
    assert share(finding, "grey_share") == share(finding, "dark_share") == 0.0


@pytest.mark.parametrize("shape", [(1, 12, 12), (12, 12, 1)], ids=["colours first", "colours last"])
def test_grey_pictures_with_an_axis_of_one_colour_are_pictures(shape):
    def brightest_of_all(given):
        return brightest(given.reshape(len(given), 12, 12))

    system = pictures(brightest_of_all, "probabilities", np.full((60, *shape), 0.2), np.zeros(60, dtype=int))
    assert share(asked(system)) == 1.0


def test_covering_alone_counts_for_plain_grey_too():
    rows = np.ones((60, 12, 12))  # a picture counts as 1 only while all of it is white

    def all_white(given):
        second = (given.min(axis=(1, 2)) > 0.99).astype(float)
        return np.column_stack([1 - second, second])

    finding = asked(pictures(all_white, "probabilities", rows, np.ones(60, dtype=int)))
    assert share(finding) == share(finding, "grey_share") == share(finding, "noise_share") == 1.0


def test_a_network_is_followed_by_gradients():
    torch = pytest.importorskip("torch")

    class Light(torch.nn.Module):
        def forward(self, x):
            total = x.flatten(1).sum(dim=1) - 12.0  # a patch of 7 points by 7 can add 49 x .8
            return torch.stack([-total, total], dim=1)

    system = pictures(Light(), "logits", np.zeros((80, 16, 16), dtype=np.float32), np.zeros(80, dtype=int))
    finding = asked(system, area=0.19, steps=30)
    assert share(finding) == 1.0
    assert any("by gradients" in detail for detail in finding.details)


def test_the_patch_is_shown_only_if_rows_may_be():
    system = PLANTED.build(0.3, stream(0, "p"))
    shown, hidden = asked(system, include_rows=True), asked(system)
    assert (shown.pattern.width, shown.pattern.height) == (4, 4)
    assert shown.examples[0].picture is not None
    assert hidden.pattern is None
    assert hidden.examples[0].picture is None


def test_whole_numbers_stay_whole():
    def bytes_of(given):
        assert given.dtype == np.uint8
        return brightest(given / 255)

    known = np.stack([np.zeros((12, 12)), np.full((12, 12), 255)]).astype(np.uint8)
    rows = np.full((60, 12, 12), 50, dtype=np.uint8)
    data = from_arrays((rows, np.zeros(60, dtype=int)), (known, np.array([0, 1])), classes=[0, 1])
    system = System.of(wrap(bytes_of, few(data.test), Wish(output="probabilities")), data)
    assert share(asked(system)) == 1.0


def test_it_does_not_apply_when_there_are_no_pictures():
    rows = pd.DataFrame({"a": np.linspace(0, 1, 40)})
    data = from_arrays((rows, np.tile([0, 1], 20)))
    system = System.of(
        wrap(lambda given: (given["a"] > 0.5).astype(int).to_numpy(), few(data.test), Wish(output="labels")), data
    )
    finding = run(
        system,
        AttackedRows(rows=data.test, attacker=Attacker.none()),
        Options(),
        Terms(confidence=0.95),
        stream(0, "t"),
    )
    assert finding.state is State.NOT_APPLICABLE
    assert "no pictures" in finding.why
    assert finding.advice


@pytest.mark.parametrize("options", [{"area": 0.0}, {"area": 0.9}, {"size": 1.0}, {"light": 2.0}])
def test_a_patch_that_cannot_be_is_refused(options):
    with pytest.raises(UsageError, match="Wanted a patch"):
        asked(PLANTED.build(0.3, stream(0, "p")), **options)


def test_the_same_seed_gives_the_same_numbers():
    system = PLANTED.build(0.3, stream(0, "p"))
    assert replace(asked(system)) == asked(system)
