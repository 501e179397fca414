# SPDX-License-Identifier: Apache-2.0
"""Assessing a model leaves the process and the user's objects as they were, whatever happens on the way."""

import copy
import os
import random
import threading
import warnings

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from threadpoolctl import threadpool_info

from probatum import assess
from probatum.adapters.preserving import preserved
from probatum.errors import ProbatumError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(240, 4)).astype(np.float32)
Y = (X[:, 0] + X[:, 1] > 0).astype(int)
CHECKS = ["usage/error-rate", "usage/overfitting", "input-manipulation/*"]


def forest():
    model = RandomForestClassifier(5, n_jobs=2, random_state=0).fit(X, Y)
    return model, lambda: (model.get_params(), model.predict_proba(X).tobytes())


def uncopyable_forest():
    model = RandomForestClassifier(5, n_jobs=2, random_state=0).fit(X, Y)
    model.lock = threading.Lock()
    return model, lambda: model.get_params()


def function():
    def model(rows):
        """Do all that a model's own code may do to the process, and should not."""
        os.environ["PROBATUM_TEST"] = "1"
        os.chdir("/")
        random.seed(1)
        np.random.seed(1)  # noqa: NPY002
        np.seterr(all="ignore")
        warnings.simplefilter("ignore")
        return (np.asarray(rows)[:, 0] > 0).astype(int)

    return model, lambda: None


def xgboost_model():
    library = pytest.importorskip("xgboost")
    model = library.XGBClassifier(n_estimators=5, n_jobs=2).fit(X, Y)
    return model, lambda: (model.get_params(), model.get_booster().save_config(), bytes(model.get_booster().save_raw()))


def xgboost_booster():
    library = pytest.importorskip("xgboost")
    model = library.train({"nthread": 2, "objective": "binary:logistic"}, library.DMatrix(X, Y), 3)
    return model, lambda: (model.save_config(), bytes(model.save_raw()))


def lightgbm_model():
    library = pytest.importorskip("lightgbm")
    model = library.LGBMClassifier(n_estimators=5, n_jobs=2, verbose=-1).fit(X, Y)
    return model, lambda: (model.get_params(), model.booster_.model_to_string(), dict(model.booster_.params))


def lightgbm_booster():
    library = pytest.importorskip("lightgbm")
    data = library.Dataset(X, Y, params={"verbose": -1})
    model = library.train({"objective": "binary", "verbose": -1, "num_threads": 2}, data, 3)
    return model, lambda: (model.model_to_string(), dict(model.params))


def catboost_model():
    library = pytest.importorskip("catboost")
    quiet = {"verbose": False, "allow_writing_files": False}
    model = library.CatBoostClassifier(iterations=5, thread_count=2, **quiet).fit(X, Y)
    return model, lambda: (model.get_params(), model.predict_proba(X).tobytes(), sorted(vars(model)))


def onnx_model():
    pytest.importorskip("onnxruntime")
    onnx = pytest.importorskip("onnx")
    from probatum.adapters.onnx.model import OnnxFile

    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        [helper.make_node("Gemm", ["x", "w", "b"], ["z"]), helper.make_node("Softmax", ["z"], ["y"], axis=1)],
        "line",
        [helper.make_tensor_value_info("x", kind, [None, 4])],
        [helper.make_tensor_value_info("y", kind, [None, 2])],
        [
            helper.make_tensor("w", kind, [4, 2], [-3.0, 3.0, -3.0, 3.0, 0.0, 0.0, 0.0, 0.0]),
            helper.make_tensor("b", kind, [2], [0.0, 0.0]),
        ],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    model = OnnxFile(content=made.SerializeToString())
    return model, lambda: model.content


