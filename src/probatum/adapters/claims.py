# SPDX-License-Identifier: Apache-2.0
"""What a model says about its own answers, and kinds of models that are refused since nothing here fits them.

An estimator says it by its tags, its labels and its methods. What says nothing is asked about a few rows: several
scores or texts for each row are classes, numbers with fractions beside a target of numbers are amounts.
"""

import inspect
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from probatum.adapters.interface import SILENT, Claim
from probatum.errors import ModelError, NoMoreAnswersError, ProbatumError
from probatum.facts.threats import Task
from probatum.systems.datasets import Label, Rows

HORIZONS = ("fh", "steps", "h", "horizon", "n", "n_periods", "nperiods", "start", "n_steps", "periods")  # of forecasts
SURVIVAL = ("predict_survival_function", "predict_cumulative_hazard_function", "predict_cumulative_hazard")
KINDS = {"classifier": Task.MULTICLASS, "regressor": Task.REGRESSION}
OTHERS = {"clusterer": "puts rows into clusters", "transformer": "turns rows into other rows"}


def of_estimator(estimator: Any, probe: Rows, ask: Callable[[Any], Any]) -> Claim:
    """Return what a fitted estimator says of its answers.

    Args:
        estimator: with ``predict``.
        probe: a few rows, to ask about where it says nothing.
        ask: what its ``predict`` gives for their features.

    Raises:
        ModelError: it gives several answers a row, forecasts a series, or foretells how long something lasts.
    """
    refuse_unsupported(estimator)
    name = type(estimator).__name__
    classes, kind = own_classes(estimator), _kind(estimator)
    said = first_answers(ask, probe)
    scores = classes is None and kind is None  # perhaps, as Keras gives them
    if said is not None and said.ndim > 1 and said.shape[-1] > 1 and not (scores and are_scores(said, probe)):
        raise ModelError(several(name, said.shape[-1]))
    if kind in OTHERS and classes is None:
        raise ModelError(f"Wanted a model that predicts the target; a {name} {OTHERS[kind]}. Give a trained predictor.")
    if classes is not None and kind != "regressor":
        return Claim(task=_classification(classes), because=f"is a {name} with {counted(classes)}", classes=classes)
    if kind in KINDS:
        return Claim(task=KINDS[kind], because=f"is a {name}, a {kind}")
    if hasattr(estimator, "predict_proba"):
        return Claim(task=Task.MULTICLASS, because=f"is a {name}, which gives probabilities of classes")
    return by_answers(ask, probe)


def refuse_unsupported(estimator: Any) -> None:
    """Refuse a model whose answers are no single label or number for each row.

    Raises:
        ModelError: says what it is, and what to do.
    """
    name = type(estimator).__name__
    if any(hasattr(estimator, method) for method in SURVIVAL):
        raise ModelError(
            f"A {name} foretells how long something lasts (survival analysis), which is not assessed. Give a function "
            "that answers one question for each row, such as whether the event comes within a year."
        )
    wanted = _first_parameter(getattr(estimator, "predict", None))
    if wanted in HORIZONS or hasattr(estimator, "make_future_dataframe"):
        raise ModelError(
            f"A {name} forecasts a series (its predict wants {wanted}, no rows of their own), which is not assessed. "
            "Give a function from rows to answers, with what is known at the time as columns."
        )
    listed = getattr(estimator, "classes_", None)
    outputs = getattr(estimator, "n_outputs_", 1)
    many = isinstance(outputs, int | np.integer) and outputs > 1
    if many or (isinstance(listed, list) and listed and all(np.ndim(one) == 1 for one in listed)):
        raise ModelError(several(name, len(listed) if isinstance(listed, list) else int(outputs)))


def several(name: str, count: int) -> str:
    """Say that a model gives several answers a row, and what to do."""
    return (
        f"The {name} gives {count} answers for each row at once (several targets or labels), which is not assessed. "
        "Give a function that picks one of them, and assess each on its own."
    )


def own_classes(estimator: Any) -> tuple[Label, ...] | None:
    """Return the labels that an estimator lists, in the order of its scores; None where it lists none."""
    listed = getattr(estimator, "classes_", None)
    if listed is None:
        return None
    classes = np.asarray(listed)
    return tuple(classes.tolist()) if classes.ndim == 1 and classes.size else None


