# SPDX-License-Identifier: Apache-2.0
"""Files as exporters write them: opened, asked rightly, and followed for proofs where they hold a network."""

import io
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.neural_network import MLPClassifier  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402
from torch import nn  # noqa: E402

from probatum.adapters.interface import Wish, wrap  # noqa: E402
from probatum.adapters.onnx.model import OnnxFile  # noqa: E402
from probatum.engines.bounds.tensor.certify import certify  # noqa: E402
from probatum.engines.evasion.threat import region  # noqa: E402
from probatum.systems.datasets import from_arrays  # noqa: E402

KERAS = Path(__file__).with_name("keras")  # files that tf2onnx wrote; make.py there is their recipe
RNG = np.random.default_rng(0)
TABLE = RNG.normal(size=(200, 6)).astype(np.float32)
LABELS = np.digitize(TABLE[:, 0] + TABLE[:, 1], [-0.7, 0.7])
IMAGES = RNG.random((40, 1, 8, 8)).astype(np.float32)


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.inner, self.norm = (
            nn.Conv2d(1, 12, 3, padding=1),
            nn.Conv2d(12, 12, 3, padding=1),
            nn.BatchNorm2d(12),
        )
        self.pool, self.last = nn.AdaptiveAvgPool2d(1), nn.Linear(12, 3)

    def forward(self, x):
        x = torch.relu(self.stem(x))
        x = self.pool(nn.functional.silu(x + self.norm(self.inner(x))))
        return self.last(x.view(x.size(0), -1))


def opened(content, x, y, output=None):
    rows = from_arrays((x, y)).test
    return wrap(OnnxFile(content=content), rows, Wish(output=output)), rows


def proof_of(model, rows):
    """Return whether the graph was followed, and how many rows were proven."""
    structure = model.structure(rows)
    assert not isinstance(structure, str), structure
    given, labels = model.encode(rows), np.asarray(model.ask(rows).labels).astype(int)
    proof = certify(structure.core.module, given, labels, region(given, norm="linf", radius=1e-4))
    assert proof.refused is None
    return proof.certified.mean()


@pytest.mark.parametrize("newer", [False, True])
@pytest.mark.filterwarnings("ignore")
def test_what_pytorch_exports_is_asked_rightly_and_proven(newer):
    if newer:
        pytest.importorskip("onnxscript")
    torch.manual_seed(0)
    net, held = Residual().eval(), io.BytesIO()
    more = {"dynamic_shapes": ({0: "n"},), "external_data": False} if newer else {"dynamic_axes": {"x": {0: "n"}}}
    torch.onnx.export(net, (torch.from_numpy(IMAGES[:2]),), held, dynamo=newer, input_names=["x"], **more)
    with torch.inference_mode():
        y = net(torch.from_numpy(IMAGES)).argmax(dim=1).numpy()
    y[:3] = [0, 1, 2]
    model, rows = opened(held.getvalue(), IMAGES, y, "logits")
    assert (np.asarray(model.ask(rows).labels)[3:] == y[3:]).all()
    assert proof_of(model, rows) > 0.5


@pytest.mark.filterwarnings("ignore")
def test_a_network_of_scikit_learn_is_asked_rightly_and_proven():
    to_onnx = pytest.importorskip("skl2onnx").to_onnx
    model = make_pipeline(StandardScaler(), MLPClassifier((8,), max_iter=60, random_state=0)).fit(TABLE, LABELS)
    made, rows = opened(to_onnx(model, TABLE[:1], options={"zipmap": False}).SerializeToString(), TABLE, LABELS)
    assert (np.asarray(made.ask(rows).labels) == model.predict(TABLE)).all()
    assert proof_of(made, rows) > 0.5


@pytest.mark.filterwarnings("ignore")
def test_a_linear_model_of_scikit_learn_is_asked_rightly():
    to_onnx = pytest.importorskip("skl2onnx").to_onnx
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(TABLE, LABELS)
    made, rows = opened(to_onnx(model, TABLE[:1], options={"zipmap": False}).SerializeToString(), TABLE, LABELS)
    assert (np.asarray(made.ask(rows).labels) == model.predict(TABLE)).all()
    assert not isinstance(made.structure(rows), str)


@pytest.mark.filterwarnings("ignore")
def test_trees_of_lightgbm_are_asked_rightly_and_refused_by_name():
    convert = pytest.importorskip("onnxmltools").convert_lightgbm
    lightgbm = pytest.importorskip("lightgbm")
    from onnxmltools.convert.common.data_types import FloatTensorType

    model = lightgbm.LGBMClassifier(n_estimators=5, verbose=-1).fit(TABLE, LABELS)
    content = convert(model, initial_types=[("x", FloatTensorType([None, 6]))], zipmap=False).SerializeToString()
    made, rows = opened(content, TABLE, LABELS)
    assert (np.asarray(made.ask(rows).labels) == model.predict(TABLE)).all()
    assert "TreeEnsembleClassifier" in made.structure(rows)


@pytest.mark.parametrize(("name", "output"), [("table", None), ("residual", "logits"), ("joined", None)])
def test_networks_of_keras_are_asked_rightly_and_proven(name, output):
    with np.load(KERAS / f"{name}.npz") as held:
        x, y = held["x"], held["y"]
    said = y.argmax(axis=1) if y.shape[1] > 1 else (y[:, 0] > 0.5).astype(int)
    labels = np.arange(len(x)) % max(2, y.shape[1])  # each occurs, whatever is answered
    made, rows = opened((KERAS / f"{name}.onnx").read_bytes(), x, labels, output)
    answers = made.ask(rows)
    assert (np.asarray(answers.labels).astype(int) == said).all()
    if output is None:
        np.testing.assert_allclose(answers.scores, y if y.shape[1] > 1 else np.hstack([1 - y, y]), atol=1e-6)
    assert proof_of(made, rows) > 0.5
