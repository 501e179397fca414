# SPDX-License-Identifier: Apache-2.0
"""Write the editions as files, to be looked at: ``python tests/report/preview.py FOLDER``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from editions import EDITIONS

from probatum.report.html import FORMAT as HTML
from probatum.report.json import FORMAT as JSON
from probatum.report.terminal import FORMAT as TERMINAL


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in EDITIONS.items():
        for shown in (HTML, JSON, TERMINAL):
            path = folder / f"{name}{shown.suffix or '.txt'}"
            path.write_text(shown.render(make()), "utf-8", newline="\n")
            print(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
