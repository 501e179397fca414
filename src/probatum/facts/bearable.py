# SPDX-License-Identifier: Apache-2.0
"""The error that can be borne: for people to state, of this system, and never set by a shipped policy.

It is stated as a share of the answers, or for numbers as an average error in the unit of the target.
"""

from collections.abc import Mapping

from probatum.facts.threats import Task

CHECK = "usage/error-rate"  # which measures the error
TOPIC = "bearable-error"  # the declaration that stating the number fulfils
KEY = "[system] bearable_error"  # where a description states it
MEASURES: Mapping[Task, str] = {
    Task.BINARY: "error_rate",
    Task.MULTICLASS: "error_rate",
    Task.REGRESSION: "mean_error",
}
