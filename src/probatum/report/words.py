# SPDX-License-Identifier: Apache-2.0
"""Numbers and names in plain words: natural frequencies, ranges, plurals, and names made safe to look at.

Natural frequencies ("13 of 100") are understood by more people than percentages or odds
(Gigerenzer and Hoffrage 1995, Psychological Review 102:684). Ranges are rounded outwards, so that a
printed range is never narrower than the measured one.
"""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from probatum.facts.finding import Measure, Part
from probatum.facts.interval import Interval
from probatum.facts.policy import Direction
from probatum.facts.record import Verdict
from probatum.report.marks import mark_of

UNKNOWN = "unknown"
NO_RANGE = "range unknown"
SHARE = "share"
RATIO = "ratio"
OWN_UNIT = "target"  # a number in the unit of what is predicted
OF_RULE = "error of the simplest rule"  # a difference of two ratios is no "times as many"
LEAST_SIZE = 0.000001  # of a change that is told by its size
LONGEST_NAME = 120  # characters of a name on the page; nobody reads further
_NOUNS = {  # one, many
    RATIO: ("times", "times"),
    OF_RULE: ("times the simplest rule's error", "times the simplest rule's error"),
    "rows": ("row", "rows"),
    "topics": ("topic", "topics"),
    "kinds": ("kind", "kinds"),
    "columns": ("column", "columns"),
    "files": ("file", "files"),
}
COUNTED = ("kinds", "files", "topics")  # all there are were looked at, so that none was a sample
_FEWEST = 0.02  # below 2 of 100 a share is told of 1,000, so that rounding does not swallow it
_LARGEST_WHOLE = 10**9
_FINEST = 100  # a number is told no finer than a part in so many of what its range allows
_NOTHING = 1e-12  # what rounding leaves of a zero
_EPSILON = 1e-9  # keeps 0.07 * 100 from becoming 7.000000000000001, and so 8
_JOINERS = "\u200c\u200d"  # invisible, yet ordinary letters of several scripts need them


def visible(text: str, *, longest: int | None = None) -> str:
    """Return the text with control, bidirectional and invisible characters spelled out; idempotent."""
    shown = "".join(_spelled(character) for character in text)
    if longest is not None and len(shown) > longest:
        shown = shown[: longest - 1] + "…"
    return shown


def printable(text: str) -> str:
    """Return a text of several lines in which nothing steers a terminal; idempotent."""
    return "\n".join(line if line.isprintable() else visible(line) for line in text.split("\n"))


def quoted(name: str) -> str:
    """Return an untrusted name in quotation marks, safe to stand in a sentence."""
    return f"“{visible(name, longest=LONGEST_NAME)}”"


def plural(count: int, one: str, many: str | None = None) -> str:
    """Return the count with its noun: ``1 check``, ``3 checks``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def size_of(change: float) -> str:
    """Return the size of a change with three telling digits, and no more: ``0.03``, ``0.0314``, ``0.0000911``."""
    if 0 < change < LEAST_SIZE:
        return f"less than {LEAST_SIZE:f}"
    return f"{Decimal(f'{change:.3g}'):f}"


def listed(items: Sequence[str], *, last: str = "and") -> str:
    """Join items as a person would: ``a, b and c``."""
    if len(items) <= 1:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def sentence(text: str) -> str:
    """Return the text with a capital first letter and an end; idempotent."""
    text = text.strip()
    if not text:
        return text
    text = text[0].upper() + text[1:]
    return text if text[-1] in ".!?" else f"{text}."


def number(value: float | None, *, decimals: int | None = None) -> str:
    """Return a number with thousands separators and about three telling digits."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    value = 0.0 if abs(value) < _NOTHING else value
    places = _places(value) if decimals is None else decimals
    shown = f"{value:,.{places}f}"
    return shown.lstrip("-") if not shown.strip("-0.,") else shown  # no minus zero


