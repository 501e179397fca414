# SPDX-License-Identifier: Apache-2.0
"""Attacks that may only ask, beside other libraries', in turns in one process, one judge for all.

    python black_box.py walks               # labels alone: distance at a number of questions; ours alone
    python black_box.py patches             # scores: share of rows still right at a number of questions
    .venv-peers/bin/python black_box.py walks       # ours and whichever peers are installed there, see README.md

Questions are counted where the model answers, never taken from what a library says of itself. An example counts if it
was asked about, lies in [0, 1], and was answered wrongly. Time spent on judging is left out of all times.
"""

import argparse
import os
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path as Place
from typing import Any

import models
import numpy as np
import torch
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.ensemble import RandomForestClassifier

from probatum.engines.evasion.queries.border import Path
from probatum.engines.evasion.queries.boundary import Walk, walk
from probatum.engines.evasion.queries.scheduler import Allowance, Attack, play
from probatum.engines.evasion.queries.squares import Best, squares

BUDGETS = {"walks": (100, 250, 500, 1000, 5000), "patches": (100, 500, 1000)}
RADIUS = 0.1  # of the patches, largest change of a cell
PIECE = 256  # rows that the network answers at once, whoever asks: more take longer, since they fit no cache
STARTS = 5  # rows of other classes, nearest first, offered as starts
Predict = Callable[[np.ndarray], np.ndarray]  # (m, ...) points to (m, k) scores


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A model and rows it answers rightly."""

    predict: Predict
    x: np.ndarray  # (n, ...) float32 in [0, 1]
    y: np.ndarray  # (n,) int64
    starts: np.ndarray  # (n, s, ...) known rows of other classes, nearest first
    classes: int


class EnoughError(Exception):
    """Every row that is asked about has used up its questions."""


@dataclass(kw_only=True)
class Judge:
    """Asks the model for a contestant; keeps the best example of each row by the number of questions."""

    subject: Subject
    most: int  # questions a row
    radius: float | None = None  # None: L2 distances; else 0 for what breaks a row within this largest change
    asked: np.ndarray = field(init=False)  # (n,) questions so far
    calls: int = 0
    wall: float = 0.0  # seconds spent on judging
    cpu: float = 0.0
    trace: list[tuple[float, int, int, float]] = field(default_factory=list)  # wall s, row, question, distance

    def __post_init__(self) -> None:
        """Begin with nothing asked."""
        self.asked = np.zeros(len(self.subject.x), dtype=np.int64)
        self.best = np.full(len(self.subject.x), np.inf)
        self.began = time.perf_counter()

    def ask(self, points: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Return the scores of points, (m, ...), asked on behalf of rows, (m,)."""
        if (self.asked[rows] >= self.most).all():
            raise EnoughError
        scores = self.subject.predict(points)
        self.calls += 1
        self.note(points, rows, scores)
        return scores

    def note(self, points: np.ndarray, rows: np.ndarray, scores: np.ndarray) -> None:
        """Judge points in the order in which they were asked."""
        wall, cpu = time.perf_counter(), time.process_time()
        apart = (points.astype(np.float64) - self.subject.x[rows]).reshape(len(points), -1)
        if self.radius is None:
            far = np.sqrt((apart**2).sum(axis=1))
        else:
            far = np.where(np.abs(apart).max(axis=1) <= self.radius + 1e-6, 0.0, np.inf)
        flat = points.reshape(len(points), -1)
        valid = (flat.min(axis=1) >= -1e-6) & (flat.max(axis=1) <= 1 + 1e-6)
        far = np.where(valid & (scores.argmax(axis=1) != self.subject.y[rows]), far, np.inf)
        for row, distance in zip(rows.tolist(), far.tolist(), strict=True):
            self.asked[row] += 1
            if distance < self.best[row] and self.asked[row] <= self.most:
                self.best[row] = distance
                self.trace.append((wall - self.began - self.wall, row, int(self.asked[row]), distance))
        self.wall += time.perf_counter() - wall
        self.cpu += time.process_time() - cpu

    def at(self, budget: int) -> np.ndarray:
        """Return (n,) the least distance of each row within this many questions."""
        best = np.full(len(self.subject.x), np.inf)
        for _, row, question, distance in self.trace:
            if question <= budget:
                best[row] = distance
        return best

    def reached(self, target: float) -> float:
        """Return the seconds after which the median distance was no more than this."""
        best = np.full(len(self.subject.x), np.inf)
        for seconds, row, _, distance in sorted(self.trace):
            best[row] = distance
            if np.median(best) <= target:
                return seconds
        return np.inf


