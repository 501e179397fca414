# SPDX-License-Identifier: Apache-2.0
"""The network that reads digits: both sides of the bracket, on real pictures, and the same as an ONNX file."""

import sys

import numpy as np
import pandas as pd
import pytest

torch = pytest.importorskip("torch")

from examples.conftest import PROJECT, module_in  # noqa: E402
from probatum.adapters.interface import Wish, few, wrap  # noqa: E402
from probatum.checks.input_manipulation.evasion import Options, run  # noqa: E402
from probatum.facts.plan import Terms  # noqa: E402
from probatum.runs.opening import open_described  # noqa: E402
from probatum.seeds import stream  # noqa: E402
from probatum.systems.attacker import Attacker  # noqa: E402
from probatum.systems.datasets import from_arrays  # noqa: E402
from probatum.systems.description import read_description  # noqa: E402
from probatum.systems.system import System  # noqa: E402
from probatum.systems.views import AttackedRows  # noqa: E402


@pytest.fixture
def reader(real_data):
    real_data("mnist.npz")
    recipe = module_in("mnist", "recipe")
    (x, y), test = recipe.load()
    flat = pd.DataFrame(x[:2000].reshape(2000, -1)).assign(digit=y[:2000])
    return recipe.train(flat, 0), (x[:2000], y[:2000]), test


@pytest.fixture
def export(monkeypatch):
    monkeypatch.syspath_prepend(PROJECT / "examples" / "mnist")
    yield module_in("mnist", "export")
    sys.modules.pop("recipe", None)  # other examples have one of that name


def system(model, train, test):
    data = from_arrays((test[0][:60], test[1][:60]), train)
    return System.of(wrap(model, few(data.test), Wish(output="logits")), data)


def bracket(one):
    view = AttackedRows(rows=one.data.test, attacker=Attacker.none(), train=one.data.train)
    return run(one, view, Options(rows=60), Terms(confidence=0.95), stream(0, "t"))


@pytest.mark.slow
def test_both_sides_are_found_and_leave_room_between_them_when_digits_are_read(reader):
    network, train, test = reader
    finding = bracket(system(network, train, test))
    shares = {name: finding.measures[name].value for name in ("fooled_share", "proven_share", "unknown_share")}
    assert sum(shares.values()) == pytest.approx(1.0)
    assert shares["fooled_share"] > 0.02
    assert shares["proven_share"] > 0.1
    curve = [part.value for part in finding.measures["empirical_robust_accuracy"].groups]
    assert curve == sorted(curve, reverse=True)


@pytest.mark.slow
def test_the_same_network_has_the_same_bracket_when_it_comes_as_onnx(reader, export, tmp_path):
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    from probatum.adapters.onnx.model import OnnxFile

    network, train, test = reader
    file = tmp_path / "digits.onnx"
    export.write(network, file)
    ours = bracket(system(network, train, test))
    theirs = bracket(system(OnnxFile(content=file.read_bytes()), train, test))
    for name in ("fooled_share", "proven_share"):
        assert theirs.measures[name].value == pytest.approx(ours.measures[name].value, abs=1 / 60)


@pytest.mark.slow
def test_the_file_holds_the_network_of_a_run_when_both_have_one_seed(real_data, export):
    real_data("mnist.npz")
    description = PROJECT / "examples" / "mnist" / "probatum.toml"
    trained = open_described(read_description(description), seed=5).system
    exported = export.network(5)
    rows = few(trained.data.test)
    with torch.inference_mode():
        scores = exported(torch.from_numpy(np.asarray(rows.features))).softmax(1).numpy()
    np.testing.assert_allclose(trained.answers(rows).scores, scores, atol=1e-6)
