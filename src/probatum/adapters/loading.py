# SPDX-License-Identifier: Apache-2.0
"""Open a model file once: read the bytes, digest them, tell the format by content, load from those same bytes.

A file whose format can run code when loaded is opened only when its owner said so.
"""

import io
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from probatum.adapters.code import installation
from probatum.adapters.tensor_files import read_safetensors, read_torch
from probatum.engines.files import kinds
from probatum.engines.files.identify import identify
from probatum.engines.files.structure.check import defect
from probatum.errors import InputFileError, ModelError, UntrustedFileError, name_of_type
from probatum.evidence.canonical import digest
from probatum.facts.input_limits import InputLimits
from probatum.systems.input_files import read_file

LOADABLE = (kinds.PICKLE, *kinds.PACKED_PICKLES.values())  # what joblib writes; all of them run code when loaded


def _onnx(content: bytes) -> Any:
    from probatum.adapters.onnx.model import OnnxFile

    return OnnxFile(content=content)


def _xgboost(content: bytes) -> Any:
    from probatum.adapters.xgboost import open_file

    return open_file(content)


def _lightgbm(content: bytes) -> Any:
    from probatum.adapters.lightgbm import open_file

    return open_file(content)


def _catboost(content: bytes) -> Any:
    from probatum.adapters.catboost import open_file

    return open_file(content)


# formats that cannot run code: read without trust, each from the bytes that were digested
INERT: Mapping[kinds.Kind, Callable[[bytes], Any]] = {
    kinds.ONNX: _onnx,
    kinds.XGBOOST: _xgboost,
    kinds.LIGHTGBM: _lightgbm,
    kinds.CATBOOST: _catboost,
    kinds.SAFETENSORS: read_safetensors,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What came out of a file, and the digest of the bytes it came from."""

    content: Any
    digest: str
    notes: tuple[str, ...] = ()


def load(
    file: Path,
    *,
    trusted: bool,
    stated: str | None = None,
    limits: InputLimits = InputLimits(),  # noqa: B008  # frozen
) -> Loaded:
    """Load a model file.

    Args:
        file: where it lies.
        trusted: its owner said that it may run code.
        stated: the digest that it must have; with another one nothing of it is loaded.
        limits: how large and how deeply nested it may be.

    Raises:
        UntrustedFileError: the format can run code, and ``trusted`` is false.
        ModelError: the file is absent, not the one stated, of a format that cannot be read, or broken.
    """
    content = _read(file, limits)
    if not content:
        raise ModelError(f"{file.name} is empty; wanted a model. Save it again, with joblib.")
    came = digest(content)
    if stated not in (None, came):
        raise ModelError(f"{file.name} is not the file described: wanted {stated}, came {came}. Was it replaced?")
    kind = identify(content)
    fault = defect(content, kind, limits)
    if fault is not None:
        raise ModelError(f"{file.name} is {kind.name}, and was not loaded: {fault}. Fetch or save it again.")
    if kind in INERT:
        return Loaded(content=INERT[kind](content), digest=came)
    if kind == kinds.TORCH and not trusted:
        raise UntrustedFileError(
            f"{file.name} is {kind.name}: loading one runs whatever code it holds. Save module.state_dict() alone, "
            "whose file needs no trust, or add trust_file = true under [model] (--trust-file) if you trust where it "
            "comes from."
        )
    if kind in (kinds.TORCH, kinds.TORCH_WEIGHTS):
        return Loaded(content=read_torch(content, trusted=trusted), digest=came)
    if kind not in LOADABLE:
        raise ModelError(_not_readable(file, kind))
    if not trusted:
        raise UntrustedFileError(
            f"{file.name} is {kind.name}: loading one runs whatever code it holds, so it is loaded only if you say "
            "that you trust where it comes from. Add trust_file = true under [model], or --trust-file on the command "
            "line."
        )
    model, notes = _unpickle(file, content)
    return Loaded(content=model, digest=came, notes=notes)


def _not_readable(file: Path, kind: kinds.Kind) -> str:
    """Word why a file of this kind is not loaded, and what to do instead."""
    if kind == kinds.OLD_PICKLE:
        return (
            f"{file.name} is a pickle of protocol 0 or 1, which this version does not load. Where you trust it, load "
            "it and save it again with joblib.dump(model, file)."
        )
    what = "of no format that it knows" if kind == kinds.UNKNOWN else kind.name
    return (
        f"{file.name} is not a model file that this version reads (pickle, joblib, ONNX, XGBoost, LightGBM, CatBoost, "
        f"safetensors, PyTorch): it is {what}. Save the model with joblib, or name a function: "
        'python = "module:function".'
    )


def _read(file: Path, limits: InputLimits) -> bytes:
    try:
        return read_file(file, limits.file_bytes)
    except InputFileError as error:
        hint = " Check the path." if error.absent else ""
        raise ModelError(f"Wanted the model file {file}; it was not read: {error.reason}.{hint}") from error


def _unpickle(file: Path, content: bytes) -> tuple[Any, tuple[str, ...]]:
    import joblib

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            model = joblib.load(io.BytesIO(content))
        except ModuleNotFoundError as error:
            raise ModelError(
                f"{file.name} needs the module {error.name}, which is not installed here. {installation(error.name)}"
            ) from error
        except BaseException as error:  # a pickle may raise anything, also what ends a process
            if isinstance(error, KeyboardInterrupt):
                raise
            raise ModelError(
                f"{file.name} could not be loaded ({name_of_type(type(error))}; --debug shows more). "
                "Was it saved with other library versions? Save it again with those installed here."
            ) from error
    stale = any(type(warning.message).__name__ == "InconsistentVersionWarning" for warning in caught)
    notes = (
        ("The model was saved with another version of scikit-learn than the one that ran it here.",) if stale else ()
    )
    return model, notes
