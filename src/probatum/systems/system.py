# SPDX-License-Identifier: Apache-2.0
"""The system under assessment: a model and its data, asked in fixed chunks, each row once."""

import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import final

import numpy as np

from probatum.errors import NoMoreAnswersError, ProbatumError, name_of_type
from probatum.facts.capabilities import Capability
from probatum.facts.finding import Topic
from probatum.facts.plan import CHUNK_ROWS
from probatum.facts.threats import Task
from probatum.systems.attacker import Attacker
from probatum.systems.clocks import Clock
from probatum.systems.datasets import Dataset, Rows, Schema
from probatum.systems.interface import Answers, Model
from probatum.systems.stored import StoredFile
from probatum.systems.structures import Structure

COMPARED_ROWS = 2_000  # test rows on which what is read out of a model must answer as the model does


@final
class System:
    """A model beside its data. The model is opened on the first question that the store cannot answer."""

    def __init__(
        self,
        data: Dataset,
        model: Callable[[], Model],
        *,
        capabilities: frozenset[Capability],
        topics: tuple[Topic, ...] = (),
        stored: tuple[StoredFile, ...] = (),
        answered: Mapping[str, Answers] | None = None,
        train: Callable[[Rows, int], Model] | None = None,
        attacker: Attacker | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Take the data and a way to open the model.

        Args:
            data: the rows.
            model: opens the model.
            capabilities: what can be asked of it.
            topics: what was declared.
            stored: the files that the model lies in.
            answered: answers known from before, by name of rows.
            train: trains the model on other rows with a seed, without opening the one there is.
            attacker: what somebody may change in a row; None: nothing was said of that.
            clock: by which the cost of an answer is told; None: whoever measures finds out which one fits.
        """
        self.data = data
        self.capabilities = capabilities
        self.topics = topics
        self.stored = stored
        self.attacker = attacker or Attacker.none()
        self.clock = clock
        self._open = model
        self._train = train
        self._answered = dict(answered or {})
        self._structure: Structure | str | None = None
        self._limit = Limit()
        self._count: Callable[[int], None] | None = None

    @classmethod
    def of(
        cls,
        model: Model,
        data: Dataset,
        topics: tuple[Topic, ...] = (),
        stored: tuple[StoredFile, ...] = (),
        attacker: Attacker | None = None,
        clock: Clock | None = None,
    ) -> "System":
        """Return the system of a model that is open already."""
        return cls(
            data,
            lambda: model,
            capabilities=model.capabilities,
            topics=topics,
            stored=stored,
            attacker=attacker,
            clock=clock,
        )

    @property
    def schema(self) -> Schema:
        """The columns, the target and the classes."""
        return self.data.test.schema

    @property
    def task(self) -> Task:
        """What the model is asked for."""
        return self.schema.task

    @cached_property
    def model(self) -> Model:
        """The model, opened once."""
        return self._open()

    def answers(self, rows: Rows) -> Answers:
        """Ask the model in the plan's chunks; the system's own train and test rows are asked once."""
        own = rows is self.data.test or rows is self.data.train
        if own and rows.name in self._answered:
            return self._answered[rows.name]
        answers = ask(self.model, rows, self._limit)
        self._counted(rows)
        if own:
            self._answered[rows.name] = answers
        return answers

    @contextmanager
    def heard(self, count: Callable[[int], None]) -> Iterator[None]:
        """Have the rows that the model is asked about counted; for whoever waits, and never part of a result."""
        before, self._count = self._count, count
        try:
            yield
        finally:
            self._count = before

    def _counted(self, rows: Rows) -> None:
        if self._count is not None:
            self._count(len(rows))

    @property
    def too_many(self) -> int | None:
        """The fewest rows that the model was seen to fail on for no other reason than that they are so many."""
        return self._limit.failed

    def probe(self, rows: Rows) -> Answers | type[BaseException]:
        """Ask the model once about rows as they are, past chunks and store; return the type of what it raised."""
        model = self.model  # one that cannot even be opened has refused nothing
        self._counted(rows)
        own = replace(rows, features=rows.features.copy())  # a model may write into what it is given
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a warning that nobody reads is no refusal
            try:
                return model.ask(own)
            except NoMoreAnswersError:
                raise  # nothing was refused: nobody is there to refuse it
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001  # a model may raise anything; that is asked for
                return type(error)

    def structure(self) -> Structure | str:
        """Return what the model is made of, compared with its answers about test rows; or why that cannot be had."""
        if self._structure is None:  # several checks look at it, and comparing costs thousands of answers
            rows = self.data.test
            self._structure = self.model.structure(rows.take(np.arange(min(len(rows), COMPARED_ROWS))))
        return self._structure

    def remember(self, rows: Rows, answers: Answers) -> None:
        """Take answers about the system's own rows that were asked for earlier."""
        self._answered[rows.name] = answers

    def refit(self, rows: Rows, rng: np.random.Generator) -> "System":
        """Return the same system trained on other rows; draws one seed."""
        seed = int(rng.integers(2**31))
        again = self.model.refit(rows, seed) if self._train is None else self._train(rows, seed)
        return System.of(again, self.data, self.topics)


@final
class Limit:
    """How many rows a model bears at once, as far as was seen: fewer than ``failed``."""

    def __init__(self) -> None:
        """Nothing was seen yet."""
        self.failed: int | None = None  # fewest rows on which it raised, though it answers each of their halves

    def reached(self, rows: int) -> bool:
        """Whether so many rows need not be tried at once."""
        return self.failed is not None and rows >= self.failed

    def note(self, rows: int) -> None:
        """Keep that it raised on so many rows for no other reason than that they are so many."""
        self.failed = rows if self.failed is None else min(self.failed, rows)


def ask(model: Model, rows: Rows, limit: Limit | None = None) -> Answers:
    """Ask a model about rows, chunk by chunk; a row on which it raises has no answer.

    Rows are parted the same way whether the limit was seen before or is seen now, as long as it is one of numbers.
    """
    failures: Counter[str] = Counter()
    raised: list[str] = []
    pieces: list[Answers] = []
    for start in range(0, len(rows), CHUNK_ROWS):
        chunk = rows.take(np.arange(start, min(start + CHUNK_ROWS, len(rows))))
        pieces.extend(_ask_or_halve(model, chunk, failures, limit or Limit(), raised))
    whole = joined(pieces)
    failures.update(whole.failures)  # of adapters that know which rows the model takes
    return replace(whole, failures=dict(sorted(failures.items())), raised=raised[0] if raised else whole.raised)


def joined(pieces: Sequence[Answers]) -> Answers:
    """Return answers about some rows after one another as one; at least one piece is wanted."""
    scored = [piece.scores for piece in pieces if piece.scores is not None]
    ranked = [piece.ranks for piece in pieces if piece.ranks is not None]
    failures: Counter[str] = Counter()
    for piece in pieces:
        failures.update(piece.failures)
    return Answers(
        labels=np.concatenate([piece.labels for piece in pieces]),
        scores=_stack(pieces, scored[0].shape[1]) if scored else None,
        ranks=np.concatenate(ranked) if ranked else None,  # only a table of cases ranks, and it never raises
        failures=dict(sorted(failures.items())),
        strange=tuple(dict.fromkeys(label for piece in pieces for label in piece.strange)),
        raised=next((piece.raised for piece in pieces if piece.raised), None),
    )


def _ask_or_halve(model: Model, rows: Rows, failures: Counter[str], limit: Limit, raised: list[str]) -> list[Answers]:
    """Ask; where the model raises, ask about each half, down to the single rows at fault."""
    tried = not limit.reached(len(rows))
    if tried:
        try:
            return [model.ask(rows)]
        except ProbatumError:
            raise  # our own refusal concerns the whole model, not one row
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001  # a model may raise anything; the type is kept and counted
            if len(rows) == 1:
                failures[name_of_type(type(error))] += 1
                raised.append(first_line(error))
                return [_silence(rows)]
    middle, before = len(rows) // 2, failures.total()
    halves = rows.take(np.arange(middle)), rows.take(np.arange(middle, len(rows)))
    pieces = [piece for half in halves for piece in _ask_or_halve(model, half, failures, limit, raised)]
    if tried and failures.total() == before:
        limit.note(len(rows))
    return pieces


def first_line(error: BaseException) -> str:
    """Return the first line of an error's text, shortened; making the text of a foreign error may raise."""
    try:
        return str(error)[:1_000].strip().partition("\n")[0][:200]
    except BaseException:  # noqa: BLE001  # whatever it raises, there is no text
        return ""


def _silence(rows: Rows) -> Answers:
    if rows.schema.task is Task.REGRESSION:
        return Answers(labels=np.full(len(rows), np.nan))
    return Answers(labels=np.full(len(rows), -1, dtype=np.int32))


def _stack(pieces: Sequence[Answers], width: int) -> np.ndarray:
    return np.concatenate(
        [piece.scores if piece.scores is not None else np.full((len(piece.labels), width), np.nan) for piece in pieces]
    )
