# SPDX-License-Identifier: Apache-2.0
"""Do pieces of work in several sessions of one system; the numbers do not depend on how many there are."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from queue import SimpleQueue
from threading import Thread
from typing import final

from probatum.runs.interrupts import held_back
from probatum.runs.messages import Listener, Work
from probatum.runs.session import Result, Session, Unseen

Done = tuple[Work, Result] | BaseException | None  # a piece with its result; what stopped a member; None: one is ready


@final
class Team:
    """Sessions of one system that share its work."""

    def __init__(self, first: Session, members: int, listener: Listener) -> None:
        """Take the first session.

        Args:
            first: the others are made from it, when there is work for them.
            members: how many there shall be.
            listener: hears how the work gets on; from several threads where there are several members.
        """
        self._first, self._members, self._listener = first, members, listener
        self._others: list[Session] = []

    def run(self, work: Sequence[Work], unseen: Unseen) -> Iterator[tuple[Work, Result]]:
        """Do all of it and yield each piece with its result as it is done, in any order.

        Args:
            work: the pieces.
            unseen: where the answers of the refits lie.

        Raises:
            ProbatumError: the work cannot go on.
        """
        if self._members == 1 or len(work) < 2:
            for piece in work:
                yield piece, self._first.run(piece, unseen, self._listener)
            return
        waiting, done = deque(work), SimpleQueue[Done]()
        while len(self._others) < min(self._members, len(work)) - 1:
            self._others.append(self._first.another())
        members = [self._first, *self._others][: len(work)]
        with held_back():
            for member in members:
                Thread(target=self._work, args=(member, waiting, unseen, done), daemon=True).start()
        left = len(members)
        while left:
            one = done.get()
            if isinstance(one, BaseException):
                raise one
            if one is None:
                left -= 1
            else:
                yield one

    def imported(self) -> Mapping[str, str]:
        """Return the digests of the user's modules that any session imported, by role."""
        return {role: one for member in (self._first, *self._others) for role, one in member.imported().items()}

    def close(self) -> None:
        """End all sessions but the first, whatever they do."""
        for member in self._others:
            member.close()

    def _work(self, member: Session, waiting: "deque[Work]", unseen: Unseen, done: "SimpleQueue[Done]") -> None:
        try:
            while waiting:
                try:
                    piece = waiting.popleft()
                except IndexError:  # another one was faster
                    break
                done.put((piece, member.run(piece, unseen, self._listener)))
            done.put(None)
        except BaseException as error:  # noqa: BLE001  # whoever waits raises it
            done.put(error)
