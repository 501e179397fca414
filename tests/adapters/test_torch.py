# SPDX-License-Identifier: Apache-2.0
import io

import numpy as np
import pandas as pd
import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from probatum.adapters.interface import Wish, few, wrap  # noqa: E402
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
    structure = wrap(linear(3), few(given)).structure()
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
    structure = theirs.structure()
    assert isinstance(structure, Structure)
    assert theirs.agrees(structure, given)
    (tmp_path / "net.onnx").write_bytes(content.getvalue())
    from probatum.adapters import loading

    assert loading.load(tmp_path / "net.onnx", trusted=False).content == file
