"""A lab with a training: work of some seconds that leaves the lab's own parameters as they are.

    class YourLab(TrainedLab[YourState, Numbers, Training]):
        def layout(self):
            self.trains(TrainingRun(self, Training, training_key, words=..., results=...))
            ...  # self.blocks["training"] is its button, its bar and its words
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from ..fields import State
from .canvas import Progress
from .host import Numbers
from .lab import Lab
from .layout import stack
from .training import Training
from .training_run import TrainingRun

S = TypeVar("S", bound=State)
N = TypeVar("N", bound=Numbers)
T = TypeVar("T", bound=Training[Any, Any])


class TrainedLab(Lab[S, N], Generic[S, N, T]):
    """Base of labs whose ``layout`` calls ``trains``."""

    descends = False
    training_run: TrainingRun[T]

    def trains(self, run: TrainingRun[T]) -> None:
        """Take over a training; its rows are the block "training"."""
        self.training_run = self._part(run)
        self.blocks["training"] = stack(*run.rows)

    @property
    def training(self) -> T | None:
        """The training from the present setting, as far as it is; None if there is none."""
        return self.training_run.found

    @property
    def progress(self) -> Progress:
        """The same, for the pictures."""
        return self.training_run.progress

    def run(self) -> None:
        """Train from the present setting, until the end or ``pause``."""
        self.training_run.run()

    def learn(self) -> T:
        """Train to the end, and return the result; for use from code."""
        return self.training_run.learn()

    def step(self, count: int = 1) -> None:
        """``count`` steps of all that are trained; they go on from where a training stopped."""
        self.training_run.step(count)

    def pause(self) -> None:
        """Stop the training; what it found stays, and ``run`` goes on from there."""
        self.training_run.pause()

    def rewind(self) -> None:
        """Back to where the training began."""
        self.training_run.rewind()

    def about_change(self, before: S, after: S) -> str:
        """That a training has ended; else the change itself."""
        if self.training_run.ends_with(after):
            return "Training stopped, because the setting has changed. "
        return super().about_change(before, after)
