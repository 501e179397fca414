# SPDX-License-Identifier: Apache-2.0
"""Somebody attacks the machine around the model, or uses the model to attack what lies behind."""
