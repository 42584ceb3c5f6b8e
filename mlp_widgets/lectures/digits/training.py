"""Training the network of the digits, an epoch at a time; what was found is kept.

    training(setting).at(30).network        # after 30 epochs, always the same for one setting

The network after k epochs is a function of the setting and of k alone. So a lab's state names it
by k, and Undo, a shared code and a slider for k all come to the same weights.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import numpy as np

from ...core import (
    BackwardTrace,
    Diverged,
    Network,
    backward,
    forward,
    gradient_descent,
    initial_weights,
)
from ...data.digits import CLASSES, PIXELS, Half, halves
from ...text import number

MOST_EPOCHS = 30
ONE_THREAD = 262_144
"""Multiplications in one product of matrices up to which OpenBLAS (0.3, interface/gemm.c) stays on
one thread: on a busy machine two threads wait for each other."""
KEPT = 20
"""Trainings that are kept: a network of every epoch is 25 kB."""
LOSS = "softmax_cross_entropy"
SCALES = {"zeros": 0.0, "small": 0.02, "xavier": 1.0, "he": float(np.sqrt(2.0)), "large": 10.0}
"""Initialization -> c: the first weights are drawn from N(0, c²/n_{l-1}), the biases are 0."""


@dataclass(frozen=True)
class Setting:
    """All on which a training depends."""

    hidden: tuple[int, int]
    init: str
    seed: int
    learning_rate: float
    batch: int


@dataclass(frozen=True, eq=False)
class Epoch:
    """The network after so many epochs; of both halves J and how many digits are read right.

    read: as what each digit of the half held out is read, shape (898,); dead: which neurons of each
    hidden layer are 0 at every digit of the half that is learned, shapes (n_l,).
    """

    network: Network
    J: tuple[float, float]
    right: tuple[int, int]
    read: np.ndarray
    dead: tuple[np.ndarray, ...]


def first_network(setting: Setting) -> Network:
    """64 pixels, two hidden layers of ReLUs, 10 softmax outputs: as it is drawn."""
    widths = (PIXELS, *setting.hidden, CLASSES)
    c = SCALES[setting.init]
    return Network([c * w for w in initial_weights(widths, "xavier", setting.seed)],
                   [np.zeros(width) for width in widths[1:]], ["relu", "relu", "softmax"])


class Training:
    """Mini-batch gradient descent on the half that is learned, as far as it was asked for."""

    def __init__(self, setting: Setting) -> None:
        self._lock = threading.Lock()  # labs of several threads share it
        half, start = halves()[0], first_network(setting)
        self.steps = -(-len(half.labels) // setting.batch)
        """In an epoch."""
        self._epochs = [measured(start)]
        self._descent = gradient_descent(
            start, half.x, half.y, alpha=setting.learning_rate, steps=self.steps * MOST_EPOCHS,
            loss=LOSS, batch_size=setting.batch, seed=setting.seed)
        self._learning_rate, self._failed = setting.learning_rate, ""

    def at(self, epoch: int) -> Epoch:
        """The network after so many epochs; Diverged if it has none."""
        with self._lock:
            while len(self._epochs) <= epoch:
                self._one_more()
            return self._epochs[epoch]

    def left(self, epoch: int) -> int:
        """How many epochs are still to be done for ``at``; 0 where it has diverged."""
        return 0 if self._failed else max(epoch + 1 - len(self._epochs), 0)

    def one_towards(self, epoch: int) -> None:
        """One of these, if there are any."""
        with suppress(Diverged):
            self.at(min(len(self._epochs), epoch))

    def until(self, epoch: int) -> list[Epoch]:
        """The first network, and that after each epoch until this one."""
        self.at(epoch)
        return self._epochs[: epoch + 1]

    def _one_more(self) -> None:
        """Another epoch: every digit once, in a new order."""
        if not self._failed:
            try:
                *_, last = islice(self._descent, self.steps)
                self._epochs.append(measured(last.network))
                return
            except Diverged:
                self._failed = (f"J became infinite in epoch {len(self._epochs)}; try a smaller "
                                f"learning rate than {number(self._learning_rate)}")
        raise Diverged(self._failed)


def measured(network: Network) -> Epoch:
    """J and the right readings of both halves; Diverged where J is too large for a float."""
    learned, held_out = (_Measured(network, half) for half in halves())
    if not np.isfinite([learned.J, held_out.J]).all():
        raise Diverged("J became infinite")
    return Epoch(network, (learned.J, held_out.J), (learned.right, held_out.right), held_out.read,
                 learned.dead)


class _Measured:
    """One half: J, how many are read right, as what each is read, and which neurons are dead."""

    def __init__(self, network: Network, half: Half) -> None:
        size = ONE_THREAD // network.w[1].size
        parts = [slice(start, start + size) for start in range(0, len(half.labels), size)]
        traces = [forward(network, half.x[:, part], half.y[:, part], loss=LOSS) for part in parts]
        losses = np.concatenate([trace.losses for trace in traces])
        self.J = float(losses.sum() / len(losses))
        self.read = np.concatenate([trace.output.argmax(axis=0) for trace in traces])
        self.right = int((self.read == half.labels).sum())
        hidden = zip(*(trace.a[1:-1] for trace in traces), strict=True)
        self.dead = tuple(~np.any([(a > 0).any(axis=-1) for a in layer], axis=0)
                          for layer in hidden)


@lru_cache(maxsize=KEPT)
def training(setting: Setting) -> Training:
    """The one training of a setting."""
    return Training(setting)


@lru_cache(maxsize=2)
def passes(network: Network) -> BackwardTrace:
    """Both passes of a network over the half that is learned."""
    half = halves()[0]
    return backward(forward(network, half.x, half.y, loss=LOSS))
