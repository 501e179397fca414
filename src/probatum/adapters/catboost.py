# SPDX-License-Identifier: Apache-2.0
"""CatBoost's models: objects of its scikit-learn kind and its own binary files, which hold no code.

They are asked by their own ``predict`` on frames whose columns of categories hold what CatBoost takes there: text and
whole numbers. What it refuses, such as a missing category, is a row without an answer. Its trees are not read for
proofs: it stores categories only as hashes and as statistics of the target, and adds up leaves in an order that
depends on the processor, so that nothing could be compared to the last bit.
"""

import copy
from typing import Any, final

import numpy as np
import pandas as pd

from probatum.adapters.interface import Adapter, Claim, Wish, few
from probatum.adapters.refitting import WAY_OUT, refusal
from probatum.adapters.sklearn import SklearnModel, true_labels
from probatum.errors import MissingExtraError, ModelError
from probatum.facts.capabilities import Capability
from probatum.facts.threats import Task
from probatum.systems.datasets import Label, Rows, Schema
from probatum.systems.interface import Answers
from probatum.systems.mistakes import first_line
from probatum.systems.structures import Structure

KINDS = ("CatBoostClassifier", "CatBoostRegressor", "CatBoostRanker", "CatBoost")
APART = frozenset({"MultiClassOneVsAll"})  # losses whose scores do not sum to 1
SEVERAL = frozenset({"MultiLogloss", "MultiCrossEntropy", "MultiRMSE", "MultiRMSEWithMissingValues", "MultiQuantile"})
ORDERS = ("Pair", "Query", "YetiRank", "StochasticRank", "LambdaMart", "GroupQuantile")  # losses of ranking begin so
NO_TREES = "The trees of a CatBoost model are not read: its categories are stored as hashes and statistics only."


def open_file(content: bytes) -> Any:
    """Return the model that a file of CatBoost's own format holds, of the kind that its loss asks for.

    Raises:
        MissingExtraError: CatBoost is not installed.
        ModelError: CatBoost cannot read it.
    """
    try:
        import catboost as library
    except ImportError:
        raise MissingExtraError(
            'Wanted CatBoost, to read its model; it is not installed. pip install "probatum[catboost]"'
        ) from None
    try:
        bare = library.CatBoost()
        bare.load_model(blob=content)
        model = (library.CatBoostClassifier if len(bare.classes_) else library.CatBoostRegressor)()
        model.load_model(blob=content)
    except Exception as error:  # the library's own types, and whatever its reader of the rest raises
        raise ModelError(
            f"The CatBoost model cannot be read ({first_line(error)}). Save it again with the version installed here."
        ) from error
    return model


class Numbers:
    """A CatBoost model as scikit-learn's would be asked: on one thread, with its columns in its order and types."""

    def __init__(self, model: Any) -> None:
        """Take a trained model.

        Raises:
            ModelError: it wants columns that a table does not hold.
        """
        self.model = model
        names = list(map(str, model.feature_names_))
        self.coded, self.texts = (
            sorted(map(int, model.get_cat_feature_indices())),
            sorted(map(int, model.get_text_feature_indices())),
        )
        if len(model.get_embedding_feature_indices()):
            raise ModelError("The CatBoost model wants columns of lists of numbers (embeddings); a table has none.")
        self.n_features_in_ = len(names)
        if names != [str(place) for place in range(len(names))]:  # else nobody named them
            self.feature_names_in_ = np.asarray(names, dtype=object)

    def predict(self, features: Any) -> np.ndarray:
        """Return what its users' ``predict`` gives."""
        return np.asarray(self.model.predict(self.typed(features), thread_count=1))

    def typed(self, features: Any) -> Any:
        """Return rows as CatBoost takes them: categories as text or whole numbers, nothing else touched."""
        if not self.coded and not self.texts:
            return features
        frame = pd.DataFrame(features).copy()
        frame.columns = list(self.model.feature_names_)
        for place in self.coded:
            frame.isetitem(place, _objects([_category(cell) for cell in frame.iloc[:, place]]))
        for place in self.texts:
            frame.isetitem(place, _objects(frame.iloc[:, place].tolist()))
        return frame


class Classes(Numbers):
    """A CatBoost model that names a class for each row."""

    def __init__(self, model: Any) -> None:
        """Take a trained model."""
        super().__init__(model)
        self.classes_ = np.asarray(model.classes_)


@final
class Probabilities(Classes):
    """A CatBoost model that also gives probabilities of its classes."""

    def predict_proba(self, features: Any) -> np.ndarray:
        """Return what its users' ``predict_proba`` gives."""
        return np.asarray(self.model.predict_proba(self.typed(features), thread_count=1))


