"""Running a training: its button, its bar, and where it is, in words.

A training is work of some seconds that belongs to a setting and leaves the lab's parameters as they
are; what it has found is shown beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Generic, TypeVar

from ..fields import whole_number
from . import bare as widgets
from .canvas import Progress
from .host import Host
from .layout import line
from .slices import Slices
from .training import Training

TRAIN, PAUSE = "▶ Train", "❚❚ Pause"
MOST_STEPS = 1_000_000
"""At once, from code."""
NO_STEP = "It has not taken its first step."


T = TypeVar("T", bound=Training[Any, Any])


class TrainingRun(Generic[T]):
    """A training of a lab, in slices.

    It belongs to the setting from which it began, ``key_of(state)``: with another one it ends and
    is forgotten. ``make(state)`` begins one. ``words`` tells of it, or of None, as HTML;
    ``results`` what it has come to, for the status line. ``opens`` are the fields that bring its
    picture into view. ``per_frame`` is the most rounds between two frames, so that one sees a short
    training happen. ``rows`` are to be put into a column.
    """

    def __init__(self, host: Host, make: Callable[[Any], T], key_of: Callable[[Any], Hashable], *,
                 words: Callable[[T | None], str], results: Callable[[T], str],
                 opens: Mapping[str, object] | None = None, tooltip: str = "",
                 per_frame: int | None = None) -> None:
        self._host, self.make, self._key_of = host, make, key_of
        self._per_frame = per_frame
        self._say, self._results, self._opens = words, results, dict(opens or {})
        self._training: T | None = None
        self.runner = Slices(host, self._work, self._show_progress, self._show_results,
                             self._show_button)
        self.button = host.button(TRAIN, "mlp-run", self._toggle, primary=True, tooltip=tooltip)
        self.button.add_class("mlp-train")
        self.back = host.button("Rewind", "mlp-rewind", self.rewind,
                                tooltip="Back to where the training began")
        self.bar = widgets.IntProgress(min=0, max=1000)
        self.bar.add_class("mlp-progress")
        self._words = widgets.HTML()
        buttons = line(self.button, self.back, self.bar)
        self.rows: tuple[widgets.Widget, ...] = buttons, self._words

    @property
    def found(self) -> T | None:
        """The training from the present setting, as far as it is; None if there is none."""
        found = self._training
        return found if found and found.key == self._key_of(self._host.state) else None

    @property
    def progress(self) -> Progress:
        """The same, for the pictures."""
        found = self.found
        return Progress(found, (found.number, found.rounds) if found else None)

    def ends_with(self, state: Any) -> bool:
        """Whether it is running, and from another setting than this."""
        return (self.runner.running and self._training is not None
                and self._training.key != self._key_of(state))

    def refresh(self, state: Any, numbers: object = None) -> None:
        """The text above the picture, the button and the bar."""
        found = self.found
        if found is None:
            self.runner.stop()
            self._training = None
        self._words.value = self._say(found)
        self.bar.value = round(1000 * found.share) if found else 0
        self._show_button()

    def _show_button(self) -> None:
        self.button.description = PAUSE if self.runner.running else TRAIN

    # -- actions ------------------------------------------------------------------------------

    def run(self) -> None:
        """To the end, or to ``pause``; from where it was paused, else from the present setting."""
        with self._host.locked():
            if not self.runner.running:
                self._go_on_or_begin()
                self.runner.start()
                self._host.refresh()

    def learn(self) -> T:
        """All of a training at once."""
        self.pause()
        with self._host.locked():
            training = self._begin()
            training.step(training.steps)
            self._show_results()
        return training

    def step(self, count: int) -> None:
        """So many steps more; from the present setting, if there is nothing to go on with."""
        whole_number("count", count, 1, MOST_STEPS)
        self.pause()
        with self._host.locked():
            self._go_on_or_begin().step(int(count))
            self._show_results()

    def pause(self) -> None:
        """End a run; what it found stays."""
        with self._host.locked():
            if self.runner.running:
                self.runner.stop()
                self._show_results("Training paused. ")

    def rewind(self) -> None:
        """Back to where the training began: what it found is forgotten."""
        with self._host.locked():
            self.runner.stop()
            said = "Back at the start." if self.found else "Nothing to rewind: no training yet."
            self._training = None
            self._host.refresh()
            self._host.show_status(said)

    def _toggle(self) -> None:
        self.pause() if self.runner.running else self.run()

    def _open(self) -> None:
        """Bring the picture of the training into view."""
        state = self._host.state
        if any(getattr(state, name) != value for name, value in self._opens.items()):
            self._host.set(**self._opens)

    def _go_on_or_begin(self) -> T:
        """The training there is, if it has more to do; else a new one."""
        found = self.found
        if found is None or not found.going:
            return self._begin()
        self._open()
        return found

    def _begin(self) -> T:
        """A new training in place of the one there was."""
        self._open()
        self._training = self.make(self._host.state)
        return self._training

    def _show_progress(self) -> None:
        """Pictures, bar and words of a run: nothing else moves with it."""
        with self._host.refreshing():
            self._host.show_pictures()
            self.refresh(self._host.state)

    def _show_results(self, before: str = "") -> None:
        self._host.refresh()
        if self._training is not None:
            said = self._results(self._training) if self._training.rounds else NO_STEP
            self._host.show_status(before + said)

    def _work(self, seconds: float) -> bool:
        """Some rounds; False when there is nothing left to do."""
        found = self._training
        return found is not None and found.advance(self._per_frame or found.total, seconds)