def network(*, lock=False, keeps=False):
    torch = pytest.importorskip("torch")

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.n, self.b = torch.nn.Linear(4, 8), torch.nn.BatchNorm1d(8), torch.nn.Linear(8, 2)
            self.d, self.last = torch.nn.Dropout(0.5), None
            self.lock = threading.Lock() if lock else None

        def forward(self, x):
            inner = self.d(torch.relu(self.n(self.a(x))))
            if keeps:
                self.last = inner
            return self.b(inner)

    torch.manual_seed(0)
    model = Net()
    model(torch.from_numpy(X)).sum().backward()
    model.n.eval()  # not all of it in one mode
    model.a.weight.requires_grad_(False)

    def state():
        held = {name: tensor.clone().numpy().tobytes() for name, tensor in model.state_dict().items()}
        slopes = {name: None if one.grad is None else id(one.grad) for name, one in model.named_parameters()}
        wants = [one.requires_grad for one in model.parameters()]
        return held, slopes, wants, [one.training for one in model.modules()], id(model.last), set(vars(model))

    return model, state


MODELS = {
    "sklearn": forest,
    "sklearn that cannot be copied": uncopyable_forest,
    "function": function,
    "xgboost": xgboost_model,
    "xgboost booster": xgboost_booster,
    "lightgbm": lightgbm_model,
    "lightgbm booster": lightgbm_booster,
    "catboost": catboost_model,
    "onnx": onnx_model,
    "torch": network,
    "torch that keeps its last answer": lambda: network(keeps=True),
    "torch that cannot be copied": lambda: network(lock=True),
}


def process():
    """Return all that a run might change of this process."""
    known = {
        "random": random.getstate(),
        "numpy": np.random.get_state()[1].tobytes(),  # noqa: NPY002
        "folder": os.getcwd(),
        "filters": list(warnings.filters),
        "environment": dict(os.environ),
        "float errors": np.geterr(),
        "threads": sorted((one["filepath"], one["num_threads"]) for one in threadpool_info()),
    }
    try:
        import torch
    except ImportError:
        return known
    return known | {
        "torch draws": torch.get_rng_state().numpy().tobytes(),
        "torch type": torch.get_default_dtype(),
        "torch slopes": torch.is_grad_enabled(),
        "torch threads": torch.get_num_threads(),
    }


@pytest.mark.parametrize("raises", [False, True], ids=["", "and it raises"])
@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
def test_nothing_is_changed_by_an_assessment(tmp_path, monkeypatch, make, raises):
    monkeypatch.delenv("PROBATUM_TEST", raising=False)
    model, state = make()
    process()  # what looking loads is loaded
    before, was = copy.deepcopy(state()), process()
    only = [*CHECKS, "nothing/of-the-kind"] if raises else CHECKS
    try:
        assess(
            model, test=(X[120:], Y[120:]), train=(X[:120], Y[:120]), effort="quick", only=only, folder=tmp_path / "run"
        )  # fmt: skip
    except ProbatumError:
        assert raises
    else:
        assert not raises
    now = process()
    assert {name: now[name] == was[name] for name in was} == dict.fromkeys(was, True)
    assert state() == before


def test_torch_defaults_and_networks_inside_other_things_are_put_back():
    torch = pytest.importorskip("torch")
    inner = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Dropout()).double()

    class Holder:
        def __init__(self):
            self.parts = {"net": [inner]}

        def predict(self, rows):
            return inner(rows)

    weights = inner[0].weight.detach().clone()
    for thing in (Holder(), Holder().predict, lambda rows: inner(rows)):
        threads = torch.get_num_threads()

        def spoil():
            inner.eval().to(torch.float32)
            inner.register_buffer("new", torch.ones(1))
            torch.set_default_dtype(torch.float64)
            torch.set_grad_enabled(False)
            torch.set_num_threads(threads + 1)  # noqa: B023  # called before the next one
            raise KeyError

        with pytest.raises(KeyError), preserved(thing):
            spoil()
        assert torch.get_default_dtype() is torch.float32
        assert torch.is_grad_enabled()
        assert torch.get_num_threads() == threads
        assert all(one.training for one in inner.modules())
        assert "new" not in dict(inner.named_buffers())
        assert torch.equal(inner[0].weight, weights)
        assert inner[0].weight.dtype is torch.float64
