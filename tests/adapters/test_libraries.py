# SPDX-License-Identifier: Apache-2.0
"""Every library that answers is named with its version, also inside pipelines and behind functions."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from probatum import assess
from probatum.adapters.libraries import libraries

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 3)).astype(np.float32)
Y = (X[:, 0] > 0).astype(int)


def test_what_every_record_names_is_left_out():
    assert libraries(make_pipeline(StandardScaler(), LogisticRegression()).fit(X, Y)) == {}
    assert libraries(lambda rows: Y[: len(rows)]) == {}


@pytest.mark.parametrize(("name", "kind"), [("xgboost", "XGBClassifier"), ("lightgbm", "LGBMClassifier")])
def test_boosters_are_named_alone_in_a_pipeline_and_behind_a_function(tmp_path, name, kind):
    library = pytest.importorskip(name)
    model = getattr(library, kind)(n_estimators=3, n_jobs=1).fit(X, Y)
    wanted = {name: library.__version__}
    assert libraries(model) == wanted
    assert libraries(make_pipeline(StandardScaler(), model)) == wanted
    assert libraries(lambda rows: model.predict(rows)) == wanted
    done = assess(model, test=(X, Y), only=["usage/error-rate"], folder=tmp_path / "run")
    assert done.record.versions[name] == library.__version__
    assert {"python", "probatum", "numpy", "scikit-learn"} <= set(done.record.versions)


def test_catboost_and_torch_are_named():
    catboost = pytest.importorskip("catboost")
    model = catboost.CatBoostClassifier(iterations=2, verbose=False, allow_writing_files=False).fit(X, Y)
    assert libraries(model) == {"catboost": catboost.__version__}
    torch = pytest.importorskip("torch")
    assert libraries(torch.nn.Linear(3, 2)) == {"torch": str(torch.__version__)}


def test_onnx_files_name_what_runs_them():
    runtime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnx")
    from probatum.adapters.onnx.model import OnnxFile

    assert libraries(OnnxFile(content=b""))["onnxruntime"] == runtime.__version__
