# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from probatum.engines.bounds.tensor.certify import certify  # noqa: E402
from probatum.engines.bounds.tensor.intervals import forward  # noqa: E402
from probatum.engines.bounds.tensor.trace import Refused, trace  # noqa: E402
from probatum.engines.bounds.tensor.trial import tried  # noqa: E402
from probatum.engines.evasion.threat import region  # noqa: E402


def by_hand():
    """Return two neurons: |a| as relu(a) + relu(-a); the second class where |a| > 1."""
    net = nn.Sequential(nn.Linear(1, 2), nn.ReLU(), nn.Linear(2, 2))
    with torch.no_grad():
        net[0].weight.copy_(torch.tensor([[1.0], [-1.0]]))
        net[0].bias.zero_()
        net[2].weight.copy_(torch.tensor([[0.0, 0.0], [1.0, 1.0]]))
        net[2].bias.copy_(torch.tensor([1.0, 0.0]))
    return net


def test_the_radius_of_a_net_solved_by_hand_is_found_from_below():
    x, y = np.array([[0.0], [3.0], [-0.4]], dtype=np.float32), np.array([0, 1, 0])
    exact = np.array([1.0, 2.0, 0.6])
    for share, expected in ((0.999, True), (1.001, False)):
        proof = certify(by_hand(), x, y, region(x, norm="linf", radius=exact * share), nodes=1)
        assert (proof.certified == expected).all()


class Own(nn.Module):
    """Layers of its own, a way that parts and joins, curves, pools, constants."""

    def __init__(self, curve):
        super().__init__()
        self.first, self.second = nn.Conv2d(1, 3, 3, padding=1), nn.Conv2d(3, 3, 3, padding=1)
        self.norm, self.pool, self.last = nn.BatchNorm2d(3), nn.MaxPool2d(2), nn.Linear(3 * 9, 4)
        self.norm.running_mean.uniform_(-1, 1)
        self.norm.running_var.uniform_(0.5, 2)
        self.curve = curve
        self.register_buffer("mean", torch.tensor(0.3))

    def forward(self, x):
        x = (x - self.mean) / 0.5
        one = self.curve(self.first(x))
        two = torch.relu(self.norm(self.second(one))) * 0.5 + one
        return self.last(torch.flatten(self.pool(two), 1)).softmax(dim=1)


CURVES = [torch.relu, torch.tanh, torch.sigmoid, nn.LeakyReLU(0.1), lambda x: torch.clamp(x, -0.5, 1.0)]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(range(len(CURVES))), st.sampled_from(["linf", "l2", "l1"]))
def test_no_sampled_point_contradicts_a_proof(seed, curve, norm):
    torch.manual_seed(seed)
    net = Own(CURVES[curve]).eval()
    rng = np.random.default_rng(seed)
    x = rng.random((4, 1, 6, 6)).astype(np.float32)
    with torch.inference_mode():
        y = net(torch.from_numpy(x)).argmax(dim=1).numpy()
    radius = {"linf": 0.02, "l2": 0.1, "l1": 0.4}[norm]
    where = region(x, lower=0.0, upper=1.0, norm=norm, radius=radius)
    proof = certify(net, x, y, where, nodes=1)
    assert proof.refused is None
    step = rng.normal(size=(60, *x.shape)) if norm != "linf" else rng.choice([-1.0, 1.0], size=(60, *x.shape))
    order = {"linf": np.inf, "l2": 2, "l1": 1}[norm]
    size = np.linalg.norm(step.reshape(60, 4, -1), ord=order, axis=2).reshape(60, 4, 1, 1, 1)
    points = np.clip(x + radius * step / size, where.lower, where.upper).astype(np.float32)
    with torch.inference_mode():
        scores = torch.log(net(torch.from_numpy(points.reshape(-1, 1, 6, 6)))).numpy().reshape(60, 4, 4)
    right = np.take_along_axis(scores, y[None, :, None], axis=2)[:, :, 0]
    others = np.where(np.arange(4) == y[None, :, None], -np.inf, scores).max(axis=2)
    assert ((right - others).min(axis=0) >= proof.margins - 1e-5).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_bounds_hold_every_value_that_is_sampled(seed):
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 6), nn.LeakyReLU(), nn.Linear(6, 3)).eval()
    low = torch.rand(3, 5, dtype=torch.float64) - 0.5
    high = low + torch.rand(3, 5, dtype=torch.float64)
    source, steps, result = trace(net)
    ends = forward(source, steps, low, high)[result]
    drawn = (low + (high - low) * torch.rand(200, 3, 5)).float()
    with torch.inference_mode():
        scores = net(drawn).double()
    assert (scores >= ends.low).all()
    assert (scores <= ends.high).all()


