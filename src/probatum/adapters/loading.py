# SPDX-License-Identifier: Apache-2.0
"""Open a model file once: read the bytes, digest them, tell the format by content, load from those same bytes.

A file whose format can run code when loaded is opened only when its owner said so.
"""

import importlib.util
import io
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from probatum.adapters.tensor_files import read_safetensors, read_torch
from probatum.engines.files import kinds
from probatum.engines.files.identify import identify
from probatum.engines.files.structure.check import defect
from probatum.errors import DescriptionError, InputFileError, ModelError, UntrustedFileError
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
EXTRAS = {
    "torch": "torch",
    "onnx": "onnx",
    "onnxruntime": "onnx",
    "xgboost": "xgboost",
    "lightgbm": "lightgbm",
    "catboost": "catboost",
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
                f"{file.name} needs the module {error.name}, which is not installed here. {_install(error.name)}"
            ) from error
        except Exception as error:  # a pickle may raise anything
            raise ModelError(
                f"{file.name} could not be loaded ({type(error).__name__}: {error}). "
                "Was it saved with other library versions? Save it again with those installed here."
            ) from error
    stale = any(type(warning.message).__name__ == "InconsistentVersionWarning" for warning in caught)
    notes = (
        ("The model was saved with another version of scikit-learn than the one that ran it here.",) if stale else ()
    )
    return model, notes


def find_function(name: str, folder: Path) -> tuple[Callable[..., Any], str]:
    """Import ``module:function`` from the description's folder; return it with the digest of its file.

    Raises:
        DescriptionError: there is no such module or function, or the module cannot be imported.
    """
    module_name, _, function_name = name.partition(":")
    try:
        module = _import(module_name, folder)
    except (Exception, SystemExit) as error:  # a module may do anything while it is imported, also end the process
        raise DescriptionError(
            name,
            [f"wanted the module {module_name}; importing it raised {type(error).__name__}: {error}. {_mend(error)}"],
        ) from error
    function = getattr(module, function_name, None)
    if not callable(function):
        raise DescriptionError(
            name, [f"wanted a function {function_name} in {module_name}; there is none by that name."]
        )
    source = Path(module.__file__ or "")
    return function, digest(source.read_bytes() if source.is_file() else b"")


def _install(module: str | None) -> str:
    """Say how to get a module: by the extra that brings it, where there is one."""
    extra = EXTRAS.get(str(module).partition(".")[0])
    if extra is not None:
        return f'pip install "probatum[{extra}]"'
    return "Install it, or put its file where Python finds it (PYTHONPATH)."


def _mend(error: BaseException) -> str:
    """Say what to do about a module that cannot be imported."""
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    return _install(missing) if str(missing).partition(".")[0] in EXTRAS else "Mend it first."


def _import(name: str, folder: Path) -> ModuleType:
    """Import a module; a file in the folder wins, and is not mixed up with one of the same name elsewhere."""
    file = folder.joinpath(*name.split(".")).with_suffix(".py")
    with _on_path(folder):
        if not file.is_file():
            return import_module(name)
        own_name = f"_probatum_{digest(str(file.resolve()).encode())[7:19]}_{name.replace('.', '_')}"
        spec = importlib.util.spec_from_file_location(own_name, file)
        if spec is None or spec.loader is None:
            raise ModuleNotFoundError(f"{file} cannot be imported")
        module = importlib.util.module_from_spec(spec)
        sys.modules[own_name] = module
        spec.loader.exec_module(module)
        return module


@contextmanager
def _on_path(folder: Path) -> Iterator[None]:
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
