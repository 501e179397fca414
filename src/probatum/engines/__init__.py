# SPDX-License-Identifier: Apache-2.0
"""The mathematics: arrays in, facts out. Nothing here reads a file, knows a model or gives a verdict."""
