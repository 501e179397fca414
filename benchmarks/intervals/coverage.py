# SPDX-License-Identifier: Apache-2.0
"""How often do our ranges hold the true number? Writes ``docs/coverage.md``.

``python benchmarks/intervals/coverage.py`` works out every grid (minutes, one core); ``--only WORD`` those files of
this folder whose name holds the word, to the screen.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # before numpy is imported

import differences  # noqa: E402
import paired  # noqa: E402
import shares  # noqa: E402
import sizes  # noqa: E402
import trust  # noqa: E402
import worse  # noqa: E402
from tables import Table, in_percent  # noqa: E402

PAGE = Path(__file__).resolve().parents[2] / "docs" / "coverage.md"
SOURCES: dict[str, Callable[[int], Iterable[Table]]] = {
    "shares": shares.tables,
    "differences": differences.tables,
    "paired": paired.tables,
    "sizes": sizes.tables,
    "worse": worse.tables,
    "trust": trust.tables,
}
HEAD = """# Do our ranges hold the true number?

A range is stated at 95 of 100 (*nominal*) throughout, unless a table says otherwise. Each table says how often, of 100,
ranges of one kind held the true number, in a grid of cases. Numbers are cut, not rounded, to one decimal; the lowest of
a table stands in bold if it is below nominal. Where several ranges are stated at once, all of them must hold at once.

Made by `make coverage` (`python benchmarks/intervals/coverage.py`) with seed {seed}, in about {minutes:.0f} minutes on
one core.

{summary}

## Where a range holds less often than it says

- Ranges made of counts (`proportions`, `differences` of shares, `concentration`) hold at least as often as they say in
  every cell; they are exact or cautious by construction. The largest gap between groups does too.
- `paired_ratio` is close, not exact: about 95 of 100 on the average, with dips where few rows count on one side only.
- What rests on Student's t (`means`, `mean_ratio`, `loss_concentration`, `differences` of means) is short of what it
  says where values are skewed and rows are few, most where one side of a comparison is far more skewed or far smaller
  than the other. From about 1,000 rows on each side it is within 2 of what it says. Only numbers (regression), losses
  and scores use these; right and wrong answers are counted.
- The calibration error is cautious with few rows, and within chance of what it says with many.
"""


def main() -> None:
    """Work out the tables, and write or print them."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--only", default="")
    arguments.add_argument("--seed", type=int, default=0)
    chosen = arguments.parse_args()
    started = time.process_time()
    found = []
    for source, make in SOURCES.items():
        if chosen.only not in source:
            continue
        for table in make(chosen.seed):
            found.append(table)
            print(
                f"{time.process_time() - started:5.0f} s  {table.title}: lowest {in_percent(table.lowest)}",
                file=sys.stderr,
            )
    if chosen.only:
        print("\n".join(table.markdown() for table in found))
        return
    head = HEAD.format(seed=chosen.seed, minutes=(time.process_time() - started) / 60, summary=summary(found))
    PAGE.write_text("\n".join([head, *(table.markdown() for table in found)]), encoding="utf-8", newline="\n")


def summary(found: Iterable[Table]) -> str:
    """Return a table of the lowest coverage of each kind."""
    lines = ["| kind of range | nominal | lowest | how |", "|---|---|---|---|"]
    for table in found:
        how = "exact" if table.samples is None else f"{table.samples:,} samples a cell"
        lines.append(f"| {table.title} | {100 * table.nominal:.4g} | {in_percent(table.lowest)} | {how} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
