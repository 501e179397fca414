# SPDX-License-Identifier: Apache-2.0
"""Files that hold the weights of a network and nothing else: safetensors, and a state dict saved by PyTorch.

Such a file does not say how the weights are put together; a function of the user builds the network that takes them.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from probatum.errors import MissingExtraError, ModelError, UntrustedFileError

INSIDE = ("state_dict", "model_state_dict")  # where training scripts keep the weights, beside their own notes
SAFE_SINCE = (2, 10)  # before, a file made for it could do harm also when read for its weights alone: CVE-2025-32434
# (code was run, up to 2.5) and CVE-2026-24747 (memory was overwritten, up to 2.9)


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weights:
    """The weights of a network, by name."""

    tensors: Mapping[str, np.ndarray]


def read_safetensors(content: bytes) -> Weights:
    """Read a safetensors file.

    Raises:
        ModelError: it is damaged, or holds numbers of a kind that nothing here knows.
        MissingExtraError: torch or safetensors is not installed.
    """
    try:
        from safetensors import SafetensorError
        from safetensors.torch import load
    except ImportError:
        raise MissingExtraError(
            'Wanted torch and safetensors, to read weights; they are not installed. pip install "probatum[torch]"'
        ) from None
    try:
        held = load(content)
    except (SafetensorError, KeyError, ValueError, RuntimeError) as error:
        raise ModelError(f"The safetensors file is damaged ({error}). Save or fetch it again.") from error
    return Weights(tensors={name: _array(name, tensor) for name, tensor in held.items()})


def read_torch(content: bytes, *, trusted: bool) -> Any:
    """Read what ``torch.save`` wrote: weights, or, where its owner trusts the file, whatever it holds.

    Raises:
        UntrustedFileError: it holds more than weights, and nobody said that it may run code.
        ModelError: it is broken.
        MissingExtraError: torch is not installed.
    """
    try:
        import torch
    except ImportError:
        raise MissingExtraError(
            'Wanted torch, to read a file of PyTorch; it is not installed. pip install "probatum[torch]"'
        ) from None
    if not trusted and _version(torch.__version__) < SAFE_SINCE:
        raise UntrustedFileError(
            f"PyTorch {torch.__version__} may run code when it reads a file of weights; only 2.10 and later do not. "
            "Update torch, save the weights as safetensors, or add trust_file = true under [model]."
        )
    try:
        held = torch.load(io.BytesIO(content), weights_only=True, map_location="cpu")
    except Exception as error:  # torch raises many types, among them one of its own for what is no weights
        if not trusted:
            raise UntrustedFileError(
                "The file of PyTorch holds more than weights, or is damaged: loading such a file runs whatever code it "
                "holds. Save module.state_dict(), or add trust_file = true under [model] if you trust where it comes "
                "from."
            ) from error
        return _whole(content)
    return weights_of(held)


def _whole(content: bytes) -> Any:
    """Return whatever a trusted file holds."""
    import torch

    try:
        held = torch.load(io.BytesIO(content), weights_only=False, map_location="cpu")
    except Exception as error:  # a pickle may raise anything
        raise ModelError(
            f"The file of PyTorch could not be loaded ({type(error).__name__}: {error}). Is the code of the network "
            "where Python finds it, and are the libraries those it was saved with?"
        ) from error
    return held if isinstance(held, torch.nn.Module) else weights_of(held)


def weights_of(held: Any) -> Weights:
    """Return the state dict that was saved, alone or among a training script's own notes.

    Raises:
        ModelError: there is none.
    """
    import torch

    if isinstance(held, Mapping):
        inner = next((held[key] for key in INSIDE if isinstance(held.get(key), Mapping)), held)
        tensors = {str(name): value for name, value in inner.items() if isinstance(value, torch.Tensor)}
        if tensors and len(tensors) == len(inner):
            return Weights(tensors={name: _array(name, value) for name, value in tensors.items()})
    keys = f" with the keys {', '.join(map(str, list(held)[:6]))}" if isinstance(held, Mapping) else ""
    raise ModelError(
        f"Wanted a state dict, tensors by name; the file holds a {type(held).__name__}{keys}. "
        "Save module.state_dict() alone."
    )


def _array(name: str, tensor: Any) -> np.ndarray:
    import torch

    wide = tensor.float() if tensor.dtype in (torch.bfloat16, torch.float16) else tensor
    try:
        return np.array(wide.detach().numpy())
    except (TypeError, RuntimeError):  # quantised, sparse, complex numbers of a kind that numpy lacks
        raise ModelError(f'The tensor "{name}" is of the type {tensor.dtype}; wanted plain numbers.') from None


def _version(text: str) -> tuple[int, ...]:
    """Return the first two numbers of a version such as 2.13.0+cpu."""
    return tuple(int(part) if part.isdigit() else 0 for part in text.split(".")[:2])