Contestant = Callable[[Judge], None]


# --- ours


def our_walk(judge: Judge) -> None:
    paths, attacks = [], []
    for row, (x, y) in enumerate(zip(judge.subject.x, judge.subject.y.tolist(), strict=True)):
        start = judge.subject.starts[row, 0]
        path = Path(nearest=start, distance=float(np.linalg.norm(start.astype(np.float64) - x)))
        box = {"lower": np.zeros_like(x), "upper": np.ones_like(x)}
        attack = walk(x, y, path, **box, rng=np.random.default_rng(row), settings=Walk())
        paths.append(path)
        attacks.append(heard(attack, row, judge))
    play(attacks, counted(judge), Allowance(per_row=judge.most))


def our_patches(judge: Judge) -> None:
    attacks = []
    for row, (x, y) in enumerate(zip(judge.subject.x, judge.subject.y.tolist(), strict=True)):
        box = {"lower": np.maximum(x - np.float32(RADIUS), 0), "upper": np.minimum(x + np.float32(RADIUS), 1)}
        attack = squares(y, Best(point=x), **box, rng=np.random.default_rng(row), tries=judge.most)
        attacks.append(heard(attack, row, judge))
    play(attacks, counted(judge), Allowance(per_row=judge.most))


def counted(judge: Judge) -> Predict:
    """Return the model itself: which point is for which row is noted by ``heard``, since rows share calls."""

    def ask(points: np.ndarray) -> np.ndarray:
        judge.calls += 1
        return judge.subject.predict(points)

    return ask


def heard(attack: Attack, row: int, judge: Judge) -> Attack:
    """Yield what the attack asks and send it what it is answered; the judge hears both."""
    points = next(attack, None)
    while points is not None:
        scores = yield points
        judge.note(points, np.full(len(points), row), scores)
        try:
            points = attack.send(scores)
        except StopIteration:
            return


# --- peers, each at its defaults but for the number of questions


def art_classifier(judge: Judge, rows: np.ndarray) -> Any:
    from art.estimators.classification import BlackBoxClassifier

    def predict(points: np.ndarray) -> np.ndarray:
        return judge.ask(points, rows if len(rows) == len(points) else np.resize(rows, len(points)))

    subject = judge.subject
    return BlackBoxClassifier(predict, subject.x.shape[1:], subject.classes, clip_values=(0.0, 1.0))


def art_walk(judge: Judge, given: bool = False) -> None:
    from art.attacks.evasion import HopSkipJump

    for row in range(len(judge.subject.x)):
        attack = HopSkipJump(art_classifier(judge, np.array([row])), verbose=False)
        start = {"x_adv_init": judge.subject.starts[row, :1].copy()} if given else {}
        try:
            attack.generate(judge.subject.x[row : row + 1], **start)
        except EnoughError:
            continue


def art_walk_from_ours(judge: Judge) -> None:
    art_walk(judge, given=True)


class Asking(torch.nn.Module):
    """The judged model as PyTorch libraries want it: rows are asked about in their order, all of them each time."""

    def __init__(self, judge: Judge, rows: np.ndarray) -> None:
        """Take the judge, and the rows that are attacked."""
        super().__init__()
        self.judge, self.rows = judge, rows

    def forward(self, points: torch.Tensor) -> torch.Tensor:
        """Return what the judge lets through."""
        return torch.from_numpy(self.judge.ask(points.detach().numpy(), np.resize(self.rows, len(points))))


