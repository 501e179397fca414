# SPDX-License-Identifier: Apache-2.0
import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from probatum.engines.evasion.tensor import quick  # noqa: E402


@st.composite
def networks(draw):
    """Draw a small network on pictures of 9 by 9, with its channels last and its weights fixed."""
    torch.manual_seed(draw(st.integers(0, 10**6)))
    colours, wide = draw(st.integers(1, 5)), draw(st.integers(1, 6))
    step, gap = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    first = nn.Conv2d(
        colours,
        wide,
        (draw(st.integers(1, 4)), draw(st.integers(1, 4))),
        stride=(step, draw(st.integers(1, 2))),
        padding=(draw(st.integers(0, 2)), draw(st.integers(0, 2))),
        dilation=(gap, 1),
        bias=draw(st.booleans()),
    )
    second = draw(st.sampled_from([nn.MaxPool2d(2), nn.AvgPool2d(2), nn.Conv2d(wide, 3, 2), nn.Identity()]))
    body = nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), nn.Flatten())
    width = body(torch.zeros(1, colours, 9, 9)).shape[1]
    whole = nn.Sequential(*body, nn.Linear(width, 4)).eval().requires_grad_(False)
    return whole.to(memory_format=torch.channels_last), torch.rand(draw(st.integers(1, 5)), colours, 9, 9)


def slopes(module, x):
    given = x.clone().requires_grad_(True)
    scores = module(given)
    (found,) = torch.autograd.grad(scores, given, torch.linspace(-1, 1, 4).expand_as(scores))
    return scores.detach(), found


def quickened(module):
    own = copy.deepcopy(module)
    quick.quicken(own)
    return own


@settings(max_examples=60, deadline=None)
@given(networks())
def test_scores_and_slopes_are_those_of_torch(drawn):
    module, x = drawn
    scores, expected = slopes(module, x)
    again, found = slopes(quickened(module), x)
    assert torch.equal(scores, again)
    assert found.shape == x.shape
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5 * float(expected.abs().max()) + 1e-12)


def test_slopes_are_those_of_torch_when_rows_are_unrolled_in_several_blocks(monkeypatch):
    torch.manual_seed(0)
    module = nn.Sequential(nn.Conv2d(2, 3, 3, padding=1), nn.Flatten(), nn.Linear(243, 4)).requires_grad_(False)
    x = torch.rand(7, 2, 9, 9)
    monkeypatch.setattr(quick, "BLOCK", 2 * 18 * 81 + 5)  # two rows
    torch.testing.assert_close(slopes(quickened(module), x)[1], slopes(module, x)[1], rtol=1e-5, atol=1e-6)


def test_the_first_convolution_of_a_network_on_pictures_goes_the_quicker_way_and_a_wide_one_does_not():
    own = quickened(nn.Sequential(nn.Conv2d(3, 8, 3), nn.Conv2d(8, 8, 3), nn.Flatten()))
    assert [type(layer) for layer in own] == [quick.NarrowConv2d, nn.Conv2d, quick.LastFlatten]


@pytest.mark.parametrize(
    "layer",
    [
        nn.Conv2d(2, 4, 3, groups=2),
        nn.Conv2d(1, 4, 3, padding="same"),
        nn.Conv2d(1, 4, 3, padding=1, padding_mode="circular"),
        type("Own", (nn.Conv2d,), {})(1, 4, 3),
        nn.Flatten(2),
    ],
)
def test_a_layer_that_may_do_something_else_is_left_as_it_is(layer):
    kind = type(layer)
    quick.quicken(nn.Sequential(layer))
    assert type(layer) is kind


def test_the_copy_of_a_quick_network_is_quick_and_a_picture_without_its_row_is_answered():
    own = copy.deepcopy(quickened(nn.Sequential(nn.Conv2d(1, 2, 3))))
    x = torch.rand(1, 9, 9, requires_grad=True)
    assert isinstance(own[0], quick.NarrowConv2d)
    assert own(x).shape == (2, 7, 7)


def test_slopes_of_each_row_under_torchs_own_transforms_are_the_same():
    torch.manual_seed(0)
    module = nn.Sequential(nn.Conv2d(1, 3, 3), nn.Flatten(), nn.Linear(147, 4)).requires_grad_(False)
    x, own = torch.rand(3, 1, 9, 9), quickened(module)
    found = torch.func.grad(lambda z: own(z)[:, 0].sum())(x)
    torch.testing.assert_close(found, torch.func.grad(lambda z: module(z)[:, 0].sum())(x), rtol=1e-5, atol=1e-6)
