# SPDX-License-Identifier: Apache-2.0
"""The command line: each command parses, calls one use case, prints, and ends with a documented code.

Exit codes: 0 no check failed; 1 at least one check failed; 2 wrong usage or a bad file; 3 no failure, but a check broke
down or nothing could be tested, with ``--strict`` also an inconclusive or unanswered finding; 130 interrupted. What
becomes of the output changes no code, except where a command only prints: 3 if that could not be written.
"""

import os
import sys

# Before numpy is imported anywhere: with one thread, sums are always added in the same order.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[_name] = "1"


def main() -> None:
    """Run the command line and end the process with its code."""
    from probatum.cli.streams import make_reliable

    make_reliable()
    try:
        from probatum.cli.app import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # so early that nothing has begun
        code = 130
    sys.exit(code)
