"""Gradient descent of the same chain in three ways: plain, with skips, with clipping.

    training = Training(state)
    while training.advance(20): ...       # 20 steps of each that still goes on

All three begin with the weights of the state. "clipping" is the plain chain whose gradient is cut
to the length max_norm, τ. The one that diverges stops; the others go on.
"""

from __future__ import annotations

import math
from collections.abc import Hashable

import numpy as np

from ...core import Diverged, forward, gradient_descent
from ...core.activations import Array
from ...widgets import training
from .chain import chain
from .numbers import DeepChainState

WAYS = {"plain": (False, False), "skip": (True, False), "clipping": (False, True)}
"""Name -> (with skips, with clipping)."""


def training_key(state: DeepChainState) -> Hashable:
    """What a training depends on."""
    return (state.weights, state.activation, state.x, state.y, state.max_norm,
            state.learning_rate, state.steps)


class Way:
    """One of the three: J at the start and after each step so far, and the network with this J.

    diverged: the step at which J or a weight became too large for a float, or None.
    """

    def __init__(self, state: DeepChainState, skip: bool, clipped: bool) -> None:
        self.start = np.array(state.weights)
        self.network = self._next = chain(state.weights, state.activation, skip)
        self.x, self.y, self.steps = [state.x], [state.y], state.steps
        self.J: list[float] = []
        self.diverged: int | None = None
        self._descent = gradient_descent(self.network, self.x, self.y, steps=self.steps,
                                         alpha=state.learning_rate,
                                         max_norm=state.max_norm if clipped else None)

    @property
    def going(self) -> bool:
        """True while there are steps to take."""
        return self.diverged is None and len(self.J) <= self.steps

    @property
    def taken(self) -> int:
        """Steps so far."""
        return max(len(self.J) - 1, 0)

    @property
    def moved(self) -> Array:
        """|w_ℓ − start| by layer, shape (L,)."""
        return np.abs(np.array([float(w[0, 0]) for w in self.network.w[1:]]) - self.start)

    def advance(self) -> None:
        """J of the present network, and the one after the next step."""
        self.network = self._next
        try:
            step = next(self._descent, None)
        except Diverged:
            self.diverged = len(self.J) + 1
            return
        if step is not None:
            J, self._next = step.J, step.network
        else:  # after the last step
            J = float(forward(self.network, self.x, self.y).J)
        if math.isfinite(J):
            self.J.append(J)
        else:
            self.diverged = self.steps


class Training(training.Training[str, Way]):
    """The three ways from one start. One round finds J of the start, and each of the following
    takes a step of each way."""

    first_rounds = 1

    def __init__(self, state: DeepChainState) -> None:
        super().__init__(training_key(state), {name: Way(state, *which)
                                               for name, which in WAYS.items()}, state.steps)

    @property
    def taken(self) -> int:
        """Steps so far, of the way that has gone furthest."""
        return max(way.taken for way in self.ways.values())