def foolbox_walk(judge: Judge, single: bool = False, given: bool = False) -> None:
    import foolbox

    subject, n = judge.subject, len(judge.subject.x)
    for rows in [np.array([row]) for row in range(n)] if single else [np.arange(n)]:
        model = foolbox.PyTorchModel(Asking(judge, rows).eval(), bounds=(0, 1), device="cpu")
        start = {"starting_points": torch.from_numpy(subject.starts[rows, 0])} if given else {}
        attack = foolbox.attacks.HopSkipJumpAttack()
        try:
            attack.run(model, torch.from_numpy(subject.x[rows]), torch.from_numpy(subject.y[rows]), **start)
        except EnoughError:
            continue
        except AssertionError:  # its own check that every point is still wrong, after rounding
            print(f"(Foolbox stopped by its own check at {judge.asked[rows].max()} questions)")


def foolbox_walk_singly(judge: Judge) -> None:
    foolbox_walk(judge, single=True)


def foolbox_walk_singly_from_ours(judge: Judge) -> None:
    foolbox_walk(judge, single=True, given=True)


def art_patches(judge: Judge) -> None:
    from art.attacks.evasion import SquareAttack
    from art.estimators.classification import PyTorchClassifier

    for row in range(len(judge.subject.x)):
        asking = Asking(judge, np.array([row])).eval()  # it takes networks only, though it asks for scores alone
        shape, loss = judge.subject.x.shape[1:], torch.nn.CrossEntropyLoss()
        classifier = PyTorchClassifier(asking, loss, shape, judge.subject.classes, clip_values=(0.0, 1.0))
        attack = SquareAttack(classifier, eps=RADIUS, max_iter=judge.most, nb_restarts=1, verbose=False)
        x, y = judge.subject.x[row : row + 1], judge.subject.y[row : row + 1]
        try:
            attack.generate(x, np.eye(judge.subject.classes)[y])
        except EnoughError:
            continue


def torchattacks_patches(judge: Judge) -> None:
    import torchattacks

    for row in range(len(judge.subject.x)):
        model = Asking(judge, np.array([row])).eval()
        attack = torchattacks.Square(model, norm="Linf", eps=RADIUS, n_queries=judge.most, n_restarts=1)
        x, y = judge.subject.x[row : row + 1], judge.subject.y[row : row + 1]
        try:
            attack(torch.from_numpy(x), torch.from_numpy(y))
        except EnoughError:
            continue


def contestants(task: str) -> Iterator[tuple[str, Contestant]]:
    yield "ours", our_walk if task == "walks" else our_patches
    if find_spec("art"):
        told = f"ART {version('adversarial-robustness-toolbox')}"
        yield (
            f"{told} HopSkipJump" if task == "walks" else f"{told} Square",
            (art_walk if task == "walks" else art_patches),
        )
    if find_spec("foolbox") and task == "walks":
        told = f"Foolbox {version('foolbox')} HopSkipJump"
        yield f"{told}, all rows at once", foolbox_walk
        yield f"{told}, a row at a time", foolbox_walk_singly
        yield f"{told}, a row at a time, our starts", foolbox_walk_singly_from_ours
    if find_spec("art") and task == "walks":
        yield f"ART {version('adversarial-robustness-toolbox')} HopSkipJump, our starts", art_walk_from_ours
    if find_spec("torchattacks") and task == "patches":
        yield f"torchattacks {version('torchattacks')} Square", torchattacks_patches


# --- subjects