def whole_for(*shares: float | None) -> int:
    """Return the round number to tell shares of: 100, or more where 100 would read as none or all."""
    sizes = [abs(share) for share in shares if share is not None]  # a difference may lie below none
    rarest = [min(size, 1 - size) for size in sizes if _EPSILON < size < 1 - _EPSILON]
    if not rarest:
        return 100
    whole = 100
    while min(rarest) * whole < _FEWEST * 100 and whole < _LARGEST_WHOLE:
        whole *= 10
    return whole


def of_100(measure: Measure | Part, noun: str = "", *, whole: int | None = None) -> str:
    """Return a share as ``about 13 of 100 (between 12 and 14)``; small shares are told of more.

    A share that is hidden, since it would tell a small count, has a range only: ``between 0 and 9 of 100``.
    """
    whole = whole or _whole(measure)
    between = range_of(measure, whole)
    of_whole = f" of {whole:,}{' ' + noun if noun else ''}"
    if measure.value is None:
        return f"{between}{of_whole}" if between and between != NO_RANGE else UNKNOWN
    about = "" if measure.value in (0, 1) or measure.interval is None else "about "
    return _with_range(f"{about}{number(measure.value * whole, decimals=0)}{of_whole}", between)


def of_10_000(measure: Measure | Part, noun: str, happens: str) -> str:
    """Return a share as a count: ``of 10,000 answers, about 1,270 are wrong (between 1,210 and 1,330)``."""
    whole = max(10_000, _whole(measure))
    of_whole = f"of {whole:,} {noun}"
    if measure.value is None:
        return f"{of_whole}, {range_of(measure, whole) or UNKNOWN} {happens}"
    count = number(measure.value * whole, decimals=0)
    return _with_range(f"{of_whole}, about {count} {happens}", range_of(measure, whole))


def amount(measure: Measure | Part, noun: str = "", *, scale: float = 1.0) -> str:
    """Return any number with its range: ``about 7.9 times (between 6.8 and 9.0)``."""
    if measure.value is None:
        return UNKNOWN
    about = "" if measure.interval is None else "about "
    shown = number(measure.value * scale, decimals=_decimals(measure, scale))
    return _with_range(f"{about}{shown} {noun}".rstrip(), range_of(measure, scale))


def in_unit(measure: Measure | Part, unit: str, *, whole: int | None = None) -> str:
    """Return a number as its unit is best told; the target's own unit is left to the reader."""
    return of_100(measure, whole=whole) if unit == SHARE else amount(measure, noun_of(unit, measure.value))


def noun_of(unit: str, count: float | None) -> str:
    """Return the unit as it stands after a number: ``times``, ``1 column``; none for the target's own unit."""
    one, many = _NOUNS.get(unit, ("", ""))
    return one if count == 1 else many


def rests_on(measure: Measure | Part) -> str:
    """Return what a number rests on: ``1,000 rows``; of what is counted one by one, how many there are."""
    unit = measure.unit if isinstance(measure, Measure) else ""
    return f"of {measure.n:,} {noun_of(unit, measure.n)}" if unit in COUNTED else plural(measure.n, "row")


def turned(measure: Measure) -> Measure:
    """Return the measure the other way round: how far below instead of how far above."""
    ends = measure.interval
    return replace(
        measure,
        value=None if measure.value is None else -measure.value,
        interval=None
        if ends is None
        else replace(
            ends,
            lower=None if ends.upper is None else -ends.upper,
            upper=None if ends.lower is None else -ends.lower,
        ),
    )


def range_of(measure: Measure | Part, scale: float = 1.0) -> str | None:
    """Return ``between 12 and 14``, rounded outwards; None for an exact count."""
    if measure.interval is None:
        return None
    lower, upper = _outwards(measure.interval, scale, _decimals(measure, scale))
    if upper is None and not _says_something(measure.interval):
        return NO_RANGE
    if lower is None:
        return f"at most {upper}"
    return f"at least {lower}" if upper is None else f"between {lower} and {upper}"


def highest(measure: Measure | Part, scale: float = 1.0) -> str:
    """Return the upper end of the range, rounded up: ``43``."""
    upper = None if measure.interval is None else measure.interval.upper
    if upper is None:
        return UNKNOWN
    return number(math.ceil(upper * scale - _EPSILON), decimals=0) if scale != 1.0 else number(_rounded_up(upper))