def test_a_sum_of_large_numbers_that_cancel_is_not_proven_beyond_what_float32_holds():
    net = nn.Sequential(nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 2)).eval()
    with torch.no_grad():
        net[0].weight.copy_(torch.eye(3))
        net[0].bias.copy_(torch.tensor([1e6, 1e6, 0.0]))
        net[2].weight.copy_(torch.tensor([[1.0, -1.0, 1.0], [0.0, 0.0, 0.0]]))
        net[2].bias.zero_()
    x, y = np.array([[0.5, 0.5, 0.02], [0.5, 0.5, 200.0]], dtype=np.float32), np.array([0, 0])
    # in real numbers the first score is that of the third cell; near a million float32 knows sixteenths
    proof = certify(net, x, y, region(x, norm="linf", radius=0.001), nodes=1)
    assert proof.certified.tolist() == [False, True]


def test_rounding_of_a_mean_and_a_bias_that_cancel_is_counted():
    net = nn.Sequential(nn.BatchNorm1d(2), nn.Linear(2, 2)).eval()
    with torch.no_grad():
        net[0].running_mean.fill_(1e6)
        net[0].bias.fill_(1e6)
        net[1].weight.copy_(torch.eye(2))
        net[1].bias.zero_()
    source, steps, _ = trace(net)
    x = torch.tensor([[0.3, 0.1]], dtype=torch.float64)
    ends = forward(source, steps, x, x)[steps[0].name]
    said = net[0](x.float()).double()
    assert (said != x).any()  # float32 lost digits
    assert ((ends.low <= said) & (said <= ends.high)).all()


def test_a_network_with_fewer_digits_is_refused():
    x = np.zeros((1, 2), dtype=np.float32)
    proof = certify(nn.Linear(2, 2).bfloat16(), x, np.array([0]), region(x, norm="linf", radius=0.1))
    assert "fewer digits" in proof.refused


def test_linear_bounds_prove_more_than_intervals():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(10, 30), nn.ReLU(), nn.Linear(30, 30), nn.ReLU(), nn.Linear(30, 2)).eval()
    x = np.random.default_rng(0).random((50, 10)).astype(np.float32)
    with torch.inference_mode():
        y = net(torch.from_numpy(x)).argmax(dim=1).numpy()
    proof = certify(net, x, y, region(x, norm="linf", radius=0.04), nodes=1)
    counts = [int((proof.stage == stage).sum()) for stage in range(3)]
    assert counts[1] >= 5  # of those that intervals left open


def test_a_row_has_the_same_bound_when_others_are_bounded_beside_it():
    torch.manual_seed(1)
    net = Own(torch.relu).eval()
    x = np.random.default_rng(0).random((6, 1, 6, 6)).astype(np.float32)
    y = np.zeros(6, dtype=np.int64)
    together = certify(net, x, y, region(x, norm="linf", radius=0.01))
    alone = certify(net, x[2:3], y[2:3], region(x[2:3], norm="linf", radius=0.01))
    assert together.margins[2] == pytest.approx(alone.margins[0], abs=1e-9)


class Odd(nn.Module):
    def forward(self, x):
        return torch.special.bessel_j0(x)


class Branching(nn.Module):
    def forward(self, x):
        return x if x.sum() > 0 else -x


class Does(nn.Module):
    """What a function does, and nothing else."""

    def __init__(self, run):
        super().__init__()
        self.run = run

    def forward(self, x):
        return self.run(x)


class Counting(nn.Module):
    """Answers otherwise when it is followed than later."""

    def __init__(self, factor):
        super().__init__()
        self.layer, self.factor = nn.Linear(2, 2), factor

    def forward(self, x):
        return self.layer(x) if isinstance(x, torch.fx.Proxy) else self.factor * self.layer(x)