def network(rows: int, cache: Place | None, labels: bool) -> Subject:
    module = models.load("cnn", cache)

    def predict(points: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            pieces = torch.from_numpy(np.ascontiguousarray(points, dtype=np.float32)).split(PIECE)
            return torch.cat([module(piece) for piece in pieces]).numpy()

    x, y = models.mnist("test")
    known, theirs = models.mnist("train")
    return subject(predict, x, y, known[:1000], theirs[:1000], rows, labels)


def forest(table: str, rows: int, labels: bool) -> Subject:
    x, y = {"digits": load_digits, "breast cancer": load_breast_cancer}[table](return_X_y=True)
    x = ((x - x.min(axis=0)) / np.maximum(np.ptp(x, axis=0), 1e-9)).astype(np.float32)
    order = np.random.default_rng(0).permutation(len(x))
    x, y = x[order], y[order].astype(np.int64)
    half = len(x) // 2
    fitted = RandomForestClassifier(100, random_state=0).fit(x[:half], y[:half])

    def predict(points: np.ndarray) -> np.ndarray:
        return np.asarray(fitted.predict_proba(np.asarray(points, dtype=np.float32)), dtype=np.float32)

    return subject(predict, x[half:], y[half:], x[:half], y[:half], rows, labels)


def subject(
    predict: Predict, x: np.ndarray, y: np.ndarray, known: np.ndarray, theirs: np.ndarray, rows: int, labels: bool
) -> Subject:
    """Return the first rows that are answered rightly, each with the nearest known rows of other classes."""
    right = np.flatnonzero(predict(x[:2000]).argmax(axis=1) == y[:2000])[:rows]
    x, y, classes = x[right], y[right], int(y.max()) + 1

    def told(points: np.ndarray) -> np.ndarray:
        return np.eye(classes, dtype=np.float32)[predict(points).argmax(axis=1)]

    starts = []
    for row, truth in zip(x, y, strict=True):
        others = known[theirs != truth]
        others = others[predict(others).argmax(axis=1) != truth]  # the same starts, all wrong, are offered to all
        far = ((others - row).reshape(len(others), -1) ** 2).sum(axis=1)
        starts.append(others[np.argsort(far, kind="stable")[:STARTS]])
    return Subject(predict=told if labels else predict, x=x, y=y, starts=np.stack(starts), classes=classes)


# --- tables


def run(task: str, name: str, judged: Subject, chosen: argparse.Namespace) -> None:
    most = chosen.most or BUDGETS[task][-1]
    budgets = [budget for budget in BUDGETS[task] if budget <= most]
    print(f"\n{name}, {len(judged.x)} rows, load {os.getloadavg()[0]:.1f}, {torch.get_num_threads()} threads\n")
    shown = [str(budget) for budget in budgets]
    print("| contestant | " + " | ".join(shown) + " | calls | questions a row | wall s | CPU s | ours there after, s |")
    print("|---" * (len(shown) + 6) + "|")
    first: Judge | None = None
    for title, contestant in contestants(task):
        if not any(part in title for part in chosen.only.split(",")) or (chosen.without and chosen.without in title):
            continue
        judge = Judge(subject=judged, most=most, radius=RADIUS if task == "patches" else None)
        wall, cpu = time.perf_counter(), time.process_time()
        contestant(judge)
        wall, cpu = time.perf_counter() - wall - judge.wall, time.process_time() - cpu - judge.cpu
        first = first or judge
        if task == "walks":
            figures = [f"{np.median(judge.at(budget)):.3f}" for budget in budgets]
            there = f"{first.reached(float(np.median(judge.at(most)))):.2f}"
        else:
            figures, there = [f"{100 * np.mean(judge.at(budget) > 0):.0f}" for budget in budgets], ""
        asked = float(np.minimum(judge.asked, most).mean())
        cells = [title, *figures, str(judge.calls), f"{asked:.0f}", f"{wall:.2f}", f"{cpu:.2f}", there]
        print("| " + " | ".join(cells) + " |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=[*BUDGETS])
    parser.add_argument("--models", default="cnn,digits,breast cancer")
    parser.add_argument("--rows", type=int, default=50)
    parser.add_argument("--most", type=int, help="questions a row")
    parser.add_argument("--only", default="", help="contestants whose name holds one of these, with commas between")
    parser.add_argument("--without", default="", help="leave out contestants whose name holds this")
    parser.add_argument("--cache", type=Place, help="folder of the trained networks; see models.py")
    chosen = parser.parse_args()
    torch.set_num_threads(2)
    warnings.filterwarnings("ignore")
    for name in chosen.models.split(","):
        labels = chosen.task == "walks"
        judged = network(chosen.rows, chosen.cache, labels) if name == "cnn" else forest(name, chosen.rows, labels)
        run(chosen.task, "plain CNN on MNIST" if name == "cnn" else f"forest of 100 on {name}", judged, chosen)


if __name__ == "__main__":
    main()
