# SPDX-License-Identifier: Apache-2.0
"""Networks: what their outputs are taken for, what is done to them, and what is refused."""

import io
import threading

import numpy as np
import pandas as pd
import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from probatum.adapters import loading  # noqa: E402
from probatum.adapters.interface import Wish, few, wrap  # noqa: E402
from probatum.adapters.tensor_files import Weights  # noqa: E402
from probatum.adapters.torch import fill  # noqa: E402
from probatum.errors import ModelError  # noqa: E402
from probatum.facts.capabilities import Capability  # noqa: E402
from probatum.systems.datasets import from_arrays  # noqa: E402
from probatum.systems.structures import Network, Structure  # noqa: E402

RNG = np.random.default_rng(0)
X = RNG.normal(size=(50, 4)).astype(np.float32)
TWO, THREE = (X[:, 0] > 0).astype(int), np.digitize(X[:, 0], [-0.5, 0.5])


def rows(truth=TWO, x=X):
    return from_arrays((x, truth)).test


def linear(classes):
    torch.manual_seed(0)
    return nn.Linear(4, classes)


def test_logits_become_probabilities_when_nobody_said_what_they_are():
    given, net = rows(THREE), linear(3)
    model = wrap(net, few(given))
    answers = model.ask(given)
    with torch.inference_mode():
        logits = net(torch.from_numpy(X))
    np.testing.assert_allclose(answers.scores, logits.double().softmax(dim=1).numpy(), atol=1e-6)
    assert (answers.labels == logits.argmax(dim=1).numpy()).all()
    assert {Capability.GRADIENTS, Capability.WEIGHTS, Capability.SCORES} <= model.capabilities


def test_a_single_logit_speaks_for_the_second_class():
    given, net = rows(), linear(1)
    answers = wrap(net, few(given), Wish(output="logits")).ask(given)
    with torch.inference_mode():
        second = net(torch.from_numpy(X))[:, 0].numpy() > 0
    assert (answers.labels == second).all()


def test_probabilities_are_taken_as_they_are():
    given = rows(THREE)
    answers = wrap(nn.Sequential(linear(3), nn.Softmax(dim=1)), few(given)).ask(given)
    np.testing.assert_allclose(answers.scores.sum(axis=1), 1.0, atol=1e-6)


def test_logits_are_refused_when_probabilities_were_declared():
    given = rows(THREE)
    model = wrap(linear(3), few(given), Wish(output="probabilities"))
    with pytest.raises(ModelError, match='output = "logits"'):
        model.ask(given)


def test_scores_that_are_no_numbers_are_no_answer():
    class Odd(nn.Module):
        def forward(self, x):
            return torch.where(x[:, :1] > 0, torch.nan, torch.ones(3))

    answers = wrap(Odd(), few(rows(THREE)), Wish(output="logits")).ask(rows(THREE))
    assert (answers.given == (X[:, 0] <= 0)).all()


def test_dropout_is_switched_off_and_a_row_that_the_net_writes_into_stays_ours():
    class Writes(nn.Module):
        def __init__(self):
            super().__init__()
            self.drop, self.last = nn.Dropout(0.5), nn.Linear(4, 2)

        def forward(self, x):
            x.mul_(2.0)
            return self.last(self.drop(x))

    given = rows()
    before = given.features.copy()
    model = wrap(Writes().train(), few(given), Wish(output="logits"))
    assert (model.ask(given).scores == model.ask(given).scores).all()
    assert (given.features == before).all()


def test_a_frame_of_numbers_is_taken_and_one_with_words_is_refused():
    frame = pd.DataFrame(X, columns=list("abcd"))
    given = rows(THREE, frame)
    assert wrap(linear(3), few(given)).ask(given).given.all()
    words = rows(THREE, frame.assign(d="word"))
    with pytest.raises(ModelError, match="numbers only"):
        wrap(linear(3), few(words))


def test_the_structure_is_the_network_itself():
    given = rows(THREE)
    structure = wrap(linear(3), few(given)).structure(given)
    assert isinstance(structure, Structure)
    assert isinstance(structure.core, Network)
    assert structure.encode(given).dtype == np.float32
    assert len(structure.inputs) == 4


def test_the_same_network_answers_alike_when_it_comes_as_onnx(tmp_path):
    pytest.importorskip("onnxruntime")
    from onnx import TensorProto, helper, numpy_helper

    from probatum.adapters.onnx.model import OnnxFile

    net = linear(3)
    weight, bias = (one.detach().numpy() for one in (net.weight, net.bias))
    graph = helper.make_graph(
        [helper.make_node("Gemm", ["x", "w", "b"], ["y"], transB=1)],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 3])],
        [numpy_helper.from_array(weight, "w"), numpy_helper.from_array(bias, "b")],
    )
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    content = io.BytesIO()
    content.write(proto.SerializeToString())
    given = rows(THREE)
    wish = Wish(output="logits")
    file = OnnxFile(content=content.getvalue())
    ours, theirs = wrap(net, few(given), wish), wrap(file, few(given), wish)
    np.testing.assert_allclose(ours.ask(given).scores, theirs.ask(given).scores, atol=1e-6)
    structure = theirs.structure(given)
    assert isinstance(structure, Structure)
    assert theirs.agrees(structure, given)
    (tmp_path / "net.onnx").write_bytes(content.getvalue())
    assert loading.load(tmp_path / "net.onnx", trusted=False).content == file