def by_answers(ask: Callable[[Any], Any], probe: Rows) -> Claim:
    """Return what the answers about a few rows show.

    Whole numbers beside a target of whole numbers may be labels or amounts: then nothing is claimed.
    """
    numbers = probe.schema.task is Task.REGRESSION or all(isinstance(one, int | float) for one in probe.schema.classes)
    said = first_answers(ask, probe) if numbers else None  # where the target is text, nothing is left to find out
    if said is None or said.ndim == 0:
        return SILENT
    flat = said.reshape(len(said), -1)
    if said.dtype.kind not in "iuf":
        texts = said.dtype.kind in "USOb" and flat.shape[1] == 1
        return Claim(task=Task.MULTICLASS, because=f"answers {_example(said)}") if texts else SILENT
    if flat.shape[1] > 1:
        return Claim(task=Task.MULTICLASS, because=f"gives {flat.shape[1]} numbers for each row")
    there = flat[np.isfinite(flat)]
    if not there.size:
        return SILENT
    if (there == np.floor(there)).all():
        return Claim(because=f"answers whole numbers, such as {there[0]:.0f}")
    two = len(probe.schema.classes) == 2
    if two and (there >= 0).all() and (there <= 1).all():
        return Claim(task=Task.BINARY, because="gives a number between 0 and 1 for each row")
    if not two:
        return Claim(task=Task.REGRESSION, because=f"answers numbers with fractions, such as {there[0]:.6g}")
    return SILENT


def are_scores(said: np.ndarray, probe: Rows) -> bool:
    """Whether answers about a few rows can only be scores: several decimals a row, or one with fractions in 0 to 1."""
    if said.dtype.kind != "f" or said.ndim == 0:
        return False
    flat = said.reshape(len(said), -1)
    if flat.shape[1] > 1:
        return flat.shape[1] == len(probe.schema.classes) or probe.schema.task is Task.REGRESSION
    there = flat[np.isfinite(flat)]
    within = bool(there.size and (there >= 0).all() and (there <= 1).all() and (there != np.floor(there)).any())
    return within and len(probe.schema.classes) == 2


def first_answers(ask: Callable[[Any], Any], probe: Rows) -> np.ndarray | None:
    """Return what is answered about a few rows, or about the first of them that is answered; None: about none."""
    for rows in (probe, *(probe.take(np.asarray([place])) for place in range(len(probe)))):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                said = ask(rows.as_given)
            return np.asarray(said.toarray() if hasattr(said, "toarray") else said)
        except NoMoreAnswersError:
            raise
        except ProbatumError:
            raise
        except Exception:  # noqa: BLE001, S112  # a model may raise anything on one row; the next may do
            continue
    return None


def counted(classes: tuple[Label, ...]) -> str:
    """Return how many classes there are, and the first few of them."""
    shown = ", ".join(map(str, classes[:6])) + (" …" if len(classes) > 6 else "")
    return f"{len(classes)} class{'' if len(classes) == 1 else 'es'} ({shown})"


def _classification(classes: tuple[Label, ...]) -> Task:
    return Task.BINARY if len(classes) <= 2 else Task.MULTICLASS


def _kind(estimator: Any) -> str | None:
    """Return what scikit-learn's tags call an estimator, of any version; None for an object without tags."""
    old = getattr(estimator, "_estimator_type", None)
    if isinstance(old, str):
        return old
    try:
        from sklearn.utils import get_tags

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            kind = get_tags(estimator).estimator_type
    except Exception:  # noqa: BLE001  # an object of another library, or an older scikit-learn
        return None
    return str(kind) if kind is not None else None


def _first_parameter(function: Any) -> str | None:
    """Return the name of the first thing that a method wants; None where it does not say."""
    try:
        names = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return None
    return names[0] if names else None


def _example(said: np.ndarray) -> str:
    kind = "true and false" if said.dtype.kind == "b" else f"texts such as {str(said.reshape(-1)[0])[:40]!r}"
    return kind if said.size else "no numbers"
