# SPDX-License-Identifier: Apache-2.0
"""The shipped limits, one file a level of stakes, generated from the checks."""