class Pictures(nn.Module):
    """Brings (n, 28, 28) from 0 to 255 into the shape and scale that its layer wants."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.look = nn.Conv2d(1, 3, 28)

    def forward(self, x):
        return self.look((x / 255).unsqueeze(1)).flatten(1)


def test_pictures_keep_their_shape_and_come_as_float32():
    x = RNG.integers(0, 256, size=(50, 28, 28)).astype(np.uint8)
    given, net = rows(THREE, x), Pictures()
    model = wrap(net, few(given))
    with torch.inference_mode():
        wanted = net(torch.from_numpy(x).float()).argmax(dim=1).numpy()
    assert (model.ask(given).labels == wanted).all()
    structure = model.structure(given)
    assert structure.encode(given).shape == (50, 28, 28)
    assert len(structure.inputs) == 784


def test_the_networks_own_mode_and_the_number_of_threads_are_left_as_they_were():
    net = nn.Sequential(nn.Linear(4, 3), nn.Dropout(0.5)).train()
    threads = torch.get_num_threads()
    wrap(net, few(rows(THREE))).ask(rows(THREE))
    assert net.training
    assert net[1].training
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize(("dtype", "name"), [(torch.float64, "float64"), (torch.float16, "float16")])
def test_a_network_of_other_numbers_is_asked_in_float32_and_that_is_said(dtype, name):
    given, net = rows(THREE), linear(3).to(dtype)
    model = wrap(net, few(given))
    assert model.ask(given).given.all()
    assert any(name in note for note in model.check_columns(given.schema))
    assert net.weight.dtype is dtype


def test_dropout_that_stays_on_is_told():
    class Restless(nn.Module):
        def forward(self, x):
            return nn.functional.dropout(x[:, :3] + 1, 0.5, training=True)

    notes = wrap(Restless(), few(rows(THREE)), Wish(output="logits")).check_columns(rows(THREE).schema)
    assert any("differently from call to call" in note for note in notes)


def test_outputs_taken_as_logits_are_told_and_declared_ones_are_not():
    given = rows(THREE)
    assert any("taken as logits" in note for note in wrap(linear(3), few(given)).check_columns(given.schema))
    assert wrap(linear(3), few(given), Wish(output="logits")).check_columns(given.schema) == ()


def test_a_single_logit_outside_0_to_1_is_no_label():
    class Margin(nn.Module):
        def forward(self, x):
            return 10 * x[:, 0]

    answers = wrap(Margin(), few(rows())).ask(rows())
    assert (answers.labels == TWO).all()
    assert answers.scores is not None


def test_whole_numbers_are_labels():
    class Decides(nn.Module):
        def forward(self, x):
            return torch.bucketize(x[:, 0], torch.tensor([-0.5, 0.5]), right=True)

    answers = wrap(Decides(), few(rows(THREE))).ask(rows(THREE))
    assert answers.scores is None
    assert (answers.labels == THREE).all()


@pytest.mark.parametrize("wide", [False, True])
def test_numbers_are_values_when_the_task_is_one_of_numbers(wide):
    class Doubles(nn.Module):
        def forward(self, x):
            return 2 * (x[:, :1] if wide else x[:, 0])

    given = rows(X[:, 0] * 2.0)
    model = wrap(Doubles(), few(given))
    np.testing.assert_allclose(model.ask(given).labels, given.truth)
    assert "not scores" in model.structure(given)


def test_a_single_probability_is_compared_with_one_half_in_the_structure():
    given = rows()
    model = wrap(nn.Sequential(linear(1), nn.Sigmoid()), few(given), Wish(output="probabilities"))
    structure = model.structure(given)
    with torch.inference_mode():
        above = structure.core.module(torch.from_numpy(structure.encode(given)))[:, 0].numpy() > 0
    assert (above == model.ask(given).labels).all()


def test_a_network_of_another_width_is_refused_with_the_shape_that_it_was_given():
    with pytest.raises(ModelError, match=r"one row has the shape \(1, 4\)"):
        wrap(nn.Linear(5, 3), few(rows(THREE)))


def test_scores_for_other_classes_are_refused():
    named = rows(np.array(["a", "b", "c"])[THREE])
    with pytest.raises(ModelError, match="3 classes"):
        wrap(linear(5), few(named)).ask(named)


def test_scores_for_numbers_that_no_row_has_are_those_of_labels_from_0():
    model = wrap(linear(5), few(rows(THREE)))
    assert model.classes == (0, 1, 2, 3, 4)


def test_several_outputs_are_refused():
    class Two(nn.Module):
        def forward(self, x):
            return x, x

    with pytest.raises(ModelError, match="one tensor of scores; it gives a tuple"):
        wrap(Two(), few(rows(THREE)))


def test_a_network_alone_cannot_be_trained_again():
    with pytest.raises(ModelError, match="recipe"):
        wrap(linear(3), few(rows(THREE))).refit(rows(THREE), 0)


def test_a_pickled_network_is_loaded_when_it_is_trusted(tmp_path):
    import joblib

    joblib.dump(linear(3), tmp_path / "net.joblib")
    given = rows(THREE)
    loaded = loading.load(tmp_path / "net.joblib", trusted=True)
    np.testing.assert_array_equal(
        wrap(loaded.content, few(given)).ask(given).scores, wrap(linear(3), few(given)).ask(given).scores
    )


def weights(**tensors):
    return Weights(tensors={name: np.asarray(value, dtype=np.float32) for name, value in tensors.items()})


def test_weights_are_put_in_by_name():
    net = fill(linear(2), weights(bias=[1, 2], weight=np.ones((2, 4))))
    assert net(torch.ones(1, 4)).tolist() == [[5.0, 6.0]]
    assert fill(linear(2), net.state_dict()).bias.tolist() == [1.0, 2.0]  # as a pickle may hold them


def test_a_tensor_that_is_used_twice_may_be_stored_once():
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = nn.Linear(2, 2, bias=False), nn.Linear(2, 2, bias=False)
            self.second.weight = self.first.weight

    net = fill(Tied(), Weights(tensors={"first.weight": np.eye(2, dtype=np.float32)}))
    assert net.second.weight.tolist() == [[1.0, 0.0], [0.0, 1.0]]


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        (weights(weight=np.ones((2, 4))), "the file lacks bias"),
        (weights(weight=np.ones((2, 4)), bias=[1, 2], other=[1]), "the network has no other"),
        (weights(weight=np.ones((4, 2)), bias=[1, 2]), r"weight has the shape \(4, 2\) in the file and \(2, 4\)"),
        (3, "file of weights for the network; it holds a int"),
        ({"a": 1}, "Wanted a state dict"),
    ],
)
def test_weights_that_do_not_fit_are_refused(held, wanted):
    with pytest.raises(ModelError, match=wanted):
        fill(linear(2), held)


def test_weights_without_a_network_are_refused():
    with pytest.raises(ModelError, match="function that builds a network"):
        fill(lambda rows: rows, weights(a=[1]))


class Own(nn.Module):
    """What a function does with a layer."""

    def __init__(self, run):
        super().__init__()
        self.run, self.layer, self.last = run, linear(3), None

    def forward(self, x):
        return self.run(self, x)


def kept(net, x):
    net.last = net.layer(x)
    return net.last


def sloping(net, x):
    with torch.enable_grad():
        inner = x.detach().requires_grad_(True)
        (slope,) = torch.autograd.grad(net.layer(inner).pow(2).sum(), inner)
    return net.layer(x + slope)


@pytest.mark.parametrize("run", [kept, sloping, lambda net, x: net.layer(x).unsqueeze(2).squeeze()])
def test_networks_that_keep_an_answer_differentiate_or_squeeze_are_asked_rightly_row_by_row(run):
    given, net = rows(THREE), Own(run)
    wanted = run(net, torch.from_numpy(X)).detach()
    net.last = wanted.clone().requires_grad_(True) * 1.0  # what torch refuses to copy
    model = wrap(net, few(given), Wish(output="logits"))
    whole = model.ask(given).scores
    np.testing.assert_allclose(whole, wanted.double().softmax(dim=1).numpy(), atol=1e-6)
    np.testing.assert_allclose(model.ask(given.take(np.array([3]))).scores, whole[3:4], atol=1e-6)
    assert net.training
    assert net.layer.training


def test_a_network_that_cannot_be_copied_is_asked_as_it_is_and_left_so():
    net = nn.Sequential(linear(3), nn.BatchNorm1d(3), nn.Dropout(0.5)).train()
    net.lock = threading.Lock()
    net[1].eval()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    given = rows(THREE)
    first, second = (wrap(net, few(given), Wish(output="logits")).ask(given).scores for _ in range(2))
    np.testing.assert_array_equal(first, second)  # dropout is off
    assert [one.training for one in net] == [True, False, True]
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())
    with pytest.raises(ModelError, match="cannot be copied"):
        wrap(net.double(), few(given))
