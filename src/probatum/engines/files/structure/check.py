# SPDX-License-Identifier: Apache-2.0
"""Bytes and their kind in, the first defect out."""

from collections.abc import Callable, Mapping

from probatum.engines.files import kinds
from probatum.engines.files.kinds import Kind
from probatum.engines.files.structure import catboost, lightgbm, onnx, torch_zip, xgboost
from probatum.engines.files.structure.parts import StructureError
from probatum.facts.input_limits import InputLimits

CHECKS: Mapping[Kind, Callable[[bytes, InputLimits], None]] = {
    kinds.XGBOOST: xgboost.check,
    kinds.LIGHTGBM: lightgbm.check,
    kinds.ONNX: onnx.check,
    kinds.CATBOOST: catboost.check,
    kinds.TORCH_WEIGHTS: torch_zip.check,
}


def defect(content: bytes, kind: Kind, limits: InputLimits) -> str | None:
    """Return what is wrong with the structure of a file, as a clause; None where nothing was found.

    Law: it never raises, whatever the bytes, and always ends. Formats without a check have no defect here.
    """
    check = CHECKS.get(kind)
    if check is None:
        return None
    try:
        check(content, limits)
    except StructureError as error:
        return str(error)
    except (ValueError, TypeError, OverflowError, RecursionError, MemoryError) as error:
        return f"its structure cannot be checked ({type(error).__name__})"
    return None
