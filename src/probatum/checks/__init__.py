# SPDX-License-Identifier: Apache-2.0
"""One folder a vector, one file a check, one question a file."""
