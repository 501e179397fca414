# SPDX-License-Identifier: Apache-2.0
"""scikit-learn's multi-layer perceptron, as a torch module with the same weights in float32."""

from typing import Any

import numpy as np

from probatum.adapters.structures.parts import Parts, plain, straight
from probatum.systems.structures import Network


def layers(estimator: Any) -> Parts | str:
    """Take a perceptron apart, where torch is there to rebuild it."""
    try:
        import torch
    except ImportError:
        return 'The inside of a network needs torch. Install it: pip install "probatum[torch]"'
    bends = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "logistic": torch.nn.Sigmoid, "identity": torch.nn.Identity}
    if estimator.out_activation_ not in ("logistic", "softmax") or np.ndim(estimator.classes_) != 1:
        return "This MLPClassifier answers several questions at once. Give one model for each."
    modules: list[torch.nn.Module] = []
    for weights, bias in zip(estimator.coefs_, estimator.intercepts_, strict=True):
        one = torch.nn.Linear(*weights.shape)
        with torch.no_grad():
            one.weight.copy_(torch.from_numpy(np.ascontiguousarray(weights.T, dtype=np.float32)))
            one.bias.copy_(torch.from_numpy(np.asarray(bias, dtype=np.float32)))
        modules += [one, bends[estimator.activation]()]
    module = torch.nn.Sequential(*modules[:-1]).eval().requires_grad_(requires_grad=False)
    classes = tuple(np.asarray(estimator.classes_).tolist())

    def said(x: np.ndarray) -> np.ndarray:
        """Return the library's probabilities: of the second of two classes, else of each."""
        shares = np.asarray(estimator.predict_proba(x), dtype=np.float64)
        return shares[:, 1:] if len(classes) == 2 else shares

    return Parts(
        core=Network(module=module, classes=len(classes)),
        classes=classes,
        encode=plain,
        inputs=straight(len(estimator.coefs_[0])),
        said=said,
    )
