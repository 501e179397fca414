# SPDX-License-Identifier: Apache-2.0
"""Run many attacks side by side: their questions are put together into few large calls, and none is asked twice."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, final

import numpy as np

from probatum.engines.evasion.results import Work

Ask = Callable[[np.ndarray], np.ndarray]  # (m, ...) points to (m, k) scores; labels come as rows with a single 1
Attack = Generator[np.ndarray, np.ndarray, None]  # yields (m, ...) points, is sent (m, k) scores


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How much may be asked."""

    per_row: int  # points
    whole: int | None = None  # points over all rows; None: no further limit
    per_call: int = 4096  # most points in one call
    remember: int = 100_000  # most answers kept, so that memory does not grow with the budget


@final
@dataclass(slots=True, kw_only=True)
class Ledger:
    """What was asked so far."""

    asked: np.ndarray  # (n,) int64 points charged to each row
    calls: int = 0
    repeated: int = 0  # points that were answered out of memory
    cut: int = 0  # rows whose attack was stopped because all questions were used up
    remembered: dict[bytes, np.ndarray] = field(default_factory=dict)  # digest of a point, its scores

    @property
    def work(self) -> Work:
        """The work done."""
        return Work(forward_rows=int(self.asked.sum()), calls=self.calls)


def play(attacks: Sequence[Attack], ask: Ask, allowance: Allowance) -> Ledger:
    """Run every attack until it ends or has used up what it may ask.

    In each round every attack that still runs hands in one block. A block that would exceed the attack's allowance
    ends the attack before it is asked, so the outcome for a row does not depend on the other rows, unless ``whole``
    runs out: then the rounds end for all.

    Args:
        attacks: one coroutine a row.
        ask: answers points; it may raise, which passes through.
        allowance: how much may be asked.
    """
    ledger = Ledger(asked=np.zeros(len(attacks), dtype=np.int64))
    blocks = {place: _first(attack) for place, attack in enumerate(attacks)}
    while True:
        running = [place for place, block in blocks.items() if block is not None]
        due = [place for place in running if ledger.asked[place] + _size(blocks[place]) <= allowance.per_row]
        ledger.cut += len(running) - len(due)
        spent = int(ledger.asked.sum()) + sum(_size(blocks[place]) for place in due)
        if not due or (allowance.whole is not None and spent > allowance.whole):
            ledger.cut += len(due)
            for attack in attacks:
                attack.close()
            return ledger
        answers = _answer([_block(blocks[place]) for place in due], ask, allowance, ledger)
        for place, scores in zip(due, answers, strict=True):
            ledger.asked[place] += len(scores)
        blocks = {place: _next(attacks[place], scores) for place, scores in zip(due, answers, strict=True)}


def _answer(blocks: list[np.ndarray], ask: Ask, allowance: Allowance, ledger: Ledger) -> list[np.ndarray]:
    """Return the scores of each block; points that were asked before are not asked again."""
    points = np.concatenate(blocks)
    keys = [blake2b(point.tobytes(), digest_size=16).digest() for point in points]
    if len(ledger.remembered) + len(keys) > allowance.remember:
        ledger.remembered.clear()
    first = {key: place for place, key in reversed(list(enumerate(keys))) if key not in ledger.remembered}
    fresh = np.sort(np.fromiter(first.values(), dtype=np.int64, count=len(first)))
    pieces = [fresh[start : start + allowance.per_call] for start in range(0, len(fresh), allowance.per_call)]
    answers = [ask(points if len(piece) == len(points) else points[piece]) for piece in pieces]
    ledger.calls += len(pieces)
    ledger.repeated += len(points) - len(fresh)
    ledger.remembered.update(
        (keys[place], one)
        for piece, said in zip(pieces, answers, strict=True)
        for place, one in zip(piece.tolist(), said, strict=True)
    )
    if len(fresh) == len(points):
        scores = np.concatenate(answers)
    else:
        scores = np.stack([ledger.remembered[key] for key in keys])
    return np.split(scores, np.cumsum([len(block) for block in blocks])[:-1])


def _first(attack: Attack) -> np.ndarray | None:
    return next(attack, None)


def _next(attack: Attack, scores: np.ndarray) -> np.ndarray | None:
    try:
        return attack.send(scores)
    except StopIteration:
        return None


def _size(block: np.ndarray | None) -> int:
    return 0 if block is None else len(block)


def _block(block: Any) -> np.ndarray:
    return np.asarray(block)
