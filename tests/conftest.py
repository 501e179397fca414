# SPDX-License-Identifier: Apache-2.0
"""No test depends on how busy the machine is: an example may take as long as it takes."""

from hypothesis import HealthCheck, settings

settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")
