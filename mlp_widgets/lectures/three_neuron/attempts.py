"""The student's smallest MSE, the levels on the way to the smallest there is, and a hint.

A level is an MSE to be below: that of the best straight line, of the lecture's parameters, ...; all
are computed from the data.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...data.points import Points
from ...fits.optimum import ReluFit
from ...text import fixed, number, symbol
from .numbers import Baselines, Numbers, mean_squared_error, ranges_for

CLOSE = 0.01
"""Share of an MSE above it that counts as having reached it."""
HINT_AFTER = 5
"""Moves since the last level after which the board gives a hint."""
WORTH = 0.99
"""A hint names a slider if it alone makes the MSE this many times as large, or smaller."""
Best = tuple[float, dict[str, float]]
"""An MSE that the student found, and its parameters."""


# -- levels ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Level:
    """An MSE and its name. ``reached``: near it is enough; else the student must be below it.

    ``mse`` computes it when it is first needed.
    """

    key: str
    name: str
    mse: Callable[[], float]
    reached: bool = False

    def is_passed(self, J: float) -> bool:
        """Whether an MSE is below this level, or near it if that is enough."""
        mse = self.mse()
        return mse * (1 + CLOSE) >= J if self.reached else mse > J

    @property
    def praise(self) -> str:
        """What is said once, when it is passed."""
        verb = "reached" if self.reached else "beat"
        return f"You {verb} {self.name}: {fixed(self.mse())}."


def levels_of(numbers: Numbers) -> list[Level]:
    """The levels in the order of difficulty. Of own data the exact optimum is left to Reveal: the
    search for it may take seconds."""
    baselines = numbers.baselines
    first = [Level("line", "the best straight line", lambda: baselines.line.mse),
             Level("quadratic", "the best quadratic", lambda: baselines.quadratic.mse)]
    if baselines.points.own:
        return first
    first.append(Level("lecture", "the lecture's parameters", lambda: baselines.lecture_loss))
    first.sort(key=lambda level: -level.mse())
    return first if numbers.state.activation != "relu" else [
        *first,
        Level("descent", "what gradient descent from Stuck reaches",
              lambda: baselines.descent_loss, reached=True),
        Level("optimum", "the smallest MSE there is, within 1 %",
              lambda: baselines.optimum.mse, reached=True),
    ]


# -- the student's attempts -----------------------------------------------------------------------


class Attempts:
    """What the student did with one data set and activation.

    ``best``: the smallest MSE; ``passed``: how many levels are passed; ``moves``: since the last of
    them, a slider's whole way or a run as one; ``praise``: what was said of the last one.
    """

    def __init__(self) -> None:
        self.best: Best | None = None
        self.passed, self.moves, self.praise = 0, 0, ""
        self._start = math.inf
        self._moved: frozenset[str] = frozenset()

    def begin(self, J: float) -> None:
        """A way begins here: what its start has passed already is no merit."""
        self._start = J

    def note(self, J: float, parameters: dict[str, float], moved: Iterable[str],
             levels: Sequence[Level]) -> str:
        """Take over a move of some parameters; what is to be said of levels just passed."""
        if self._moved != (moved := frozenset(moved)):
            self._moved, self.moves = moved, self.moves + 1
        if self.best is not None and self.best[0] <= J:
            return ""
        self.best = J, parameters
        before = self.passed
        while self.passed < len(levels) and levels[self.passed].is_passed(J):
            self.passed += 1
        if self.passed == before:
            return ""
        self.moves = 0
        said = [level.praise for level in levels[before : self.passed]
                if not level.is_passed(self._start)]
        self.praise = said[-1] if said else self.praise
        return f"{' '.join(said)} " if said else ""

    @property
    def needs_hint(self) -> bool:
        """Whether there were some moves without a new level."""
        return self.best is not None and self.moves >= HINT_AFTER


# -- hints ----------------------------------------------------------------------------------------


def hint(numbers: Numbers, best: Best) -> str:
    """The one slider that makes the student's best smaller, and how far; where none does, what the
    best fit looks like."""
    name, value, J = best_slider(best[1], numbers.state.activation, numbers.points)
    if WORTH * best[0] >= J:
        return (f"From your best, move {symbol(name)} to {number(value)}: that makes the MSE "
                f"{fixed(J)}.")
    if numbers.points.own or numbers.state.activation != "relu":
        return "From your best no slider helps alone: press Run, or begin somewhere else."
    return (f"From your best no slider helps alone. The best fit has another shape: "
            f"{shape(numbers.baselines)}. Set that roughly, then press Run.")


def best_slider(parameters: Mapping[str, float], activation: str,
                points: Points) -> tuple[str, float, float]:
    """(name, value, MSE): of all moves of one slider the one with the smallest MSE."""
    found = []
    for name, (low, high, step) in ranges_for(points).items():
        values = low + step * np.arange(round((high - low) / step) + 1)
        J = mean_squared_error({**parameters, name: values}, activation, points)
        k = int(np.argmin(J))
        found.append((name, round(float(values[k]), 10), float(J[k])))
    return min(found, key=lambda move: move[2])


def shape(baselines: Baselines) -> str:
    """What the best fit looks like, in two digits."""
    optimum: ReluFit = baselines.optimum
    p = optimum.parameters
    neurons = []
    for j in "12":
        w1, b1, w2 = (p[f"{name}{j}"] for name in ("w1", "b1", "w2"))
        if not w2:
            continue
        neurons.append(f"neuron {j} is on {'from' if w1 > 0 else 'up to'} x = "
                       f"{number(-b1 / w1, 3)}, with {symbol(f'w2{j}')} {'>' if w2 > 0 else '<'} 0")
    return f"{' and '.join(neurons)}; b₂₁ is about {number(p['b21'], 2)}"
