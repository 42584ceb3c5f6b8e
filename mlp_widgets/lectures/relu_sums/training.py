"""Gradient descent on all parameters, for several K at once: the curve of J against K grows.

The network of the state is trained as it stands; those of the other K begin at the same start.
"""

from __future__ import annotations

import math
from collections.abc import Hashable

import numpy as np

from ...core import Diverged, Network, forward, gradient_descent
from ...widgets import training
from .numbers import ReluSumsState, built, error
from .starts import laid

OTHERS = (1, 2, 3, 5, 8, 12, 20, 30)
"""The K that are trained beside that of the state."""


def training_key(state: ReluSumsState) -> Hashable:
    """What a training depends on."""
    return state.shown, state.b2, state.target, state.start, state.learning_rate, state.steps


class Way:
    """Descent of one network: the network so far, and J at the start and now.

    diverged: the step at which J or a parameter became too large for a float, or None.
    """

    def __init__(self, network: Network, state: ReluSumsState) -> None:
        self.network, self.taken = network, 0
        self.start = self.J = error(network, state.target)
        self.diverged: int | None = None
        self._target, self._steps = state.target, state.steps
        self._descent = gradient_descent(network, state.target.x[None], state.target.y[None],
                                         alpha=state.learning_rate, steps=state.steps)

    @property
    def going(self) -> bool:
        """True while there are steps to take."""
        return self.diverged is None and self.taken < self._steps

    def advance(self) -> None:
        """One step; J is that before it, until ``measure``."""
        try:
            step = next(self._descent)
        except Diverged:
            self.diverged = self.taken + 1
            self.J = math.inf
            return
        self.network, self.taken = step.network, step.number

    def measure(self) -> None:
        """J of the present network."""
        if self.diverged is None:
            x, y = self._target.x[None], self._target.y[None]
            J = float(forward(self.network, x, y).J)
            self.J = J if np.isfinite(J) else math.inf


class Training(training.Training[int, Way]):
    """Descent for all K. A round is a step of each of them."""

    def __init__(self, state: ReluSumsState) -> None:
        networks = {K: built(laid(state.start, K), 0.0) for K in OTHERS}
        networks[state.K] = built(state.shown, state.b2)
        ways = {K: Way(networks[K], state) for K in sorted(networks)}
        super().__init__(training_key(state), ways, state.steps)
        self.K, self.own = state.K, ways[state.K]
        """Of the state's network."""

    def advance(self, rounds: int, seconds: float = math.inf) -> bool:
        """Also the J of each, which a step does not need."""
        more = super().advance(rounds, seconds)
        for way in self.ways.values():
            way.measure()
        return more
