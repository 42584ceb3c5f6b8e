"""Running a training: its button, its bar, and where it is, in words."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets

from ...widgets.canvas import Progress
from ...widgets.host import Host
from ...widgets.layout import line
from ...widgets.runner import Runner
from . import words
from .numbers import DeepChainState
from .training import Training, training_key

TRAIN, STOP = "▶ Train", "❚❚ Stop"
SLICE_SECONDS = 0.06
"""Of work between two frames, so that the page stays responsive."""
REST_SECONDS = 0.02


class TrainingRun:
    """A training of a lab, in slices on a thread of its own.

    It belongs to the setting from which it began: with another one it ends and is forgotten.
    ``rows`` are to be put into a column.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._training: Training | None = None
        self.runner = Runner(self._tick, REST_SECONDS)
        self.button = host.button(TRAIN, "mlp-run", self._toggle, primary=True,
                                  tooltip="Three descents from the present weights")
        self.button.add_class("mlp-train")
        self.bar = widgets.IntProgress(min=0, max=1000)
        self.bar.add_class("mlp-progress")
        self._words = widgets.HTML()
        self.rows: tuple[widgets.Widget, ...] = (line(self.button, self.bar), self._words)

    @property
    def found(self) -> Training | None:
        """The training from the present setting, as far as it is; None if there is none."""
        found = self._training
        return found if found and found.key == training_key(self._host.state) else None

    @property
    def progress(self) -> Progress:
        """The same, for the pictures."""
        found = self.found
        return Progress(found, found and (found.number, found.rounds))

    def ends_with(self, state: DeepChainState) -> bool:
        """Whether it is running, and from another setting than this."""
        return (self.runner.running and self._training is not None
                and self._training.key != training_key(state))

    def refresh(self, state: DeepChainState, numbers: Any = None) -> None:
        """The text above the picture, the button and the bar."""
        found = self.found
        if found is None:
            self.runner.stop()
            self._training = None
        self._words.value = words.training(found)
        self.bar.value = round(1000 * found.share) if found else 0
        self.button.description = STOP if self.runner.running else TRAIN

    # -- actions ------------------------------------------------------------------------------

    def run(self) -> None:
        """From the present weights to the end, or to ``pause``."""
        with self._host.locked():
            if not self.runner.running:
                self._begin()
                self.runner.start()
                self._host.refresh()

    def learn(self) -> Training:
        """All of a training at once."""
        self.pause()
        with self._host.locked():
            training = self._begin()
            training.step(training.steps)
            self._show_results()
        return training

    def step(self, count: int) -> None:
        """So many steps more; from the present weights, if there is nothing to go on with."""
        self.pause()
        with self._host.locked():
            training = self.found
            if training is None or not training.going:
                training = self._begin()
            training.step(count)
            self._open()
            self._show_results()

    def pause(self) -> None:
        """End a run; what it found stays."""
        with self._host.locked():
            if self.runner.running:
                self.runner.stop()
                self._show_results("Training stopped. ")

    def _toggle(self) -> None:
        self.pause() if self.runner.running else self.run()

    def _open(self) -> None:
        """Bring the picture of the training into view."""
        if self._host.state.below != "training":
            self._host.set(below="training")

    def _begin(self) -> Training:
        """A new training in place of the one there was."""
        self._open()
        self._training = Training(self._host.state)
        return self._training

    def _show_progress(self) -> None:
        """Pictures, bar and words of a run: nothing else moves with it."""
        with self._host.refreshing():
            self._host.show_pictures()
            self.refresh(self._host.state)

    def _show_results(self, before: str = "") -> None:
        self._host.refresh()
        if self._training is not None:
            self._host.show_status(before + words.results(self._training))

    def _tick(self) -> bool:
        """One slice; False ends the run."""
        with self._host.locked():
            if not self.runner.running or self._training is None:
                return False
            try:
                more = self._training.advance(self._training.steps + 1, SLICE_SECONDS)
                if more:
                    self._show_progress()
                else:
                    self.runner.stop()
                    self._show_results()
                return more
            except Exception as error:
                self.runner.stop()
                self.button.description = TRAIN
                self._host.show_error(
                    f"The training did not work ({type(error).__name__}: {error}).")
                return False
