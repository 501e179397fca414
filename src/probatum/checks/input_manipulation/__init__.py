# SPDX-License-Identifier: Apache-2.0
"""Somebody or something changes what the model is given."""
