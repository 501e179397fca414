# SPDX-License-Identifier: Apache-2.0
"""Whatever the libraries themselves write has no defect."""

import numpy as np
import pandas as pd
import pytest

from probatum.engines.files import kinds
from probatum.engines.files.identify import identify
from probatum.engines.files.structure.check import defect
from probatum.facts.input_limits import InputLimits

RNG = np.random.default_rng(0)
N = 300
X = RNG.normal(size=(N, 4))
AMOUNT, BINARY, THREE = X[:, 0] + RNG.normal(size=N), (X[:, 0] > 0).astype(int), RNG.integers(3, size=N)
MIXED = pd.DataFrame(
    {
        "a": X[:, 0],
        "word": pd.Categorical(RNG.choice(list("xyzuvw"), N)),
        "code": pd.Categorical(RNG.integers(40, size=N)),
    }
)
TARGETS = RNG.normal(size=(N, 3))


def sound(content, kind):
    """Say whether a file is of its kind and without a defect."""
    assert identify(content) is kind
    assert defect(content, kind, InputLimits()) is None


def _xgboost(name):
    import xgboost as library

    few, softmax = {"n_estimators": 3}, {"objective": "multi:softmax", "num_class": 3}
    by_set, by_one = ({"enable_categorical": True, "max_cat_to_onehot": most} for most in (1, 99))
    classifier, regressor = library.XGBClassifier, library.XGBRegressor
    matrix = library.DMatrix(X, BINARY)
    early = {"n_estimators": 30, "early_stopping_rounds": 2}
    models = {
        "pruned": lambda: classifier(**few, gamma=5, tree_method="exact").fit(X, BINARY),
        "classes": lambda: classifier(**few, num_parallel_tree=2, subsample=0.5).fit(X, THREE),
        "labels only": lambda: library.train(softmax, library.DMatrix(X, THREE), 2),
        "approx": lambda: regressor(**few, tree_method="approx").fit(X, AMOUNT),
        "dart": lambda: classifier(**few, booster="dart", rate_drop=0.5).fit(X, THREE),
        "linear": lambda: classifier(**few, booster="gblinear").fit(X, THREE),
        "one-hot categories": lambda: regressor(**few, **by_one).fit(MIXED, AMOUNT),
        "sets of categories": lambda: classifier(**few, **by_set).fit(MIXED, THREE),
        "by leaf": lambda: regressor(**few, grow_policy="lossguide", max_leaves=9, max_depth=0).fit(X, AMOUNT),
        "ranking": lambda: library.XGBRanker(**few).fit(X, THREE, qid=np.repeat(np.arange(20), N // 20)),
        "targets": lambda: regressor(**few).fit(X, TARGETS),
        "leaves of several": lambda: regressor(**few, multi_strategy="multi_output_tree").fit(X, TARGETS),
        "classes in a leaf": lambda: classifier(**few, multi_strategy="multi_output_tree").fit(X, THREE),
        "quantiles": lambda: regressor(**few, objective="reg:quantileerror", quantile_alpha=[0.1, 0.9]).fit(X, AMOUNT),
        "forest": lambda: library.XGBRFClassifier(n_estimators=4).fit(X, THREE),
        "stopped early": lambda: classifier(**early).fit(X, THREE, eval_set=[(X[:50], THREE[:50])], verbose=False),
        "no rounds": lambda: library.train({"objective": "binary:logistic"}, matrix, 0),
        "no splits": lambda: library.train({"objective": "binary:logistic"}, library.DMatrix(X, np.ones(N)), 2),
        "a part": lambda: classifier(n_estimators=5).fit(X, THREE).get_booster()[1:3],
    }
    model = models[name]()
    return model if isinstance(model, library.Booster) else model.get_booster()


XGBOOST = (
    *("pruned", "classes", "labels only", "approx", "dart", "linear", "one-hot categories", "sets of categories"),
    *(
        "by leaf",
        "ranking",
        "targets",
        "leaves of several",
        "classes in a leaf",
        "quantiles",
        "forest",
        "stopped early",
    ),
    *("no rounds", "no splits", "a part"),
)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("form", ["json", "ubj"])
@pytest.mark.parametrize("name", XGBOOST)
def test_xgboost(name, form):
    pytest.importorskip("xgboost")
    sound(bytes(_xgboost(name).save_raw(form)), kinds.XGBOOST)


def _lightgbm(name):
    import lightgbm as library

    few = {"n_estimators": 3, "verbose": -1}

    def trained(labels, **settings):
        return library.train({"verbose": -1, **settings}, library.Dataset(X, labels), 3)

    bagged = {"bagging_freq": 1, "bagging_fraction": 0.5}
    models = {
        "binary": lambda: trained(BINARY, objective="binary"),
        "classes": lambda: trained(THREE, objective="multiclass", num_class=3),
        "one against all": lambda: trained(THREE, objective="multiclassova", num_class=3),
        "dart": lambda: trained(THREE, objective="multiclass", num_class=3, boosting="dart"),
        "forest": lambda: trained(BINARY, objective="binary", boosting="rf", **bagged),
        "entropy": lambda: trained(BINARY, objective="cross_entropy"),
        "amounts": lambda: trained(np.abs(AMOUNT) + 0.1, objective="gamma"),
        "root": lambda: trained(np.abs(AMOUNT), objective="regression", reg_sqrt=True),
        "monotone": lambda: trained(AMOUNT, objective="regression", monotone_constraints=[1, 0, 0, -1]),
        "linear": lambda: library.LGBMRegressor(linear_tree=True, **few).fit(MIXED[["a"]].assign(b=X[:, 1]), AMOUNT),
        "linear classes": lambda: library.LGBMClassifier(linear_tree=True, **few).fit(X, THREE),
        "categories": lambda: library.LGBMClassifier(**few).fit(MIXED, THREE),
        "ranking": lambda: library.LGBMRanker(**few).fit(X, THREE, group=[50] * 6),
        "own objective": lambda: trained(AMOUNT, objective=lambda said, data: (said - data.get_label(), np.ones(N))),
        "no splits": lambda: trained(np.ones(N), objective="binary"),
        "no rounds": lambda: library.Booster({"objective": "regression", "verbose": -1}, library.Dataset(X, AMOUNT)),
    }
    model = models[name]()
    return model if isinstance(model, library.Booster) else model.booster_


LIGHTGBM = (
    *("binary", "classes", "one against all", "dart", "forest", "entropy", "amounts", "root", "monotone", "linear"),
    *("linear classes", "categories", "ranking", "own objective", "no splits", "no rounds"),
)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("part", [{}, {"num_iteration": 1}, {"start_iteration": 1}])
@pytest.mark.parametrize("name", LIGHTGBM)
def test_lightgbm(name, part):
    pytest.importorskip("lightgbm")
    sound(_lightgbm(name).model_to_string(**part).encode(), kinds.LIGHTGBM)


CATBOOST = {
    "amounts": ({}, X, AMOUNT),
    "classes": ({"loss_function": "MultiClass"}, X, THREE),
    "by leaf": ({"grow_policy": "Lossguide", "loss_function": "MultiClass"}, X, THREE),
    "by depth": ({"grow_policy": "Depthwise"}, X, AMOUNT),
    "missing": ({}, np.where(X > 1, np.nan, X), AMOUNT),
    "many borders": ({"border_count": 1000}, RNG.normal(size=(3_000, 2)), RNG.normal(size=3_000)),
    "several": ({"loss_function": "MultiRMSE"}, X, TARGETS),
    "statistics of words": ({"cat_features": [1, 2], "loss_function": "Logloss"}, MIXED.astype({"code": str}), BINARY),
    "words": ({"cat_features": [1, 2], "one_hot_max_size": 99}, MIXED.astype({"code": str}), AMOUNT),
}


@pytest.mark.parametrize("name", CATBOOST)
def test_catboost(name, tmp_path):
    library = pytest.importorskip("catboost")
    settings, rows, labels = CATBOOST[name]
    plain = {"iterations": 3, "depth": 3, "verbose": 0, "allow_writing_files": False}
    library.CatBoost({**plain, **settings}).fit(rows, labels).save_model(str(tmp_path / "m.cbm"))
    sound((tmp_path / "m.cbm").read_bytes(), kinds.CATBOOST)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_every_model_in_the_tests_of_onnx_itself():
    node = pytest.importorskip("onnx.backend.test.case.node")
    pytest.importorskip("ml_dtypes")
    cases = node.collect_testcases(None)
    assert len(cases) > 1_000
    found = {case.name: defect(case.model.SerializeToString(), kinds.ONNX, InputLimits()) for case in cases}
    assert {name: text for name, text in found.items() if text is not None} == {}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "name", ["RandomForestClassifier", "GradientBoostingRegressor", "GaussianProcessRegressor", "KNeighborsClassifier"]
)
def test_onnx_as_converters_write_it(name):
    convert = pytest.importorskip("skl2onnx").to_onnx
    from sklearn.utils import all_estimators

    model = dict(all_estimators())[name]().fit(X, THREE if name.endswith("Classifier") else AMOUNT)
    sound(convert(model, X[:1].astype(np.float32)).SerializeToString(), kinds.ONNX)
