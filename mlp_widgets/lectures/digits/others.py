"""Training the networks of the other first weights, in slices, so that the page stays responsive.

The picture of dead neurons compares five ways to draw the first weights: four trainings beside that
of the lab, some seconds of work. In the page it shows each of them as far as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ...widgets.canvas import Canvas
from ...widgets.host import Host
from ...widgets.runner import LabRunner
from ...widgets.training_run import REST_SECONDS, SLICE_SECONDS


class Others:
    """What goes on by itself while ``canvas`` shows these networks in a page."""

    def __init__(self, host: Host, canvas: Canvas) -> None:
        self._host, self._canvas = host, canvas
        self.left = 0
        """Epochs for which the page does not wait; 0 for all other viewers, who see the end."""
        self.runner = LabRunner(host, self._go_on, "The training", REST_SECONDS)

    @contextmanager
    def a_slice(self) -> Iterator[None]:
        """Train them for a moment; what is drawn inside shows how far they are."""
        state, numbers = self._host.state, self._host.numbers
        if self._canvas.is_shown(state) and not self._canvas.slot.sentence(state):
            self.left = numbers.train_others(SLICE_SECONDS)
        try:
            yield
        finally:
            if self.left:
                self.runner.start()
            elif self.runner.running:  # this was the last slice
                self.runner.stop()
                self._host.send_words()
            self.left = 0

    def _go_on(self) -> bool:
        """One slice; False when all are trained, or the picture is gone."""
        self._host.show_pictures()
        return self.runner.running
