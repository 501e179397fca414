# SPDX-License-Identifier: Apache-2.0
"""A described network: what its name stands for, and its weights out of a file."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import probatum  # noqa: E402
from probatum.adapters import factories  # noqa: E402
from probatum.errors import DescriptionError, ModelError  # noqa: E402
from probatum.evidence.canonical import digest  # noqa: E402
from probatum.facts.capabilities import Capability  # noqa: E402
from probatum.runs.opening import open_described  # noqa: E402
from probatum.systems.description import read_description  # noqa: E402

MODEL = """
import numpy as np
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, wide=3):
        super().__init__()
        torch.manual_seed(0)
        self.last = nn.Linear(4, wide)
    def forward(self, x):
        return self.last(x.flatten(1) / 255)

net = Net()
def build(): return Net()
def build_wide(wide=3): return Net(wide)
def answer(rows): return np.full((len(rows), 3), 1 / 3)
def answer_any(rows=()): return np.full((len(rows), 3), 1 / 3)
def breaks(): raise ValueError("no such layer")
def nothing(): return None
def train(rows, seed):
    model = Net()
    model.last.bias.data[seed % 3] += float(len(rows))
    return model
"""


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, size=(60, 2, 2)).astype(np.uint8)
    held = {"x": pictures, "y": np.arange(60) % 3}
    np.savez(tmp_path / "data.npz", **held)
    (tmp_path / "model.py").write_text(MODEL)
    return tmp_path


def opened(folder, **model):
    recipe = model.pop("recipe", None)
    lines = [f"{key} = {str(value).lower() if value is True else repr(value)}" for key, value in model.items()]
    parts = ["[model]", *lines, "[data]", 'test = "data.npz:x,y"', 'train = "data.npz:x,y"', 'target = "digit"']
    if recipe:
        parts += ["[recipe]", f'train = "{recipe}"']
    (folder / "probatum.toml").write_text("\n".join(parts))
    return open_described(read_description(folder / "probatum.toml"), seed=0)


def scores(one):
    return one.system.answers(one.system.data.test).scores


@pytest.mark.parametrize("name", ["net", "build", "build_wide", "Net"])
def test_a_network_comes_out_of_whatever_builds_it(folder, name):
    one = opened(folder, python=f"model:{name}")
    assert Capability.GRADIENTS in one.system.capabilities
    assert one.inputs["model"] == digest((folder / "model.py").read_bytes())
    np.testing.assert_allclose(scores(one).sum(axis=1), 1)
    assert "cell 0,0" in {column.name for column in one.system.schema.columns}


@pytest.mark.parametrize("name", ["answer", "answer_any"])
def test_a_function_that_wants_rows_answers_them(folder, name):
    one = opened(folder, python=f"model:{name}")
    assert Capability.GRADIENTS not in one.system.capabilities
    assert (scores(one) == 1 / 3).all()


def test_what_fails_to_build_is_named(folder):
    with pytest.raises(ModelError, match=r"model:breaks .* raised ValueError: no such layer\. .* def breaks\(rows\)"):
        opened(folder, python="model:breaks")
    with pytest.raises(ModelError, match="NoneType"):
        opened(folder, python="model:nothing")


@pytest.mark.parametrize("suffix", ["pt", "safetensors"])
def test_weights_are_read_without_trust_when_a_function_builds_their_network(folder, suffix):
    state = {"last.weight": torch.zeros(3, 4), "last.bias": torch.tensor([0.0, 1.0, 2.0])}
    file = folder / f"weights.{suffix}"
    if suffix == "pt":
        torch.save(state, file)
    else:
        file.write_bytes(safetensors(state))
    said = {"file": file.name, "python": "model:build", "output": "logits"}
    one = opened(folder, **said, sha256=digest(file.read_bytes()))
    np.testing.assert_allclose(scores(one), np.tile(np.exp([0, 1, 2]) / np.exp([0, 1, 2]).sum(), (60, 1)))
    assert one.inputs["model"] == digest(file.read_bytes())
    assert one.inputs["network"] == digest((folder / "model.py").read_bytes())
    with pytest.raises(ModelError, match="not the file described"):
        opened(folder, **said, sha256="0" * 64)
    with pytest.raises(ModelError, match=r'python = "module:build"'):
        opened(folder, file=file.name)


def safetensors(state):
    import json

    header, data = {}, b""
    for name, value in state.items():
        raw = value.numpy().tobytes()
        header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def test_other_sources_do_not_go_together(folder):
    torch.save({"last.bias": torch.zeros(3)}, folder / "w.pt")
    with pytest.raises(DescriptionError, match="file and python and url came"):
        opened(folder, file="w.pt", python="model:build", url="http://localhost/v2/models/a")
    with pytest.raises(ModelError, match=r"the file lacks last\.weight"):
        opened(folder, file="w.pt", python="model:build")


def test_a_network_is_trained_again_by_its_recipe(folder):
    one = opened(folder, recipe="model:train")
    assert Capability.REFIT in one.system.capabilities
    again = one.system.refit(one.system.data.train.take(np.arange(30)), np.random.default_rng(0))
    assert len(set(again.answers(one.system.data.test).labels.tolist())) == 1


def test_the_extra_is_named_when_the_users_module_lacks_torch(folder, monkeypatch):
    (folder / "model.py").write_text("import torch_that_is_not_there")
    monkeypatch.setitem(
        __import__("probatum.adapters.code", fromlist=["EXTRAS"]).EXTRAS, "torch_that_is_not_there", "torch"
    )
    with pytest.raises(DescriptionError, match=r'pip install "probatum\[torch\]"'):
        opened(folder, python="model:build")


def test_a_bare_network_is_assessed_from_python(tmp_path):
    rng = np.random.default_rng(0)
    x, noise = rng.normal(size=(400, 3)).astype(np.float32), rng.normal(size=400)
    y = (x[:, 0] + noise / 2 > 0).astype(int)
    net = torch.nn.Linear(3, 2)
    with torch.no_grad():
        net.weight.copy_(torch.tensor([[0.0, 0, 0], [3.0, 0, 0]]))
        net.bias.zero_()
    run = probatum.assess(
        net, test=(x[:200], y[:200]), train=(x[200:], y[200:]), only=["usage/error-rate"], folder=tmp_path / "run"
    )
    assert "error-rate" in (tmp_path / "run" / "record.json").read_text()
    assert run is not None


def test_an_estimator_may_be_built_too():
    class Plain:
        def predict(self, rows):
            return rows

    plain = Plain()
    assert factories.built(plain, "m:plain") is plain
    assert factories.built(lambda: plain, "m:make") is plain
    assert factories.built(Plain, "m:Plain") is Plain
    assert factories.built(len, "m:len") is len
