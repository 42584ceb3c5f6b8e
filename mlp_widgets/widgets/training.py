"""A training: gradient descent of several networks side by side, in rounds.

    training = Training(key, {"plain": Way(...), "skip": Way(...)}, steps=100)
    while training.advance(20): ...       # 20 rounds of each that still goes on

It is no widget: :class:`mlp_widgets.widgets.training_run.TrainingRun` shows one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Hashable, Mapping
from itertools import count
from typing import ClassVar, Generic, Protocol, TypeVar

_NUMBERS = count(1)
"""Of the trainings of this process: two of them from the same setting are told apart by it."""


class Way(Protocol):
    """One of the networks of a training, and what is known of its descent so far."""

    @property
    def going(self) -> bool:
        """True while there is more to do."""

    def advance(self) -> None:
        """A round."""


K = TypeVar("K")
W = TypeVar("W", bound=Way)


class Training(Generic[K, W]):
    """``advance`` until it returns False. ``key`` is the setting from which it began, ``ways`` are
    those that are trained, ``rounds`` how many were done. The one that ends waits for the others.
    """

    first_rounds: ClassVar[int] = 0
    """Before the first step."""

    def __init__(self, key: Hashable, ways: Mapping[K, W], steps: int) -> None:
        self.number, self.key = next(_NUMBERS), key
        self.ways, self.steps, self.rounds = ways, steps, 0

    @property
    def total(self) -> int:
        """Rounds of all of it."""
        return self.steps + self.first_rounds

    @property
    def going(self) -> bool:
        """True while one of the ways has more to do."""
        return any(way.going for way in self.ways.values())

    @property
    def share(self) -> float:
        """How much of the work is done, 0 to 1."""
        return self.rounds / self.total if self.going else 1.0

    def advance(self, rounds: int, seconds: float = math.inf) -> bool:
        """So many rounds, or fewer if the time is up; False when all ways have ended."""
        end = time.monotonic() + seconds
        for _ in range(rounds):
            if not self.going:
                break
            for way in self.ways.values():
                if way.going:
                    way.advance()
            self.rounds += 1
            if time.monotonic() > end:
                break
        return self.going

    def step(self, count: int) -> None:
        """So many steps of each way."""
        self.advance(count + (self.first_rounds if self.rounds == 0 else 0))
