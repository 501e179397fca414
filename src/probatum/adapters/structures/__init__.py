# SPDX-License-Identifier: Apache-2.0
"""Models taken apart: the numbers they are made of, and proof that these answer as the models do.

``linear``, ``trees``, ``histograms``, ``layers``, ``xgboost`` and ``lightgbm`` each read one family, ``encoders`` tells
where encoded columns come from, and ``agreement`` compares what was read with the library's own answers.
"""