def _rounded_up(value: float) -> float:
    step = 10.0 ** _places(value)
    return math.ceil(value * step - _EPSILON) / step


def brief(measure: Measure | Part, scale: float = 1.0, *, finer: int = 0, decimals: int | None = None) -> str:
    """Return ``13 (12 to 14)``, with ``finer`` more decimals, or just so many; a hidden number has a range only."""
    places = _decimals(measure, scale) + finer if decimals is None else decimals
    value = "" if measure.value is None else number(measure.value * scale, decimals=places)
    if measure.interval is None:
        return value or UNKNOWN
    lower, upper = _outwards(measure.interval, scale, places)
    if upper is None:
        known = f"{lower} or more" if _says_something(measure.interval) else NO_RANGE
    elif lower is None:
        known = f"{upper} or less"
    else:
        known = f"{lower} to {upper}"
    return f"{value} ({known})" if value else known


def limit_in_words(direction: Direction, limit: float, unit: str, *, whole: int | None = None) -> str:
    """Return a limit as ``at most 10 of 100``; a ``whole`` that is given may need decimals."""
    side = "at most" if direction is Direction.AT_MOST else "at least"
    if unit == SHARE:
        whole = whole or whole_for(limit)
        return f"{side} {number(limit * whole)} of {whole:,}"
    return f"{side} {number(limit)} {noun_of(unit, limit)}".rstrip()


def verdict_mark(verdict: Verdict) -> str:
    """Return a verdict as its sign and word: ``? cannot tell``."""
    mark = mark_of(verdict)
    return f"{mark.symbol} {mark.word}"


def _whole(measure: Measure | Part) -> int:
    return whole_for(_telling(measure))


def _decimals(measure: Measure | Part, scale: float) -> int:
    size = abs(_telling(measure) or 0.0) * scale
    if scale != 1.0 and (size >= 2 or measure.value is None):
        return 0
    places = _places(size)
    if places or measure.interval is None or size >= 10:
        return places
    # A whole number may have a range that is none: 1.0, between 0.8 and 1.3.
    ends = [end * scale for end in (measure.interval.lower, measure.interval.upper) if end is not None]
    return 1 if any(_places(end) for end in ends) else 0


def _telling(measure: Measure | Part) -> float | None:
    """Return what decides how finely a number is told: its size, or how far its range reaches where that is lost.

    A share is never told as none where there is some; a difference may be, where its range lies around none.
    """
    ends = [] if measure.interval is None else [measure.interval.lower, measure.interval.upper]
    known = [end for end in ends if end is not None]
    reach = max((abs(end) for end in known), default=None)
    lost = reach is not None and min(known) < 0 and abs(measure.value or 0.0) < reach / _FINEST
    return measure.value if measure.value and not lost else reach


def _outwards(interval: Interval, scale: float, places: int) -> tuple[str | None, str | None]:
    step = 10.0**places
    lower = None if interval.lower is None else math.floor(interval.lower * scale * step + _EPSILON) / step
    upper = None if interval.upper is None else math.ceil(interval.upper * scale * step - _EPSILON) / step
    return (
        None if lower is None else number(lower, decimals=places),
        None if upper is None else number(upper, decimals=places),
    )


def _says_something(interval: Interval) -> bool:
    """Whether a range without an upper end says anything: that a number is 0 or more, or below, goes without saying."""
    return interval.lower is not None and interval.lower > 0


def _with_range(text: str, between: str | None) -> str:
    return text if between is None else f"{text} ({between})"


def _places(value: float) -> int:
    """Return how many decimals leave about three telling digits (two below ten)."""
    size = round(abs(value), 12)  # 0.29 - 0.28 is a hundredth
    if size == 0 or size >= 100 or size == int(size):
        return 0
    return 1 if size >= 1 else min(12, 1 - math.floor(math.log10(size)))


def _spelled(character: str) -> str:
    if character in "\n\r\t":
        return " "
    hidden = unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and character not in _JOINERS
    if not hidden:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
