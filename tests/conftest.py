# SPDX-License-Identifier: Apache-2.0
"""No test depends on how busy the machine is: an example may take as long as it takes."""

import os

from hypothesis import HealthCheck, settings

# Before numpy and scikit-learn are imported, as the command line does. On a busy machine the threads of OpenMP wait for
# one another: a model that is trained in a second by one thread was seen to take forty by two.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")
