# SPDX-License-Identifier: Apache-2.0
"""Models in ONNX files: onnxruntime answers, as their users run them; gradients come from the same graph in torch."""
