# SPDX-License-Identifier: Apache-2.0
"""What can be asked of a model. A check names what it needs; an adapter states what it gives."""

from enum import StrEnum


class Capability(StrEnum):
    """One thing that can be asked of a model; ``systems/interface.py`` has the protocol of each."""

    PREDICTIONS = "predictions"  # a label or a value for each row
    SCORES = "scores"  # a probability for each row and class
    LOSSES = "losses"  # the loss of each row, in nats
    GRADIENTS = "gradients"  # of the loss, by the input
    TREES = "trees"  # the structure of a tree ensemble
    WEIGHTS = "weights"  # the parameters
    REFIT = "refit"  # train it again on other rows
