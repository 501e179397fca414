# SPDX-License-Identifier: Apache-2.0
"""``probatum doctor``: what is installed and really works."""

from probatum.cli.screen import say


def doctor() -> int:
    """Try what is installed, and say what extras would add."""
    from probatum.runs.doctor import examine

    examined = examine()
    width = max(len(thing.name) for thing in examined)
    for thing in examined:
        mark = "works  " if thing.works else ("BROKEN " if thing.needed else "absent ")
        say(f"{mark} {thing.name:<{width}}  {thing.says}")
    return 0 if all(thing.works for thing in examined if thing.needed) else 3