@pytest.mark.parametrize(
    ("net", "says"), [(Odd(), "bessel_j0 at test_certify.py:"),
                      (Does(lambda x: x - x.mean(dim=0)), "rows are joined, or moved from the first axis, by mean at"),
                      (Branching(), "cannot be followed (GuardOnDataDependentSymNode at test_certify.py:"),
                      (nn.Sequential(nn.LayerNorm(2)), "layer_norm in the layer 0 (LayerNorm)"),
                      (nn.Sequential(nn.Softmax(dim=1), nn.Linear(2, 2)), "softmax before the last layer in the layer"),
                      (Does(lambda x: x.half() * 2), "fewer digits than float32 has (torch.float16 at"),
                      (Does(lambda x: x + torch.rand(2)), "draws at random (rand at"),
                      (Does(lambda x: x + torch.arange(len(x))[:, None]), "sizes of arange at"),
                      (Does(lambda x: torch.dropout(x, 0.5, train=True)), "dropout that is never turned off")]
)  # fmt: skip
def test_what_cannot_be_bounded_is_refused_by_name(net, says):
    x = np.zeros((2, 2), dtype=np.float32)
    proof = certify(net, x, np.zeros(2, dtype=int), region(x, norm="linf", radius=0.1))
    assert says in proof.refused
    assert not proof.certified.any()


@pytest.mark.parametrize(
    ("net", "says"),
    [(Does(lambda x: x.softmax(dim=0)), "softmax over other"), (nn.Softmax(dim=0), "softmax over other"),
     (Does(lambda x: torch.cat([x, -x], dim=0)), "by cat at"), (Does(lambda x: x[0]), "by select at"),
     (Does(lambda x: x - x[0]), "by select at"), (Does(lambda x: x.view(2, 4)), "cannot be followed"),
     (Does(lambda x: x.permute(1, 0)), "by permute at"), (Does(lambda x: x.view(-1, 1)), "by view at"),
     (Does(lambda x: x.unsqueeze(2).softmax(dim=-1)), "softmax over other"), (Does(lambda x: x.flip(0)), "mixes rows"),
     (Does(lambda x: x.roll(1, dims=0)), "mixes rows"), (Does(lambda x: x.roll(35, dims=0)), "beside others"),
     (Does(lambda x: x if len(x) == 1 else -x), "beside others"), (Does(lambda x: x.cumsum(0)), "cumsum"),
     (Does(lambda x: torch.nn.functional.batch_norm(x, None, None, training=True)), "still in training")],
)  # fmt: skip
@pytest.mark.parametrize("rows", [1, 4])
def test_networks_are_refused_when_a_row_depends_on_others_or_the_code_was_not_followed(net, says, rows):
    x = np.random.default_rng(0).random((rows, 2)).astype(np.float32)
    proof = certify(net, x, np.zeros(rows, dtype=int), region(x, norm="linf", radius=0.1))
    assert says in proof.refused


@pytest.mark.parametrize("factor", [-1.0, 1.001])
def test_code_that_does_something_else_when_it_is_followed_is_found_out(factor):
    net, x = Counting(factor), np.random.default_rng(0).random((4, 2)).astype(np.float32)
    with pytest.raises(Refused, match="otherwise than what was read"):
        tried(net, *trace(net), x)
    assert certify(net, x, np.zeros(4, dtype=int), region(x, norm="linf", radius=0.1)).refused is None  # read otherwise


def test_a_layer_by_itself_and_weights_without_a_layer_are_bounded():
    weight, bias = torch.tensor([[1.0, -1.0], [0.0, 0.0]]), torch.tensor([0.0, 0.0])
    layer = nn.Linear(2, 2)
    with torch.no_grad():
        layer.weight.copy_(weight)
        layer.bias.copy_(bias)

    class Own(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(weight)
            self.bias = nn.Parameter(bias)

        def forward(self, x):
            return nn.functional.linear(x, self.weight, self.bias)

    x, y = np.array([[0.5, 0.3], [0.3, 0.5]], dtype=np.float32), np.array([0, 1])
    for net in (layer, Own(), nn.Sequential(layer)):  # a margin of .2, and a slope of 2 in Linf
        for radius, expected in ((0.0999, True), (0.1001, False)):
            assert (certify(net, x, y, region(x, norm="linf", radius=radius)).certified == expected).all()


def test_a_network_of_float64_is_taken_as_it_is():
    x = np.random.default_rng(0).random((3, 2)).astype(np.float32)
    net = nn.Sequential(nn.Linear(2, 2), nn.Softmax(dim=-1)).double()
    assert certify(net, x, np.zeros(3, dtype=int), region(x, norm="linf", radius=0.1)).refused is None
