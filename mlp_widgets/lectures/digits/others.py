"""Training the networks of the other first weights, while the page shows how far they are.

The picture of dead neurons compares five ways to draw the first weights: four trainings beside that
of the lab, some seconds of work.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ...widgets.canvas import Canvas
from ...widgets.host import Host
from ...widgets.slices import Slices


class Others:
    """What goes on by itself while ``canvas`` shows these networks in a page."""

    def __init__(self, host: Host, canvas: Canvas) -> None:
        self._host, self._canvas = host, canvas
        self.left = 0
        """Epochs for which the page does not wait; 0 for all other viewers, who see the end."""
        self.runner = Slices(host, self._work, host.show_pictures, self._end)

    @contextmanager
    def shown(self) -> Iterator[None]:
        """What is drawn inside shows how far they are; the rest of the work begins, or ends."""
        self.left = self._to_do()
        try:
            yield
        finally:
            if self.left:
                self.runner.start()
            else:
                self.runner.stop()
            self.left = 0

    def _to_do(self) -> int:
        """Epochs that the picture needs, if it is in the page and tells what they come to."""
        state = self._host.state
        wanted = self._canvas.is_shown(state) and not state.is_covered
        found: int = self._host.numbers.epochs_left if wanted else 0
        return found

    def _work(self, seconds: float) -> bool:
        return self._to_do() > 0 and bool(self._host.numbers.train_others(seconds))

    def _end(self) -> None:
        self._host.show_pictures()
        self._host.send_words()
