"""Three trainings of the same network on the same data from the same start: GD, SGD, mini-batches.

    training = Training(state)
    while training.advance(1): ...        # an epoch of each that still goes on

In an epoch each of them sees all N points once: GD in one update, SGD in N.
"""

from __future__ import annotations

import math
from collections.abc import Hashable

import numpy as np

from ...core import Diverged, Network, forward, gradient_descent
from ...core.activations import Array
from ...widgets import training
from .numbers import POINTS, TrainingLoopState, data_of, notation_of, start_of

GD, SGD, MINI = WAYS = ("GD", "SGD", "mini-batch")
TOO_MUCH = 1e3
"""A training is stopped when J is so many times what it was at the start, or 1."""


def training_key(state: TrainingLoopState) -> Hashable:
    """What a training depends on."""
    return state.start, state.batch, state.learning_rate, state.epochs


class Way:
    """One of the three: J over all points at the start and after each update, with w and b.

    diverged: the update at which J or a parameter became too large, or None. What is kept is of
    the updates before it.
    """

    def __init__(self, state: TrainingLoopState, batch: int) -> None:
        self.batch, self.epochs = batch, state.epochs
        self.x, self.y = data_of(state.data)
        self.J: list[float] = []
        self.path: list[tuple[float, ...]] = []
        self.diverged: int | None = None
        self._notation = notation_of(start_of(state).depth)
        self._keep(start_of(state))
        self._descent = gradient_descent(
            self.network, self.x, self.y, alpha=state.learning_rate,
            steps=self.per_epoch * state.epochs, seed=state.seed,
            batch_size=None if batch == POINTS else batch)

    @property
    def per_epoch(self) -> int:
        """Updates in an epoch; the last batch is smaller where B does not divide N."""
        return math.ceil(POINTS / self.batch)

    @property
    def taken(self) -> int:
        """Updates so far."""
        return len(self.J) - 1

    @property
    def seen(self) -> Array:
        """How many points were used up to each of them, shape (updates + 1,)."""
        epochs, updates = np.divmod(np.arange(len(self.J)), self.per_epoch)
        return np.asarray(epochs * POINTS + updates * self.batch)

    @property
    def going(self) -> bool:
        """True while there are updates to do."""
        return self.diverged is None and self.taken < self.per_epoch * self.epochs

    def advance(self) -> None:
        """The updates of one epoch, or up to where it diverges."""
        for _ in range(self.per_epoch):
            if self.going:
                self._step()

    def _step(self) -> None:
        try:
            self._keep(next(self._descent).network)
        except Diverged:
            self.diverged = self.taken + 1

    def _keep(self, network: Network) -> None:
        """Remember a network and its J; Diverged if that is too large."""
        J = float(forward(network, self.x, self.y).J)
        limit = TOO_MUCH * max(self.J[0], 1.0) if self.J else np.inf
        if limit < J or not np.isfinite(J):
            raise Diverged("J is too large")
        self.network = network
        self.J.append(J)
        self.path.append(tuple(self._notation.values(network).values()))


class Training(training.Training[str, Way]):
    """The three ways from one start. A round is an epoch of each."""

    def __init__(self, state: TrainingLoopState) -> None:
        sizes = zip(WAYS, (POINTS, 1, state.batch), strict=True)
        super().__init__(training_key(state), {name: Way(state, size) for name, size in sizes},
                         state.epochs)
