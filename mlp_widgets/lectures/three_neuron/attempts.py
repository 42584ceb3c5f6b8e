"""The student's smallest MSE, the levels on the way to the smallest there is, and what helps.

A level is an MSE to be below: that of the best straight line, of the lecture's parameters, ...; all
are computed from the data.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ...data.points import Points
from .numbers import Numbers, mean_squared_error, ranges_for

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
    """An MSE. ``reached``: near it is enough; else the student must be below it.

    ``mse`` computes it when it is first needed.
    """

    key: str
    mse: Callable[[], float]
    reached: bool = False

    def is_passed(self, J: float) -> bool:
        """Whether an MSE is below this level, or near it if that is enough."""
        mse = self.mse()
        return mse * (1 + CLOSE) >= J if self.reached else mse > J


class Passed(NamedTuple):
    """What is kept of a level that was passed: it holds no data, so that these can be freed."""

    key: str
    mse: float
    reached: bool


def levels_of(numbers: Numbers) -> list[Level]:
    """The levels in the order of difficulty. Of own data the exact optimum is left to Reveal: the
    search for it may take seconds."""
    baselines = numbers.baselines
    first = [Level("line", lambda: baselines.line.mse),
             Level("quadratic", lambda: baselines.quadratic.mse)]
    if baselines.points.own:
        return first
    first.append(Level("lecture", lambda: baselines.lecture_loss))
    first.sort(key=lambda level: -level.mse())
    return first if numbers.state.activation != "relu" else [
        *first,
        Level("descent", lambda: baselines.descent_loss, reached=True),
        Level("optimum", lambda: baselines.optimum.mse, reached=True),
    ]


# -- the student's attempts -----------------------------------------------------------------------


class Attempts:
    """What the student did with one data set and activation.

    ``best``: the smallest MSE; ``passed``: how many levels are passed; ``moves``: since the last of
    them, a slider's whole way or a run as one; ``praised``: the last one that was passed.
    """

    def __init__(self) -> None:
        self.best: Best | None = None
        self.passed, self.moves = 0, 0
        self.praised: Passed | None = None
        self._start = math.inf
        self._moved: frozenset[str] = frozenset()

    def begin(self, J: float) -> None:
        """A way begins here: what its start has passed already is no merit."""
        self._start = J

    def note(self, J: float, parameters: dict[str, float], moved: Iterable[str],
             levels: Sequence[Level]) -> list[Passed]:
        """Take over a move of some parameters; the levels just passed, which are to be praised."""
        if self._moved != (moved := frozenset(moved)):
            self._moved, self.moves = moved, self.moves + 1
        if self.best is not None and self.best[0] <= J:
            return []
        self.best = J, parameters
        before = self.passed
        while self.passed < len(levels) and levels[self.passed].is_passed(J):
            self.passed += 1
        if self.passed == before:
            return []
        self.moves = 0
        found = [Passed(level.key, level.mse(), level.reached)
                 for level in levels[before : self.passed] if not level.is_passed(self._start)]
        self.praised = found[-1] if found else self.praised
        return found

    @property
    def needs_hint(self) -> bool:
        """Whether there were some moves without a new level."""
        return self.best is not None and self.moves >= HINT_AFTER


# -- hints ----------------------------------------------------------------------------------------


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


def help_of_a_slider(numbers: Numbers, best: Best) -> tuple[str, float, float] | None:
    """(name, value, MSE) of the one slider that makes the student's best smaller; None where none
    does."""
    found = best_slider(best[1], numbers.state.activation, numbers.points)
    return found if WORTH * best[0] >= found[2] else None
