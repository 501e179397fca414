# SPDX-License-Identifier: Apache-2.0
"""``python -m probatum``: the command line without its installed script."""

from probatum.cli import main

if __name__ == "__main__":  # a spawned worker imports this file too
    main()