@final
class CatBoostModel:
    """A trained model, asked as its users ask it."""

    def __init__(self, model: Any, probe: Rows, wish: Wish) -> None:
        """Take a trained model."""
        kind = Numbers
        if len(model.classes_):
            kind = Probabilities if hasattr(model, "predict_proba") and _loss(model) not in APART else Classes
        self._asked, self._wish = kind(model), wish
        self._sklearn = SklearnModel(self._asked, probe, wish)
        again = {Capability.REFIT} if _refusal(model) is None else set()
        self.capabilities: frozenset[Capability] = (self._sklearn.capabilities - {Capability.REFIT}) | again
        self.classes: tuple[Label, ...] | None = self._sklearn.classes

    def ask(self, rows: Rows) -> Answers:
        """Return labels from ``predict`` and scores from ``predict_proba``, as its users get them."""
        return self._sklearn.ask(rows)

    def check_columns(self, schema: Schema) -> tuple[str, ...]:
        """Return notes on the order of the columns; ModelError when some that the model was trained on are absent."""
        return self._sklearn.check_columns(schema)

    def structure(self, rows: Rows | None = None) -> Structure | str:
        """Return why there is none."""
        return NO_TREES

    def refit(self, rows: Rows, seed: int) -> "CatBoostModel":
        """Train a model with the same settings, as its seed says, without writing files.

        Raises:
            ModelError: a file does not say how it was trained, or training fails.
        """
        model, asked = self._asked.model, self._asked
        why = _refusal(model)
        if why is not None:
            raise ModelError(f"{why} {WAY_OUT}")
        settings = copy.deepcopy(model.get_params())
        for name in ("random_state", "n_jobs", "train_dir", "silent", "verbose_eval", "logging_level"):
            settings.pop(name, None)
        settings |= {"random_seed": seed, "thread_count": 1, "allow_writing_files": False, "verbose": False}
        settings |= {"cat_features": asked.coded, "text_features": asked.texts}
        again = type(model)(**settings)
        own = tuple(np.asarray(model.classes_).tolist()) or None
        try:
            again.fit(asked.typed(self._sklearn.given(rows)), true_labels(rows, own, self.classes))
        except Exception as error:
            raise ModelError(f"Training again failed with {type(error).__name__}: {error}. {WAY_OUT}") from error
        return CatBoostModel(again, few(rows), self._wish)


def _refusal(model: Any) -> str | None:
    """Return why a model cannot be trained again; None where it can."""
    if not model.get_params():  # it was read from a file
        return "A CatBoost file does not say how its model was trained."
    return refusal(model)


def _loss(model: Any) -> str:
    return str(model.get_all_params().get("loss_function", "")).partition(":")[0]


def _objects(cells: list[Any]) -> np.ndarray:
    return np.fromiter(cells, dtype=object, count=len(cells))


def _category(cell: Any) -> Any:
    """Return a category as it was before a column with missing cells made 1.0 of 1; all else stays what it is."""
    if isinstance(cell, float | np.floating) and float(cell).is_integer():
        return int(cell)
    return str(cell) if isinstance(cell, bool | np.bool_) else cell


def _fits(thing: Any) -> bool:
    return type(thing).__module__.partition(".")[0] == "catboost" and type(thing).__name__ in KINDS


def _fitted(thing: Any) -> Any:
    if not thing.is_fitted():
        raise ModelError("Wanted a trained model; this one was never fitted. Call fit first.")
    return thing


def _wrap(thing: Any, probe: Rows, wish: Wish) -> CatBoostModel:
    return CatBoostModel(_fitted(thing), probe, wish)


def _claim(thing: Any, probe: Rows, wish: Wish) -> Claim:
    loss, classes = _loss(_fitted(thing)), tuple(np.asarray(thing.classes_).tolist())
    because = f"is a CatBoost model with the loss {loss or 'of its own'}"
    if loss in SEVERAL:
        raise ModelError(f"The model {because}: it answers several questions at once, which is not assessed.")
    if loss.startswith(ORDERS):
        raise ModelError(f"The model {because}: it predicts an order within each query, which is not assessed.")
    if classes:
        return Claim(task=Task.BINARY if len(classes) <= 2 else Task.MULTICLASS, because=because, classes=classes)
    return Claim() if loss in ("CrossEntropy", "Logloss", "") else Claim(task=Task.REGRESSION, because=because)


ADAPTER = Adapter(name="CatBoost", fits=_fits, wrap=_wrap, claim=_claim, libraries=("catboost",))
