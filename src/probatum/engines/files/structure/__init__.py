# SPDX-License-Identifier: Apache-2.0
"""Whether a model file is whole and consistent, before the library that it is meant for sees it.

A format that cannot run code is not for that reason safe to parse: libraries trust the counts and indices in a file,
and a wrong one makes them write beyond a buffer, never return, or answer with shifted numbers. Bytes in, one sentence
out.

``check``     bytes and their kind in, the first defect out
``parts``     what the formats have in common: counts, finite numbers, trees without loops
``ubjson``    the binary form in which XGBoost writes JSON
``xgboost``   XGBoost's models; ``xgboost_trees`` their trees
``lightgbm``  LightGBM's text; ``lightgbm_trees`` its trees
``protobuf``  protocol buffers, field by field
``onnx``      ONNX graphs; ``onnx_tensors`` their numbers, ``onnx_loops`` their loops, ``onnx_trees`` their trees
``flatbuffers`` flat buffers, offset by offset
``catboost``  CatBoost's models
``torch_zip`` the archives that PyTorch writes
"""
