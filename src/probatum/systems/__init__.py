# SPDX-License-Identifier: Apache-2.0
"""What is judged: a model, its data, and the words that describe them."""
