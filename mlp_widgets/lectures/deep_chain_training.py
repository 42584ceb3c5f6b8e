"""Gradient descent of the same chain in three ways: plain, with skips, with clipping.

    training = Training(state)
    while training.advance(20): ...       # 20 steps of each that still goes on

All three begin with the weights of the state. "clipping" is the plain chain whose gradient is cut
to length τ. The one that diverges stops with a note; the others go on.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from itertools import count

import numpy as np

from ..core import Diverged, chain, forward, gradient_descent
from ..drawing.numbers import counted_steps, number
from ..widgets.runner import Runner
from .deep_chain_model import DeepChainState

WAYS = {"plain": (False, False), "skip": (True, False), "clipping": (False, True)}
"""Name -> (with skips, with clipping)."""
SLICE_SECONDS = 0.06
"""Of work between two frames, so that the page stays responsive."""
REST_SECONDS = 0.02
_NUMBERS = count(1)
"""Of the trainings of this process: two of them from the same setting are told apart by it."""


def training_key(state: DeepChainState) -> tuple:
    """What a training depends on."""
    return (state.weights, state.activation, float(state.x), float(state.y), float(state.tau),
            float(state.learning_rate), int(state.steps))


class Way:
    """One of the three: its steps so far."""

    def __init__(self, state: DeepChainState, skip: bool, clipped: bool) -> None:
        self.start = np.array(state.weights)
        self.network = chain(state.weights, state.activation, skip)
        self.x, self.y, self.steps = [state.x], [state.y], int(state.steps)
        self.J: list[float] = []
        self.note = ""
        self._descent = gradient_descent(self.network, self.x, self.y, steps=self.steps,
                                         alpha=state.learning_rate,
                                         tau=state.tau if clipped else None)

    @property
    def going(self) -> bool:
        """True while there are steps to take."""
        return not self.note and len(self.J) <= self.steps

    @property
    def taken(self) -> int:
        """Steps so far."""
        return max(len(self.J) - 1, 0)

    @property
    def moved(self) -> np.ndarray:
        """|w_ℓ − start| by layer, shape (L,)."""
        return np.abs(np.array([float(w[0, 0]) for w in self.network.w[1:]]) - self.start)

    def advance(self) -> None:
        """One step: J before it, and the network after it. After the last one, the last J."""
        try:
            step = next(self._descent, None)
        except Diverged:
            self.note = f"diverged at step {len(self.J) + 1}"
            return
        if step is not None:
            self.J.append(step.J)
            self.network = step.network
            return
        last = float(forward(self.network, self.x, self.y).J)
        if math.isfinite(last):
            self.J.append(last)
        else:
            self.note = f"diverged at step {self.steps}"

    @property
    def words(self) -> str:
        """How it went, or goes, in a few words."""
        if self.note or not self.J:
            return self.note
        return f"J = {number(self.J[-1], 3)}"


class Training:
    """The three ways from one start; ``advance`` until it returns False."""

    def __init__(self, state: DeepChainState) -> None:
        self.number = next(_NUMBERS)
        self.key = training_key(state)
        self.steps = int(state.steps)
        self.rounds = 0
        self.ways = {name: Way(state, *which) for name, which in WAYS.items()}

    @property
    def going(self) -> bool:
        """True while one of the ways has steps to take."""
        return any(way.going for way in self.ways.values())

    @property
    def taken(self) -> int:
        """Steps so far, of the way that has gone furthest."""
        return max(way.taken for way in self.ways.values())

    @property
    def share(self) -> float:
        """How much of the work is done, 0 to 1."""
        return min(1.0, self.rounds / (self.steps + 1)) if self.going else 1.0

    def advance(self, rounds: int = 1, seconds: float = math.inf) -> bool:
        """So many steps of each way, or fewer if the time is up; False when all have ended."""
        end = time.monotonic() + seconds
        for _ in range(rounds):
            for way in self.ways.values():
                if way.going:
                    way.advance()
            self.rounds += 1
            if not self.going or time.monotonic() > end:
                break
        return self.going

    def describe(self) -> str:
        """The three results in one sentence."""
        results = "; ".join(f"{name}: {way.words}" for name, way in self.ways.items())
        return f"After {counted_steps(self.taken)} from the same start: {results}."


class TrainingRun:
    """Runs a training in slices on a thread of its own.

    ``lab`` gives ``locked()``; ``shown()`` is called under the lock after every slice, ``ended()``
    after the last.
    """

    def __init__(self, lab: object, shown: Callable[[], None], ended: Callable[[], None],
                 failed: Callable[[Exception], None]) -> None:
        self._lab, self._shown, self._ended, self._failed = lab, shown, ended, failed
        self.runner = Runner(self._tick, REST_SECONDS)
        self.training: Training | None = None

    def start(self, state: DeepChainState) -> None:
        """Begin from this state; a result there was is forgotten."""
        self.training = Training(state)
        self.runner.start()

    def finish(self, state: DeepChainState) -> Training:
        """All of a training from this state, at once."""
        self.training = Training(state)
        self.training.advance(self.training.steps + 1)
        return self.training

    def result_for(self, state: DeepChainState) -> Training | None:
        """The training, if it began from such a state."""
        found = self.training
        return found if found is not None and found.key == training_key(state) else None

    def _tick(self) -> bool:
        """One slice; False ends the run."""
        with self._lab.locked():
            if not self.runner.running or self.training is None:
                return False
            try:
                more = self.training.advance(self.training.steps + 1, SLICE_SECONDS)
                self._shown()
                if not more:
                    self.runner.stop()
                    self._ended()
                return more
            except Exception as error:
                self.runner.stop()
                self._failed(error)
                return False
