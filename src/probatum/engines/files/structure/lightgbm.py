# SPDX-License-Identifier: Apache-2.0
"""LightGBM's text: whole to its end, each tree as long as its header states, and consistent in itself.

LightGBM finds the trees by the sizes in the header and copies as many bytes as these state, past the end of a file that
was cut off.

Source: LightGBM, src/boosting/gbdt_model_text.cpp and src/io/tree.cpp (4.7).
"""

import json
import re
from collections.abc import Iterator, Mapping

from probatum.engines.files.structure.lightgbm_trees import check_tree
from probatum.engines.files.structure.parts import StructureError, count, require
from probatum.facts.input_limits import InputLimits

END = b"end of trees"
TREE = b"\nTree="
MOST_CLASSES = 100_000
SIZES = re.compile(rb"[0-9 ]*")
SETTING = re.compile(rb"\[[^\s:\[\]]+: ?[^\n]*\]")
CATEGORIES = b"pandas_categorical:"


def check(content: bytes, limits: InputLimits) -> None:
    """Refuse a model that is cut off or contradicts itself.

    Raises:
        StructureError: says where.
    """
    require(b"\0" not in content, "it holds a zero byte, at which its library stops reading")
    end = content.find(b"\n" + END)
    require(end >= 0, f'it is cut off: the line "{END.decode()}" is missing')
    begin = content.find(TREE, 0, end + 1)
    begin = end if begin < 0 else begin
    header = fields(content[:begin], "the header")
    features = count(_stated(header, b"max_feature_idx"), "max_feature_idx") + 1
    classes = count(_stated(header, b"num_class"), "num_class", least=1, most=MOST_CLASSES)
    a_round = count(_stated(header, b"num_tree_per_iteration"), "num_tree_per_iteration", least=1, most=MOST_CLASSES)
    _check_objective(header.get(b"objective", b"").split(), classes, a_round)
    for name in (b"feature_names", b"feature_infos", b"monotone_constraints"):
        listed = header[name].split(b" ") if header.get(name) else []
        fits = len(listed) == features or (name == b"monotone_constraints" and not listed)
        require(fits, f"{name.decode()} has {len(listed):,} entries, not {features:,}")
    trees = 0
    for place, block in enumerate(_trees(content, header, begin + 1, end + 1)):
        check_tree(fields(block, f"tree {place:,}"), f"tree {place:,}", features, limits.depth)
        trees += 1
    require(trees % a_round == 0, f"it has {trees:,} trees, which is no multiple of num_tree_per_iteration")
    _check_settings(content[end:])
    _check_categories(content[end:])


def fields(block: bytes, what: str) -> dict[bytes, bytes]:
    """Return the lines of a block, by the name before the sign of equality.

    Raises:
        StructureError: a name comes twice.
    """
    found: dict[bytes, bytes] = {}
    for line in block.split(b"\n"):
        name, sign, value = line.strip(b"\r ").partition(b"=")
        require(name not in found or not sign, f"a line of {what} comes twice")
        found[name] = value
    return found


def _stated(header: Mapping[bytes, bytes], name: bytes) -> str:
    require(name in header, f"the header has no {name.decode()}")
    return header[name].decode("utf-8", "replace")


def _check_objective(words: list[bytes], classes: int, a_round: int) -> None:
    """Check that the objective turns as many numbers into answers as there are classes."""
    for word in words[1:]:
        name, _, value = word.partition(b":")
        if name == b"num_class":
            stated = count(value.decode("utf-8", "replace"), "num_class of the objective", most=MOST_CLASSES)
            require(stated == classes == a_round, "the objective has another number of classes than the header")
    require(a_round == classes, "num_tree_per_iteration is not the number of classes")


def _trees(content: bytes, header: Mapping[bytes, bytes], begin: int, end: int) -> Iterator[bytes]:
    """Yield the block of each tree."""
    if b"tree_sizes" not in header:  # versions before 2.1
        yield from (b"Tree=" + part for part in content[begin:end].split(b"Tree=")[1:])
        return
    stated = header[b"tree_sizes"]
    require(SIZES.fullmatch(stated), "tree_sizes holds more than whole numbers")
    at = begin
    for place, size in enumerate(stated.split()):
        length = count(size.decode(), "tree_sizes", least=1)
        block = content[at : at + length]
        front = b"Tree=%d\n" % place
        whole = block.startswith(front) and TREE not in block and at + length <= end
        require(whole, f"tree {place:,} does not lie where tree_sizes states it")
        yield block
        at += length
    require(at == end or not stated.split(), "tree_sizes does not cover the trees")
    require(stated.split() or begin >= end, "tree_sizes states no trees")


def _check_settings(rest: bytes) -> None:
    """Check the settings of the training: of a line without a colon LightGBM takes the second half all the same."""
    _, begin, settings = rest.partition(b"\nparameters:")
    settings, end, _ = settings.partition(b"\nend of parameters")
    require(bool(end) or not begin, 'it is cut off: the line "end of parameters" is missing')
    lines = [line for line in settings.split(b"\n") if line.strip()]
    require(all(SETTING.fullmatch(line.strip()) for line in lines), "a line of its parameters has no name and value")


def _check_categories(rest: bytes) -> None:
    """Check the categories that Python's own reader takes from the last line that states them."""
    _, mark, line = rest.rpartition(CATEGORIES)
    if not mark:
        return
    try:
        listed = json.loads(line.partition(b"\n")[0])
    except (ValueError, RecursionError) as error:
        raise StructureError("pandas_categorical is no list") from error
    fits = listed is None or (isinstance(listed, list) and all(isinstance(one, list) for one in listed))
    require(fits, "pandas_categorical is no list of lists")
